public import MemoryMap
public import SimulatedMachine
public import VirtualMemory

/// Why an image was not mapped.
public enum ImageMappingError: Error, Equatable, Sendable {
    /// The file is no image.
    case image(PEImageError)

    /// The address space refuses the section or the view.
    case status(NTStatus)

    /// A page to relocate could not be brought in.
    case paging(PagedMemoryError)
}

extension SimulatedProcess {
    /// Maps an executable image from its file, and relocates it where the place that it is linked for is taken.
    ///
    /// - Parameters:
    ///   - file: the whole file.
    ///   - token: tells the file apart from others of the machine.
    /// - Returns: the addresses of the image, and what its headers say.
    public func mapImage(
        _ file: [UInt8], token: UInt64
    ) throws(ImageMappingError) -> (range: VirtualRange, image: PEImage) {
        let image: PEImage
        do throws(PEImageError) { image = try PEImage(parsing: file.span.rawBytes) } catch { throw .image(error) }
        machine.provide(SectionContents(file, laidOutAs: image), for: .image(token))
        let view: (range: VirtualRange, isAtBase: Bool)
        do throws(NTStatus) {
            let section = try Section.image(
                SectionFile(token: token, byteCount: UInt64(file.count), access: [.read, .execute]), image, ledger: space.ledger)
            view = try space.mapView(ViewRequest(section: section, protection: .readOnly))
        } catch {
            throw .status(error)
        }
        if !view.isAtBase { try relocate(image, file, view.range) }
        return (view.range, image)
    }

    private func relocate(_ image: PEImage, _ file: [UInt8], _ range: VirtualRange) throws(ImageMappingError) {
        let delta = range.start.rawValue &- image.preferredBase
        var relocations: [PERelocation] = []
        do throws(PEImageError) {
            try image.forEachRelocation(in: file.span.rawBytes) { relocations.append($0) }
        } catch {
            throw .image(error)
        }
        do throws(PagedMemoryError) {
            for relocation in relocations {
                let address = VirtualAddress(range.start.rawValue + relocation.offset)
                try machine.patch(address, byteCount: Int(relocation.byteCount)) { relocation.relocated($0, by: delta) }
            }
        } catch {
            throw .paging(error)
        }
    }
}

extension SectionContents {
    /// The contents of an image's pages: its parts where they lie in memory.
    init(_ file: [UInt8], laidOutAs image: PEImage) {
        var bytes: [UInt8] = []
        for part in image.parts {
            // A validated image has its parts in the file, and in the order of their addresses.
            let start = Int(part.start)
            let count = Int(min(part.fileByteCount, part.byteCount))
            if bytes.count < start { bytes += [UInt8](repeating: 0, count: start - bytes.count) }
            bytes.replaceSubrange(start..., with: file[Int(part.fileOffset)..<Int(part.fileOffset) + count])
        }
        self.init(bytes)
    }
}
