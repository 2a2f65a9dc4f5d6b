import MemoryMap

/// A request whose least change is looked for by planning anew: what both architectures' searches have in common.
protocol CurableRequest: LayoutRequest {
    /// Where the window for devices starts, whether the request says so or not.
    var plannedPCIMemoryStart: UInt64 { get }

    /// Applies a change that only this architecture knows; others change nothing.
    mutating func applyOwn(_ cure: LayoutCure)

    /// Gives a part another size; parts that the request has no field for stay as they are.
    mutating func setSize(_ owner: LayoutOwner, _ count: UInt64)

    /// What helps against a problem in a way of this architecture's own.
    func ownChange(curing problem: LayoutProblem, _ goal: CureGoal) -> LayoutCure?

    /// What helps against an owner that is in the way.
    func cure(of owner: LayoutOwner, _ goal: CureGoal) -> LayoutCure?
}

extension CurableRequest {
    /// The plan, checked.
    ///
    /// - Throws: The problem and, where a single change helps, the least one.
    func checkedPlan(_ strictness: LayoutStrictness) throws(LayoutRefusal) -> LayoutPlan {
        do throws(LayoutProblem) {
            let plan = try plan()
            try plan.check(strictness)
            return plan
        } catch {
            throw LayoutRefusal(
                problem: error,
                cure: leastChange(curing: error, CureGoal(strictness))
                    ?? leastChange(curing: error, CureGoal(strictness, without: error, of: try? plan())))
        }
    }

    /// The request with a change applied.
    func changed(by cure: LayoutCure) -> Self {
        var request = self
        switch cure {
        case .memory(let count), .memoryAtMost(let count), .memoryRounded(let count): request.memoryByteCount = count
        case .addressBits(let bits): request.physicalAddressBits = bits
        case .size(let owner, let count): request.setSize(owner, count)
        case .count(.virtualProcessors, let count): request.virtualProcessorCount = count
        case .count(.mappedFiles, let count): request.mappedFiles = Array(mappedFiles.prefix(Int(clamping: count)))
        case .pciMemory(let start): request.pciMemoryStart = start
        case .pciMemoryLast(let last):
            let start = plannedPCIMemoryStart
            request.pciMemoryByteCount = last.rawValue >= start ? min(last.rawValue - start, .max - 1) + 1 : 0
        case .move(let owner, let start) where owner.isMappedFile:
            let index = Int(owner.index)
            guard mappedFiles.indices.contains(index), let count = mappedFiles[index].byteCount,
                let range = PhysicalRange(start: start, byteCount: count)
            else { return self }
            request.mappedFiles[index] = range
        case .profile(let profile): request.profile = profile
        case .count, .configuration, .move: request.applyOwn(cure)
        }
        return request
    }

    /// The least change of one kind that reaches the goal.
    func leastChange(curing problem: LayoutProblem, _ goal: CureGoal) -> LayoutCure? {
        switch problem {
        case .overlap(let low, let high):
            return movedFile(low, high, goal) ?? cure(of: high.owner, goal) ?? cure(of: low.owner, goal) ?? moved(high, goal)
                ?? moved(low, goal)
        case .leavesWindow(let range, _), .outsideMemory(let range, _):
            return cure(of: range.owner, goal) ?? moved(range, goal)
        case .exceedsAddressWidth, .emptyPool: return moreBits(goal) ?? lessMemory(goal)
        case .badSize(let owner, let count, let limit):
            // Nothing at all becomes something, and how much is not for a search to say.
            guard count > 0 else { return nil }
            return sound(.size(owner, atMost: limit), goal) ?? cure(of: owner, goal)
        case .tooMany(let counted, let count, let limit):
            return count > limit ? sound(.count(counted, atMost: limit), goal) : nil
        case .badAddressBits(let bits): return bits < 32 ? moreBits(goal) : sound(.addressBits(52), goal)
        case .unsupported: return sound(.profile(.crosvm), goal)
        default: return ownChange(curing: problem, goal)
        }
    }

    /// The change, if it reaches the goal.
    func sound(_ cure: LayoutCure, _ goal: CureGoal) -> LayoutCure? { passes(cure, goal) ? cure : nil }

    /// Whether the goal is reached with `cure`.
    func passes(_ cure: LayoutCure, _ goal: CureGoal) -> Bool {
        do throws(LayoutProblem) {
            return goal.isReached(by: try changed(by: cure).plan())
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

    /// A lower end of the window for devices, which starts at `start` and has `count` bytes.
    func pciMemoryLower(from start: UInt64, byteCount count: UInt64, _ goal: CureGoal) -> LayoutCure? {
        guard let end = PhysicalAddress(start).advanced(by: count) else { return nil }
        return CureSearch.greatest(below: end.rawValue, step: 4096) {
            $0 > start && passes(.pciMemoryLast(atMost: PhysicalAddress($0 - 1)), goal)
        }.map { .pciMemoryLast(atMost: PhysicalAddress($0 - 1)) }
    }

    /// A start of the window for devices above `start`, at most at `limit`.
    func pciMemoryHigher(than start: UInt64, upTo limit: UInt64, _ goal: CureGoal) -> LayoutCure? {
        CureSearch.least(above: start, step: 1 << 20, limit: limit) {
            passes(.pciMemory(start: PhysicalAddress($0)), goal)
        }.map { .pciMemory(start: PhysicalAddress($0)) }
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
