/// What an address, a slot or a number was given to; each is given one range of a pool at most.
public struct AllocationKey: Hashable, Sendable {
    /// Never 0.
    let rawValue: UInt64

    private init(_ kind: UInt64, _ value: UInt64) { rawValue = kind << 56 | value & 0x00FF_FFFF_FFFF_FFFF }

    /// A range without an owner of its own; numbers are below 2^56.
    public static func anonymous(_ number: UInt64) -> Self { Self(1, number) }

    /// A base address register of a PCI function.
    public static func pciBAR(bus: UInt8, device: UInt8, function: UInt8, register: UInt8) -> Self {
        Self(2, UInt64(bus) << 24 | UInt64(device) << 16 | UInt64(function) << 8 | UInt64(register))
    }

    /// A window of a PCI bridge.
    public static func pciBridgeWindow(bus: UInt8, device: UInt8, function: UInt8, window: UInt8) -> Self {
        Self(3, UInt64(bus) << 24 | UInt64(device) << 16 | UInt64(function) << 8 | UInt64(window))
    }

    /// A persistent memory device.
    public static func persistentMemory(_ number: UInt32) -> Self { Self(4, UInt64(number)) }

    /// A stretch behind which a file of the host stands.
    public static func mappedFile(_ number: UInt32) -> Self { Self(5, UInt64(number)) }

    /// A function on a PCI bus.
    static func pciFunction(_ number: UInt64) -> Self { Self(6, number) }

    /// An interrupt or an event by its number.
    static func line(_ number: UInt64) -> Self { Self(7, number) }

    /// What a pool's user took out of it before anything else.
    static func reserved(_ number: UInt64) -> Self { Self(8, number) }
}

/// A range of a pool that is given away.
public struct Allocation: Hashable, Sendable {
    public let key: AllocationKey

    /// The first address or number.
    public let start: UInt64

    /// The last one, never below `start`.
    public let last: UInt64

    /// What the owner called it.
    public let tag: StaticName
}

/// Allocations by key, in an open hash table whose places are at most half full.
struct AllocationTable: Sendable {
    private struct Place: Sendable {
        /// 0 where nothing is.
        var key: UInt64 = 0
        var start: UInt64 = 0
        var last: UInt64 = 0
        var tag: StaticString = ""
    }

    private var places = [Place](repeating: Place(), count: 16)
    private(set) var count = 0

    /// Fibonacci hashing (Knuth, The Art of Computer Programming, volume 3, 6.4).
    private func home(_ key: UInt64) -> Int {
        let mixed = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> UInt64(64 - places.count.trailingZeroBitCount))
    }

    /// The place of a key, or the empty one where it would go.
    private func place(of key: UInt64) -> Int {
        var index = home(key)
        while places[index].key != key, places[index].key != 0 { index = (index + 1) & (places.count - 1) }
        return index
    }

    subscript(key: AllocationKey) -> Allocation? {
        let place = places[place(of: key.rawValue)]
        guard place.key != 0 else { return nil }
        return Allocation(key: key, start: place.start, last: place.last, tag: StaticName(place.tag))
    }

    func contains(_ key: AllocationKey) -> Bool { places[place(of: key.rawValue)].key != 0 }

    /// Keeps an allocation whose key has none yet.
    mutating func insert(_ key: AllocationKey, _ start: UInt64, _ last: UInt64, _ tag: StaticName) {
        if (count + 1) * 2 > places.count { grow() }
        places[place(of: key.rawValue)] = Place(key: key.rawValue, start: start, last: last, tag: tag.text)
        count += 1
    }

    /// Forgets an allocation; gives its range.
    mutating func remove(_ key: AllocationKey) -> (start: UInt64, last: UInt64)? {
        var hole = place(of: key.rawValue)
        let removed = places[hole]
        guard removed.key != 0 else { return nil }
        count -= 1
        // What comes behind moves up where its home is not passed by that.
        var index = hole
        while true {
            index = (index + 1) & (places.count - 1)
            guard places[index].key != 0 else { break }
            let home = home(places[index].key)
            if (index &- home) & (places.count - 1) >= (index &- hole) & (places.count - 1) {
                places[hole] = places[index]
                hole = index
            }
        }
        places[hole] = Place()
        return (removed.start, removed.last)
    }

    private mutating func grow() {
        let old = places
        places = [Place](repeating: Place(), count: old.count * 2)
        for entry in old where entry.key != 0 { places[place(of: entry.key)] = entry }
    }

    /// The lowest allocation that shares a number with the range.
    ///
    /// - Complexity: O(*n*).
    func overlapping(_ start: UInt64, _ last: UInt64) -> Allocation? {
        var found: Place?
        for entry in places where entry.key != 0 && entry.start <= last && start <= entry.last {
            if let other = found, other.start <= entry.start { continue }
            found = entry
        }
        return found.map {
            Allocation(key: AllocationKey(unchecked: $0.key), start: $0.start, last: $0.last, tag: StaticName($0.tag))
        }
    }
}

extension AllocationKey {
    fileprivate init(unchecked rawValue: UInt64) { self.rawValue = rawValue }
}
