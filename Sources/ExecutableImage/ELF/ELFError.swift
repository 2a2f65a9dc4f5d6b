public import MemoryMap

/// Why a file is not an ELF image that can be loaded, with the place in the file.
///
/// `offset` is always a file offset in bytes: that of the field, table entry or program header at fault.
public enum ELFError: Error, Hashable, Sendable {
    /// The file ends before `byteCount` bytes at `offset`.
    case truncated(offset: UInt64, byteCount: UInt64)

    /// The file does not begin with `7F 45 4C 46`.
    case notELF

    /// The file is no 64-bit one (`EI_CLASS` is not 2).
    case unsupportedClass(UInt8)

    /// The file is not little-endian (`EI_DATA` is not 1).
    case unsupportedByteOrder(UInt8)

    /// `EI_VERSION` or `e_version` is not 1.
    case unsupportedVersion(offset: UInt64, value: UInt32)

    /// `e_type` is neither `ET_EXEC` nor `ET_DYN`.
    case unsupportedKind(UInt16)

    /// `e_machine` is neither x86-64 nor AArch64.
    case unsupportedMachine(UInt16)

    /// `e_phentsize` is not 56.
    case badProgramHeaderSize(UInt16)

    /// `e_phnum` stands for a number that does not fit the field (`PN_XNUM`).
    case tooManyProgramHeaders

    /// There is no loadable segment that has bytes in memory.
    case noSegments

    /// There are more than `ELFImage.segmentLimit` loadable segments; `offset` is that of the first one too many.
    case tooManySegments(offset: UInt64)

    /// The segment has more bytes in the file than in memory.
    case fileLargerThanMemory(offset: UInt64, fileByteCount: UInt64, byteCount: UInt64)

    /// The segment's bytes are not all in the file.
    case segmentOutsideFile(offset: UInt64, fileOffset: UInt64, fileByteCount: UInt64)

    /// The segment's pages reach 2^64.
    case segmentWraps(offset: UInt64, start: VirtualAddress, byteCount: UInt64)

    /// The alignment is no power of two of at least 4096, or address and file offset are not equal modulo it.
    case badAlignment(offset: UInt64, alignment: UInt64)

    /// The segment is writable and executable at once.
    case writableAndExecutable(offset: UInt64)

    /// The segment starts below the end of the one before it.
    case segmentsOutOfOrder(offset: UInt64, start: VirtualAddress)

    /// The segment shares a page with the one before it, but not its permissions.
    case sharedPage(offset: UInt64, page: VirtualAddress)

    /// The file asks for an interpreter (`PT_INTERP`): it is dynamically linked.
    case interpreter(offset: UInt64)

    /// The file has thread-local storage (`PT_TLS`).
    case threadLocalStorage(offset: UInt64)

    /// There is a second `PT_DYNAMIC`.
    case secondDynamicTable(offset: UInt64)

    /// The dynamic table is not inside the file bytes of a loadable segment, or its size is no multiple of 16.
    case badDynamicTable(offset: UInt64)

    /// The dynamic table has no `DT_NULL` at its end.
    case unterminatedDynamicTable(offset: UInt64)

    /// The dynamic table's entry asks for something that is not provided: a shared library or another relocation format.
    case unsupportedDynamicTag(offset: UInt64, tag: UInt64)

    /// The entry's tag was there before.
    case repeatedDynamicTag(offset: UInt64, tag: UInt64)

    /// `DT_RELA`, `DT_RELASZ` and `DT_RELAENT` are not all there, or the entry size is not 24; `offset` is that of the
    /// dynamic table.
    case badRelocationTable(offset: UInt64)

    /// The relocation table is not inside the file bytes of a loadable segment, or its size is no multiple of 24.
    case relocationTableOutsideSegments(address: VirtualAddress, byteCount: UInt64)

    /// The relocation is not a relative one, or a relative one with a symbol.
    case unsupportedRelocation(offset: UInt64, type: UInt32, symbol: UInt32)

    /// The relocation's 8 bytes are not all inside a writable segment.
    case relocationOutsideWritableSegment(offset: UInt64, address: VirtualAddress)

    /// The entry point is not inside the file bytes of an executable segment.
    case entryOutsideCode(VirtualAddress)

    /// The memory to load into is smaller than the image.
    case memoryTooSmall(byteCount: UInt64, needed: UInt64)

    /// The base address is not aligned as the segments ask for.
    case misalignedBase(VirtualAddress, alignment: UInt64)

    /// The image does not fit between the base address and 2^64.
    case baseTooHigh(VirtualAddress)

    /// The image runs only at the address it was linked at.
    case fixedAddress(linked: VirtualAddress)
}
