import MemoryMap

/// Something that boot information points to, with the rule for where it may lie.
struct HandedOnPart {
    enum Placement {
        /// In memory that the map gives to the loader.
        case loaderMemory

        /// In memory that the map has.
        case memory

        /// In memory that the map has, or in the BIOS area.
        case memoryOrBIOSArea

        /// Anywhere but in RAM that the kernel may use.
        case outsideUsableMemory
    }

    var field: BootInfo.Field
    var range: PhysicalRange
    var placement: Placement

    /// Whether all of it lies below 1 MiB where firmware may leave the RSDP and the SMBIOS entry point without a word in the map.
    ///
    /// ACPI 6.5, section 5.2.5.1, and SMBIOS 3.7, section 5.2: on 16-byte boundaries from 0xE0000 to 0xFFFFF.
    var isInBIOSArea: Bool {
        range.start >= PhysicalAddress(0xE0000) && range.last <= PhysicalAddress(0xF_FFFF) && range.start.isAligned(to: 16)
    }
}

extension BootInfo {
    /// The shortest forms of the firmware's tables in bytes: an RSDP of ACPI 1.0, a 64-bit SMBIOS entry point, the header of a
    /// device tree, and the EFI system table of a 64-bit machine.
    private static let shortestRSDP: UInt64 = 20
    private static let shortestSMBIOS: UInt64 = 24
    private static let shortestDeviceTree: UInt64 = 40
    private static let shortestSystemTable: UInt64 = 120

    /// All that the boot information points to, itself included; nil where something is absent.
    func handedOn(at location: PhysicalRange) throws(BootInfoError) -> [10 of HandedOnPart?] {
        func loaderMemory(_ field: Field, _ range: PhysicalRange?) -> HandedOnPart? {
            range.map { HandedOnPart(field: field, range: $0, placement: .loaderMemory) }
        }
        func table(
            _ field: Field, _ address: PhysicalAddress?, _ byteCount: UInt64, _ placement: HandedOnPart.Placement
        ) throws(BootInfoError) -> HandedOnPart? {
            guard let address else { return nil }
            guard let range = PhysicalRange(start: address, byteCount: byteCount) else {
                throw .wrapping(field, address: address.rawValue, byteCount: byteCount)
            }
            return HandedOnPart(field: field, range: range, placement: placement)
        }
        return [
            loaderMemory(.magic, location),
            loaderMemory(.memoryMapAddress, memoryMap.range),
            loaderMemory(.kernelAddress, kernel),
            loaderMemory(.initrdAddress, initrd),
            loaderMemory(.commandLineAddress, commandLine),
            try table(.rsdp, rsdp, Self.shortestRSDP, .memoryOrBIOSArea),
            try table(.smbios, smbios, Self.shortestSMBIOS, .memoryOrBIOSArea),
            try table(.deviceTree, deviceTree, Self.shortestDeviceTree, .memory),
            try table(.systemTable, systemTable, Self.shortestSystemTable, .memory),
            framebuffer.map { HandedOnPart(field: .framebufferAddress, range: $0.range, placement: .outsideUsableMemory) },
        ]
    }

    /// Checks the alignment of what has one, and that the kernel's virtual range exists.
    func checkAlignment(at location: PhysicalRange) throws(BootInfoError) {
        try check(.magic, location.start, Self.alignment)
        try check(.memoryMapAddress, memoryMap.range.start, 8)
        try check(.kernelAddress, kernel.start, PageCount.pageSize)
        try check(.kernelVirtualBase, kernelVirtualBase, PageCount.pageSize)
        try check(.deviceTree, deviceTree, 8)
        try check(.systemTable, systemTable, 8)
        guard kernelVirtualBase.advanced(by: kernel.last.rawValue - kernel.start.rawValue) != nil else {
            throw .wrapping(.kernelVirtualBase, address: kernelVirtualBase.rawValue, byteCount: kernel.byteCount ?? .max)
        }
    }

    private func check<Address: MemoryAddress>(
        _ field: Field, _ address: Address?, _ alignment: UInt64
    ) throws(BootInfoError) {
        guard let address, !address.isAligned(to: alignment) else { return }
        throw .misaligned(field, address: address.rawValue, alignment: alignment)
    }
}

extension BootInfo.Framebuffer {
    /// Checks that there are pixels, and that all of them lie in the framebuffer's memory.
    func checkGeometry() throws(BootInfoError) {
        guard width > 0, height > 0, pixelsPerScanLine >= width else {
            throw .badResolution(width: width, height: height, pixelsPerScanLine: pixelsPerScanLine)
        }
        let available = range.byteCount ?? .max
        guard let needed = neededByteCount, needed <= available else {
            throw .framebufferTooSmall(needed: neededByteCount, available: available)
        }
    }
}
