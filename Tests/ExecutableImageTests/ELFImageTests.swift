import ELFFixtures
import ExecutableImage
import MemoryMap
import Testing

@Suite struct ELFImageTests {
    /// The error that the reader gives for the bytes, or nil where it takes them.
    static func error(of file: [UInt8]) -> ELFError? {
        do throws(ELFError) {
            _ = try ELFImage(validating: file.span)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [UInt16(62), 183])
    func `A good file tells what it was made of`(machine: UInt16) throws {
        let fixture = ELFFixture.small(machine: machine)
        let file = fixture.bytes
        let image = try ELFImage(validating: file.span)
        #expect(image.machine.rawValue == machine)
        #expect(image.kind == .positionIndependent)
        #expect(image.entry == VirtualAddress(0x11004))
        #expect(image.segmentCount == 3)
        #expect(image.segment(at: 0).permissions == .read)
        #expect(image.segment(at: 1).permissions == [.read, .execute])
        let data = image.segment(at: 2)
        #expect(data.permissions == [.read, .write])
        #expect(data.start == VirtualAddress(0x13000))
        #expect(data.byteCount == 0x2345)
        #expect(data.fileByteCount == 256 + 64)
        #expect(image.imageRange == VirtualRange(start: VirtualAddress(0x10000), last: VirtualAddress(0x15FFF)))
        #expect(image.byteCount == 0x6000)
        #expect(image.relocationCount == 3)
        let relocation = image.relocation(at: 1)
        #expect(relocation.offset == VirtualAddress(0x13033))
        #expect(relocation.addend == 0x13000)
        let text = image.bytes(of: image.segment(at: 1))
        #expect(text.byteCount == 5000)
        #expect(unsafe text.unsafeLoad(fromByteOffset: 300, as: UInt8.self) == 49)
    }

    @Test func `A file without relocations needs no dynamic table`() throws {
        var fixture = ELFFixture.small()
        fixture.isDynamic = false
        fixture.relocations = []
        let file = fixture.bytes
        #expect(try ELFImage(validating: file.span).relocationCount == 0)
        fixture.isDynamic = true
        #expect(Self.error(of: fixture.bytes) == nil)
    }

    @Test func `Every prefix that lacks needed bytes is refused`() {
        let file = ELFFixture.small().bytes
        for count in 0..<file.count { #expect(Self.error(of: Array(file[..<count])) != nil, "\(count) bytes") }
        #expect(Self.error(of: file + [1, 2, 3]) == nil)
        #expect(Self.error(of: []) == .notELF)
        #expect(Self.error(of: Array(file[..<3])) == .notELF)
        #expect(Self.error(of: Array(file[..<63])) == .truncated(offset: 0, byteCount: 64))
        #expect(Self.error(of: Array(file[..<200])) == .truncated(offset: 64, byteCount: 5 * 56))
    }

    @Test func `A bad file header is refused`() {
        let file = ELFFixture.small().bytes
        func error<Field: FixedWidthInteger & UnsignedInteger>(_ offset: Int, _ value: Field) -> ELFError? {
            Self.error(of: file.replacing(at: offset, with: value))
        }
        #expect(error(0, UInt8(0x7E)) == .notELF)
        #expect(error(4, UInt8(1)) == .unsupportedClass(1))
        #expect(error(5, UInt8(2)) == .unsupportedByteOrder(2))
        #expect(error(6, UInt8(0)) == .unsupportedVersion(offset: 6, value: 0))
        #expect(error(20, UInt32(7)) == .unsupportedVersion(offset: 20, value: 7))
        for type: UInt16 in [0, 1, 4] { #expect(error(16, type) == .unsupportedKind(type)) }
        for machine: UInt16 in [3, 40, 243] { #expect(error(18, machine) == .unsupportedMachine(machine)) }
        #expect(error(54, UInt16(32)) == .badProgramHeaderSize(32))
        #expect(error(56, UInt16(0)) == .noSegments)
        #expect(error(56, UInt16(0xFFFF)) == .tooManyProgramHeaders)
        for offset: UInt64 in [UInt64(file.count), .max, .max - 100, 1 << 63] {
            #expect(error(32, offset) == .truncated(offset: offset, byteCount: 5 * 56))
        }
        for entry: UInt64 in [0, 0x10004, 0x11000 + 5000, 0x13000, .max] {
            #expect(error(24, entry) == .entryOutsideCode(VirtualAddress(entry)))
        }
    }

    @Test func `A bad segment is refused with the place of its program header`() {
        let fixture = ELFFixture.small()
        let file = fixture.bytes
        let text = fixture.programHeader(1)
        let data = fixture.programHeader(2)
        func error(_ offset: Int, _ value: UInt64) -> ELFError? { Self.error(of: file.replacing(at: offset, with: value)) }
        let fileByteCount = UInt64(320)
        #expect(
            error(data + 40, 0) == .fileLargerThanMemory(offset: UInt64(data), fileByteCount: fileByteCount, byteCount: 0))
        #expect(
            error(data + 40, 300)
                == .fileLargerThanMemory(offset: UInt64(data), fileByteCount: fileByteCount, byteCount: 300))
        for offset: UInt64 in [0x4000, .max - 100, 1 << 63] {
            #expect(
                error(data + 8, offset)
                    == .segmentOutsideFile(offset: UInt64(data), fileOffset: offset, fileByteCount: fileByteCount))
        }
        #expect(
            error(data + 16, .max - 0x2000)
                == .segmentWraps(offset: UInt64(data), start: VirtualAddress(.max - 0x2000), byteCount: 0x2345))
        #expect(
            error(data + 40, .max)
                == .segmentWraps(offset: UInt64(data), start: VirtualAddress(0x13000), byteCount: .max))
        // The last page of the address space is out of bounds as well: its end is no address.
        #expect(
            error(data + 40, UInt64.max - 0x13000)
                == .segmentWraps(offset: UInt64(data), start: VirtualAddress(0x13000), byteCount: .max - 0x13000))
        for alignment: UInt64 in [0, 1, 16, 2048, 4095, 0x1800, .max] {
            #expect(error(data + 48, alignment) == .badAlignment(offset: UInt64(data), alignment: alignment))
        }
        #expect(error(data + 16, 0x13008) == .badAlignment(offset: UInt64(data), alignment: 4096))
        #expect(error(text + 16, 0x13000) == .segmentsOutOfOrder(offset: UInt64(data), start: VirtualAddress(0x13000)))
        #expect(error(text + 40, 0x2001) == .segmentsOutOfOrder(offset: UInt64(data), start: VirtualAddress(0x13000)))
        let writable = file.replacing(at: text + 4, with: UInt32(7))
        #expect(Self.error(of: writable) == .writableAndExecutable(offset: UInt64(text)))
    }

    @Test func `A segment of no bytes is not there`() throws {
        var fixture = ELFFixture.small()
        fixture.otherProgramHeaders = [1]
        let file = fixture.bytes
        #expect(try ELFImage(validating: file.span).segmentCount == 3)
        fixture = ELFFixture()
        fixture.isDynamic = false
        let empty = fixture.bytes.replacing(at: 64 + 32, with: UInt64(0)).replacing(at: 64 + 40, with: UInt64(0))
        #expect(Self.error(of: empty) == .noSegments)
    }

    @Test func `Segments share a page only when they share permissions`() {
        var fixture = ELFFixture.small()
        fixture.segments[1].address = 0x12800
        fixture.relocations = []
        let header = UInt64(fixture.programHeader(2))
        #expect(Self.error(of: fixture.bytes) == .sharedPage(offset: header, page: VirtualAddress(0x12000)))
        fixture.segments[0].flags = 4
        fixture.segments[1].flags = 6
        fixture.segments.append(.init(flags: 6, address: 0x14C00, contents: [1, 2, 3]))
        fixture.segments.append(.init(flags: 5, address: 0x15000, contents: [4, 5, 6]))
        fixture.segments[0].byteCount = 0x800
        fixture.segments[0].contents.removeLast(4000)
        fixture.entry = 0x15001
        #expect(Self.error(of: fixture.bytes) == nil)
    }

    @Test func `What is not provided is refused`() {
        var fixture = ELFFixture.small()
        let last = UInt64(fixture.programHeader(4))
        fixture.otherProgramHeaders = [3]
        #expect(Self.error(of: fixture.bytes) == .interpreter(offset: last))
        fixture.otherProgramHeaders = [7]
        #expect(Self.error(of: fixture.bytes) == .threadLocalStorage(offset: last))
        fixture.otherProgramHeaders = [2]
        #expect(Self.error(of: fixture.bytes) == .secondDynamicTable(offset: last))
        fixture.otherProgramHeaders = [4, 6, 0x6474_E550, 0x6474_E552]
        #expect(Self.error(of: fixture.bytes) == nil)
    }

    @Test func `More segments than the limit are refused`() {
        var fixture = ELFFixture()
        fixture.relocations = []
        fixture.isDynamic = false
        for index in 0..<15 {
            fixture.segments.append(.init(flags: 5, address: 0x20000 + UInt64(index) << 12, contents: [0x90]))
        }
        fixture.entry = 0x20000
        #expect(Self.error(of: fixture.bytes) == nil)
        fixture.segments.append(.init(flags: 5, address: 0x40000, contents: [0x90]))
        #expect(Self.error(of: fixture.bytes) == .tooManySegments(offset: UInt64(fixture.programHeader(16))))
    }
}
