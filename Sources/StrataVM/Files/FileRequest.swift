/// What is to become of a file that is there, and of one that is not.
enum FileDisposition: UInt32 {
    case createNew = 1
    case createAlways
    case openExisting
    case openAlways
    case truncateExisting

    /// Whether it makes the file where there is none.
    var creates: Bool { self == .createNew || self == .createAlways || self == .openAlways }

    /// Whether it takes an existing file's contents.
    var truncates: Bool { self == .createAlways || self == .truncateExisting }

    /// Whether the call tells by its last error that the file was there.
    var tellsOfExisting: Bool { self == .createAlways || self == .openAlways }
}

/// How a file is to be opened.
struct FileRequest {
    let sharing: ShareAccess
    let disposition: FileDisposition

    /// Whether a file that is made cannot be written again.
    let isReadOnly: Bool

    /// Whether its name goes when it is closed.
    let isDeletedOnClose: Bool

    /// - Parameters:
    ///   - access: specific rights.
    ///   - flags: those of CreateFile, attributes included.
    init(access: UInt32, share: UInt32, disposition: FileDisposition, flags: UInt32) {
        isDeletedOnClose = flags & 0x0400_0000 != 0
        isReadOnly = flags & 0x1 != 0
        sharing = ShareAccess(access: isDeletedOnClose ? access | 0x1_0000 : access, share: share)
        self.disposition = disposition
    }

    var writesOrTruncates: Bool { sharing.writes || disposition.truncates }
}
