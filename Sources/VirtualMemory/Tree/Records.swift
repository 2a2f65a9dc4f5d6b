#if canImport(Glibc)
    import Glibc
#endif

/// Records by index in memory of their own, which goes back with its last user.
///
/// An address space is asked for a handful of them in every call, by links that it made itself. An array would check each index, and on
/// every change whether somebody else has the array too: that was half the time of a call. Here indices are checked in debug
/// builds only, which the tests of the trees are.
@safe struct Records<Element: BitwiseCopyable> {
    @safe private final class Memory {
        let base: UnsafeMutablePointer<Element>

        init(_ capacity: Int) {
            let byteCount = capacity * MemoryLayout<Element>.stride
            #if canImport(Glibc)
                // Among a million records a random one costs more for finding its page than for reading it. Where the host has no
                // large pages nothing is lost.
                let largePage = 1 << 21
                let isLarge = byteCount >= 2 * largePage
            #else
                let (largePage, isLarge) = (0, false)
            #endif
            let alignment = isLarge ? largePage : max(MemoryLayout<Element>.alignment, 16)
            let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: alignment)
            #if canImport(Glibc)
                if isLarge { _ = unsafe madvise(memory, byteCount, MADV_HUGEPAGE) }
            #endif
            unsafe base = memory.bindMemory(to: Element.self, capacity: capacity)
        }

        deinit { unsafe base.deallocate() }
    }

    private var memory: Memory

    /// The memory's beginning: valid as long as `memory` lives, which has exactly one user.
    private var base: UnsafeMutablePointer<Element>

    /// How many records there are.
    private(set) var count = 0

    /// How many records there is room for.
    private var capacity: Int

    init(capacity: Int = 8) {
        memory = Memory(capacity)
        unsafe base = memory.base
        self.capacity = capacity
    }

    subscript(index: Int) -> Element {
        @inline(__always) _read {
            assert(index >= 0 && index < count, "one of the records")
            yield unsafe base[index]
        }
        @inline(__always) nonmutating _modify {
            assert(index >= 0 && index < count, "one of the records")
            yield unsafe &base[index]
        }
    }

    /// Adds records that are all alike.
    ///
    /// - Complexity: O(`added`) on average.
    mutating func grow(by added: Int, _ record: Element) {
        if count + added > capacity {
            capacity = max(2 * capacity, count + added)
            let larger = Memory(capacity)
            unsafe larger.base.initialize(from: base, count: count)
            memory = larger
            unsafe base = larger.base
        }
        unsafe (base + count).initialize(repeating: record, count: added)
        count += added
    }

    /// Copies records to where others are, which may be some of the same.
    func move(from source: Int, count moved: Int, to target: Int) {
        assert(source >= 0 && target >= 0 && moved >= 0 && max(source, target) + moved <= count, "some of the records")
        unsafe (base + target).update(from: base + source, count: moved)
    }
}
