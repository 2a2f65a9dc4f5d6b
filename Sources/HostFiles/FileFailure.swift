public import SystemPackage

/// Why a file could not be read or written: which file, what was tried and the system's own words.
public struct FileFailure: Error, CustomStringConvertible, Sendable {
    /// What was tried.
    public enum Operation: Sendable {
        case read
        case write
    }

    public let path: FilePath
    public let operation: Operation
    public let reason: String

    public init(path: FilePath, operation: Operation, reason: String) {
        self.path = path
        self.operation = operation
        self.reason = reason
    }

    /// One line: `map.svg: cannot be written: No space left on device`.
    public var description: String {
        switch operation {
        case .read: "\(path): cannot be read: \(reason)"
        case .write: "\(path): cannot be written: \(reason)"
        }
    }
}
