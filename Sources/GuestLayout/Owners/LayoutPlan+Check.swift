import MemoryMap

/// How much a check lets pass.
public enum LayoutStrictness: UInt8, Hashable, Sendable {
    /// Refuses what keeps a guest from booting or from working; what is wrong on paper only, such as two owners of the same zero
    /// bytes, passes.
    case bootable

    /// Refuses that too.
    case strict
}

extension LayoutPlan {
    /// Decides whether the layout is sound: no byte has two owners, contents have memory behind them, and nothing leaves its window
    /// or the guest's physical addresses.
    ///
    /// - Throws: The first `LayoutProblem`; those of the address space come before those of its contents.
    /// - Complexity: O(*n*) for *n* ranges in ascending order, O(*n*²) for the worst order.
    public func check(_ strictness: LayoutStrictness = .bootable) throws(LayoutProblem) {
        var first: LayoutProblem?
        findProblems { problem, isHarmless in
            guard !isHarmless || strictness == .strict else { return true }
            first = problem
            return false
        }
        if let first { throw first }
    }

    /// Gives all problems to `found`, each with whether guests boot in spite of it, until that returns false.
    public func findProblems(_ found: (LayoutProblem, _ isHarmless: Bool) -> Bool) {
        let map = OwnerMap(self)
        _ =
            map.findOverlaps(found) && findWidthProblems(map.addressSpace.elements, found) && map.findUnbacked(found)
            && findEscapes(found)
            && findTableProblems(map.addressSpace.elements, found) && findAmountProblems(found) && findDistanceProblems(found)
    }
}

extension LayoutPlan {
    private func findWidthProblems(_ list: Span<LayoutRange>, _ found: (LayoutProblem, Bool) -> Bool) -> Bool {
        let limit = UInt64(1) << UInt64(physicalAddressBits) - 1
        for index in list.indices where list[index].last.rawValue > limit {
            guard found(.exceedsAddressWidth(list[index], bits: physicalAddressBits), false) else { return false }
        }
        if highMMIOStart.rawValue > 0, range(of: .highMMIO) == nil {
            // Devices find room below 4 GiB as long as memory itself can be reached.
            let isReachable = highMMIOStart.rawValue - 1 <= limit
            let problem = LayoutProblem.emptyPool(
                LayoutOwner(.highMMIO), start: highMMIOStart, limit: PhysicalAddress(limit))
            guard found(problem, isReachable) else { return false }
        }
        return true
    }

    /// Contents and devices that leave the window of their kind.
    private func findEscapes(_ found: (LayoutProblem, Bool) -> Bool) -> Bool {
        let windows = windows.elements
        for number in windows.indices {
            let window = windows[number]
            let isSound =
                window.owner.kind.isAddressSpace
                ? findEscapes(from: window, in: addressSpace.elements, found)
                : findEscapes(from: window, in: contents.elements, found)
            guard isSound else { return false }
        }
        return true
    }

    private func findEscapes(
        from window: LayoutRange, in list: Span<LayoutRange>, _ found: (LayoutProblem, Bool) -> Bool
    ) -> Bool {
        for index in list.indices where list[index].owner.kind == window.owner.kind {
            let range = list[index]
            // The list of setup_data has to end before its window does.
            let fills = window.owner.kind == .setupData && range.last == window.last
            guard !window.contains(range) || fills else { continue }
            guard found(.leavesWindow(range, window: window.range), false) else { return false }
        }
        return true
    }

    private func findTableProblems(_ list: Span<LayoutRange>, _ found: (LayoutProblem, Bool) -> Bool) -> Bool {
        let (table, contents) = (e820.elements, contents.elements)
        for index in table.indices {
            let entry = table[index]
            for other in 0..<index where table[other].start <= entry.last && entry.start <= table[other].last {
                guard found(.tableOverlap(table[other], entry), false) else { return false }
            }
            guard entry.kind == .ram else { continue }
            var isBacked = false
            for number in list.indices where list[number].owner.kind.isRAM {
                if list[number].start <= entry.start, entry.last <= list[number].last { isBacked = true }
            }
            guard isBacked || found(.tableClaimsRAM(entry), false) else { return false }
            for number in contents.indices {
                let range = contents[number]
                guard range.owner.kind == .acpiTables || range.owner.kind == .smbiosTables else { continue }
                guard range.start <= entry.last, entry.start <= range.last else { continue }
                // Linux keeps what it finds there, and what lies below 1 MiB anyway.
                guard found(.tableOffersContents(entry, range), true) else { return false }
            }
        }
        return true
    }

    private func findAmountProblems(_ found: (LayoutProblem, Bool) -> Bool) -> Bool {
        var (sum, hasCarving) = (UInt64(0), false)
        let list = addressSpace.elements
        for index in list.indices {
            let range = list[index]
            if range.owner.kind.countsAsMemory, profile != .crosvmSeed || range.owner.kind != .staticBounceBuffer {
                sum = sum.addingReportingOverflow(range.byteCount).partialValue
            }
            // The firmware of a protected x86-64 guest may be carved out of its RAM.
            if range.owner.kind == .protectedFirmware, architecture == .x86_64 { hasCarving = true }
        }
        guard sum != memoryByteCount, !hasCarving || sum > memoryByteCount else { return true }
        return found(.amountDiffers(byteCount: sum, asked: memoryByteCount), false)
    }

    /// Linux, Documentation/arch/arm64/booting.rst: the kernel and its initial RAM disk lie in one window of at most 32 GiB that
    /// starts and ends at multiples of 1 GiB.
    private func findDistanceProblems(_ found: (LayoutProblem, Bool) -> Bool) -> Bool {
        guard architecture == .aarch64, let kernel = contents.entry(of: .kernelRunTime) ?? contents.entry(of: .kernelImage),
            let disk = contents.entry(of: .initialRAMDisk)
        else { return true }
        let limit: UInt64 = 32 << 30
        let first = min(kernel.start, disk.start).rawValue >> 30
        let last = max(kernel.last, disk.last).rawValue >> 30
        guard last - first >= limit >> 30 else { return true }
        return found(.tooFarFromKernel(disk, kernel: kernel, limit: limit), false)
    }
}

extension InlineList where Element == LayoutRange {
    /// The first entry of a kind.
    func entry(of kind: LayoutOwner.Kind) -> LayoutRange? {
        let list = elements
        for index in list.indices where list[index].owner.kind == kind { return list[index] }
        return nil
    }
}
