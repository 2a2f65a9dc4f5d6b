import MemoryMap

extension LayoutPlan {
    /// Plans an AArch64 guest.
    ///
    /// - Throws: A `LayoutProblem` for requests that have no layout at all; collisions are for ``check(_:)``.
    public init(_ request: AArch64LayoutRequest) throws(LayoutProblem) {
        guard (32...52).contains(request.physicalAddressBits) else { throw .badAddressBits(request.physicalAddressBits) }
        self.init(request.profile, .aarch64, bits: request.physicalAddressBits, memoryByteCount: request.memoryByteCount)
        try checkCounts(of: request)
        try addDevices(request)
        let memoryEnd = try addMemory(request)
        try addPayload(request, memoryEnd: memoryEnd)
        try addMappedFiles(request.mappedFiles)
    }
}

extension LayoutPlan {
    private func checkCounts(of request: AArch64LayoutRequest) throws(LayoutProblem) {
        let most: UInt64 = request.interruptController == .gicV2 ? 8 : 512
        guard (1...most).contains(request.virtualProcessorCount) else {
            throw .tooMany(.virtualProcessors, count: request.virtualProcessorCount, limit: most)
        }
        guard request.mappedFiles.count <= 16 else {
            throw .tooMany(.mappedFiles, count: UInt64(request.mappedFiles.count), limit: 16)
        }
        let memory = request.memoryByteCount
        guard memory >= AArch64Places.deviceTreeByteCount else {
            throw .memoryTooSmall(byteCount: memory, needed: AArch64Places.deviceTreeByteCount)
        }
        guard memory <= 1 << 52 else { throw .badSize(LayoutOwner(.ram), byteCount: memory, limit: 1 << 52) }
        guard memory % 4096 == 0 else { throw .misaligned(LayoutOwner(.ram), value: memory, alignment: 4096) }
        let tree = request.deviceTreeByteCount
        guard tree > 0, tree <= AArch64Places.deviceTreeByteCount else {
            throw .badSize(LayoutOwner(.deviceTree), byteCount: tree, limit: AArch64Places.deviceTreeByteCount)
        }
        guard profile == .crosvmSeed else { return }
        if request.pciMemoryStart != nil || request.pciMemoryByteCount != nil || request.pciConfigurationStart != nil {
            throw .unsupported(.pciWindows, profile)
        }
        if request.deviceTreePosition != nil { throw .unsupported(.deviceTreePosition, profile) }
        if request.cpuFrequency == .version2 { throw .unsupported(.cpuFrequencyVersion2, profile) }
    }

    private mutating func addDevices(_ request: AArch64LayoutRequest) throws(LayoutProblem) {
        for port in AArch64Places.serial.indices {
            try add(.serial, UInt8(port), from: AArch64Places.serial[port], byteCount: 8)
        }
        try add(.realTimeClock, from: AArch64Places.realTimeClock, byteCount: 0x1000)
        try add(.watchdog, from: AArch64Places.watchdog, byteCount: 0x1000)
        try add(
            .pciConfiguration, from: request.pciConfigurationStart?.rawValue ?? AArch64Places.pciConfiguration,
            byteCount: AArch64Places.pciConfigurationByteCount(profile))
        let processors = request.virtualProcessorCount
        let stride: UInt64 = request.cpuFrequency == .version2 ? 0x1000 : 8
        try addDevice(
            .cpuFrequency, from: AArch64Places.cpuFrequency, window: AArch64Places.cpuFrequencyByteCount,
            used: processors * stride)
        try addDevice(
            .paravirtualizedTime, from: AArch64Places.paravirtualizedTime(profile),
            window: AArch64Places.paravirtualizedTimeByteCount(profile), used: processors * 64)
        let memory = request.pciMemoryByteCount ?? AArch64Places.pciMemoryByteCount
        guard memory > 0 else { throw .badSize(LayoutOwner(.lowMMIO), byteCount: 0, limit: .max) }
        try add(.lowMMIO, from: request.pciMemoryStart?.rawValue ?? AArch64Places.pciMemory, byteCount: memory)
        try add(.gicDistributor, from: AArch64Places.gicDistributor, byteCount: 0x1_0000)
        switch request.interruptController {
        case .gicV2:
            try add(.gicCPUInterface, from: AArch64Places.gicCPUInterface, byteCount: 0x2_0000)
        case .gicV3:
            let all = processors * AArch64Places.gicRedistributorByteCount
            try add(.gicRedistributors, from: AArch64Places.gicDistributor - all, byteCount: all)
            if profile != .crosvmSeed {
                try add(.gicTranslationService, from: AArch64Places.gicTranslationService, byteCount: 0x2_0000)
            }
        }
    }

    /// A device whose registers grow with the processors, and the window that is kept for them.
    private mutating func addDevice(
        _ kind: LayoutOwner.Kind, from start: UInt64, window: UInt64, used: UInt64
    ) throws(LayoutProblem) {
        addWindow(kind, from: start, to: start + window - 1)
        try add(kind, from: start, byteCount: max(window, used))
    }

    /// RAM and what comes behind it.
    ///
    /// - Returns: The end of what the kernel may use, a static bounce buffer left out.
    private mutating func addMemory(_ request: AArch64LayoutRequest) throws(LayoutProblem) -> UInt64 {
        if request.isProtected {
            try addRegion(
                .protectedFirmware, from: AArch64Places.protectedFirmware, byteCount: AArch64Places.protectedFirmwareByteCount)
        }
        let buffer = request.staticBounceBufferByteCount
        let owner = LayoutOwner(.staticBounceBuffer)
        let memory = request.memoryByteCount
        guard buffer % 0x1_0000 == 0 else { throw .misaligned(owner, value: buffer, alignment: 0x1_0000) }
        var main = memory
        if profile != .crosvmSeed, buffer > 0 {
            guard buffer < memory else { throw .badSize(owner, byteCount: buffer, limit: memory - 0x1_0000) }
            main = memory - buffer
            guard main % 0x1_0000 == 0 else {
                throw .misaligned(owner, value: AArch64Places.memory + main, alignment: 0x1_0000)
            }
        }
        guard buffer <= 1 << 52 else { throw .badSize(owner, byteCount: buffer, limit: 1 << 52) }
        try addRegion(.memory, from: AArch64Places.memory, byteCount: main)
        try addRegion(.staticBounceBuffer, from: AArch64Places.memory + main, byteCount: buffer)
        var next = AArch64Places.memory + main + buffer
        let platform = AArch64Places.platformByteCount(profile)
        try add(.platformMMIO, from: next, byteCount: platform)
        next += platform
        let limit = UInt64(1) << UInt64(physicalAddressBits) - 1
        if next <= limit { try add(LayoutRange(from: next, to: limit, LayoutOwner(.highMMIO))) }
        highMMIOStart = PhysicalAddress(next)
        return AArch64Places.memory + main
    }

    private mutating func addPayload(_ request: AArch64LayoutRequest, memoryEnd: UInt64) throws(LayoutProblem) {
        let blockSize = AArch64Places.deviceTreeByteCount
        let isKernel = if case .kernel = request.payload { true } else { false }
        let position = request.deviceTreePosition ?? (isKernel ? .end : .start)
        let base = AArch64Places.memory + (position == .start ? blockSize : 0)
        var payloadLast = base - 1
        var start = base
        switch request.payload {
        case .kernel(nil): break
        case .kernel(.arm64(let image)?):
            let (first, overflow) = base.addingReportingOverflow(image.effectiveTextOffset)
            guard !overflow, image.byteCount > 0 else {
                throw .wraps(
                    LayoutOwner(.kernelImage), start: PhysicalAddress(image.effectiveTextOffset), byteCount: image.byteCount)
            }
            start = first
            try add(.kernelImage, from: start, byteCount: image.byteCount)
            try add(.kernelRunTime, from: start, byteCount: image.windowByteCount)
            payloadLast = start + (image.windowByteCount - 1)
        case .kernel: throw .wrongKernel
        case .bootloader(let byteCount):
            let limit: UInt64 = profile == .crosvmSeed ? 0x10_0000 : .max
            guard byteCount > 0, byteCount <= limit else {
                throw .badSize(LayoutOwner(.bootloader), byteCount: byteCount, limit: limit)
            }
            guard request.initialRAMDiskByteCount == nil else { throw .noPayload }
            try add(.bootloader, from: base, byteCount: byteCount)
            payloadLast = base + (byteCount - 1)
        }
        if let byteCount = request.initialRAMDiskByteCount {
            payloadLast = try addInitialRAMDisk(byteCount, above: payloadLast)
        }
        let tree = try deviceTree(position, payloadLast: payloadLast, memoryEnd: memoryEnd)
        try add(.deviceTree, from: tree, byteCount: request.deviceTreeByteCount)
        entry = BootEntry(
            mode: .el1, programCounter: PhysicalAddress(request.isProtected ? AArch64Places.protectedFirmware : start),
            argument: PhysicalAddress(tree))
    }

    /// The initial RAM disk behind the payload; gives its last byte.
    private mutating func addInitialRAMDisk(_ byteCount: UInt64, above last: UInt64) throws(LayoutProblem) -> UInt64 {
        let owner = LayoutOwner(.initialRAMDisk)
        guard byteCount > 0 else { throw .badSize(owner, byteCount: byteCount, limit: .max) }
        let alignment = AArch64Places.initialRAMDiskAlignment(profile)
        let (sum, overflow) = last.addingReportingOverflow(alignment)
        guard !overflow else { throw .noRoom(owner, byteCount: byteCount, above: PhysicalAddress(last)) }
        let start = sum & ~(alignment - 1)
        try add(.initialRAMDisk, from: start, byteCount: byteCount)
        return start + (byteCount - 1)
    }

    private func deviceTree(
        _ position: AArch64LayoutRequest.DeviceTreePosition, payloadLast: UInt64, memoryEnd: UInt64
    ) throws(LayoutProblem) -> UInt64 {
        let blockSize = AArch64Places.deviceTreeByteCount
        switch position {
        case .start: return AArch64Places.memory
        case .end:
            // RAM begins at a multiple of the block size, so rounding down never leaves it where it has a block.
            guard memoryEnd - AArch64Places.memory >= blockSize else {
                throw .noRoom(LayoutOwner(.deviceTree), byteCount: blockSize, above: PhysicalAddress(AArch64Places.memory))
            }
            return (memoryEnd - blockSize) & ~(blockSize - 1)
        case .afterPayload:
            let (sum, overflow) = payloadLast.addingReportingOverflow(blockSize)
            guard !overflow else {
                throw .noRoom(LayoutOwner(.deviceTree), byteCount: blockSize, above: PhysicalAddress(payloadLast))
            }
            return sum & ~(blockSize - 1)
        }
    }
}
