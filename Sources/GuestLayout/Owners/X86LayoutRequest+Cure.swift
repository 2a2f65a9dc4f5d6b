import MemoryMap

extension X86LayoutRequest: CurableRequest {
    public func plan() throws(LayoutProblem) -> LayoutPlan { try LayoutPlan(self) }

    public func plan(checking strictness: LayoutStrictness) throws(LayoutRefusal) -> LayoutPlan { try checkedPlan(strictness) }

    public func applying(_ cure: LayoutCure) -> Self { changed(by: cure) }

    var plannedPCIMemoryStart: UInt64 {
        pciMemoryStart?.rawValue ?? min(ecamStart?.rawValue ?? .max, X86Places.pciMemory)
    }

    mutating func applyOwn(_ cure: LayoutCure) {
        switch cure {
        case .count(.pciInterrupts, let count): pciInterruptCount = count
        case .count(.pciBuses, let count): pciBusCount = count
        case .count(.setupDataEntries, let count): setupDataByteCounts = Array(setupDataByteCounts.prefix(Int(clamping: count)))
        case .configuration(let start): ecamStart = start
        case .move(let owner, let start):
            moved.removeAll { $0.owner == owner }
            moved.append(MovedOwner(owner, to: start))
        default: break
        }
    }

    mutating func setSize(_ owner: LayoutOwner, _ count: UInt64) {
        switch owner.kind {
        case .acpiTables: acpiByteCount = count
        case .smbiosTables: smbiosByteCount = count
        case .setupData:
            if setupDataByteCounts.indices.contains(Int(owner.index)) { setupDataByteCounts[Int(owner.index)] = count }
        case .firmware: payload = .firmware(byteCount: count)
        case .flash: flashByteCount = count
        case .initialRAMDisk: initialRAMDiskByteCount = count == 0 ? nil : count
        case .commandLine: commandLineByteCount = count
        case .persistentStore: persistentStoreByteCount = count
        case .ram: memoryByteCount = count
        case .ecam: ecamByteCount = count
        case .lowMMIO: pciMemoryByteCount = count
        default: break
        }
    }

    func ownChange(curing problem: LayoutProblem, _ goal: CureGoal) -> LayoutCure? {
        switch problem {
        case .noRoom(let owner, _, _): cure(of: owner, goal)
        case .memoryTooSmall(_, let needed): sound(.memory(atLeast: needed), goal) ?? moreMemory(goal)
        case .misaligned(let owner, let value, let alignment): aligned(owner, value, alignment, goal)
        default: nil
        }
    }

    func cure(of owner: LayoutOwner, _ goal: CureGoal) -> LayoutCure? {
        switch owner.kind {
        case .initialRAMDisk, .kernelImage, .kernelRunTime:
            return moreMemory(goal) ?? smaller(LayoutOwner(.initialRAMDisk), initialRAMDiskByteCount, goal)
        case .acpiTables: return smaller(owner, acpiByteCount, goal)
        case .smbiosTables: return smaller(owner, smbiosByteCount, goal)
        case .setupData:
            guard setupDataByteCounts.indices.contains(Int(owner.index)) else { return nil }
            if let cure = smaller(owner, setupDataByteCounts[Int(owner.index)], goal) { return cure }
            return fewer(.setupDataEntries, UInt64(setupDataByteCounts.count), goal)
        case .multiprocessorTable, .multiprocessorPointer:
            return fewer(.pciInterrupts, pciInterruptCount, goal) ?? fewer(
                .virtualProcessors, virtualProcessorCount, goal)
                ?? fewer(.pciBuses, pciBusCount, goal)
        case .flash: return smaller(owner, flashByteCount, step: 4096, goal)
        case .firmware:
            guard case .firmware(let count) = payload else { return nil }
            return smaller(owner, count, step: 4096, goal)
        case .protectedFirmware: return pciMemoryHigher(goal)
        case .lowMMIO: return pciMemoryLower(goal) ?? pciMemoryHigher(goal) ?? usualPCIMemory(goal)
        case .ecam: return otherConfiguration(goal)
        case .ram: return lessMemory(goal)
        case .memoryFile: return moreMemory(goal)
        default: return nil
        }
    }

    private func pciMemoryHigher(_ goal: CureGoal) -> LayoutCure? {
        pciMemoryHigher(than: pciMemoryStart?.rawValue ?? 0, upTo: X86Places.lowMMIOLast, goal)
    }

    private func pciMemoryLower(_ goal: CureGoal) -> LayoutCure? {
        guard let count = pciMemoryByteCount else { return nil }
        return pciMemoryLower(from: plannedPCIMemoryStart, byteCount: count, goal)
    }

    private func usualPCIMemory(_ goal: CureGoal) -> LayoutCure? {
        sound(.pciMemory(start: PhysicalAddress(X86Places.pciMemory)), goal)
    }

    /// The nearest place for the configuration space at which nothing is in its way.
    private func otherConfiguration(_ goal: CureGoal) -> LayoutCure? {
        let count = min(ecamByteCount ?? X86Places.ecamByteCount, X86Places.ecamMostBytes)
        guard count > 0 else { return nil }
        // Steps of 16 MiB or more, and multiples of the size, as the start has to be one.
        let step = count * max((16 << 20) / count, 1)
        let asked = ecamStart?.rawValue ?? X86Places.ecam
        let last = (X86Places.fourGiB - count) / step
        let nearest = min(asked / step, last)
        for distance in 0...last {
            if distance <= nearest {
                let lower = LayoutCure.configuration(start: PhysicalAddress((nearest - distance) * step))
                if passes(lower, goal) { return lower }
            }
            if distance > 0, distance <= last - nearest {
                let higher = LayoutCure.configuration(start: PhysicalAddress((nearest + distance) * step))
                if passes(higher, goal) { return higher }
            }
        }
        return nil
    }

    private func aligned(
        _ owner: LayoutOwner, _ value: UInt64, _ alignment: UInt64, _ goal: CureGoal
    ) -> LayoutCure? {
        guard let next = alignedUp(value, alignment) else { return nil }
        let cure: LayoutCure? =
            switch owner.kind {
            case .ram: .memoryRounded(to: next)
            case .lowMMIO: .pciMemory(start: PhysicalAddress(next))
            case .firmware: next > alignment ? .size(owner, atMost: next - alignment) : nil
            case .ecam:
                value == ecamStart?.rawValue ?? X86Places.ecam && value % alignment != 0
                    ? .configuration(start: PhysicalAddress(next - alignment)) : .size(owner, atMost: next)
            default: nil
            }
        guard let cure, passes(cure, goal) else {
            return owner.kind == .ecam ? otherConfiguration(goal) : nil
        }
        return cure
    }

    private func alignedUp(_ value: UInt64, _ alignment: UInt64) -> UInt64? {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: alignment)
        let (product, overflow) = (quotient + (rest == 0 ? 0 : 1)).multipliedReportingOverflow(by: alignment)
        return overflow ? nil : product
    }
}
