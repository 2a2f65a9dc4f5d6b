public import SystemPackage

/// Files that are read from start to end, in memory that does not grow with them.
public enum InputFile {
    /// Calls `body` with one piece of the file after the other, none of them empty.
    ///
    /// `-` is the standard input.
    ///
    /// - Throws: A `FileFailure`, or what `body` throws, after which nothing more is read.
    public static func forEachPiece(of path: FilePath, _ body: (Span<UInt8>) throws -> Void) throws {
        let isStandardInput = path.string == "-"
        let file: FileDescriptor
        do {
            file = isStandardInput ? .standardInput : try FileDescriptor.open(path, .readOnly)
        } catch {
            throw FileFailure(path: path, operation: .read, reason: "\(error)")
        }
        defer { if !isStandardInput { try? file.close() } }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count: Int
            do {
                // The system fills the array's own storage and says how much of it.
                count = try unsafe buffer.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
            } catch {
                throw FileFailure(path: path, operation: .read, reason: "\(error)")
            }
            guard count > 0 else { return }
            try body(buffer.span.extracting(0..<count))
        }
    }

    /// All bytes of the file.
    public static func contents(of path: FilePath) throws(FileFailure) -> [UInt8] {
        var contents: [UInt8] = []
        do {
            try forEachPiece(of: path) { piece in
                // The buffer is the piece's own, and is copied before the closure returns.
                unsafe piece.withUnsafeBufferPointer { unsafe contents.append(contentsOf: $0) }
            }
        } catch {
            throw error as? FileFailure ?? FileFailure(path: path, operation: .read, reason: "\(error)")
        }
        return contents
    }
}
