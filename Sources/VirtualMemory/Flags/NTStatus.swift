/// Why a memory service of the native interface failed, with the codes that programs know; nothing has changed when one is thrown.
///
/// A call that succeeds returns; its code would be 0.
public enum NTStatus: UInt32, Error, Hashable, Sendable, CaseIterable {
    /// An image was mapped elsewhere than it was linked for; a success.
    case imageNotAtBase = 0x4000_0003

    /// A guard page was touched.
    case guardPageViolation = 0x8000_0001

    /// Only a part could be copied.
    case partialCopy = 0x8000_000D

    /// The buffer has the wrong size.
    case infoLengthMismatch = 0xC000_0004

    /// An address cannot be accessed so.
    case accessViolation = 0xC000_0005

    /// Storage could not be read.
    case inPageError = 0xC000_0006

    /// The process may not use more of the paging file.
    case pagefileQuota = 0xC000_0007

    /// A handle that names nothing of the kind.
    case invalidHandle = 0xC000_0008

    /// An argument is invalid.
    case invalidParameter = 0xC000_000D

    /// No addresses, or no memory, are left.
    case noMemory = 0xC000_0017

    /// The addresses belong to something else, or to nothing.
    case conflictingAddresses = 0xC000_0018

    /// No view is mapped there.
    case notMappedView = 0xC000_0019

    /// The range does not lie in one allocation.
    case unableToFreeVM = 0xC000_001A

    /// A view is unmapped, not freed.
    case unableToDeleteSection = 0xC000_001B

    /// The view passes the end of the section.
    case invalidViewSize = 0xC000_001F

    /// The file cannot be mapped so.
    case invalidFileForSection = 0xC000_0020

    /// The pages are committed by what they map.
    case alreadyCommitted = 0xC000_0021

    /// The object was not opened for that.
    case accessDenied = 0xC000_0022

    /// The pages are not locked.
    case notLocked = 0xC000_002A

    /// The pages are not committed.
    case notCommitted = 0xC000_002D

    /// The file is in use by a view.
    case userMappedFile = 0xC000_0243

    /// The section is larger than its file, which cannot grow.
    case sectionTooBig = 0xC000_0040

    /// No such protection, or not for this memory.
    case invalidPageProtection = 0xC000_0045

    /// The view does not allow that protection.
    case sectionProtection = 0xC000_004E

    /// The process lacks a privilege.
    case privilegeNotHeld = 0xC000_0061

    /// An executable image whose headers are damaged.
    case invalidImageFormat = 0xC000_007B

    /// The section cannot be made larger.
    case sectionNotExtended = 0xC000_0087

    /// The system lacks resources.
    case insufficientResources = 0xC000_009A

    /// What was asked for is not for this machine.
    case notSupported = 0xC000_00BB

    /// The address is not the first of an allocation.
    case freeVMNotAtBase = 0xC000_009F

    /// Nothing is allocated there.
    case memoryNotAllocated = 0xC000_00A0

    /// The working set cannot hold more locked pages.
    case workingSetQuota = 0xC000_00A1

    /// The first argument is invalid.
    case invalidParameter1 = 0xC000_00EF

    /// The second argument is invalid.
    case invalidParameter2 = 0xC000_00F0

    /// The third argument is invalid.
    case invalidParameter3 = 0xC000_00F1

    /// The fourth argument is invalid.
    case invalidParameter4 = 0xC000_00F2

    /// The fifth argument is invalid.
    case invalidParameter5 = 0xC000_00F3

    /// The sixth argument is invalid.
    case invalidParameter6 = 0xC000_00F4

    /// The seventh argument is invalid.
    case invalidParameter7 = 0xC000_00F5

    /// The eighth argument is invalid.
    case invalidParameter8 = 0xC000_00F6

    /// The ninth argument is invalid.
    case invalidParameter9 = 0xC000_00F7

    /// An empty file cannot be mapped.
    case mappedFileSizeZero = 0xC000_011E

    /// The paging file and memory are promised to the last page.
    case commitmentLimit = 0xC000_012D

    /// Not an executable image.
    case invalidImageNotMZ = 0xC000_012F

    /// No region has that address.
    case invalidAddress = 0xC000_0141

    /// A base address or an offset is not aligned.
    case mappedAlignment = 0xC000_0220

    /// The paging file is too small to begin with.
    case commitmentMinimum = 0xC000_02C8

}
