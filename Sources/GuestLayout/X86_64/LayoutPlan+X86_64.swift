import MemoryMap

extension LayoutPlan {
    /// Plans an x86-64 guest.
    ///
    /// - Throws: A `LayoutProblem` for requests that have no layout at all; collisions are for ``check(_:)``.
    public init(_ request: X86LayoutRequest) throws(LayoutProblem) {
        guard (32...52).contains(request.physicalAddressBits) else { throw .badAddressBits(request.physicalAddressBits) }
        self.init(
            request.profile, .x86_64, bits: request.physicalAddressBits, memoryByteCount: request.memoryByteCount)
        try checkCounts(of: request)
        let pci = try X86PCIWindows(request)
        try addMemory(request, pci)
        try addDevices(request, pci)
        try addTables(request)
        switch request.payload {
        case .kernel(let kernel):
            try addKernel(kernel, request)
        case .firmware:
            guard request.initialRAMDiskByteCount == nil else { throw .noPayload }
            entry = BootEntry(mode: .reset, programCounter: PhysicalAddress(0xFFFF_FFF0), argument: PhysicalAddress(0))
        }
        try addMappedFiles(request.mappedFiles)
        addMemoryTable(pci)
        addUncached(from: pci.memoryStart, limit: request.variableMTRRCount)
        for index in request.moved.indices { move(request.moved[index]) }
    }
}

/// The windows below 4 GiB that devices share with the enhanced configuration space.
struct X86PCIWindows {
    let memoryStart: UInt64
    let memoryLast: UInt64
    let ecamStart: UInt64
    let ecamByteCount: UInt64

    var ecamLast: UInt64 { ecamStart + (ecamByteCount - 1) }

    init(_ request: X86LayoutRequest) throws(LayoutProblem) {
        let isAsked =
            request.pciMemoryStart != nil || request.pciMemoryByteCount != nil || request.ecamStart != nil
            || request.ecamByteCount != nil
        guard !isAsked || request.profile != .crosvmSeed else { throw .unsupported(.pciWindows, request.profile) }
        let ecamOwner = LayoutOwner(.ecam)
        let ecam = request.ecamStart?.rawValue ?? X86Places.ecam
        let count = min(request.ecamByteCount ?? X86Places.ecamByteCount, X86Places.ecamMostBytes)
        let mebibyte = X86Places.oneMiB
        guard count > 0 else { throw .badSize(ecamOwner, byteCount: count, limit: X86Places.ecamMostBytes) }
        guard count % mebibyte == 0 else { throw .misaligned(ecamOwner, value: count, alignment: mebibyte) }
        guard ecam % count == 0 else { throw .misaligned(ecamOwner, value: ecam, alignment: count) }
        guard ecam < X86Places.fourGiB, count <= X86Places.fourGiB - ecam else {
            throw Self.leaving(ecamOwner, from: ecam, byteCount: count, upTo: X86Places.fourGiB - 1)
        }
        let memoryOwner = LayoutOwner(.lowMMIO)
        let start = request.pciMemoryStart?.rawValue ?? min(ecam, X86Places.pciMemory)
        guard start < X86Places.fourGiB else {
            throw Self.leaving(memoryOwner, from: start, byteCount: request.pciMemoryByteCount ?? 1, upTo: X86Places.fourGiB - 1)
        }
        if start < X86Places.oneMiB {
            // RAM would end where the layout has fixed places: the first window is in the way of one part or the other.
            let first =
                request.pciMemoryStart == nil && ecam == start
                ? LayoutRange(from: start, to: start + (count - 1), ecamOwner)
                : LayoutRange(from: start, to: X86Places.lowMMIOLast, memoryOwner)
            throw start < X86Places.legacyHole
                ? .overlap(LayoutRange(from: 0, to: X86Places.legacyHole - 1, LayoutOwner(.ram)), first)
                : .overlap(
                    LayoutRange(from: X86Places.legacyHole, to: X86Places.oneMiB - 1, LayoutOwner(.legacyHole)), first)
        }
        guard start % 4096 == 0 else { throw .misaligned(memoryOwner, value: start, alignment: 4096) }
        if let count = request.pciMemoryByteCount {
            guard count > 0, count <= X86Places.fourGiB - start else {
                throw .badSize(memoryOwner, byteCount: count, limit: X86Places.fourGiB - start)
            }
            memoryLast = start + (count - 1)
        } else {
            guard start <= X86Places.lowMMIOLast else {
                throw Self.leaving(memoryOwner, from: start, byteCount: 1, upTo: X86Places.lowMMIOLast)
            }
            memoryLast = X86Places.lowMMIOLast
        }
        memoryStart = start
        ecamStart = ecam
        ecamByteCount = count
    }

    /// A window that starts, or ends, too high; what would pass 2^64 is shown with its first byte only.
    private static func leaving(_ owner: LayoutOwner, from start: UInt64, byteCount: UInt64, upTo last: UInt64) -> LayoutProblem {
        let end = start.addingReportingOverflow(byteCount > 0 ? byteCount - 1 : 0)
        return .leavesWindow(
            LayoutRange(from: start, to: end.overflow ? start : end.partialValue, owner),
            window: PhysicalRange(from: X86Places.oneMiB, to: last))
    }
}

extension LayoutPlan {
    private func checkCounts(of request: X86LayoutRequest) throws(LayoutProblem) {
        guard (1...254).contains(request.virtualProcessorCount) else {
            throw .tooMany(.virtualProcessors, count: request.virtualProcessorCount, limit: 254)
        }
        guard request.pciInterruptCount <= 4096 else {
            throw .tooMany(.pciInterrupts, count: request.pciInterruptCount, limit: 4096)
        }
        guard request.pciBusCount <= 256 else { throw .tooMany(.pciBuses, count: request.pciBusCount, limit: 256) }
        guard request.setupDataByteCounts.count <= 24 else {
            throw .tooMany(.setupDataEntries, count: UInt64(request.setupDataByteCounts.count), limit: 24)
        }
        guard request.mappedFiles.count <= 16 else {
            throw .tooMany(.mappedFiles, count: UInt64(request.mappedFiles.count), limit: 16)
        }
        guard request.memoryByteCount >= X86Places.oneMiB else {
            throw .memoryTooSmall(byteCount: request.memoryByteCount, needed: X86Places.oneMiB)
        }
        // Nothing that a processor could address; sums below stay far from 2^64.
        guard request.memoryByteCount <= 1 << 52 else {
            throw .badSize(LayoutOwner(.ram), byteCount: request.memoryByteCount, limit: 1 << 52)
        }
        guard request.memoryByteCount % 4096 == 0 else {
            throw .misaligned(LayoutOwner(.ram), value: request.memoryByteCount, alignment: 4096)
        }
        guard !request.isProtected || request.profile != .crosvmSeed else {
            throw .unsupported(.protectedVM, request.profile)
        }
        guard request.persistentStoreByteCount <= 1 << 46 else {
            throw .badSize(LayoutOwner(.persistentStore), byteCount: request.persistentStoreByteCount, limit: 1 << 46)
        }
    }

    private mutating func addMemory(_ request: X86LayoutRequest, _ pci: X86PCIWindows) throws(LayoutProblem) {
        let count = request.memoryByteCount
        let lowEnd = min(pci.memoryStart, count)
        if profile == .crosvmSeed {
            try addRegion(.memory, from: 0, byteCount: lowEnd)
        } else {
            try addRegion(.memory, from: 0, byteCount: X86Places.legacyHole)
            try addRegion(.reserved, from: X86Places.legacyHole, byteCount: X86Places.oneMiB - X86Places.legacyHole)
            if request.isProtected {
                let (firmware, size) = (X86Places.protectedFirmware, X86Places.protectedFirmwareByteCount)
                if lowEnd > X86Places.oneMiB {
                    try addRegion(.memory, from: X86Places.oneMiB, byteCount: min(lowEnd, firmware) - X86Places.oneMiB)
                }
                try addRegion(.protectedFirmware, from: firmware, byteCount: size)
                if lowEnd > firmware + size {
                    try addRegion(.memory, from: firmware + size, byteCount: lowEnd - (firmware + size))
                }
            } else {
                try addRegion(.memory, from: X86Places.oneMiB, byteCount: lowEnd - X86Places.oneMiB)
            }
        }
        if case .firmware(let byteCount) = request.payload {
            guard byteCount > 0, byteCount <= X86Places.fourGiB - X86Places.oneMiB else {
                throw .badSize(LayoutOwner(.firmware), byteCount: byteCount, limit: X86Places.fourGiB - X86Places.oneMiB)
            }
            // A region of memory as every other, of whole pages.
            guard byteCount % 4096 == 0 else {
                throw .misaligned(LayoutOwner(.firmware), value: byteCount, alignment: 4096)
            }
            try addRegion(.firmware, from: X86Places.fourGiB - byteCount, byteCount: byteCount)
        }
        try addRegion(.memory, from: X86Places.fourGiB, byteCount: count - lowEnd)
    }

    private mutating func addDevices(_ request: X86LayoutRequest, _ pci: X86PCIWindows) throws(LayoutProblem) {
        try addLowMMIO(pci)
        try add(LayoutRange(from: pci.ecamStart, to: pci.ecamLast, LayoutOwner(.ecam)))
        try add(.ioAPIC, from: X86Places.ioAPIC, byteCount: 0x1000)
        try add(.localAPIC, from: X86Places.localAPIC, byteCount: 0x1000)
        try add(.identityMap, from: X86Places.identityMap, byteCount: 0x1000)
        try add(.taskStateSegment, from: X86Places.taskStateSegment, byteCount: X86Places.taskStateSegmentByteCount)
        if request.flashByteCount > 0 {
            var end = X86Places.fourGiB
            if case .firmware(let byteCount) = request.payload { end -= byteCount }
            guard request.flashByteCount <= end else {
                throw .badSize(LayoutOwner(.flash), byteCount: request.flashByteCount, limit: end)
            }
            try add(.flash, from: end - request.flashByteCount, byteCount: request.flashByteCount)
        }
        // The end of the region that starts highest.
        let memoryEnd = regions.isEmpty ? 0 : regions[regions.count - 1].last.rawValue + 1
        var next = max((memoryEnd + 0x1F_FFFF) & ~0x1F_FFFF, X86Places.fourGiB)
        if profile != .crosvmSeed {
            try add(.virtualConfiguration, from: next, byteCount: 2 * pci.ecamByteCount)
            next += 2 * pci.ecamByteCount
        } else {
            next = max(memoryEnd, X86Places.fourGiB)
        }
        if request.persistentStoreByteCount > 0 {
            guard profile != .crosvmSeed else { throw .unsupported(.persistentStore, profile) }
            try add(.persistentStore, from: next, byteCount: request.persistentStoreByteCount)
            next += request.persistentStoreByteCount
        }
        let limit = min(UInt64(1) << UInt64(physicalAddressBits) - 1, X86Places.highestMMIO)
        if next <= limit { try add(LayoutRange(from: next, to: limit, LayoutOwner(.highMMIO))) }
        highMMIOStart = PhysicalAddress(next)
    }

    /// The window below 4 GiB without the enhanced configuration space, in up to two pieces.
    private mutating func addLowMMIO(_ pci: X86PCIWindows) throws(LayoutProblem) {
        var start = pci.memoryStart
        var number: UInt8 = 0
        if pci.ecamStart <= pci.memoryLast, start <= pci.ecamLast {
            if start < pci.ecamStart {
                try add(LayoutRange(from: start, to: pci.ecamStart - 1, LayoutOwner(.lowMMIO)))
                number = 1
            }
            start = pci.ecamLast + 1
        }
        if start <= pci.memoryLast { try add(LayoutRange(from: start, to: pci.memoryLast, LayoutOwner(.lowMMIO, number))) }
    }

    private mutating func addMemoryTable(_ pci: X86PCIWindows) {
        for index in regions.indices {
            let region = regions[index]
            let isRAM = region.purpose.owner.isRAM
            e820.append(E820Entry(start: region.start, byteCount: region.byteCount, kind: isRAM ? .ram : .reserved))
        }
        e820.append(E820Entry(start: PhysicalAddress(pci.ecamStart), byteCount: pci.ecamByteCount, kind: .reserved))
        if let range = range(of: .virtualConfiguration), let byteCount = range.byteCount {
            e820.append(E820Entry(start: range.start, byteCount: byteCount, kind: .reserved))
        }
        e820.append(
            E820Entry(
                start: PhysicalAddress(X86Places.identityMap), byteCount: 0x1000 + X86Places.taskStateSegmentByteCount,
                kind: .reserved))
    }

    /// Cuts the addresses from `start` to 4 GiB into naturally aligned powers of two, all of them or, beyond `limit`, none.
    private mutating func addUncached(from start: UInt64, limit: Int) {
        var next = start
        while next < X86Places.fourGiB {
            let alignment = next & (~next &+ 1)
            var byteCount = alignment == 0 ? X86Places.fourGiB : alignment
            while byteCount > X86Places.fourGiB - next { byteCount /= 2 }
            uncached.append(VariableMTRR(start: PhysicalAddress(next), byteCount: byteCount))
            next += byteCount
        }
        if uncached.count > limit { uncached = InlineList(filler: .filler) }
    }

    /// Puts a part elsewhere, its size unchanged; what would pass 2^64 stays.
    private mutating func move(_ moved: MovedOwner) {
        func shifted(_ range: LayoutRange) -> LayoutRange {
            PhysicalRange(start: moved.start, byteCount: range.byteCount).map { LayoutRange($0, range.owner) } ?? range
        }
        for index in addressSpace.indices where addressSpace[index].owner == moved.owner {
            addressSpace[index] = shifted(addressSpace[index])
        }
        for index in contents.indices where contents[index].owner == moved.owner {
            contents[index] = shifted(contents[index])
        }
    }
}
