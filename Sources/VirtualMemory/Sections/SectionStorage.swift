/// What a section's pages are stored in.
public enum SectionStorage: Hashable, Sendable {
    /// The paging file; the number tells sections apart.
    case pagingFile(UInt64)

    /// A file of data, by the token that the maker of the section gave.
    case file(UInt64)

    /// An executable image, by the token that the maker of the section gave.
    case image(UInt64)

    /// The number or the token.
    public var number: UInt64 {
        switch self {
        case .pagingFile(let number), .file(let number), .image(let number): number
        }
    }
}
