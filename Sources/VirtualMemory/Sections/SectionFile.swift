/// A file that a section is made of, as far as the section has to know it.
public struct SectionFile: Sendable {
    /// What the file was opened for.
    public struct Access: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

        @inlinable
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// What the file holds may be read.
        public static let read = Access(rawValue: 1)

        /// What the file holds may be changed.
        public static let write = Access(rawValue: 2)

        /// What the file holds may be run.
        public static let execute = Access(rawValue: 4)
    }

    /// What the backend knows the file by.
    public let token: UInt64

    /// The size in bytes.
    public let byteCount: UInt64

    /// What the file was opened for, which bounds what sections of it allow.
    public let access: Access

    /// A file as whoever opened it knows it.
    public init(token: UInt64, byteCount: UInt64, access: Access) {
        self.token = token
        self.byteCount = byteCount
        self.access = access
    }
}
