/// A list of at most `capacity` elements that lies where it is declared and never on the heap.
public struct InlineList<let capacity: Int, Element: Sendable>: Sendable {
    @usableFromInline
    var storage: InlineArray<capacity, Element>

    /// The number of elements.
    public private(set) var count = 0

    /// An empty list; `filler` stands in the places that are not used.
    public init(filler: Element) { storage = .init(repeating: filler) }

    /// The numbers of the elements.
    public var indices: Range<Int> { 0..<count }

    /// Whether there is no element.
    public var isEmpty: Bool { count == 0 }

    /// The element that was added last, nil where there is none.
    public var last: Element? { count == 0 ? nil : storage[count - 1] }

    /// - Precondition: The index is one of ``indices``.
    public subscript(index: Int) -> Element {
        get {
            precondition(index < count, "index within the list")
            return storage[index]
        }
        set {
            precondition(index < count, "index within the list")
            storage[index] = newValue
        }
    }

    /// Adds an element behind the others.
    ///
    /// - Returns: Whether there was room.
    @discardableResult
    public mutating func append(_ element: Element) -> Bool {
        guard count < capacity else { return false }
        storage[count] = element
        count += 1
        return true
    }

    /// Puts an element in front of the first that `isBehind` it, or at the end.
    ///
    /// - Returns: Whether there was room.
    /// - Complexity: O(*n*).
    mutating func insert(_ element: Element, before isBehind: (Element) -> Bool) -> Bool {
        guard append(element) else { return false }
        var index = count - 1
        while index > 0, isBehind(storage[index - 1]) {
            storage[index] = storage[index - 1]
            index -= 1
        }
        storage[index] = element
        return true
    }

    /// The elements where they lie; loops over this copy one element at a time and never the list.
    public var elements: Span<Element> {
        @_lifetime(borrow self)
        get { storage.span.extracting(0..<count) }
    }

    /// All places, those that are not used too, to be changed where they lie.
    var mutablePlaces: MutableSpan<Element> {
        @_lifetime(&self)
        mutating get { storage.mutableSpan }
    }

    /// The elements in an array of their own, on the heap.
    public var array: [Element] { indices.map { storage[$0] } }
}

extension InlineList: Equatable where Element: Equatable {
    public static func == (left: Self, right: Self) -> Bool {
        guard left.count == right.count else { return false }
        return left.indices.allSatisfy { left.storage[$0] == right.storage[$0] }
    }
}
