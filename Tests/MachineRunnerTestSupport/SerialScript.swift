import MachineRunner
import MemoryMap
import MemoryReport

/// The serial log of a boot that goes well, which tests then spoil.
public struct SerialScript: Sendable {
    public var lines: [String]

    public static let hash = String(repeating: "ab", count: 32)

    /// A machine with 64 MiB of memory, told with the writer that the kernel uses.
    public init(architecture: MachineArchitecture = .x86_64, descriptors: [Descriptor] = Descriptor.small) {
        let raw = descriptors.flatMap(\.bytes)
        lines = [
            "\u{1B}[2J\u{1B}[01;01HBdsDxe: starting Boot0001 \"UEFI Misc Device\"\r",
            #"{"strata":1,"source":"loader","event":"start","architecture":"\#(architecture.rawValue)","firmwareVendor":"EDK II","firmwareRevision":65536,"uefiRevision":"2.70"}"#,
            #"{"strata":1,"source":"loader","event":"configuration","kernel":"\\strata\\kernel.elf","verify":"required","commandLine":"report=full","initrd":null}"#,
            #"{"strata":1,"source":"loader","event":"kernel","path":"\\strata\\kernel.elf","byteCount":421888,"sha256":"\#(Self.hash)","verified":true,"segments":4,"entry":"0x400000001000","base":"0x1000000","virtualBase":"0x400000000000"}"#,
            #"{"strata":1,"source":"loader","event":"graphics","available":true,"base":"0x80000000","byteCount":4096000,"width":1280,"height":800,"pixelsPerScanLine":1280,"format":"bgrx"}"#,
            #"{"strata":1,"source":"loader","event":"tables","rsdp":"0x3f7e014","smbios":null,"deviceTree":null,"memoryAttributesTable":"0x3e00018"}"#,
            #"{"strata":1,"source":"loader","event":"exit","attempts":1,"regrown":0,"descriptors":\#(descriptors.count),"descriptorSize":48}"#,
            #"{"strata":1,"source":"kernel","event":"start","bootInfoVersion":1,"bootInfo":"0x2000000","kernelStart":"0x1000000","kernelLast":"0x1066fff","verified":true,"sha256":"\#(Self.hash)","commandLine":"report=full"}"#,
        ]
        lines += Self.report(on: raw, architecture: architecture)
        lines += [
            #"{"strata":1,"source":"kernel","event":"paging","leaves4K":120,"leaves2M":30,"leaves1G":0,"writableAndExecutable":0,"pageZeroMapped":false,"tables":6}"#,
            #"{"strata":1,"source":"kernel","event":"runtime","regions":2,"setVirtualAddressMap":"SUCCESS","getTime":"2026-11-21T12:34:56","status":"SUCCESS","base":"0x600000000000"}"#,
            #"{"strata":1,"source":"kernel","event":"display","width":1280,"height":800,"drawn":true}"#,
            #"{"strata":1,"source":"kernel","event":"finished"}"#,
        ]
    }

    private static func report(on raw: [UInt8], architecture: MachineArchitecture) -> [String] {
        var text = ByteBuffer()
        text.writeMapEvents(raw.span, descriptorSize: 48, descriptorVersion: 1, from: .kernel)
        do throws(MemoryMapError) {
            let map = try PhysicalMemoryMap(MemoryMapView(validating: raw.span, descriptorSize: 48, descriptorVersion: 1))
            let summary = MemoryMapSummary(map, policy: architecture == .x86_64 ? .linuxX86 : .linuxARM64)
            text.writeSummaryEvent(summary, from: .kernel)
            text.writeTypeEvents(summary, from: .kernel)
            text.writeRegionEvents(map, from: .kernel)
        } catch {
            // A table that is wrong on purpose has no figures.
        }
        return text.text.split(separator: "\n").map { String($0) }
    }

    public var text: String { lines.map { $0 + "\n" }.joined() }

    /// The index of the first line of an event.
    public func index(of source: String, _ event: String) -> Int {
        lines.firstIndex { $0.contains(#""source":"\#(source)","event":"\#(event)""#) } ?? lines.count
    }

    /// The log up to an event, without it.
    public func cut(before source: String, _ event: String) -> SerialScript {
        var copy = self
        copy.lines = Array(lines[..<index(of: source, event)])
        return copy
    }

    public func without(_ source: String, _ event: String) -> SerialScript {
        var copy = self
        copy.lines.removeAll { $0.contains(#""source":"\#(source)","event":"\#(event)""#) }
        return copy
    }

    public func replacing(_ text: String, with other: String, in event: String) -> SerialScript {
        var copy = self
        for index in lines.indices where lines[index].contains(#""event":"\#(event)""#) {
            copy.lines[index] = lines[index].split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
        }
        return copy
    }

    public func adding(_ more: String...) -> SerialScript {
        var copy = self
        copy.lines += more
        return copy
    }

    public static let fault =
        #"{"strata":1,"source":"kernel","event":"fault","exception":"page fault","vector":14,"code":"0x2","address":"0xdead000","instruction":"0x400000001234","registers":{"rax":"0x1","rbx":"0x2","r8":"0x8","r10":"0xa","rip":"0x400000001234","cr2":"0xdead000"}}"#
    public static let refusal =
        #"{"strata":1,"source":"kernel","event":"error","code":3,"message":"the magic of BootInfo is wrong"}"#
    public static let loaderError =
        #"{"strata":1,"source":"loader","event":"error","stage":"verification","message":"the kernel's SHA-256 does not match"}"#
}

/// A row of a firmware's memory map.
public struct Descriptor: Sendable {
    public var type: UInt32
    public var start: UInt64
    public var pages: UInt64
    public var attributes: UInt64

    public init(_ type: UInt32, _ start: UInt64, _ pages: UInt64, _ attributes: UInt64 = 0xF) {
        self.type = type
        self.start = start
        self.pages = pages
        self.attributes = attributes
    }

    /// 64 MiB with some of everything, and flash below 4 GiB.
    public static let small = [
        Descriptor(3, 0, 1), Descriptor(7, 0x1000, 0x9F), Descriptor(7, 0x10_0000, 0xF00), Descriptor(2, 0x100_0000, 0x67),
        Descriptor(4, 0x106_7000, 0x800), Descriptor(7, 0x186_7000, 0x2500),
        Descriptor(5, 0x3D6_7000, 0x20, 0x8000_0000_0000_000F),
        Descriptor(6, 0x3D8_7000, 0x20, 0x8000_0000_0000_000F), Descriptor(9, 0x3DA_7000, 0x10), Descriptor(10, 0x3DB_7000, 0x10),
        Descriptor(11, 0xFFC0_0000, 0x400, 0x8000_0000_0000_0001),
    ]

    public var bytes: [UInt8] {
        func little<Value: FixedWidthInteger>(_ value: Value, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> Value(8 * $0)) }
        }
        return little(UInt64(type), 8) + little(start, 8) + [UInt8](repeating: 0, count: 8) + little(pages, 8)
            + little(attributes, 8) + [UInt8](repeating: 0xEE, count: 8)
    }
}
