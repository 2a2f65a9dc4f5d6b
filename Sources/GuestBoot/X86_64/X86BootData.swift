public import GuestLayout
import MemoryMap

/// What an x86-64 guest's memory is filled with, beside what the plan says of places.
public struct X86BootData: Sendable {
    /// The kernel's file: a bzImage or an ELF executable.
    public var kernel: [UInt8]

    /// The initial RAM disk; none where it is empty.
    public var initrd: [UInt8] = []

    /// UTF-8 without a zero byte.
    public var commandLine: [UInt8] = []
    public var setupData: [SetupDataList.Entry] = []
    public var processors = 1

    /// The chipset that the ACPI tables describe; nil for a guest without them.
    public var chipset: Chipset?

    /// What SMBIOS tells; nil for a guest without it.
    public var identity: SMBIOSTables.Identity? = .init()

    public init(kernel: [UInt8]) { self.kernel = kernel }
}

extension GuestContents {
    /// Fills an x86-64 guest's memory as it is planned.
    ///
    /// The plan decides every place; nothing here moves. Equal input makes equal contents.
    ///
    /// - Throws: `GuestBootError` for what does not fit its place.
    public init(_ plan: LayoutPlan, _ data: X86BootData) throws(GuestBootError) {
        self.init()
        guard plan.architecture == .x86_64, let entry = plan.entry, entry.mode == .long || entry.mode == .flat32 else {
            throw .otherEntry
        }
        let mode: BootDescriptorTables.Mode = entry.mode == .long ? .long : .protected
        try addDescriptorTables(plan, mode)
        let isELF = data.kernel.starts(with: [0x7F, 0x45, 0x4C, 0x46])
        var page = isELF ? ZeroPage() : try ZeroPage(kernel: data.kernel.span)
        try addKernel(plan, data, isELF: isELF)

        // A kernel of its own header says how long its command line may be.
        let limit: UInt32 = isELF ? .max : data.kernel.span.rawBytes.littleEndian32(at: 0x238)
        let lineRange = try place(.commandLine, in: plan, .commandLine)
        try add(
            LinuxCommandLine.segment(
                data.commandLine, at: lineRange.start, room: lineRange.byteCount ?? 0, kernelLimit: limit))
        page.commandLine = lineRange.start

        if !data.initrd.isEmpty {
            let range = try place(.initialRAMDisk, in: plan, .initrd)
            guard range.byteCount == UInt64(data.initrd.count) else {
                throw .differsFromPlan(.initrd, range, byteCount: UInt64(data.initrd.count))
            }
            try add(.initrd, at: range.start, data.initrd)
            page.initrd = range
        }
        try addSetupData(plan, data, &page)
        for index in plan.e820.indices { page.memoryMap.append(plan.e820[index]) }
        try add(page.segment(at: try place(.zeroPage, in: plan, .zeroPage).start))
        try addTables(plan, data)
    }

    private mutating func addDescriptorTables(
        _ plan: LayoutPlan, _ mode: BootDescriptorTables.Mode
    ) throws(GuestBootError) {
        let interrupts = try place(.interruptDescriptorTable, in: plan, .interruptDescriptorTable)
        try add(BootDescriptorTables.interruptTable(at: interrupts.start))
        let global = try place(.globalDescriptorTable, in: plan, .globalDescriptorTable)
        let limit = interrupts.start >= global.start ? interrupts.start : PhysicalAddress(.max)
        try add(BootDescriptorTables.globalTable(at: global.start, mode, before: limit))
        if mode == .long { try add(BootPageTables.segment(at: try place(.pageMapLevel4, in: plan, .pageTables).start)) }
    }

    private mutating func addKernel(_ plan: LayoutPlan, _ data: X86BootData, isELF: Bool) throws(GuestBootError) {
        let range = try place(.kernelImage, in: plan, .kernel)
        if isELF {
            for piece in try ELFSegments.pieces(of: data.kernel) {
                let count = UInt64(piece.bytes.count)
                guard let place = PhysicalRange(start: piece.address, byteCount: count), range.contains(place) else {
                    throw .differsFromPlan(.kernel, range, byteCount: count)
                }
                try add(.kernel, at: piece.address, Array(data.kernel[piece.bytes]))
            }
        } else {
            guard range.byteCount == UInt64(data.kernel.count) else {
                throw .differsFromPlan(.kernel, range, byteCount: UInt64(data.kernel.count))
            }
            try add(.kernel, at: range.start, data.kernel)
        }
    }

    private mutating func addSetupData(
        _ plan: LayoutPlan, _ data: X86BootData, _ page: inout ZeroPage
    ) throws(GuestBootError) {
        guard !data.setupData.isEmpty else { return }
        let range = try place(.setupData, in: plan, .setupData)
        guard let window = plan.window(of: .setupData), let limit = window.end else { throw .notPlanned(.setupData) }
        let list = try SetupDataList(data.setupData, at: range.start, before: limit)
        try add(.setupData, at: range.start, list.bytes)
        page.setupData = list.start
    }

    private mutating func addTables(_ plan: LayoutPlan, _ data: X86BootData) throws(GuestBootError) {
        if let range = plan.range(of: .multiprocessorTable), let pointer = plan.range(of: .multiprocessorPointer),
            let limit = (plan.window(of: .multiprocessorTable) ?? range).end
        {
            let table = try MultiprocessorTable(
                processors: data.processors, table: range.start, before: limit, pointer: pointer.start)
            try add(table.table)
            try add(table.pointer)
        }
        if let machine = try ACPIMachine(plan, data) {
            let range = try place(.acpiTables, in: plan, .acpi)
            guard let limit = range.end else { throw .badWindow(range) }
            try add(ACPITableSet(machine, at: range.start, before: limit).segment)
        }
        if let identity = data.identity {
            let range = try place(.smbiosTables, in: plan, .smbios)
            guard let limit = range.end else { throw .badWindow(range) }
            try add(SMBIOSTables(identity, at: range.start, before: limit).segment)
        }
    }

    private func place(
        _ kind: LayoutOwner.Kind, in plan: LayoutPlan, _ content: GuestSegment.Content
    ) throws(GuestBootError) -> PhysicalRange {
        guard let range = plan.range(of: kind) else { throw .notPlanned(content) }
        return range
    }
}

extension ACPIMachine {
    /// The machine around a plan; nil where the guest has no ACPI tables.
    ///
    /// - Throws: `GuestBootError.badWindow` for an enhanced configuration space that its table cannot name.
    public init?(_ plan: LayoutPlan, _ data: X86BootData) throws(GuestBootError) {
        guard let chipset = data.chipset else { return nil }
        self.init(chipset: chipset, processors: data.processors)
        if chipset == .q35, let range = plan.range(of: .ecam) { enhancedConfiguration = try EnhancedConfiguration(range) }
        for index in plan.addressSpace.indices {
            let range = plan.addressSpace[index]
            if range.owner.kind == .lowMMIO || range.owner.kind == .highMMIO { windows.append(range.range) }
        }
    }
}

extension ResetROM {
    /// The ROM that enters a planned guest's kernel.
    ///
    /// - Parameter chipset: What the ROM sets up.
    /// - Throws: `GuestBootError`.
    public init(_ plan: LayoutPlan, chipset: Chipset) throws(GuestBootError) {
        guard plan.architecture == .x86_64, let entry = plan.entry, entry.mode == .long || entry.mode == .flat32,
            let global = plan.range(of: .globalDescriptorTable), let interrupts = plan.range(of: .interruptDescriptorTable)
        else { throw .otherEntry }
        try self.init(
            chipset.writes(ecam: chipset == .q35 ? plan.range(of: .ecam) : nil),
            Entry(
                at: entry.programCounter, mode: entry.mode == .long ? .long : .protected, stack: entry.stackPointer,
                zeroPage: entry.argument, globalTable: global.start, interruptTable: interrupts.start,
                pageTables: plan.range(of: .pageMapLevel4)?.start ?? PhysicalAddress(0)))
    }
}
