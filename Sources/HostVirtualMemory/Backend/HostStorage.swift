import CHostMemory
import MemoryMap
import SystemPackage
import VirtualMemory

/// The file of the host that a section's pages are mapped from.
struct HostStorage {
    let descriptor: Int32

    /// Whether it is a laid-out image, of which every view has private copies.
    let isImage: Bool

    /// Whether further views can be made.
    var isOpen = true
    var viewCount = 0

    /// A file without a name, of zeros.
    static func anonymous(byteCount: UInt64, isImage: Bool = false) throws(BackendError) -> HostStorage {
        let descriptor = unsafe host_anonymous_file("strata-section", byteCount)
        guard descriptor >= 0 else { throw .outOfMemory }
        return HostStorage(descriptor: descriptor, isImage: isImage)
    }

    func close() { try? FileDescriptor(rawValue: descriptor).close() }
}

/// Physical pages of the program's: a file without a name, by frame.
struct FrameStorage {
    private var storage: HostStorage?

    /// Puts frames under addresses, frames that follow each other in one piece.
    mutating func map(_ range: VirtualRange, _ frames: [UInt64]) throws(BackendError) {
        let pageSize = HostMemory.pageSize
        if storage == nil { storage = try HostStorage.anonymous(byteCount: 1 << 46) }
        guard let storage else { throw .outOfMemory }
        var first = 0
        while first < frames.count {
            var next = first + 1
            while next < frames.count && frames[next] == frames[next - 1] + 1 { next += 1 }
            let (offset, overflow) = frames[first].multipliedReportingOverflow(by: pageSize)
            guard !overflow, offset < 1 << 46,
                let piece = VirtualRange(
                    start: VirtualAddress(range.start.rawValue + UInt64(first) * pageSize), byteCount: UInt64(next - first) * pageSize)
            else { throw .outOfMemory }
            try HostMemory.map(piece, [.read, .write], descriptor: storage.descriptor, offset: offset, isShared: true)
            first = next
        }
    }

    /// Drops the contents of a frame, which is zeros when it is given out again.
    func clear(_ frame: UInt64) {
        guard let storage else { return }
        _ = host_punch_hole(storage.descriptor, frame * HostMemory.pageSize, HostMemory.pageSize)
    }
}
