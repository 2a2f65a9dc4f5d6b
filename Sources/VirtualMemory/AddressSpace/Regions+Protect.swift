/// What a checked call to change protection will do.
struct ProtectionPlan {
    var range: Range<UInt64>

    /// The run that holds the first page.
    var first: RunTree<PageRun>.Cursor
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
        guard let range = pages(base, byteCount), let first = tree.run(at: range.lowerBound) else { throw .conflictingAddresses }
        let index = Int(tree.value(first).allocation)
        let allocation = allocations[index]
        guard range.upperBound <= allocation.end else { throw .conflictingAddresses }
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
        let run = tree.value(first)
        guard allocation.kind != .privateMemory || range.upperBound > tree.end(first) else {
            // The common case: pages that are all alike.
            guard run.isCommitted else { throw .notCommitted }
            return ProtectionPlan(
                range: range, first: first, allocation: index, protection: protection,
                old: run.protection.union(allocation.caching))
        }
        guard isCommitted(range, from: first) else { throw .notCommitted }
        let old = block(range.lowerBound, first).protection
        return ProtectionPlan(range: range, first: first, allocation: index, protection: protection, old: old)
    }

    /// Whether all pages of a range have storage.
    ///
    /// - Complexity: O(log *n* + runs in the range).
    func isCommitted(_ range: Range<UInt64>) -> Bool {
        guard allocation(holding: range) != nil, let first = tree.run(at: range.lowerBound) else { return false }
        return isCommitted(range, from: first)
    }

    /// Whether all pages of a range within one allocation have storage.
    ///
    /// - Parameter first: the run that holds the first of them.
    private func isCommitted(_ range: Range<UInt64>, from first: RunTree<PageRun>.Cursor) -> Bool {
        let allocation = allocations[Int(tree.value(first).allocation)]
        if let view = view(of: allocation), view.section.isReserved {
            let offset = range.lowerBound - allocation.start + view.offset
            return view.section.committed.contains(offset..<offset + (range.upperBound - range.lowerBound))
        }
        if allocation.kind == .physical { return false }
        var cursor: RunTree<PageRun>.Cursor? = first
        while let here = cursor, tree.start(here) < range.upperBound {
            guard tree.value(here).isCommitted else { return false }
            cursor = tree.next(here)
        }
        return true
    }
}
