import MemoryMap

/// The pools of all memory types, in pages of their own: four a page, behind a head.
///
/// The specification's types are found by their number; the others, of which there can be 2^31, in a digital tree that is at
/// most 33 deep.
@safe
struct TypePools: ~Copyable {
    @safe
    struct Head {
        var next: UnsafeMutablePointer<Head>?
        var previous: UnsafeMutablePointer<Head>?
        var usedCount: Int = 0
    }

    private static var headByteCount: Int { 512 }
    private static var poolsPerPage: Int { (Int(PageCount.pageSize) - headByteCount) / TypePool.byteCount }
    static let standardTypeCount = 16

    /// The first page, which is never given up: behind its head lies the table of the specification's types, and what is used of each.
    private let first: UnsafeMutablePointer<Head>
    /// The pages that have room for another pool, chained in both directions.
    private var roomy: UnsafeMutablePointer<Head>?
    private var root: TypePool?

    /// Begins with a page.
    ///
    /// - Warning: The page must be writable and in nobody's use.
    @unsafe
    init(at start: UnsafeMutableRawPointer) {
        unsafe first = Self.makePage(start)
        unsafe roomy = first
        unsafe table.initialize(repeating: nil, count: Self.standardTypeCount)
        unsafe uses.initialize(repeating: 0, count: 2 * Self.standardTypeCount)
    }

    private static func makePage(_ start: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Head> {
        // A page of zeroes is a head without neighbours and pools that are not in use.
        unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: Int(PageCount.pageSize))
        return unsafe start.initializeMemory(as: Head.self, repeating: Head(), count: 1)
    }

    private var table: UnsafeMutablePointer<TypePool?> {
        unsafe UnsafeMutableRawPointer(first).advanced(by: 64).assumingMemoryBound(to: TypePool?.self)
    }

    private var uses: UnsafeMutablePointer<UInt64> {
        unsafe UnsafeMutableRawPointer(first).advanced(by: 192).assumingMemoryBound(to: UInt64.self)
    }

    /// The pool of a type, or nil where it has none.
    func pool(of type: MemoryType) -> TypePool? {
        let number = Int(type.rawValue)
        if number < Self.standardTypeCount { return unsafe table[number] }
        var bits = Self.path(to: type)
        var current = root
        while let pool = current, pool.type != type {
            current = bits & 1 == 0 ? pool.left : pool.right
            bits >>= 1
        }
        return current
    }

    /// Which way to go at each step: the type's number, scattered so that neighbours part early.
    private static func path(to type: MemoryType) -> UInt32 {
        // Odd, so that no two types have the same path; the higher bits of the product, which vary most, come first.
        let product = type.rawValue &* 0x9E37_79B1
        return product >> 16 | product << 16
    }

    /// Whether a pool can be made without another page.
    var hasRoom: Bool { unsafe roomy != nil }

    /// Makes the pool of a type that has none.
    ///
    /// - Returns: Nil where there is no room.
    mutating func add(_ type: MemoryType) -> TypePool? {
        guard let page = unsafe roomy else { return nil }
        for index in 0..<Self.poolsPerPage {
            let pool = unsafe Self.pool(index, of: page)
            guard !pool.isUsed else { continue }
            pool.start(type)
            unsafe page.pointee.usedCount += 1
            if unsafe page.pointee.usedCount == Self.poolsPerPage { unsafe unlist(page) }
            link(pool)
            return pool
        }
        preconditionFailure("a page in the list has room")
    }

    /// Takes out the pool of a type.
    ///
    /// - Returns: The page that has become empty and is in no list any more; nil where there is none.
    mutating func remove(_ pool: TypePool) -> UnsafeMutableRawPointer? {
        unlink(pool)
        pool.isUsed = false
        let offset = unsafe UInt(bitPattern: UnsafeRawPointer(pool.record)) % UInt(PageCount.pageSize)
        // Pages of records begin at multiples of their size, with the head.
        let page = unsafe UnsafeMutableRawPointer(pool.record).advanced(by: -Int(offset)).assumingMemoryBound(to: Head.self)
        if unsafe page.pointee.usedCount == Self.poolsPerPage { unsafe list(page) }
        unsafe page.pointee.usedCount -= 1
        guard unsafe page.pointee.usedCount == 0, unsafe page != first else { return nil }
        unsafe unlist(page)
        return UnsafeMutableRawPointer(page)
    }

    /// Adds a page.
    ///
    /// - Warning: The page must be writable and in nobody's use.
    @unsafe
    mutating func addPage(at start: UnsafeMutableRawPointer) {
        unsafe list(Self.makePage(start))
    }

    private mutating func list(_ page: UnsafeMutablePointer<Head>) {
        unsafe page.pointee.previous = nil
        unsafe page.pointee.next = roomy
        unsafe roomy?.pointee.previous = page
        unsafe roomy = page
    }

    private mutating func unlist(_ page: UnsafeMutablePointer<Head>) {
        unsafe page.pointee.next?.pointee.previous = page.pointee.previous
        if let previous = unsafe page.pointee.previous {
            unsafe previous.pointee.next = page.pointee.next
        } else {
            unsafe roomy = page.pointee.next
        }
    }

    private static func pool(_ index: Int, of page: UnsafeMutablePointer<Head>) -> TypePool {
        unsafe TypePool(
            UnsafeMutableRawPointer(page).advanced(by: headByteCount + index * TypePool.byteCount)
                .assumingMemoryBound(to: TypePoolRecord.self))
    }

    private mutating func link(_ pool: TypePool) {
        let number = Int(pool.type.rawValue)
        if number < Self.standardTypeCount {
            unsafe table[number] = pool
            return
        }
        guard var current = root else {
            root = pool
            return
        }
        var bits = Self.path(to: pool.type)
        while let next = bits & 1 == 0 ? current.left : current.right {
            current = next
            bits >>= 1
        }
        if bits & 1 == 0 { current.left = pool } else { current.right = pool }
    }

    private mutating func unlink(_ pool: TypePool) {
        let number = Int(pool.type.rawValue)
        if number < Self.standardTypeCount {
            unsafe table[number] = nil
            return
        }
        // Any leaf below has the bits that lead here, so that it can take the place.
        var leaf = pool
        var parent: TypePool?
        while let child = leaf.left ?? leaf.right {
            parent = leaf
            leaf = child
        }
        if let parent {
            if parent.left == leaf { parent.left = nil } else { parent.right = nil }
            leaf.left = pool.left
            leaf.right = pool.right
        }
        let heir: TypePool? = leaf == pool ? nil : leaf
        guard var above = root, above != pool else {
            root = heir
            return
        }
        var bits = Self.path(to: pool.type)
        while let next = bits & 1 == 0 ? above.left : above.right, next != pool {
            above = next
            bits >>= 1
        }
        if bits & 1 == 0 { above.left = heir } else { above.right = heir }
    }
}

extension TypePools {
    /// Notes pages that were given to a type of the specification.
    func use(_ type: MemoryType, _ pages: UInt64) {
        let number = Int(type.rawValue)
        guard number < Self.standardTypeCount else { return }
        unsafe uses[number] += pages
        unsafe uses[number + Self.standardTypeCount] = max(uses[number], uses[number + Self.standardTypeCount])
    }

    /// Notes pages that a type of the specification gave back.
    func unuse(_ type: MemoryType, _ pages: UInt64) {
        let number = Int(type.rawValue)
        guard number < Self.standardTypeCount else { return }
        unsafe uses[number] -= pages
    }

    /// The most pages that a type of the specification had at a time.
    func peak(of type: MemoryType) -> UInt64 {
        let number = Int(type.rawValue)
        return number < Self.standardTypeCount ? unsafe uses[number + Self.standardTypeCount] : 0
    }
}
