import BootHandoff
import MemoryMap

/// Boot services whose memory map changes as a test says, and that keep account of every buffer.
///
/// Every byte of the map is its generation, which every change raises, so that the bytes tell which map was copied.
struct ModelFirmware: BootServicesExitFirmware {
    static let staleKey: UInt64 = 0x8000_0000_0000_0002
    static let outOfResources: UInt64 = 0x8000_0000_0000_0009
    static let success: UInt64 = 0

    struct Buffer {
        var bytes: [UInt8]
        var isPool: Bool
    }

    enum Call: Equatable {
        case getMemoryMap(capacity: UInt64)
        case allocatePages(UInt64)
        case freePages
        case allocatePool(UInt64)
        case freePool
        case exit
    }

    // What a test sets.
    var descriptorSize: UInt64 = 48
    var descriptorCount: UInt64 = 100

    /// Runs after each call of `GetMemoryMap`, and may change the map; gets the number of the call, from 0.
    var afterGetMemoryMap: (Int, inout Change) -> Void = { _, _ in }

    /// Replaces the answer of `GetMemoryMap`.
    var answer: (Int, MemoryMapAnswer) -> MemoryMapAnswer = { $1 }

    /// Replaces the status of `ExitBootServices`.
    var exitStatus: (Int, UInt64) -> UInt64 = { $1 }

    /// Whether the allocation of that number, from 0, fails.
    var allocationFails: (Int) -> Bool = { _ in false }

    /// Replaces the address of an allocation.
    var place: (Int, PhysicalAddress) -> PhysicalAddress = { $1 }

    var freeStatus: UInt64 = 0

    /// The descriptors that an allocation or a free adds.
    var descriptorsPerAllocation: UInt64 = 1

    // What a test reads.
    private(set) var calls: [Call] = []
    private(set) var buffers: [UInt64: Buffer] = [:]
    private(set) var faults: [String] = []
    private(set) var generation: UInt64 = 7
    private(set) var hasExited = false
    private(set) var exits = 0
    private var gets = 0
    private var allocations = 0
    private var nextAddress: UInt64 = 0x10_0000

    /// A change to the map.
    struct Change {
        var descriptorCount: UInt64
        var isChanged = false
    }

    var mapByteCount: UInt64 { descriptorCount &* descriptorSize }

    /// The bytes of the current map.
    func expectedMap() -> [UInt8] {
        [UInt8](repeating: UInt8(truncatingIfNeeded: generation), count: Int(mapByteCount))
    }

    mutating func getMemoryMap(into buffer: PhysicalAddress, capacity: UInt64) -> MemoryMapAnswer {
        calls.append(.getMemoryMap(capacity: capacity))
        checkAlive()
        defer {
            var change = Change(descriptorCount: descriptorCount)
            afterGetMemoryMap(gets, &change)
            if change.isChanged {
                descriptorCount = change.descriptorCount
                generation += 1
            }
            gets += 1
        }
        guard capacity >= mapByteCount else {
            return answer(gets, .bufferTooSmall(needed: mapByteCount, descriptorSize: descriptorSize))
        }
        guard let count = buffers[buffer.rawValue]?.bytes.count, UInt64(count) >= capacity else {
            faults.append("GetMemoryMap into \(capacity) bytes that are not allocated")
            return .failure(status: Self.outOfResources)
        }
        let map = expectedMap()
        buffers[buffer.rawValue]?.bytes.replaceSubrange(0..<map.count, with: map)
        return answer(
            gets,
            .success(byteCount: mapByteCount, key: generation, descriptorSize: descriptorSize, descriptorVersion: 1))
    }

    private mutating func allocate(_ byteCount: UInt64, isPool: Bool) -> FirmwareAllocation {
        checkAlive()
        defer { allocations += 1 }
        guard !allocationFails(allocations) else { return .failure(status: Self.outOfResources) }
        guard byteCount < 1 << 30 else {
            faults.append("an allocation of \(byteCount) bytes")
            return .failure(status: Self.outOfResources)
        }
        // Pool is aligned to 8 bytes and no more.
        let address = place(allocations, PhysicalAddress(nextAddress + (isPool ? 24 : 0)))
        nextAddress += (byteCount + 0x2FFF) & ~0xFFF
        buffers[address.rawValue] = Buffer(bytes: [UInt8](repeating: 0, count: Int(byteCount)), isPool: isPool)
        generation += 1
        descriptorCount += descriptorsPerAllocation
        return .success(address)
    }

    private mutating func free(_ address: PhysicalAddress, isPool: Bool, byteCount: UInt64?) -> UInt64 {
        checkAlive()
        guard freeStatus == 0 else { return freeStatus }
        guard let buffer = buffers[address.rawValue], buffer.isPool == isPool,
            byteCount == nil || byteCount == UInt64(buffer.bytes.count)
        else {
            faults.append("a free of what is not allocated, at \(address)")
            return Self.staleKey
        }
        buffers[address.rawValue] = nil
        generation += 1
        descriptorCount += descriptorsPerAllocation
        return Self.success
    }

    mutating func allocatePages(_ count: PageCount) -> FirmwareAllocation {
        calls.append(.allocatePages(count.rawValue))
        return allocate(count.byteCount ?? .max, isPool: false)
    }

    mutating func allocatePool(byteCount: UInt64) -> FirmwareAllocation {
        calls.append(.allocatePool(byteCount))
        return allocate(byteCount, isPool: true)
    }

    mutating func freePages(at address: PhysicalAddress, _ count: PageCount) -> UInt64 {
        calls.append(.freePages)
        return free(address, isPool: false, byteCount: count.byteCount)
    }

    mutating func freePool(at address: PhysicalAddress) -> UInt64 {
        calls.append(.freePool)
        return free(address, isPool: true, byteCount: nil)
    }

    mutating func exitBootServices(key: UInt64) -> UInt64 {
        calls.append(.exit)
        checkAlive()
        let status = exitStatus(exits, key == generation ? Self.success : Self.staleKey)
        exits += 1
        if status == 0 { hasExited = true }
        return status
    }

    mutating func copy(from source: PhysicalAddress, to destination: PhysicalAddress, byteCount: UInt64) {
        guard let from = buffers[source.rawValue]?.bytes, let to = buffers[destination.rawValue]?.bytes,
            UInt64(from.count) >= byteCount, UInt64(to.count) >= byteCount, source != destination
        else {
            faults.append("a copy of \(byteCount) bytes out of or over a buffer's end")
            return
        }
        buffers[destination.rawValue]?.bytes.replaceSubrange(0..<Int(byteCount), with: from[..<Int(byteCount)])
    }

    private mutating func checkAlive() {
        if hasExited { faults.append("a call after boot services have gone") }
    }
}
