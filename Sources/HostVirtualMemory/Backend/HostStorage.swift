import CHostMemory
import MemoryMap
import SystemPackage
import VirtualMemory

/// The file of the host that a section's pages are mapped from.
struct HostStorage {
    let descriptor: Int32

    /// Whether it is a laid-out image, of which every view has private copies.
    let isImage: Bool

    /// The file that it is, or was laid out from.
    var identity: HostFileIdentity?

    /// What that file was called; nil where the storage is the file.
    var name: String?

    /// The part of that file that has to stay, in bytes.
    var fileByteCount: UInt64 = 0

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

    /// Whether no frame was ever mapped.
    var isUnused: Bool { storage == nil }

    /// Frames that were given back, the last one first.
    private var unused: [UInt64] = []
    private var next: UInt64 = 1

    /// As many frames as the host has memory for, and one file can hold.
    private static let limit: UInt64 = {
        let host = host_memory_and_swap() / HostMemory.pageSize
        return host == 0 ? 1 << 34 : min(host + 1, 1 << 34)
    }()

    /// Gives out frames of zeros, fewer than asked for where there are not as many.
    mutating func allocate(_ count: Int) -> [UInt64] {
        var result: [UInt64] = []
        while result.count < count {
            if let frame = unused.popLast() {
                result.append(frame)
            } else if next < Self.limit {
                result.append(next)
                next += 1
            } else {
                break
            }
        }
        return result
    }

    /// Takes frames back, whose contents are gone.
    mutating func free(_ frames: [UInt64]) {
        let pageSize = HostMemory.pageSize
        if let storage { for frame in frames { _ = host_punch_hole(storage.descriptor, frame * pageSize, pageSize) } }
        unused.append(contentsOf: frames.reversed())
    }

    /// Puts frames under addresses, frames that follow each other in one piece.
    mutating func map(_ range: VirtualRange, _ frames: [UInt64]) throws(BackendError) {
        let pageSize = HostMemory.pageSize
        if storage == nil { storage = try HostStorage.anonymous(byteCount: Self.limit * pageSize) }
        guard let storage else { throw .outOfMemory }
        var first = 0
        while first < frames.count {
            var end = first + 1
            while end < frames.count && frames[end] == frames[end - 1] + 1 { end += 1 }
            let start = VirtualAddress(range.start.rawValue + UInt64(first) * pageSize)
            guard let piece = VirtualRange(start: start, byteCount: UInt64(end - first) * pageSize) else { throw .outOfMemory }
            try HostMemory.map(
                piece, [.read, .write], descriptor: storage.descriptor, offset: frames[first] * pageSize, isShared: true)
            first = end
        }
    }
}
