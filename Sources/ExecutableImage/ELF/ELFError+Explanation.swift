import MemoryMap

extension ELFError {
    /// What is wrong, where, and what to do.
    public var explanation: String {
        switch self {
        case .truncated(let offset, let byteCount):
            "the file ends before \(byteCount) bytes at offset \(hex(offset)); is it complete?"
        case .notELF: "offset 0x0: not an ELF file"
        case .unsupportedClass: "offset 0x4: not a 64-bit ELF file; compile for x86_64 or aarch64"
        case .unsupportedByteOrder: "offset 0x5: not a little-endian ELF file; compile for x86_64 or aarch64"
        case .unsupportedVersion(let offset, let value): "offset \(hex(offset)): ELF version \(value), 1 is understood"
        case .unsupportedKind(let kind):
            "offset 0x10: ELF type \(kind) is not an executable; give the linked executable and no object or core file"
        case .unsupportedMachine(let machine):
            "offset 0x12: machine \(machine); x86-64 (62) and AArch64 (183) are understood"
        case .badProgramHeaderSize(let size): "offset 0x36: program headers of \(size) bytes, 56 are understood"
        case .tooManyProgramHeaders: "offset 0x38: more than 65534 program headers"
        case .noSegments: "no loadable segment; give the linked executable and no object file"
        case .tooManySegments(let offset):
            "\(program(offset)): more than \(ELFImage.segmentLimit) loadable segments; merge sections in the linker script"
        case .fileLargerThanMemory(let offset, let fileByteCount, let byteCount):
            "\(program(offset)): \(fileByteCount) bytes in the file for \(byteCount) bytes of memory"
        case .segmentOutsideFile(let offset, let fileOffset, let fileByteCount):
            "\(program(offset)): the \(fileByteCount) bytes at offset \(hex(fileOffset)) are not all in the file; is it complete?"
        case .segmentWraps(let offset, let start, let byteCount):
            "\(program(offset)): \(byteCount) bytes at address \(hex(start)) pass the end of the address space"
        case .badAlignment(let offset, let alignment):
            "\(program(offset)): alignment \(hex(alignment)): it has to be a power of two of at least 4096, with address and "
                + "file offset equal modulo it; link with -z max-page-size=4096 and without -n"
        case .writableAndExecutable(let offset):
            "\(program(offset)): the segment is writable and executable; link with -z separate-code and without -N, or "
                + "correct the flags in the linker script"
        case .segmentsOutOfOrder(let offset, let start):
            "\(program(offset)): the segment at address \(hex(start)) starts below the end of the one before it"
        case .sharedPage(let offset, let page):
            "\(program(offset)): shares the page \(hex(page)) with a segment of other permissions; link with -z separate-code"
        case .interpreter(let offset):
            "\(program(offset)): asks for an interpreter, so it is dynamically linked; link with -static-pie, or with -pie "
                + "and --no-dynamic-linker"
        case .threadLocalStorage(let offset):
            "\(program(offset)): has thread-local storage, which nobody sets up; do without thread-local variables"
        case .secondDynamicTable(let offset): "\(program(offset)): second dynamic table"
        case .badDynamicTable(let offset):
            "the dynamic table at offset \(hex(offset)) is not inside a loadable segment, or its size is no multiple of 16"
        case .unterminatedDynamicTable(let offset): "the dynamic table at offset \(hex(offset)) has no DT_NULL at its end"
        case .unsupportedDynamicTag(let offset, let tag): "offset \(hex(offset)): dynamic tag \(hex(tag)): \(advice(for: tag))"
        case .repeatedDynamicTag(let offset, let tag): "offset \(hex(offset)): dynamic tag \(hex(tag)) for the second time"
        case .badRelocationTable(let offset):
            "the dynamic table at offset \(hex(offset)) does not give DT_RELA, DT_RELASZ and a DT_RELAENT of 24"
        case .relocationTableOutsideSegments(let address, let byteCount):
            "\(byteCount) bytes of relocations at address \(hex(address)) are not inside a loadable segment, or no whole number"
        case .unsupportedRelocation(let offset, let type, let symbol):
            "offset \(hex(offset)): relocation of type \(type) with symbol \(symbol): only relative ones without a symbol are "
                + "understood; link with -Bsymbolic and define every symbol (ld.lld --no-undefined names the missing ones)"
        case .relocationOutsideWritableSegment(let offset, let address):
            "offset \(hex(offset)): the relocated word at address \(hex(address)) is not inside a writable segment; compile "
                + "with -fPIC and link with -z text -z norelro"
        case .entryOutsideCode(let entry):
            "offset 0x18: the entry point \(hex(entry)) is not inside an executable segment; name it to the linker with -e"
        case .memoryTooSmall(let byteCount, let needed): "\(needed) bytes of memory are needed, \(byteCount) are there"
        case .misalignedBase(let base, let alignment): "the address \(hex(base)) is no multiple of \(hex(alignment))"
        case .baseTooHigh(let base): "the image does not fit above the address \(hex(base))"
        case .fixedAddress(let linked): "the image runs only at address \(hex(linked)); link with -pie"
        }
    }

    private func program(_ offset: UInt64) -> String { "program header at offset \(hex(offset))" }

    private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

    private func hex(_ address: VirtualAddress) -> String { hex(address.rawValue) }

    private func advice(for tag: UInt64) -> String {
        switch tag {
        case 1: "needs a shared library; link everything statically"
        case 22: "relocations in read-only segments; compile with -fPIC and link with -z text"
        case 2, 20, 23: "calls through a procedure linkage table; link with -Bsymbolic and define every symbol"
        case 35, 36, 37: "packed relocations (DT_RELR); link without --pack-dyn-relocs"
        default: "relocations in another format than DT_RELA; link without --pack-dyn-relocs"
        }
    }
}
