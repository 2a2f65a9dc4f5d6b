import GuestBoot
import GuestImage
import HostFiles
import MachineRunner
import MemoryMap
import SystemPackage
import Testing

@Suite(.serialized)
struct LayoutBootTests {
    @Test func thinArm() async throws {
        let kernel = try InputFile.contents(of: "/tmp/wt/build/.build-programs/aarch64/vmlinuz")
        let rd = ProbeInitrd.bytes(for: .aarch64)
        func R(_ s: UInt64, _ c: UInt64) -> PhysicalRange { PhysicalRange(start: PhysicalAddress(s), byteCount: c)! }
        var c = GuestContents()
        let initrd = R(0x88000000, UInt64(rd.count))
        var m = AArch64Machine(processors: 2, controller: .virt(version: 3)!, memory: [R(0x80000000, 512 << 20)])
        m.commandLine = Array("panic=-1 console=ttyAMA0 earlycon=pl011,0x9000000".utf8)
        m.initrd = initrd
        m.randomSeed = [UInt8](repeating: 7, count: 64)
        let dt = try m.deviceTree()
        try OutputFile.replace("/tmp/build-acpi/v3.dtb", with: dt)
        let fdt = PhysicalAddress(0x9fe00000)
        try c.add(.deviceTree, at: fdt, dt)
        try c.add(.kernel, at: PhysicalAddress(0x80000000), kernel)
        try c.add(.initrd, at: initrd.start, rd)
        try c.add(AArch64Trampoline.segment(at: PhysicalAddress(0x7fc00000), entry: PhysicalAddress(0x80000000), deviceTree: fdt))
        let file = try GuestMemoryFile(regions: [R(0x40000000, 1536 << 20)])
        try file.check(c)
        try file.write(c, to: "/tmp/build-thin.ram")
        var q = PreparedMachine(board: .virt(interruptControllerVersion: 3), memory: "/tmp/build-thin.ram", byteCount: file.byteCount)
        q.start = 0x7fc00000
        q.processors = 2
        q.lastWords = ProbeProgram.lastWords
        q.timeout = .seconds(40)
        let run = try await q.run { print($0) }
        print(run.ending, run.duration, run.commandLine)
    }
    @Test func thin() async throws {
        let kernel = try InputFile.contents(of: "/tmp/wt/build/.build-programs/x86_64/vmlinuz")
        let rd = ProbeInitrd.bytes(for: .x86_64)
        var c = GuestContents()
        let ram: UInt64 = 512 << 20
        let initrdStart = PhysicalAddress((ram - UInt64(rd.count)) & ~4095)
        try c.add(BootPageTables.segment(at: PhysicalAddress(0x9000)))
        try c.add(BootDescriptorTables.globalTable(at: PhysicalAddress(0x1500), .long).moved())
        var zp = try ZeroPage(kernel: kernel.span)
        zp.commandLine = PhysicalAddress(0x20000)
        zp.initrd = PhysicalRange(start: initrdStart, byteCount: UInt64(rd.count))
        zp.memoryMap = [
            E820Entry(PhysicalRange(start: PhysicalAddress(0), byteCount: 0xA0000)!, .usable),
            E820Entry(PhysicalRange(start: PhysicalAddress(0xA0000), byteCount: 0x60000)!, .reserved),
            E820Entry(PhysicalRange(start: PhysicalAddress(0x100000), byteCount: ram - 0x100000)!, .usable),
        ]
        try c.add(zp.segment(at: PhysicalAddress(0x7000)))
        try c.add(LinuxCommandLine.segment(Array("panic=-1 console=ttyS0 earlyprintk=serial,ttyS0".utf8), at: PhysicalAddress(0x20000), room: 0x800))
        let acpi = try ACPITableSet(ACPIMachine(chipset: .i440FX, processors: 1, windows: [PhysicalRange(start: PhysicalAddress(0xD0000000), last: PhysicalAddress(0xF3FFFFFF))!, PhysicalRange(start: PhysicalAddress(0x107000000), last: PhysicalAddress(0xFFFFFFFFFF))!]), at: PhysicalAddress(0xE0000), before: PhysicalAddress(0xF0000))
        print(acpi.tables)
        let b = acpi.segment.bytes
        do { for t in acpi.tables { let o = Int(t.range.start.rawValue - 0xE0000)
            try OutputFile.replace(FilePath("/tmp/build-acpi/\(t.signature).aml"), with: b[o..<o + Int(t.range.byteCount!)]) } }
        try c.add(acpi.segment)
        let setup = (Int(kernel[0x1f1]) + 1) * 512
        try c.add(.kernel, at: PhysicalAddress(UInt64(0x200000 - setup)), kernel)
        try c.add(.initrd, at: initrdStart, rd)
        let file = try GuestMemoryFile(regions: [PhysicalRange(start: PhysicalAddress(0), byteCount: ram)!])
        try file.check(c)
        try file.write(c, to: "/tmp/build-thin.ram")
        let rom = try ResetROM(Chipset.i440FX.writes(ecam: nil), ResetROM.Entry(at: PhysicalAddress(0x200200), mode: .long, stack: PhysicalAddress(0x8000), zeroPage: PhysicalAddress(0x7000), globalTable: PhysicalAddress(0x1500), interruptTable: PhysicalAddress(0x1528), pageTables: PhysicalAddress(0x9000)))
        var m = PreparedMachine(board: .pc(lowMemoryLimit: 0xD0000000), memory: "/tmp/build-thin.ram", byteCount: ram)
        m.rom = rom.bytes
        m.lastWords = ProbeProgram.lastWords
        m.timeout = .seconds(40)
        let run = try await m.run { print($0) }
        print(run.ending, run.duration, run.commandLine)
    }
}
extension GuestSegment { func moved() -> GuestSegment { self } }
