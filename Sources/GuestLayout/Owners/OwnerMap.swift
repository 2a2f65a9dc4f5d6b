import MemoryMap

/// The ranges of a plan by address: the one place that decides who owns a byte.
struct OwnerMap {
    /// The parts of the address space, ascending by start.
    private(set) var addressSpace: InlineList<48, LayoutRange>

    /// The contents, ascending by start.
    private(set) var contents: InlineList<48, LayoutRange>

    init(_ plan: borrowing LayoutPlan) {
        addressSpace = plan.addressSpace
        contents = plan.contents
        addressSpace.sortByStart()
        contents.sortByStart()
    }

    /// Bytes with two owners.
    func findOverlaps(_ found: (LayoutProblem, Bool) -> Bool) -> Bool {
        Self.findOverlaps(in: addressSpace.elements, found) && Self.findOverlaps(in: contents.elements, found)
    }

    /// Ascending ranges overlap where one starts below the end of the one that reaches furthest so far. As some neighbours may share
    /// bytes, all that still reach are looked at; they are few.
    private static func findOverlaps(
        in list: Span<LayoutRange>, _ found: (LayoutProblem, Bool) -> Bool
    ) -> Bool {
        var furthest = PhysicalAddress(0)
        for index in list.indices {
            let range = list[index]
            if index > 0, range.start <= furthest {
                for other in 0..<index where list[other].last >= range.start {
                    guard report(list[other], range, found) else { return false }
                }
            }
            furthest = index == 0 ? range.last : max(furthest, range.last)
        }
        return true
    }

    private static func report(_ low: LayoutRange, _ high: LayoutRange, _ found: (LayoutProblem, Bool) -> Bool) -> Bool {
        switch (low.owner.kind, high.owner.kind) {
        case (.kernelImage, .kernelRunTime), (.kernelRunTime, .kernelImage):
            // The kernel moves within its own window by itself.
            return true
        case (.lowMMIO, .mappedFile), (.platformMMIO, .mappedFile), (.highMMIO, .mappedFile):
            // A file inside a pool is taken out of the pool.
            return low.contains(high) || found(.overlap(low, high), false)
        case (.globalDescriptorTable, .interruptDescriptorTable):
            // The upper half of the last descriptor and the one gate are zeros both, and stay so.
            let isSharedZero = high.start.rawValue == low.last.rawValue - 7 && high.last == low.last
            return found(.overlap(low, high), isSharedZero)
        case (.zeroPage, .bootStack):
            // Linux has a stack of its own before it pushes anything, and keeps nothing in the last bytes of boot_params.
            return found(.overlap(low, high), low.last == high.last)
        default:
            return found(.overlap(low, high), false)
        }
    }

    /// Contents without a single stretch of memory behind them.
    func findUnbacked(_ found: (LayoutProblem, Bool) -> Bool) -> Bool {
        let (contents, addressSpace) = (contents.elements, addressSpace.elements)
        var place = 0
        for index in contents.indices {
            let range = contents[index]
            while place + 1 < addressSpace.count, addressSpace[place + 1].start <= range.start { place += 1 }
            if place < addressSpace.count {
                let part = addressSpace[place]
                if part.contains(range), range.owner.kind.mayLie(in: part.owner.kind) { continue }
            }
            let nearest = Self.nearestMemory(below: range.start, in: addressSpace)
            guard found(.outsideMemory(range, nearest: nearest), false) else { return false }
        }
        return true
    }

    /// The memory with the highest start that is not above `address`.
    private static func nearestMemory(below address: PhysicalAddress, in list: Span<LayoutRange>) -> LayoutRange? {
        var nearest: LayoutRange?
        for index in list.indices {
            let range = list[index]
            guard range.start <= address else { break }
            if range.owner.kind.isMemory { nearest = range }
        }
        return nearest
    }
}

extension LayoutOwner.Kind {
    /// Whether contents of this kind may lie in a part of the address space.
    fileprivate func mayLie(in place: LayoutOwner.Kind) -> Bool {
        switch self {
        case .acpiTables, .smbiosTables, .memoryFile: place == .ram || place == .legacyHole
        default: place == .ram
        }
    }
}

extension InlineList where Element == LayoutRange {
    /// Ascending by start; plans are nearly so already.
    mutating func sortByStart() {
        let end = count
        guard end > 1 else { return }
        var list = mutablePlaces
        for index in 1..<end {
            let range = list[index]
            var place = index
            while place > 0, list[place - 1].start > range.start {
                list[place] = list[place - 1]
                place -= 1
            }
            if place != index { list[place] = range }
        }
    }
}
