import MemoryMap

/// What a checked call to map a view will do.
struct ViewPlan {
    var allocation: Allocation
    var view: View
    var placeholder: Int?
    var isAtBase = true

    var range: Range<UInt64> { allocation.start..<allocation.end }
}

extension Regions {
    func planView(_ request: ViewRequest) throws(NTStatus) -> ViewPlan {
        let section = request.section
        let limit: UInt64
        // The zero bits are the fourth argument here, and the third of allocations.
        do throws(NTStatus) { limit = try highestAddress(zeroBits: request.zeroBits) } catch { throw .invalidParameter4 }
        guard request.type.isSubset(of: [.topDown, .replacePlaceholder, .reserve, .largePages]),
            !request.type.contains(.largePages) || section.attributes.contains(.largePages)
        else { throw .invalidParameter9 }
        guard let protection = request.protection.validated, protection.isDisjoint(with: .guardPage) else {
            throw .invalidPageProtection
        }
        guard section.isImage || protection.base != .execute, protection.isSubset(ofView: section.protection) else {
            throw .sectionProtection
        }
        let base = request.base?.rawValue ?? 0
        guard request.zeroBits == 0 || base <= limit else { throw .invalidParameter4 }
        if let machine = request.imageMachine, let image = section.image, machine != 0, machine != image.machine {
            throw .notSupported
        }
        let replaces = request.type.contains(.replacePlaceholder)
        let mask = request.type.contains(.largePages) ? platform.largePageSize - 1 : replaces ? pageMask : granuleMask
        guard base & mask == 0, request.offset & mask == 0 else { throw .mappedAlignment }
        guard base <= highest, base == 0 || base >= lowest, request.byteCount <= highest - base + 1 else {
            throw .invalidParameter3
        }
        if let requirements = request.requirements {
            guard base == 0 || requirements == AddressRequirements(), requirements.alignment == 0 else { throw .invalidParameter }
            try check(requirements)
        }
        guard request.offset < section.byteCount else { throw .invalidParameter }
        // To the byte: the tail of a file's last page is no part of the section.
        let rest = section.byteCount - request.offset
        guard request.byteCount <= rest else { throw .invalidViewSize }
        let wanted = request.byteCount == 0 ? rest : request.byteCount
        guard !request.type.contains(.largePages) || wanted & mask == 0 else { throw .invalidViewSize }
        let size = (wanted + pageMask) & ~pageMask

        var plan: ViewPlan
        let access = section.isImage ? .executeWriteCopy : protection.subtracting(.caching)
        let view = View(section: section, offset: request.offset, access: access)
        let word = access.union(section.caching)
        let kind: Allocation.Kind = section.isImage ? .image : .mapped
        if replaces {
            let (range, index) = try wholePlaceholder(base, size)
            plan = ViewPlan(
                allocation: Allocation(
                    start: range.lowerBound, end: range.upperBound, protection: word, kind: kind, traits: .replacedPlaceholder),
                view: view, placeholder: index)
        } else {
            let range = try viewRange(request, size, base, limit)
            plan = ViewPlan(
                allocation: Allocation(start: range.lowerBound, end: range.upperBound, protection: word, kind: kind), view: view)
        }
        if section.isImage, let image = section.image {
            plan.isAtBase = plan.allocation.start == image.preferredBase &+ request.offset
            plan.allocation.charged = image.copiedBytes(pageSize: platform.pageSize, below: size)
        } else if protection.isCopyOnWrite {
            plan.allocation.charged = size
        }
        guard ledger.canCharge(plan.allocation.charged) else { throw .commitmentLimit }
        return plan
    }

    private func viewRange(
        _ request: ViewRequest, _ size: UInt64, _ base: UInt64, _ limit: UInt64
    ) throws(NTStatus) -> Range<UInt64> {
        if base != 0 { return try freeRange(base, size) }
        if request.section.isImage, let image = request.section.image, request.offset == 0, request.requirements == nil {
            let preferred = image.preferredBase
            if preferred & granuleMask == 0, preferred >= lowest, preferred <= limit, size <= limit - preferred + 1,
                !tree.overlaps(preferred, preferred + size)
            {
                return preferred..<preferred + size
            }
        }
        let alignment = request.type.contains(.largePages) ? platform.largePageSize : Platform.allocationGranularity
        return try place(
            size, alignment, request.requirements ?? AddressRequirements(), limit, request.type.contains(.topDown))
    }

    mutating func apply(_ plan: ViewPlan) {
        var allocation = plan.allocation
        account.add(allocation.charged)
        allocation.link = makeView(plan.view)
        let protection = plan.view.access
        let index: UInt32
        let link = Int(allocation.link)
        if let placeholder = plan.placeholder {
            allocations[placeholder] = allocation
            index = UInt32(placeholder)
            tree.assign(from: allocation.start, to: allocation.end, PageRun(allocation: index, protection: protection))
        } else {
            index = add(allocation, pages: protection)
        }
        views[link]?.allocation = index
        guard plan.view.section.isImage, let image = plan.view.section.image else { return }
        image.forEachPart(pageSize: platform.pageSize) { part in
            let low = max(part.range.lowerBound, plan.view.offset)
            let high = min(part.range.upperBound, plan.view.offset + allocation.byteCount)
            guard low < high else { return }
            let start = allocation.start + (low - plan.view.offset)
            tree.assign(
                from: start, to: start + (high - low), PageRun(allocation: index, protection: part.protection))
        }
    }

    /// The view that an address is in.
    func planUnmap(_ address: UInt64, _ flags: UnmapFlags) throws(NTStatus) -> Int {
        guard flags.isSubset(of: [.transientBoost, .preservePlaceholder]) else { throw .invalidParameter }
        guard let index = allocation(at: address), view(of: allocations[index]) != nil else { throw .notMappedView }
        guard !flags.contains(.preservePlaceholder) || allocations[index].traits.contains(.replacedPlaceholder) else {
            throw .conflictingAddresses
        }
        return index
    }

    mutating func applyUnmap(_ index: Int, leavingPlaceholder: Bool) {
        let allocation = allocations[index]
        dropView(allocation.link)
        if leavingPlaceholder {
            account.subtract(allocation.charged)
            becomePlaceholder(index)
            forgetPages(allocation.start..<allocation.end)
        } else {
            remove(index)
        }
    }
}

extension Section {
    /// The caching that all pages of its views have.
    var caching: PageProtection {
        if isImage { return [] }
        var result: PageProtection = []
        if attributes.contains(.noCache) { result.insert(.noCache) }
        if attributes.contains(.writeCombine) { result.insert(.writeCombine) }
        return result
    }
}
