public import MemoryMap

extension AddressSpace where Backend: ~Copyable {
    /// What an access to a byte would come to.
    ///
    /// - Complexity: O(log *n*).
    public func access(_ address: VirtualAddress, _ kind: AccessKind) -> AccessOutcome {
        regions.access(address.rawValue, kind, rules)
    }

    /// An access to a byte: takes guards away, makes private copies, records writes.
    ///
    /// Backends call it where an access faults, simulated machines for every access to a page that they have not mapped.
    ///
    /// - Throws: what the backend says where a page cannot be had; nothing has changed then.
    /// - Complexity: O(log *n*).
    public mutating func touch(_ address: VirtualAddress, _ kind: AccessKind) throws(NTStatus) -> AccessOutcome {
        let outcome = access(address, kind)
        guard outcome != .accessViolation, let cursor = regions.tree.run(at: address.rawValue) else { return outcome }
        let start = address.rawValue & ~regions.pageMask
        let page = start..<start + platform.pageSize
        let pages = regions.virtualRange(page)
        var run = regions.tree.value(cursor)
        let allocation = regions.allocations[Int(run.allocation)]
        switch outcome {
        case .guardViolation:
            run.protection.remove(.guardPage)
            let word = run.protection.union(allocation.caching)
            try withBackend { backend throws(BackendError) in try backend.protect(pages, word) }
            regions.tree.assign(from: page.lowerBound, to: page.upperBound, run)
            return outcome
        case .copyOnWrite:
            run.protection = run.protection.afterCopy
            guard let view = regions.view(of: allocation) else { return .accessViolation }
            let source = ViewMapping(
                storage: view.section.storage, offset: view.offset + (start - allocation.start),
                protection: run.protection.union(allocation.caching),
                isCopyOnWrite: allocation.kind == .image || view.access.isCopyOnWrite, isReserved: false,
                prefersLargePages: false)
            try withBackend { backend throws(BackendError) in try backend.copyOnWrite(pages, of: source) }
            regions.tree.assign(from: page.lowerBound, to: page.upperBound, run)
            regions.copied.insert(page)
            // The copy is another page. What cannot be locked stays as it is.
            if regions.locked.contains(page) { try? backend.lock(pages) }
        case .ready, .demandZero, .demandRead, .accessViolation:
            break
        }
        if kind == .write, allocation.traits.contains(.writeWatch) { regions.written.insert(page) }
        regions.touched.insert(page)
        return outcome
    }

    private var rules: AccessRules {
        AccessRules(preventsDataExecution: preventsDataExecution, hidesExecuteOnly: hidesExecuteOnly)
    }
}

/// What depends on the processor and on how the process was set up.
struct AccessRules {
    var preventsDataExecution: Bool
    var hidesExecuteOnly: Bool
}

extension Regions {
    func access(_ address: UInt64, _ kind: AccessKind, _ rules: AccessRules) -> AccessOutcome {
        guard let cursor = tree.run(at: address), let information = query(address), information.state == .committed else {
            return .accessViolation
        }
        let protection = information.protection
        if protection.contains(.guardPage) { return .guardViolation }
        switch kind {
        case .read:
            guard protection.allowsReading, !rules.hidesExecuteOnly || protection.base != .execute else {
                return .accessViolation
            }
        case .write:
            guard protection.allowsWriting else { return .accessViolation }
            if protection.isCopyOnWrite { return .copyOnWrite }
        case .execute:
            guard protection.allowsExecution || !rules.preventsDataExecution && protection.allowsReading else {
                return .accessViolation
            }
        }
        guard !touched.contains(address) else { return .ready }
        switch allocations[Int(tree.value(cursor).allocation)].kind {
        case .mapped, .image: return .demandRead
        case .physical: return .ready
        case .privateMemory, .placeholder, .unused: return .demandZero
        }
    }
}
