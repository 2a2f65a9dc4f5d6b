import MemoryMap

extension LayoutPlan {
    /// The tables that a guest finds below 1 MiB.
    mutating func addTables(_ request: X86LayoutRequest) throws(LayoutProblem) {
        if case .kernel(let kernel) = request.payload { try addBootTables(request, isLong: kernel?.startsInLongMode ?? true) }
        try addCommandLine(request)
        addWindow(.setupData, from: X86Places.setupData, to: X86Places.setupDataEnd(profile) - 1)
        try addSetupData(request)
        if !request.hasOwnFADT { try addMultiprocessorTable(request) }
        addWindow(.acpiTables, from: X86Places.acpi, to: X86Places.oneMiB - 1)
        try add(.acpiTables, from: X86Places.acpi, byteCount: request.acpiByteCount ?? 0x1_0000)
        addWindow(.smbiosTables, from: X86Places.smbios, to: X86Places.oneMiB - 1)
        try add(.smbiosTables, from: X86Places.smbios, byteCount: request.smbiosByteCount ?? 0x1_0000)
    }

    private mutating func addBootTables(_ request: X86LayoutRequest, isLong: Bool) throws(LayoutProblem) {
        try add(.globalDescriptorTable, from: X86Places.gdt, byteCount: isLong ? 6 * 8 : 5 * 8)
        try add(.interruptDescriptorTable, from: X86Places.idt, byteCount: X86Places.idtByteCount)
        if profile != .crosvmSeed {
            try add(.multibootInformation, from: X86Places.multiboot, byteCount: X86Places.multibootByteCount)
        }
        try add(.zeroPage, from: X86Places.zeroPage, byteCount: 0x1000)
        // What the first push of a guest would write.
        try add(.bootStack, from: X86Places.stackPointer - 8, byteCount: 8)
        if isLong {
            try add(.pageMapLevel4, from: X86Places.pml4, byteCount: 0x1000)
            try add(.pageDirectoryPointers, from: X86Places.pdpt, byteCount: 0x1000)
            try add(
                .pageDirectories, from: X86Places.pageDirectories, byteCount: profile == .crosvmSeed ? 0x1000 : 4 * 0x1000)
        }
    }

    private mutating func addCommandLine(_ request: X86LayoutRequest) throws(LayoutProblem) {
        let window = X86Places.commandLineByteCount
        addWindow(.commandLine, from: X86Places.commandLine, to: X86Places.commandLine + window - 1)
        var limit = window - 1
        if case .kernel(.bzImage(let image)?) = request.payload {
            limit = min(limit, image.commandLineLimit == 0 ? 255 : image.commandLineLimit)
        }
        guard request.commandLineByteCount <= limit else {
            throw .badSize(LayoutOwner(.commandLine), byteCount: request.commandLineByteCount, limit: limit)
        }
        try add(.commandLine, from: X86Places.commandLine, byteCount: window)
    }

    /// Each entry with its header, from a multiple of 8 on; the last one has to end before the window does.
    private mutating func addSetupData(_ request: X86LayoutRequest) throws(LayoutProblem) {
        var next = X86Places.setupData
        for index in request.setupDataByteCounts.indices {
            let owner = LayoutOwner(.setupData, UInt8(index))
            let byteCount = request.setupDataByteCounts[index]
            guard byteCount <= UInt64(UInt32.max) else {
                throw .badSize(owner, byteCount: byteCount, limit: UInt64(UInt32.max))
            }
            let whole = X86Places.setupDataHeaderByteCount + byteCount
            try add(.setupData, UInt8(index), from: next, byteCount: whole)
            next = (next + whole + 7) & ~7
        }
        setupDataCount = request.setupDataByteCounts.count
    }

    private mutating func addMultiprocessorTable(_ request: X86LayoutRequest) throws(LayoutProblem) {
        let byteCount = X86Places.multiprocessorTableByteCount(
            processors: request.virtualProcessorCount, pciBuses: request.pciBusCount, pciInterrupts: request.pciInterruptCount)
        try add(.multiprocessorPointer, from: X86Places.multiprocessorPointer(profile), byteCount: 16)
        var start = X86Places.multiprocessorTable(profile)
        if profile == .crosvmSeed { start += 16 }
        addWindow(
            .multiprocessorTable, from: start, to: profile == .crosvmSeed ? X86Places.legacyHole - 1 : 0x9_FFEF)
        try add(.multiprocessorTable, from: start, byteCount: byteCount)
    }

    /// The kernel's file, the window that it unpacks itself into, and the initial RAM disk.
    mutating func addKernel(_ kernel: KernelImage?, _ request: X86LayoutRequest) throws(LayoutProblem) {
        var kernelLast = X86Places.kernel - 1
        var highest = UInt64.max
        switch kernel {
        case nil:
            setEntry(.long, X86Places.kernel + 0x200)
        case .bzImage(let image)?:
            guard image.byteCount > image.setupByteCount else {
                throw .badSize(LayoutOwner(.kernelImage), byteCount: image.byteCount, limit: .max)
            }
            let start = X86Places.kernel - image.setupByteCount
            try add(.kernelImage, from: start, byteCount: image.byteCount)
            kernelLast = start + (image.byteCount - 1)
            if image.runTimeByteCount > 0 {
                try add(.kernelRunTime, from: image.runTimeStart(loadedAt: X86Places.kernel), byteCount: image.runTimeByteCount)
            }
            if !image.canLieAbove4GiB {
                highest = image.initialRAMDiskLimit == 0 ? BzImage.usualInitialRAMDiskLimit : image.initialRAMDiskLimit
            }
            setEntry(image.hasLongModeEntry ? .long : .flat32, X86Places.kernel + (image.hasLongModeEntry ? 0x200 : 0))
        case .elf(let image)?:
            guard image.start <= image.lastLoaded, image.lastLoaded <= image.last else {
                throw .badSize(LayoutOwner(.kernelImage), byteCount: 0, limit: .max)
            }
            let file = LayoutRange(from: image.start, to: image.lastLoaded, LayoutOwner(.kernelImage))
            guard image.start >= X86Places.kernel else {
                throw .leavesWindow(file, window: PhysicalRange(from: X86Places.kernel, to: .max))
            }
            try add(file)
            try add(LayoutRange(from: image.start, to: image.last, LayoutOwner(.kernelRunTime)))
            kernelLast = image.lastLoaded
            setEntry(image.is64Bit ? .long : .flat32, image.entry)
        case .arm64?:
            throw .wrongKernel
        }
        if let byteCount = request.initialRAMDiskByteCount {
            try addInitialRAMDisk(byteCount, above: kernelLast, highest: highest)
        }
    }

    private mutating func setEntry(_ mode: BootEntry.Mode, _ address: UInt64) {
        entry = BootEntry(
            mode: mode, programCounter: PhysicalAddress(address), stackPointer: PhysicalAddress(X86Places.stackPointer),
            argument: PhysicalAddress(X86Places.zeroPage))
    }

    /// As high in memory as the kernel can reach it, or, in the old layout, behind the kernel.
    private mutating func addInitialRAMDisk(_ byteCount: UInt64, above kernelLast: UInt64, highest: UInt64) throws(LayoutProblem)
    {
        let owner = LayoutOwner(.initialRAMDisk)
        guard byteCount > 0, byteCount <= UInt64(UInt32.max) else {
            throw .badSize(owner, byteCount: byteCount, limit: UInt64(UInt32.max))
        }
        if profile == .crosvmSeed {
            // The kernel ends within the memory that its own check asks for.
            let (start, overflow) = kernelLast.addingReportingOverflow(0x1000)
            guard !overflow else { throw .noRoom(owner, byteCount: byteCount, above: PhysicalAddress(kernelLast)) }
            return try add(.initialRAMDisk, from: start & ~0xFFF, byteCount: byteCount)
        }
        guard
            let start = Self.highestPlace(
                for: byteCount, in: regions.elements, above: kernelLast, highest: highest, alignment: 0x1000)
        else { throw .noRoom(owner, byteCount: byteCount, above: PhysicalAddress(kernelLast)) }
        try add(.initialRAMDisk, from: start, byteCount: byteCount)
    }

    /// The highest start, a multiple of `alignment`, of `byteCount` bytes (at least one) that end at `highest` or below and lie in
    /// one region above `lowest`.
    static func highestPlace(
        for byteCount: UInt64, in regions: Span<GuestRegion>, above lowest: UInt64, highest: UInt64, alignment: UInt64
    ) -> UInt64? {
        for index in regions.indices.reversed() {
            let region = regions[index]
            guard region.purpose == .memory || region.purpose == .reserved else { continue }
            let last = min(region.last.rawValue, highest)
            guard last >= region.start.rawValue, last - region.start.rawValue >= byteCount - 1 else { continue }
            let start = (last - (byteCount - 1)) & ~(alignment - 1)
            if start >= region.start.rawValue, start > lowest { return start }
        }
        return nil
    }
}

extension KernelImage {
    /// Whether a guest enters the kernel with paging on.
    var startsInLongMode: Bool {
        switch self {
        case .bzImage(let image): image.hasLongModeEntry
        case .elf(let image): image.is64Bit
        case .arm64: false
        }
    }
}

extension BzImage {
    /// Where the kernel's decompressor puts it and starts to need `init_size` bytes.
    ///
    /// Linux, Documentation/arch/x86/boot.rst, `init_size`; the code never goes below the preferred address. 0 where the preferred
    /// address does not take part: a start that passes 2^64 is cut to the last multiple below.
    func runTimeStart(loadedAt address: UInt64) -> UInt64 {
        guard isRelocatable else { return preferredAddress }
        let mask = X86Places.kernelAlignment - 1
        return max((address + mask) & ~mask, preferredAddress)
    }
}

extension PhysicalRange {
    /// The range between two addresses that are known to be in order.
    package init(from start: UInt64, to last: UInt64) {
        guard let range = PhysicalRange(start: PhysicalAddress(start), last: PhysicalAddress(last)) else {
            preconditionFailure("the last byte is not below the first")
        }
        self = range
    }
}
