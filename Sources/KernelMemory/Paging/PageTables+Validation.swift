import MemoryMap

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// Reads every table once and refuses what is no tree of sound tables.
    func validate(tableLimit: Int) throws(PagingError) {
        guard root.isAligned(to: PageCount.pageSize), format.reaches(root) else { throw .unusableRoot(root) }
        var tables: [KnownTable] = [KnownTable(address: root, entryAddress: root, order: 0)]
        try walk(from: 0, to: .max) { (entry) throws(PagingError) in
            guard case .table(let table, let entryAddress) = entry else { return }
            // Tables that share tables may make 2^27 ways out of a few frames; the limit bounds the walk.
            guard tables.count < tableLimit else { throw .tooManyTables(limit: tableLimit) }
            tables.append(KnownTable(address: table, entryAddress: entryAddress, order: tables.count))
        }
        tables.sort { ($0.address, $0.order) < ($1.address, $1.order) }
        // Below a shared table everything is shared; what was walked first is the cause.
        var shared: KnownTable?
        for index in tables.indices.dropFirst() where tables[index].address == tables[index - 1].address {
            if shared.map({ tables[index].order < $0.order }) ?? true { shared = tables[index] }
        }
        if let shared { throw .corruptEntry(shared.entryAddress, .sharedTable) }
    }

    /// Reads everything, so that taking the tables apart cannot fail half way.
    func checkTree() throws(PagingError) {
        try walk(from: 0, to: .max) { (_) throws(PagingError) in }
    }

    /// Chains every table below the one of `position`, deepest first.
    func detachTables(below position: TablePosition, into chain: inout FrameChain) throws(PagingError) {
        for index in 0..<PageTableLevel.entryCount {
            let entryAddress = position.entryAddress(at: index)
            let entry = try load(entryAddress, of: position)
            guard case .table(let table, let restrictions) = format.classify(entry, at: position.level) else { continue }
            let child = try position.descending(to: table, through: entryAddress, restrictions: restrictions)
            try detachTables(below: child, into: &chain)
            try store(0, at: entryAddress)
            try add(table, to: &chain)
        }
    }
}

private struct KnownTable {
    let address: PhysicalAddress
    let entryAddress: PhysicalAddress

    /// How many tables were walked before it.
    let order: Int
}
