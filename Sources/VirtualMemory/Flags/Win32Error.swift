/// The error code that a Win32 call leaves behind, as `GetLastError` gives it.
public enum Win32Error: UInt32, Error, Hashable, Sendable, CaseIterable {
    /// Access is denied.
    case accessDenied = 5

    /// An invalid handle.
    case invalidHandle = 6

    /// No memory, or no addresses.
    case notEnoughMemory = 8

    /// A buffer has the wrong size.
    case badLength = 24

    /// An invalid argument.
    case invalidParameter = 87

    /// The segment is not locked.
    case notLocked = 158

    /// The name is taken; the call opened what has it.
    case alreadyExists = 183

    /// Not an executable image.
    case badExecutableFormat = 193

    /// Only a part was copied.
    case partialCopy = 299

    /// An invalid address.
    case invalidAddress = 487

    /// The paging file is too small to begin with.
    case commitmentMinimum = 635

    /// An image is elsewhere than it was linked for.
    case imageNotAtBase = 700

    /// An invalid access to memory.
    case noAccess = 998

    /// Storage could not be read.
    case swapError = 999

    /// The file is empty or has changed.
    case fileInvalid = 1006

    /// A base address or an offset is not aligned.
    case mappedAlignment = 1132

    /// What was asked for is not for this machine.
    case notSupported = 50

    /// A privilege is missing.
    case privilegeNotHeld = 1314

    /// The system lacks resources.
    case noSystemResources = 1450

    /// The file is in use by a view.
    case userMappedFile = 1224

    /// The working set is too small.
    case workingSetQuota = 1453

    /// No more of the paging file for this process.
    case pagefileQuota = 1454

    /// The paging file is too small.
    case commitmentLimit = 1455

    /// A guard page was touched.
    case guardPageViolation = 0x8000_0001
}

extension Win32Error {
    /// The code that stands for a native status.
    public init(_ status: NTStatus) {
        self =
            switch status {
            case .invalidViewSize, .alreadyCommitted, .accessDenied: .accessDenied
            case .invalidHandle: .invalidHandle
            case .noMemory, .sectionTooBig: .notEnoughMemory
            case .infoLengthMismatch: .badLength
            case .invalidParameter, .unableToFreeVM, .unableToDeleteSection, .invalidPageProtection, .sectionProtection,
                .sectionNotExtended,
                .invalidParameter1, .invalidParameter2, .invalidParameter3, .invalidParameter4, .invalidParameter5,
                .invalidParameter6, .invalidParameter7, .invalidParameter8, .invalidParameter9:
                .invalidParameter
            case .notLocked: .notLocked
            case .invalidFileForSection, .invalidImageFormat, .invalidImageNotMZ: .badExecutableFormat
            case .userMappedFile: .userMappedFile
            case .partialCopy: .partialCopy
            case .conflictingAddresses, .notMappedView, .notCommitted, .freeVMNotAtBase, .memoryNotAllocated, .invalidAddress:
                .invalidAddress
            case .commitmentMinimum: .commitmentMinimum
            case .imageNotAtBase: .imageNotAtBase
            case .accessViolation: .noAccess
            case .inPageError: .swapError
            case .mappedFileSizeZero: .fileInvalid
            case .mappedAlignment: .mappedAlignment
            case .privilegeNotHeld: .privilegeNotHeld
            case .insufficientResources: .noSystemResources
            case .notSupported: .notSupported
            case .workingSetQuota: .workingSetQuota
            case .pagefileQuota: .pagefileQuota
            case .commitmentLimit: .commitmentLimit
            case .guardPageViolation: .guardPageViolation
            }
    }
}
