import MemoryMap

extension AllocationType {
    static let plain: AllocationType = [
        .commit, .reserve, .reset, .topDown, .writeWatch, .physical, .resetUndo, .largePages,
    ]

    /// Whether the bits of the type go together.
    func isValid(isExtended: Bool) -> Bool {
        let known = isExtended ? Self.plain.union([.reservePlaceholder, .replacePlaceholder]) : Self.plain
        guard isSubset(of: known) else { return false }
        if contains(.reset) || contains(.resetUndo) { return rawValue.nonzeroBitCount == 1 }
        guard !isDisjoint(with: [.commit, .reserve]) else { return false }
        if contains(.reservePlaceholder) { return subtracting(.topDown) == [.reserve, .reservePlaceholder] }
        if contains(.replacePlaceholder) {
            return contains(.reserve) && isSubset(of: [.reserve, .commit, .replacePlaceholder, .writeWatch])
        }
        if prefersMediumPages {
            return isExtended && subtracting(Self.mediumPages.union([.commit, .topDown])) == .reserve
        }
        if contains(.physical) { return subtracting(.topDown) == [.reserve, .physical] }
        if contains(.writeWatch) && !contains(.reserve) { return false }
        if contains(.largePages) { return isSuperset(of: [.reserve, .commit]) && !contains(.writeWatch) }
        return true
    }
}

extension Regions {
    /// Checks an allocation call.
    func planAllocation(_ request: AllocationRequest, canLockMemory: Bool) throws(NTStatus) -> AllocationPlan {
        let type = request.type
        let limit = try highestAddress(zeroBits: request.zeroBits)
        guard type.isValid(isExtended: request.isExtended) else {
            // What concerns placeholders is a matter of the arguments together.
            let placeholders: AllocationType = [.reservePlaceholder, .replacePlaceholder]
            let isPlaceholder = !type.isDisjoint(with: request.isExtended ? placeholders : .reservePlaceholder)
            throw isPlaceholder && type.isSubset(of: AllocationType.plain.union(placeholders))
                ? .invalidParameter : .invalidParameter5
        }
        guard let protection = request.protection.validated else { throw .invalidPageProtection }
        let base = request.base?.rawValue ?? 0
        let commitsOnly = base != 0 && !type.contains(.reserve)
        if !commitsOnly {
            try checkReservation(type, protection, canLockMemory: canLockMemory)
        }
        if let requirements = request.requirements {
            guard base == 0 || requirements == AddressRequirements() else { throw .invalidParameter }
            try check(requirements)
        }
        guard base <= highest, base == 0 || base >= lowest else { throw .invalidParameter2 }
        guard request.byteCount > 0, request.byteCount <= highest - lowest + 1 else { throw .invalidParameter4 }
        if type.contains(.reset) || type.contains(.resetUndo) {
            return try planReset(base, request.byteCount, undo: type.contains(.resetUndo))
        }
        return commitsOnly
            ? try planCommit(base, request.byteCount, protection)
            : try planReservation(request, base, limit, protection)
    }

    /// The highest address that so many zero bits leave.
    func highestAddress(zeroBits: UInt64) throws(NTStatus) -> UInt64 {
        switch zeroBits {
        case 0: return highest
        case 1...21: return min(highest, UInt64(UInt32.max >> UInt32(zeroBits)))
        case 22...31: throw .invalidParameter3
        default:
            guard platform.pointerWidth == .bits64 else { throw .invalidParameter3 }
            return min(highest, .max >> UInt64(zeroBits.leadingZeroBitCount))
        }
    }

    private func checkReservation(
        _ type: AllocationType, _ protection: PageProtection, canLockMemory: Bool
    ) throws(NTStatus) {
        guard protection.validatedForPrivateMemory != nil else { throw .invalidPageProtection }
        if type.contains(.reservePlaceholder), protection != .noAccess { throw .invalidParameter }
        // Ordinary memory, which may be paged and needs no privilege.
        if type.prefersMediumPages { return }
        if type.contains(.physical), protection != .readWrite { throw .invalidParameter6 }
        if type.contains(.largePages) {
            guard protection.base == .readWrite || protection.base == .executeReadWrite else { throw .invalidPageProtection }
            guard canLockMemory else { throw .privilegeNotHeld }
        }
    }

    func check(_ requirements: AddressRequirements) throws(NTStatus) {
        let alignment = requirements.alignment
        guard alignment == 0 || alignment.nonzeroBitCount == 1 && alignment >= Platform.allocationGranularity else {
            throw .invalidParameter
        }
        if let lowest = requirements.lowest {
            guard lowest.rawValue & granuleMask == 0, lowest.rawValue < highest else { throw .invalidParameter }
        }
        if let last = requirements.highest {
            guard last.rawValue & pageMask == pageMask, last.rawValue <= highest,
                last.rawValue > requirements.lowest?.rawValue ?? 0
            else { throw .invalidParameter }
        }
    }

    private func planReservation(
        _ request: AllocationRequest, _ base: UInt64, _ limit: UInt64, _ protection: PageProtection
    ) throws(NTStatus) -> AllocationPlan {
        let type = request.type
        let isMedium = type.prefersMediumPages
        let isLarge = type.contains(.largePages) && !isMedium
        if isMedium {
            guard base & granuleMask == 0 else { throw .invalidParameter2 }
            guard request.byteCount & granuleMask == 0 else { throw .invalidParameter4 }
        }
        if isLarge {
            guard base & (platform.largePageSize - 1) == 0 else { throw .invalidParameter2 }
            guard request.byteCount & (platform.largePageSize - 1) == 0 else { throw .invalidParameter4 }
        }
        let range: Range<UInt64>
        var placeholder: Int?
        if type.contains(.replacePlaceholder) {
            (range, placeholder) = try wholePlaceholder(base, request.byteCount)
        } else if base != 0 {
            range = try freeRange(base, request.byteCount)
        } else {
            let alignment = isLarge ? platform.largePageSize : Platform.allocationGranularity
            range = try place(
                request.byteCount, alignment, request.requirements ?? AddressRequirements(), limit, type.contains(.topDown))
        }
        let commits = type.contains(.commit)
        let byteCount = range.upperBound - range.lowerBound
        guard !commits || ledger.canCharge(byteCount) else { throw .commitmentLimit }
        var allocation = Allocation(start: range.lowerBound, end: range.upperBound, protection: protection, kind: .privateMemory)
        if type.contains(.reservePlaceholder) { allocation.kind = .placeholder }
        if type.contains(.physical), !isMedium { allocation.kind = .physical }
        if isLarge { allocation.traits.insert(.largePages) }
        if type.contains(.writeWatch) { allocation.traits.insert(.writeWatch) }
        if placeholder != nil { allocation.traits.insert(.replacedPlaceholder) }
        return .reserve(
            allocation, replacing: placeholder, committedAs: commits ? protection : nil, topDown: type.contains(.topDown))
    }

    /// The addresses of a reservation that names its base, which have to be free from the granule's beginning on.
    func freeRange(_ base: UInt64, _ byteCount: UInt64) throws(NTStatus) -> Range<UInt64> {
        guard let pages = pages(base, byteCount) else { throw .invalidParameter2 }
        let range = (base & ~granuleMask)..<pages.upperBound
        guard !tree.overlaps(range.lowerBound, range.upperBound) else { throw .conflictingAddresses }
        return range
    }

    /// Free addresses where the caller leaves the choice.
    func place(
        _ byteCount: UInt64, _ alignment: UInt64, _ requirements: AddressRequirements, _ limit: UInt64, _ isTopDown: Bool
    ) throws(NTStatus) -> Range<UInt64> {
        let size = (byteCount + pageMask) & ~pageMask
        let gap = GapRequest(
            size: size, low: max(lowest, requirements.lowest?.rawValue ?? 0),
            high: min(limit, requirements.highest?.rawValue ?? .max) + 1, alignment: max(alignment, requirements.alignment))
        guard let start = isTopDown ? tree.highestGap(gap) : tree.lowestGap(gap) else { throw .noMemory }
        return start..<start + size
    }

    /// The placeholder that a range is exactly the whole of.
    func wholePlaceholder(_ base: UInt64, _ byteCount: UInt64) throws(NTStatus) -> (Range<UInt64>, Int) {
        guard base & pageMask == 0 else { throw .invalidParameter2 }
        guard let range = pages(base, byteCount) else { throw .invalidParameter4 }
        guard let index = allocation(at: base), allocations[index].kind == .placeholder,
            allocations[index].start == range.lowerBound, allocations[index].end == range.upperBound
        else { throw .conflictingAddresses }
        return (range, index)
    }

    /// The allocation that all pages of a range belong to.
    func allocation(holding range: Range<UInt64>) -> Int? {
        guard let index = allocation(at: range.lowerBound), range.upperBound <= allocations[index].end else { return nil }
        return index
    }

    private func planCommit(
        _ base: UInt64, _ byteCount: UInt64, _ protection: PageProtection
    ) throws(NTStatus) -> AllocationPlan {
        guard let range = pages(base, byteCount) else { throw .invalidParameter2 }
        guard let first = tree.run(at: range.lowerBound) else { throw .conflictingAddresses }
        let index = Int(tree.value(first).allocation)
        let allocation = allocations[index]
        guard range.upperBound <= allocation.end else { throw .conflictingAddresses }
        switch allocation.kind {
        case .privateMemory:
            guard protection.validatedForPrivateMemory != nil else { throw .invalidPageProtection }
            let charge = range.upperBound - range.lowerBound - committedBytes(in: range, from: first)
            guard ledger.canCharge(charge) else { throw .commitmentLimit }
            return .commit(range, from: first, allocation: index, protection, charge: charge)
        case .mapped:
            guard let view = view(of: allocation), case .pagingFile = view.section.storage else { throw .alreadyCommitted }
            guard protection.isSubset(ofView: view.access) else { throw .sectionProtection }
            if view.section.isReserved {
                let offsets = range.lowerBound - allocation.start + view.offset
                let charge = view.section.uncommittedBytes(in: offsets..<offsets + (range.upperBound - range.lowerBound))
                guard ledger.canCharge(charge) else { throw .commitmentLimit }
            }
            return .commitView(range, allocation: index, protection)
        case .image: throw .alreadyCommitted
        case .placeholder, .physical, .unused: throw .conflictingAddresses
        }
    }

    private func planReset(_ base: UInt64, _ byteCount: UInt64, undo: Bool) throws(NTStatus) -> AllocationPlan {
        guard let range = pages(base, byteCount) else { throw .invalidParameter2 }
        guard let index = allocation(holding: range) else { throw .conflictingAddresses }
        let allocation = allocations[index]
        switch allocation.kind {
        case .privateMemory: break
        case .mapped:
            guard let view = view(of: allocation), case .pagingFile = view.section.storage else { throw .userMappedFile }
        case .image: throw .userMappedFile
        case .placeholder, .physical, .unused: throw .conflictingAddresses
        }
        return undo ? .undoReset(range) : .reset(range)
    }

    /// Does what was planned.
    mutating func apply(_ plan: AllocationPlan) {
        switch plan {
        case .reserve(var allocation, let replacing, let protection, _):
            if protection != nil {
                allocation.charged = allocation.byteCount
                account.add(allocation.byteCount)
            }
            if let replacing {
                allocations[replacing] = allocation
                let run = PageRun(allocation: UInt32(replacing), protection: (protection ?? []).subtracting(.caching))
                tree.assign(from: allocation.start, to: allocation.end, run)
            } else {
                add(allocation, pages: protection ?? [])
            }
        case .commit(let range, let first, let index, let protection, let charge):
            account.add(charge)
            allocations[index].charged += charge
            let run = PageRun(allocation: UInt32(index), protection: protection.subtracting(.caching))
            tree.assign(from: range.lowerBound, to: range.upperBound, run, at: first)
        case .commitView(let range, let index, let protection):
            let allocation = allocations[index]
            guard let view = view(of: allocation) else { return }
            if view.section.isReserved {
                let offset = range.lowerBound - allocation.start + view.offset
                view.section.commit(offset..<offset + (range.upperBound - range.lowerBound))
            }
            setViewProtection(range, allocation: index, protection)
        case .reset, .undoReset:
            break
        }
    }
}
