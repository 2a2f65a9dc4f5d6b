import CHostMemory
import MemoryMap
import VirtualMemory

/// What the kernel under this process does with addresses, by ranges and with typed errors: the one door to the C shims.
enum HostMemory {
    /// What the processor lets the program do with pages.
    struct Access: OptionSet, Hashable, Sendable {
        let rawValue: Int32
        static let read = Access(rawValue: Int32(HOST_READ))
        static let write = Access(rawValue: Int32(HOST_WRITE))
        static let execute = Access(rawValue: Int32(HOST_EXECUTE))
    }

    static let pageSize = UInt64(host_page_size())

    /// Takes addresses that nothing is mapped at.
    ///
    /// - Returns: false where something is, or where the kernel does not give them out.
    static func claim(_ range: VirtualRange) -> Bool { host_claim(address(range), size(range)) == 0 }

    static func unclaim(_ range: VirtualRange) throws(BackendError) { try check(host_unclaim(address(range), size(range))) }

    /// Puts inaccessible memory without contents over a range.
    @inline(__always)
    static func clear(_ range: VirtualRange) throws(BackendError) { try check(host_clear(address(range), size(range))) }

    @inline(__always)
    static func protect(_ range: VirtualRange, _ access: Access) throws(BackendError) {
        try check(host_protect(address(range), size(range), access.rawValue))
    }

    static func map(
        _ range: VirtualRange, _ access: Access, descriptor: Int32, offset: UInt64, isShared: Bool
    ) throws(BackendError) {
        try check(host_map_file(address(range), size(range), access.rawValue, descriptor, offset, isShared))
    }

    /// Whether addresses were free.
    enum Place {
        case mapped
        case taken
    }

    /// Maps private memory of zeros where nothing is.
    static func mapNew(_ range: VirtualRange, _ access: Access) throws(BackendError) -> Place {
        try place(host_map_new(address(range), size(range), access.rawValue))
    }

    /// Maps a part of a file where nothing is.
    static func mapNew(
        _ range: VirtualRange, _ access: Access, descriptor: Int32, offset: UInt64, isShared: Bool
    ) throws(BackendError) -> Place {
        try place(host_map_new_file(address(range), size(range), access.rawValue, descriptor, offset, isShared))
    }

    private static func place(_ error: Int32) throws(BackendError) -> Place {
        if error == EEXIST { return .taken }
        try check(error)
        return .mapped
    }

    static func makeFree(_ range: VirtualRange) { _ = host_make_free(address(range), size(range)) }

    /// Has private pages that were made free keep their contents; false where some are gone, or the kernel cannot do it. None of them
    /// may be locked.
    static func keep(_ range: VirtualRange) -> Bool { host_keep(address(range), size(range)) == 0 }

    static func preferLargePages(_ range: VirtualRange) { _ = host_prefer_large_pages(address(range), size(range)) }

    /// Whether a large page can be had; they are set aside by whoever runs the host.
    static var hasLargePages: Bool { host_has_large_pages(Int(Platform.x64Large.largePageSize)) }

    /// Puts large pages over a range.
    static func mapLargePages(_ range: VirtualRange, _ access: Access) throws(BackendError) {
        guard host_map_large_pages(address(range), size(range), access.rawValue) == 0 else { throw .unsupported }
    }

    static func prefetch(_ range: VirtualRange) { _ = host_prefetch(address(range), size(range)) }

    static func lock(_ range: VirtualRange) throws(BackendError) {
        // The kernel says "no memory" for the limit too, and that is what fails: the pages are there.
        guard host_lock(address(range), size(range)) == 0 else { throw .tooManyLocked }
    }

    static func unlock(_ range: VirtualRange) { _ = host_unlock(address(range), size(range)) }

    static func synchronize(_ range: VirtualRange) throws(BackendError) {
        guard host_synchronize(address(range), size(range)) == 0 else { throw .storageFailed }
    }

    /// Whether every page of the range is in memory.
    static func isResident(_ range: VirtualRange) -> Bool {
        var pages = [UInt8](repeating: 0, count: Int(size(range)) / Int(pageSize))
        let count = size(range)
        // The kernel writes one byte for each page of the range, which is the array's size.
        let error = unsafe pages.withUnsafeMutableBufferPointer { unsafe host_residency(address(range), count, $0.baseAddress) }
        return error == 0 && pages.allSatisfy { $0 & 1 == 1 }
    }

    static func address(_ range: VirtualRange) -> UInt { UInt(range.start.rawValue) }
    static func size(_ range: VirtualRange) -> Int { Int(range.last.rawValue - range.start.rawValue) + 1 }

    static func check(_ error: Int32) throws(BackendError) {
        switch error {
        case 0: return
        case EACCES, EPERM: throw .accessDenied
        case EIO, EBADF, ENODEV, ENXIO: throw .storageFailed
        default: throw .outOfMemory
        }
    }
}
