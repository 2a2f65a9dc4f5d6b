/// Why bytes are no executable image that can be mapped, with the offset of what is wrong.
public enum PEImageError: Error, Hashable, Sendable {
    /// The file does not begin with `MZ`.
    case notMZ

    /// The file ends before the field at this offset does.
    case truncated(Int)

    /// No `PE` signature at this offset, which the DOS header gives.
    case notPE(Int)

    /// The optional header at this offset is neither PE32 nor PE32+, or too short.
    case unknownOptionalHeader(Int)

    /// The alignment at this offset is no power of two, or the file's is larger than the section's.
    case invalidAlignment(Int)

    /// The preferred base at this offset is no multiple of 64 KiB, or is above what its width can name.
    case invalidBase(Int)

    /// The image's or the headers' size at this offset is 0, too large or not aligned.
    case invalidSize(Int)

    /// The section header at this offset lies outside of the image or the file, out of order, or over another section.
    case invalidSection(Int)

    /// The relocation block at this offset in the image is damaged.
    case invalidRelocation(UInt64)
}

extension NTStatus {
    /// What a program is told that maps such a file as an image.
    public init(_ error: PEImageError) {
        self =
            switch error {
            case .notMZ: .invalidImageNotMZ
            default: .invalidImageFormat
            }
    }
}
