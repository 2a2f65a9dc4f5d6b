import MemoryMap

extension X86LayoutRequest: CurableRequest {
    /// The request with a change applied; changes that it has no field for change nothing.
    public func applying(_ cure: LayoutCure) -> X86LayoutRequest {
        var request = self
        switch cure {
        case .memory(let count), .memoryAtMost(let count), .memoryRounded(let count): request.memoryByteCount = count
        case .addressBits(let bits): request.physicalAddressBits = bits
        case .size(let owner, let count): request.setSize(owner, count)
        case .count(.virtualProcessors, let count): request.virtualProcessorCount = count
        case .count(.pciInterrupts, let count): request.pciInterruptCount = count
        case .count(.pciBuses, let count): request.pciBusCount = count
        case .count(.setupDataEntries, let count): request.setupDataByteCounts = Array(setupDataByteCounts.prefix(Int(count)))
        case .count(.mappedFiles, let count): request.mappedFiles = Array(mappedFiles.prefix(Int(count)))
        case .pciMemory(let start): request.pciMemoryStart = start
        case .pciMemoryLast(let last):
            let start = pciMemoryStart?.rawValue ?? min(ecamStart?.rawValue ?? .max, X86Places.pciMemory)
            request.pciMemoryByteCount = last.rawValue >= start ? last.rawValue - start + 1 : 0
        case .configuration(let start): request.ecamStart = start
        case .move(let owner, let start):
            if owner.kind == .memoryFile || owner.kind == .mappedFile {
                let index = Int(owner.index)
                guard mappedFiles.indices.contains(index), let count = mappedFiles[index].byteCount,
                    let range = PhysicalRange(start: start, byteCount: count)
                else { return self }
                request.mappedFiles[index] = range
            } else {
                request.moved.removeAll { $0.owner == owner }
                request.moved.append(MovedOwner(owner, to: start))
            }
        case .profile(let profile): request.profile = profile
        }
        return request
    }

    private mutating func setSize(_ owner: LayoutOwner, _ count: UInt64) {
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

    /// The least change of one kind that reaches the goal.
    func leastChange(curing problem: LayoutProblem, _ goal: CureGoal) -> LayoutCure? {
        func sound(_ cure: LayoutCure?) -> LayoutCure? {
            guard let cure, passes(cure, goal) else { return nil }
            return cure
        }
        switch problem {
        case .overlap(let low, let high):
            return movedFile(low, high, goal) ?? cure(of: high.owner, goal) ?? cure(of: low.owner, goal) ?? moved(high, goal)
                ?? moved(low, goal)
        case .leavesWindow(let range, _), .outsideMemory(let range, _):
            return cure(of: range.owner, goal) ?? moved(range, goal)
        case .exceedsAddressWidth, .emptyPool: return moreBits(goal) ?? lessMemory(goal)
        case .noRoom(let owner, _, _): return cure(of: owner, goal)
        case .memoryTooSmall(_, let needed):
            return sound(.memory(atLeast: needed)) ?? moreMemory(goal)
        case .badSize(let owner, let count, let limit):
            // Nothing at all becomes something, and how much is not for a search to say.
            guard count > 0 else { return nil }
            return sound(.size(owner, atMost: limit)) ?? cure(of: owner, goal)
        case .misaligned(let owner, let value, let alignment):
            return aligned(owner, value, alignment, goal)
        case .tooMany(let counted, let count, let limit): return count > limit ? sound(.count(counted, atMost: limit)) : nil
        case .badAddressBits(let bits): return bits < 32 ? moreBits(goal) : sound(.addressBits(52))
        case .unsupported: return sound(.profile(.crosvm))
        default: return nil
        }
    }
}

extension X86LayoutRequest {
    /// What helps against an owner that is in the way.
    private func cure(of owner: LayoutOwner, _ goal: CureGoal) -> LayoutCure? {
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
        let start = pciMemoryStart?.rawValue ?? 0
        return CureSearch.least(above: start, step: 1 << 20, limit: X86Places.lowMMIOLast) {
            passes(.pciMemory(start: PhysicalAddress($0)), goal)
        }.map { .pciMemory(start: PhysicalAddress($0)) }
    }

    private func pciMemoryLower(_ goal: CureGoal) -> LayoutCure? {
        guard let count = pciMemoryByteCount, let start = pciMemoryStart?.rawValue ?? Optional(X86Places.pciMemory),
            let end = PhysicalAddress(start).advanced(by: count)
        else { return nil }
        return CureSearch.greatest(below: end.rawValue, step: 4096) {
            $0 > start && passes(.pciMemoryLast(atMost: PhysicalAddress($0 - 1)), goal)
        }.map { .pciMemoryLast(atMost: PhysicalAddress($0 - 1)) }
    }

    private func usualPCIMemory(_ goal: CureGoal) -> LayoutCure? {
        let cure = LayoutCure.pciMemory(start: PhysicalAddress(X86Places.pciMemory))
        return passes(cure, goal) ? cure : nil
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
