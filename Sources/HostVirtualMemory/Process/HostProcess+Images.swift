public import MemoryMap
import VirtualMemory

/// What an address says of the image that it is in.
public struct MappedImage: Hashable, Sendable {
    /// Where the view begins.
    public let base: VirtualAddress

    /// The size of the whole image in bytes, as its headers say.
    public let byteCount: UInt64

    /// Whether the view has less than the whole of it.
    public let isPartial: Bool
}

extension HostProcess {
    /// The image that an address is in a view of; nil where it is in none.
    public func image(at address: VirtualAddress) -> MappedImage? {
        withLock {
            guard !zones.contains(address), let section = space.section(at: address)?.section, let image = section.image,
                let region = try? space.queryRegion(address)
            else { return nil }
            let mask = HostMemory.pageSize - 1
            let size = (image.imageSize + mask) & ~mask
            return MappedImage(
                base: region.allocationBase, byteCount: size, isPartial: region.byteCount < size)
        }
    }
}
