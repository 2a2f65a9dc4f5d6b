/// What is wrong with a trace, and in which line.
public enum PageTraceError: Error, Equatable, Sendable {
    /// A line that is no reference in any of the formats.
    case unreadable(line: Int)
    /// A line longer than any reference.
    case tooLong(line: Int)
    /// More references than can be numbered with 32 bits.
    case tooManyReferences(line: Int)
    /// A trace without a reference.
    case empty

    /// The sentence for people.
    public var explanation: String {
        switch self {
        case .unreadable(let line):
            "line \(line): expected a reference: `l 0xADDRESS SIZE` or `s 0xADDRESS SIZE`, ` L ADDRESS,SIZE` as valgrind's lackey "
                + "prints it, or one block number"
        case .tooLong(let line): "line \(line): longer than any reference; is this a trace?"
        case .tooManyReferences(let line): "line \(line): more than 4,294,967,294 references; use a shorter trace"
        case .empty: "holds no reference"
        }
    }
}
