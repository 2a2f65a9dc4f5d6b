/// The memory that a tree's nodes lie in, by word; it goes back with its last user.
///
/// A tree is asked for a handful of words in every call, each by a link that the tree made itself. An array would check each of them,
/// and on every change whether somebody else has it too: that was half the time of a call. Here indices are checked in debug builds
/// only, which the tests of the tree are.
@safe struct NodeWords {
    @safe private final class Memory {
        let base: UnsafeMutablePointer<UInt64>

        init(_ count: Int) { unsafe base = .allocate(capacity: count) }
        deinit { unsafe base.deallocate() }
    }

    private var memory: Memory

    /// The memory's beginning: valid as long as `memory` lives, which has exactly one user.
    private var base: UnsafeMutablePointer<UInt64>

    /// How many words there are.
    private(set) var count = 0

    /// How many words there is room for.
    private var capacity: Int

    init(capacity: Int) {
        memory = Memory(capacity)
        unsafe base = memory.base
        self.capacity = capacity
    }

    subscript(index: Int) -> UInt64 {
        @inline(__always) get {
            assert(index >= 0 && index < count, "a word of the tree")
            return unsafe base[index]
        }
        @inline(__always) nonmutating set {
            assert(index >= 0 && index < count, "a word of the tree")
            unsafe base[index] = newValue
        }
    }

    /// Adds words of zero.
    ///
    /// - Complexity: O(`added`) on average.
    mutating func grow(by added: Int) {
        if count + added > capacity {
            capacity = max(2 * capacity, count + added)
            let larger = Memory(capacity)
            unsafe larger.base.initialize(from: base, count: count)
            memory = larger
            unsafe base = larger.base
        }
        unsafe (base + count).initialize(repeating: 0, count: added)
        count += added
    }

    /// Copies words to where others are, which may be some of the same.
    func move(from source: Int, count moved: Int, to target: Int) {
        assert(source >= 0 && target >= 0 && moved >= 0 && max(source, target) + moved <= count, "words of the tree")
        unsafe (base + target).update(from: base + source, count: moved)
    }
}
