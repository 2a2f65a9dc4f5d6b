import CHostMemory
public import MemoryMap
import SystemPackage
public import VirtualMemory

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
    /// A section of an executable image, laid out as its headers say.
    ///
    /// - Parameter byteCount: how much of it the section has; 0 for all.
    public func createImageSection(
        _ file: HostSectionFile, byteCount: UInt64 = 0, protection: PageProtection, attributes: SectionAttributes
    ) throws(NTStatus) -> HostSection {
        let named = SectionFile(token: 0, byteCount: file.byteCount, access: file.access)
        try Section.checkImage(named, protection: protection, attributes: attributes)
        let image = try Self.image(in: file)
        let storage = try Self.storage(of: image, file)
        do throws(NTStatus) {
            return try withLock { () throws(NTStatus) in
                let section = try Section.image(
                    SectionFile(token: space.backend.storages.nextNumber, byteCount: file.byteCount, access: file.access), image,
                    byteCount: byteCount, protection: protection, attributes: attributes, ledger: space.ledger)
                space.backend.storages.add(storage, as: section.storage)
                return HostSection(section)
            }
        } catch {
            storage.close()
            throw error
        }
    }

    /// What a file's headers say, of which as much is read as the largest image has.
    private static func image(in file: HostSectionFile) throws(NTStatus) -> PEImage {
        guard file.byteCount > 0, file.byteCount < 1 << 32 else { throw .invalidFileForSection }
        let headers = try bytes(of: file, at: 0, Int(min(file.byteCount, 4 << 20)))
        do throws(PEImageError) {
            // The span does not outlive the array.
            return try unsafe PEImage(parsing: headers.span.bytes, fileByteCount: file.byteCount)
        } catch {
            throw NTStatus(error)
        }
    }

    private static func bytes(of file: HostSectionFile, at offset: UInt64, _ count: Int) throws(NTStatus) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let descriptor = FileDescriptor(rawValue: file.descriptor)
        var place = 0
        // The descriptor fills the array's own storage from the place on and says how much of it.
        while place < count {
            let read =
                unsafe try? bytes.withUnsafeMutableBytes {
                    unsafe try descriptor.read(
                        fromAbsoluteOffset: Int64(offset) + Int64(place),
                        into: UnsafeMutableRawBufferPointer(rebasing: $0[place...]))
                }
            guard let read, read > 0 else { throw .inPageError }
            place += read
        }
        return bytes
    }

    /// An image's headers and parts where they lie in memory, brought there piece by piece.
    private static func storage(of image: PEImage, _ file: HostSectionFile) throws(NTStatus) -> HostStorage {
        let mask = HostMemory.pageSize - 1
        var storage: HostStorage
        do throws(BackendError) {
            storage = try HostStorage.anonymous(byteCount: (image.imageSize + mask) & ~mask, isImage: true)
        } catch {
            throw .insufficientResources
        }
        storage.identity = file.identity
        storage.name = file.name
        do throws(NTStatus) {
            try copy(file, 0, image.headerSize, to: storage, at: 0, image.imageSize)
            for part in image.parts {
                try copy(
                    file, part.fileOffset, min(part.fileByteCount, part.byteCount), to: storage, at: part.start, image.imageSize)
            }
        } catch {
            storage.close()
            throw error
        }
        return storage
    }

    /// Copies as much of a part as the file has and the image has room for.
    private static func copy(
        _ file: HostSectionFile, _ offset: UInt64, _ count: UInt64, to storage: HostStorage, at place: UInt64, _ imageSize: UInt64
    ) throws(NTStatus) {
        guard offset < file.byteCount, place < imageSize else { return }
        let end = min(offset + min(count, imageSize - place), file.byteCount)
        let target = FileDescriptor(rawValue: storage.descriptor)
        var done = offset
        while done < end {
            let piece = try bytes(of: file, at: done, Int(min(end - done, 1 << 20)))
            guard (try? target.writeAll(toAbsoluteOffset: Int64(place + (done - offset)), piece)) != nil else {
                throw .insufficientResources
            }
            done += UInt64(piece.count)
        }
    }

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
