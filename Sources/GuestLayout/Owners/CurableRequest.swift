import MemoryMap

/// A request whose least change is looked for by planning anew: what both architectures' searches have in common.
protocol CurableRequest {
    var memoryByteCount: UInt64 { get }
    var physicalAddressBits: UInt8 { get }

    /// The request with a change applied; changes that it has no field for change nothing.
    func applying(_ cure: LayoutCure) -> Self

    func plan() throws(LayoutProblem) -> LayoutPlan
}

extension X86LayoutRequest {
    func plan() throws(LayoutProblem) -> LayoutPlan { try LayoutPlan(self) }
}

extension AArch64LayoutRequest {
    func plan() throws(LayoutProblem) -> LayoutPlan { try LayoutPlan(self) }
}

extension CurableRequest {
    /// Whether the goal is reached with `cure`.
    func passes(_ cure: LayoutCure, _ goal: CureGoal) -> Bool {
        do throws(LayoutProblem) {
            return goal.isReached(by: try applying(cure).plan())
        } catch {
            return false
        }
    }

    func moreMemory(_ goal: CureGoal) -> LayoutCure? {
        CureSearch.least(above: memoryByteCount, step: 1 << 20, limit: addressLimit) { passes(.memory(atLeast: $0), goal) }
            .map { .memory(atLeast: $0) }
    }

    /// RAM never passes the addresses; from 2^64 on the search would step over what is little beside it.
    func lessMemory(_ goal: CureGoal) -> LayoutCure? {
        CureSearch.greatest(below: min(memoryByteCount, addressLimit), step: 1 << 20) { passes(.memoryAtMost($0), goal) }
            .map { .memoryAtMost($0) }
    }

    private var addressLimit: UInt64 { UInt64(1) << UInt64(min(max(physicalAddressBits, 32), 52)) }

    func moreBits(_ goal: CureGoal) -> LayoutCure? {
        guard physicalAddressBits < 52 else { return nil }
        for bits in max(physicalAddressBits, 31)..<52 where passes(.addressBits(bits + 1), goal) {
            return .addressBits(bits + 1)
        }
        return nil
    }

    /// - Parameter step: Firmware and flash come in pages, tables byte by byte.
    func smaller(_ owner: LayoutOwner, _ count: UInt64?, step: UInt64 = 1, _ goal: CureGoal) -> LayoutCure? {
        CureSearch.greatest(below: count ?? 0, step: step) { passes(.size(owner, atMost: $0), goal) }
            .map { .size(owner, atMost: $0) }
    }

    func fewer(_ counted: LayoutProblem.Counted, _ count: UInt64, _ goal: CureGoal) -> LayoutCure? {
        CureSearch.greatest(below: count, step: 1) { passes(.count(counted, atMost: $0), goal) }
            .map { .count(counted, atMost: $0) }
    }

    /// Another place for a file that is mapped outside RAM: it is easier moved than what it meets.
    func movedFile(_ low: LayoutRange, _ high: LayoutRange, _ goal: CureGoal) -> LayoutCure? {
        if high.owner.kind == .mappedFile { return moved(high, goal) }
        return low.owner.kind == .mappedFile ? moved(low, goal) : nil
    }

    /// The lowest place in memory, or between the parts of the address space, to which a part can go; for a mapped file the next one
    /// above it, if there is one.
    func moved(_ range: LayoutRange, _ goal: CureGoal) -> LayoutCure? {
        do throws(LayoutProblem) {
            let plan = try plan()
            let map = OwnerMap(plan)
            // The byte behind any range may begin a gap.
            let list = range.owner.kind.isAddressSpace ? map.addressSpace : map.contents
            let alignment: UInt64 = range.start.isAligned(to: 4096) ? 4096 : 8
            var lowest: LayoutCure?
            for index in list.indices {
                guard let next = list[index].last.advanced(by: 1)?.alignedUp(to: alignment), plan.canHold(range, at: next) else {
                    continue
                }
                let cure = LayoutCure.move(range.owner, to: next)
                guard lowest == nil || next > range.start, passes(cure, goal) else { continue }
                if next > range.start || !range.owner.isMappedFile { return cure }
                lowest = cure
            }
            return lowest
        } catch {
            return nil
        }
    }
}

extension LayoutOwner {
    fileprivate var isMappedFile: Bool { kind == .memoryFile || kind == .mappedFile }
}

extension LayoutPlan {
    /// Whether a mapped file stays what it is at `start`: one of memory, or one of devices.
    fileprivate func canHold(_ range: LayoutRange, at start: PhysicalAddress) -> Bool {
        guard range.owner.isMappedFile else { return true }
        guard let place = PhysicalRange(start: start, byteCount: range.byteCount) else { return false }
        return meetsMemory(place) == (range.owner.kind == .memoryFile)
    }
}
