import MemoryMap

extension AArch64LayoutRequest: CurableRequest {
    /// The request with a change applied; changes that it has no field for change nothing.
    public func applying(_ cure: LayoutCure) -> AArch64LayoutRequest {
        var request = self
        switch cure {
        case .memory(let count), .memoryAtMost(let count), .memoryRounded(let count): request.memoryByteCount = count
        case .addressBits(let bits): request.physicalAddressBits = bits
        case .size(let owner, let count): request.setSize(owner, count)
        case .count(.virtualProcessors, let count): request.virtualProcessorCount = count
        case .count(.mappedFiles, let count): request.mappedFiles = Array(mappedFiles.prefix(Int(count)))
        case .count: break
        case .pciMemory(let start): request.pciMemoryStart = start
        case .pciMemoryLast(let last):
            let start = pciMemoryStart?.rawValue ?? AArch64Places.pciMemory
            request.pciMemoryByteCount = last.rawValue >= start ? last.rawValue - start + 1 : 0
        case .configuration(let start): request.pciConfigurationStart = start
        case .move(let owner, let start):
            let index = Int(owner.index)
            guard owner.kind == .memoryFile || owner.kind == .mappedFile, mappedFiles.indices.contains(index),
                let count = mappedFiles[index].byteCount, let range = PhysicalRange(start: start, byteCount: count)
            else { return self }
            request.mappedFiles[index] = range
        case .profile(let profile): request.profile = profile
        }
        return request
    }

    private mutating func setSize(_ owner: LayoutOwner, _ count: UInt64) {
        switch owner.kind {
        case .initialRAMDisk: initialRAMDiskByteCount = count == 0 ? nil : count
        case .bootloader: payload = .bootloader(byteCount: count)
        case .deviceTree: deviceTreeByteCount = count
        case .staticBounceBuffer: staticBounceBufferByteCount = count
        case .ram: memoryByteCount = count
        case .lowMMIO: pciMemoryByteCount = count
        default: break
        }
    }

    /// The least change of one kind that reaches the goal.
    func leastChange(curing problem: LayoutProblem, _ goal: CureGoal) -> LayoutCure? {
        func sound(_ cure: LayoutCure) -> LayoutCure? { passes(cure, goal) ? cure : nil }
        switch problem {
        case .overlap(let low, let high):
            return movedFile(low, high, goal) ?? cure(of: high.owner, goal) ?? cure(of: low.owner, goal) ?? moved(high, goal)
                ?? moved(low, goal)
        case .leavesWindow(let range, _), .outsideMemory(let range, _):
            return cure(of: range.owner, goal) ?? moved(range, goal)
        case .exceedsAddressWidth, .emptyPool: return moreBits(goal) ?? lessMemory(goal)
        case .noRoom, .memoryTooSmall: return moreMemory(goal)
        case .tooFarFromKernel: return smaller(LayoutOwner(.initialRAMDisk), initialRAMDiskByteCount, goal)
        case .badSize(let owner, let count, let limit):
            guard count > 0 else { return nil }
            return sound(.size(owner, atMost: limit)) ?? cure(of: owner, goal)
        case .misaligned(let owner, let value, let alignment):
            // Rounding up a 64-bit value by a small power of two; values near the end have no cure.
            guard let next = PhysicalAddress(value).alignedUp(to: alignment)?.rawValue else { return nil }
            if owner.kind == .ram { return sound(.memoryRounded(to: next)) }
            return sound(.size(owner, atMost: next - alignment))
                ?? moreMemory(goal)
        case .tooMany(let counted, let count, let limit): return count > limit ? sound(.count(counted, atMost: limit)) : nil
        case .badAddressBits(let bits): return bits < 32 ? moreBits(goal) : sound(.addressBits(52))
        case .unsupported: return sound(.profile(.crosvm))
        default: return nil
        }
    }

    /// What helps against an owner that is in the way.
    private func cure(of owner: LayoutOwner, _ goal: CureGoal) -> LayoutCure? {
        switch owner.kind {
        case .initialRAMDisk, .kernelImage, .kernelRunTime, .deviceTree, .bootloader:
            return moreMemory(goal) ?? smaller(LayoutOwner(.initialRAMDisk), initialRAMDiskByteCount, goal)
        case .cpuFrequency, .paravirtualizedTime, .gicRedistributors:
            return fewer(.virtualProcessors, virtualProcessorCount, goal)
        case .lowMMIO: return pciMemoryLower(goal) ?? pciMemoryHigher(goal)
        case .pciConfiguration: return otherConfiguration(goal)
        case .staticBounceBuffer:
            return moreMemory(goal) ?? smaller(owner, staticBounceBufferByteCount, goal)
        case .ram: return lessMemory(goal)
        case .memoryFile: return moreMemory(goal)
        default: return nil
        }
    }

    private var pciMemory: UInt64 { pciMemoryStart?.rawValue ?? AArch64Places.pciMemory }

    private func pciMemoryLower(_ goal: CureGoal) -> LayoutCure? {
        guard let end = PhysicalAddress(pciMemory).advanced(by: pciMemoryByteCount ?? AArch64Places.pciMemoryByteCount) else {
            return nil
        }
        return CureSearch.greatest(below: end.rawValue, step: 4096) {
            $0 > pciMemory && passes(.pciMemoryLast(atMost: PhysicalAddress($0 - 1)), goal)
        }.map { .pciMemoryLast(atMost: PhysicalAddress($0 - 1)) }
    }

    private func pciMemoryHigher(_ goal: CureGoal) -> LayoutCure? {
        let higher = CureSearch.least(above: pciMemory, step: 1 << 20, limit: AArch64Places.memory) {
            passes(.pciMemory(start: PhysicalAddress($0)), goal)
        }
        if let higher { return .pciMemory(start: PhysicalAddress(higher)) }
        let usual = LayoutCure.pciMemory(start: PhysicalAddress(AArch64Places.pciMemory))
        return passes(usual, goal) ? usual : nil
    }

    /// The lowest place for the configuration space below RAM at which nothing is in its way.
    private func otherConfiguration(_ goal: CureGoal) -> LayoutCure? {
        let step = AArch64Places.pciConfiguration
        for number in 1..<(AArch64Places.memory / (16 * step)) {
            let start = number == 1 ? step : number * 16 * step
            let cure = LayoutCure.configuration(start: PhysicalAddress(start))
            if passes(cure, goal) { return cure }
        }
        return nil
    }
}
