import MemoryMap

extension AArch64LayoutRequest: CurableRequest {
    public func plan() throws(LayoutProblem) -> LayoutPlan { try LayoutPlan(self) }

    public func plan(checking strictness: LayoutStrictness) throws(LayoutRefusal) -> LayoutPlan { try checkedPlan(strictness) }

    public func applying(_ cure: LayoutCure) -> Self { changed(by: cure) }

    var plannedPCIMemoryStart: UInt64 { pciMemoryStart?.rawValue ?? AArch64Places.pciMemory }

    mutating func applyOwn(_ cure: LayoutCure) {
        if case .configuration(let start) = cure { pciConfigurationStart = start }
    }

    mutating func setSize(_ owner: LayoutOwner, _ count: UInt64) {
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

    func ownChange(curing problem: LayoutProblem, _ goal: CureGoal) -> LayoutCure? {
        switch problem {
        case .noRoom, .memoryTooSmall: return moreMemory(goal)
        case .tooFarFromKernel: return smaller(LayoutOwner(.initialRAMDisk), initialRAMDiskByteCount, goal)
        case .misaligned(let owner, let value, let alignment):
            // Rounding up a 64-bit value by a small power of two; values near the end have no cure.
            guard let next = PhysicalAddress(value).alignedUp(to: alignment)?.rawValue else { return nil }
            if owner.kind == .ram { return sound(.memoryRounded(to: next), goal) }
            return sound(.size(owner, atMost: next - alignment), goal) ?? moreMemory(goal)
        default: return nil
        }
    }

    func cure(of owner: LayoutOwner, _ goal: CureGoal) -> LayoutCure? {
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

    private func pciMemoryLower(_ goal: CureGoal) -> LayoutCure? {
        pciMemoryLower(
            from: plannedPCIMemoryStart, byteCount: pciMemoryByteCount ?? AArch64Places.pciMemoryByteCount, goal)
    }

    private func pciMemoryHigher(_ goal: CureGoal) -> LayoutCure? {
        pciMemoryHigher(than: plannedPCIMemoryStart, upTo: AArch64Places.memory, goal)
            ?? sound(.pciMemory(start: PhysicalAddress(AArch64Places.pciMemory)), goal)
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
