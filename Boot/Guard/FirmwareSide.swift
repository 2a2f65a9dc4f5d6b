import Machine
import MemoryGuard
import MemoryMap
import UEFI
import UEFIStatus

/// The firmware's part of the map that a program gets, kept as long as the firmware's key says that it is current.
struct FirmwareSide {
    /// The map around the arena.
    private(set) var map: SurroundingMap

    /// The firmware's key for it.
    private(set) var key: UInt64

    private(set) var descriptorSize: UInt64
    private(set) var descriptorVersion: UInt32

    /// What the firmware said that a buffer needs, when it was asked last.
    private var neededByteCount: UInt64
    private var buffer: PhysicalRange
    private let arena: PhysicalRange

    /// Reads the map for the first time, the arena allocated already.
    ///
    /// - Throws: `.deviceError` for a map that makes no sense, `.outOfResources`, or the firmware's status.
    init(around arena: PhysicalRange, _ firmware: BootServices) throws(EFIStatus) {
        self.arena = arena
        let pages = PageCount(64)
        guard let buffer = PhysicalRange(start: try firmware.allocatePages(pages), pages: pages) else { throw .outOfResources }
        self.buffer = buffer
        map = SurroundingMap.empty
        key = 0
        descriptorSize = 0
        descriptorVersion = 0
        neededByteCount = 0
        try read(firmware)
    }

    /// Reads the map anew where the firmware's has changed.
    ///
    /// EDK II gives the key with the size, so that a map that stayed is not read; of a firmware that does not, every map is read.
    mutating func refresh(_ firmware: BootServices) throws(EFIStatus) {
        let size = firmware.getMemoryMap(into: nil, capacity: 0)
        if size.status == .bufferTooSmall, size.key == key, size.key != 0, size.byteCount == neededByteCount { return }
        try read(firmware)
    }

    private mutating func read(_ firmware: BootServices) throws(EFIStatus) {
        for _ in 0..<4 {
            let needed = firmware.getMemoryMap(into: nil, capacity: 0)
            guard let capacity = buffer.byteCount else { throw .deviceError }
            let answer = firmware.getMemoryMap(into: buffer.start, capacity: capacity)
            if answer.status == .bufferTooSmall, answer.byteCount < 1 << 30 {
                // A larger buffer is a change of the map itself.
                let pages = PageCount(PageCount(roundingUp: answer.byteCount).rawValue * 2)
                guard let larger = PhysicalRange(start: try firmware.allocatePages(pages), pages: pages) else {
                    throw .outOfResources
                }
                try firmware.freePages(at: buffer.start, buffer.pages)
                buffer = larger
                continue
            }
            if answer.status.isError { throw answer.status }
            guard answer.byteCount <= capacity, (40...4096).contains(answer.descriptorSize),
                let range = PhysicalRange(start: buffer.start, byteCount: answer.byteCount)
            else { throw .deviceError }
            do throws(MemoryMapError) {
                map = try IdentityMappedMemory().withBytes(of: range) { (bytes) throws(MemoryMapError) in
                    SurroundingMap(
                        try PhysicalMemoryMap(
                            MemoryMapView(
                                validating: bytes, descriptorSize: Int(answer.descriptorSize),
                                descriptorVersion: answer.descriptorVersion)),
                        around: arena)
                }
            } catch {
                throw .deviceError
            }
            key = answer.key
            descriptorSize = answer.descriptorSize
            descriptorVersion = answer.descriptorVersion
            neededByteCount = needed.byteCount
            return
        }
        throw .deviceError
    }
}
