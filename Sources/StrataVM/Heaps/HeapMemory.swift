import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// The pages that heaps lie in, by their addresses: the calls of memory, and the words and bytes of what is committed.
enum HeapMemory {
    static let page: UInt = 0x1000

    static func pages(_ size: UInt) -> UInt { (size + page - 1) & ~(page - 1) }

    // MARK: Pages

    /// Where heaps lie as long as there is room: the addresses below are for programs that ask for low ones, and few.
    private static let lowest = VirtualAddress(1 << 32)

    /// Reserves, commits, or both; nil where there is no memory for it. An address of 0 leaves the place to the system.
    static func allocate(_ address: UInt, _ size: UInt, _ type: AllocationType, _ protection: PageProtection) -> UInt? {
        var request = AllocationRequest(
            base: address == 0 ? nil : VirtualAddress(UInt64(address)), byteCount: UInt64(size), type: type,
            protection: protection)
        if address == 0 {
            request.requirements = AddressRequirements(lowest: lowest)
            if let range = try? HostProcess.current.allocate(request) { return UInt(range.start.rawValue) }
            request.requirements = nil
        }
        return (try? HostProcess.current.allocate(request)).map { UInt($0.start.rawValue) }
    }

    static func decommit(_ address: UInt, _ size: UInt) -> Bool { free(address, size, .decommit) }
    static func release(_ address: UInt) { _ = free(address, 0, .release) }

    private static func free(_ address: UInt, _ size: UInt, _ type: FreeType) -> Bool {
        native { () throws(Status) in
            _ = try unsafe MemoryCalls.free(
                GetCurrentProcess(), VirtualAddress(UInt64(address)), UInt64(size), type.rawValue)
        } == 0
    }

    // MARK: Contents

    // The heap calls these for addresses within what it has committed, and for nothing else. The program's other threads may write
    // there at any time, which changes what is read and not what is done with it.

    @inline(__always)
    static func load(_ address: UInt) -> UInt64 {
        guard let pointer = unsafe UnsafePointer<UInt64>(bitPattern: address) else { return 0 }
        return unsafe pointer.pointee
    }

    @inline(__always)
    static func store(_ value: UInt64, _ address: UInt) {
        guard let pointer = unsafe UnsafeMutablePointer<UInt64>(bitPattern: address) else { return }
        unsafe pointer.pointee = value
    }

    static func clear(_ address: UInt, _ size: UInt) {
        unsafe UnsafeMutableRawPointer(bitPattern: address)?.initializeMemory(as: UInt8.self, repeating: 0, count: Int(size))
    }

    static func copy(from source: UInt, to target: UInt, _ size: UInt) {
        guard let from = unsafe UnsafeRawPointer(bitPattern: source), let to = unsafe UnsafeMutableRawPointer(bitPattern: target)
        else { return }
        unsafe to.copyMemory(from: from, byteCount: Int(size))
    }
}
