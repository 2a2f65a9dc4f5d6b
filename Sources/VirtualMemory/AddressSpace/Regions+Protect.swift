/// What a checked call to change protection will do.
struct ProtectionPlan {
    var range: Range<UInt64>
    var allocation: Int
    var protection: PageProtection
    var old: PageProtection
}

extension Regions {
    func planProtection(_ base: UInt64, _ byteCount: UInt64, _ word: PageProtection) throws(NTStatus) -> ProtectionPlan {
        guard var protection = word.validated else { throw .invalidPageProtection }
        protection.subtract(.caching)
        guard base <= highest else { throw .invalidParameter2 }
        guard byteCount > 0, byteCount <= highest - base + 1 else { throw .invalidParameter3 }
        guard let range = pages(base, byteCount), let index = allocation(holding: range) else { throw .conflictingAddresses }
        let allocation = allocations[index]
        switch allocation.kind {
        case .privateMemory:
            guard protection.isDisjoint(with: .writeCopies) else { throw .invalidPageProtection }
            guard !allocation.traits.contains(.system) || protection.base == .readWrite else { throw .invalidPageProtection }
            guard !allocation.traits.contains(.largePages) || protection == allocation.protection.subtracting(.caching) else {
                throw .invalidPageProtection
            }
        case .mapped:
            guard let view = view(of: allocation), protection.isSubset(ofView: view.access) else { throw .sectionProtection }
        case .image:
            protection = protection.copyOnWrite
        case .placeholder: throw .notCommitted
        case .physical, .unused: throw .conflictingAddresses
        }
        guard isCommitted(range) else { throw .notCommitted }
        guard let first = query(range.lowerBound) else { throw .conflictingAddresses }
        return ProtectionPlan(range: range, allocation: index, protection: protection, old: first.protection)
    }

    /// Whether all pages of a range have storage.
    ///
    /// - Complexity: O(log *n* + runs in the range).
    func isCommitted(_ range: Range<UInt64>) -> Bool {
        guard let index = allocation(holding: range) else { return false }
        let allocation = allocations[index]
        if let view = view(of: allocation), view.section.isReserved {
            let offset = range.lowerBound - allocation.start + view.offset
            return view.section.committed.contains(offset..<offset + (range.upperBound - range.lowerBound))
        }
        if allocation.kind == .physical { return false }
        var cursor = tree.firstRun(endingAbove: range.lowerBound)
        while let here = cursor, tree.start(here) < range.upperBound {
            guard tree.value(here).isCommitted else { return false }
            cursor = tree.next(here)
        }
        return true
    }
}
