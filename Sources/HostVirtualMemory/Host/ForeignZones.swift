import CHostMemory
import MemoryMap
import VirtualMemory

/// The parts of user mode that belong to the rest of the program: its image, its heap, its libraries and stacks, and the room that
/// these grow into.
///
/// All the other addresses are claimed in a few large pieces when the process starts, inaccessible and without storage: a reservation
/// within them asks nothing of the kernel and adds no mapping of its own. A zone's free addresses can still be claimed one by one by
/// whoever asks for them by address.
struct ForeignZones {
    /// Ascending and disjoint, made of whole granules.
    private(set) var zones: [VirtualRange] = []

    /// Ascending and disjoint.
    private(set) var arenas: [VirtualRange] = []

    /// What was claimed within zones, ascending and disjoint.
    private(set) var claims: [VirtualRange] = []

    /// Room for the program's heap above its image, in bytes.
    private static let heapRoom: UInt64 = 1 << 36

    /// Room for libraries, stacks and the C library's large blocks, on both sides of where the kernel puts a mapping today.
    private static let mappingRoom: UInt64 = 1 << 42

    /// Finds the zones and claims the rest of user mode.
    init(userMode: VirtualRange) {
        let (low, high) = (userMode.start.rawValue, userMode.last.rawValue)
        var taken: [(start: UInt64, last: UInt64)] = MappedRange.all().map { ($0.range.start.rawValue, $0.range.last.rawValue) }
        let heap = UInt64(host_program_break())
        taken.append((heap, heap + Self.heapRoom))
        let next = UInt64(host_next_mapping())
        taken.append((next - min(next, Self.mappingRoom), next &+ Self.mappingRoom))
        taken.sort { $0.start < $1.start }

        let granule = Platform.allocationGranularity
        var place = low
        var budget = host_address_space_limit()
        // A limited process leaves half of its addresses to the rest of the program.
        if budget != .max { budget /= 2 }
        for piece in taken + [(high + 1, .max)] where place <= high {
            let start = min(piece.start & ~(granule - 1), high + 1)
            if start > place { claim(place, start, &budget) }
            let (end, overflow) = piece.last.addingReportingOverflow(granule)
            place = max(place, overflow ? high + 1 : min(end & ~(granule - 1), high + 1))
        }
        var free = low
        for arena in arenas {
            if arena.start.rawValue > free { addZone(free, arena.start.rawValue - 1) }
            free = arena.last.rawValue + 1
        }
        if free <= high { addZone(free, high) }
    }

    private mutating func addZone(_ start: UInt64, _ last: UInt64) {
        guard let zone = VirtualRange(start: VirtualAddress(start), last: VirtualAddress(last)) else { return }
        zones.append(zone)
    }

    /// Claims a gap, or as much of it as the process may have; what cannot be had stays part of a zone.
    private mutating func claim(_ start: UInt64, _ end: UInt64, _ budget: inout UInt64) {
        let granule = Platform.allocationGranularity
        let size = min(end - start, budget & ~(granule - 1))
        // The lowest granules may be closed to programs.
        for skipped in [0, 0x10_0000 as UInt64] where size > skipped {
            guard let range = VirtualRange(start: VirtualAddress(start + skipped), byteCount: size - skipped) else { return }
            if HostMemory.claim(range) {
                arenas.append(range)
                if budget != .max { budget -= size - skipped }
                return
            }
        }
    }

    // MARK: Asking

    /// Whether an address belongs to the rest of the program.
    func contains(_ address: VirtualAddress) -> Bool {
        Self.find(address, in: zones) != nil && Self.find(address, in: claims) == nil
    }

    /// The zone that an address lies in.
    func zone(of address: VirtualAddress) -> VirtualRange? { Self.find(address, in: zones).map { zones[$0] } }

    /// Whether the range lies in what was claimed when the process started.
    func isInArena(_ base: VirtualAddress, _ byteCount: UInt64) -> Bool {
        guard let index = Self.find(base, in: arenas) else { return false }
        return byteCount <= arenas[index].last.rawValue - base.rawValue
    }

    /// The pieces of a range that lie in zones and are not claimed.
    func unclaimedParts(of range: VirtualRange) -> [VirtualRange] {
        var parts: [VirtualRange] = []
        for zone in zones {
            guard let inside = zone.intersection(range) else { continue }
            var start = inside.start.rawValue
            for claim in claims {
                guard let overlap = claim.intersection(inside) else { continue }
                if overlap.start.rawValue > start,
                    let part = VirtualRange(start: VirtualAddress(start), last: VirtualAddress(overlap.start.rawValue - 1))
                {
                    parts.append(part)
                }
                start = overlap.last.rawValue + 1
            }
            if start <= inside.last.rawValue, let part = VirtualRange(start: VirtualAddress(start), last: inside.last) {
                parts.append(part)
            }
        }
        return parts
    }

    /// Whether anything in a range was claimed by name.
    func hasClaim(in range: VirtualRange) -> Bool {
        let index = Self.place(range.start, in: claims)
        return index < claims.count && claims[index].overlaps(range)
    }

    mutating func addClaim(_ range: VirtualRange) {
        let index = claims.firstIndex { $0.start > range.start } ?? claims.count
        claims.insert(range, at: index)
    }

    /// Takes the range out of the claims, and gives what of it was one.
    mutating func removeClaims(in range: VirtualRange) -> [VirtualRange] {
        var (kept, removed): ([VirtualRange], [VirtualRange]) = ([], [])
        for claim in claims {
            guard let overlap = claim.intersection(range) else {
                kept.append(claim)
                continue
            }
            removed.append(overlap)
            if claim.start < overlap.start,
                let before = VirtualRange(start: claim.start, last: VirtualAddress(overlap.start.rawValue - 1))
            {
                kept.append(before)
            }
            if overlap.last < claim.last,
                let after = VirtualRange(start: VirtualAddress(overlap.last.rawValue + 1), last: claim.last)
            {
                kept.append(after)
            }
        }
        claims = kept
        return removed
    }

    /// The index of the range that holds an address.
    private static func find(_ address: VirtualAddress, in ranges: [VirtualRange]) -> Int? {
        let index = place(address, in: ranges)
        return index < ranges.count && ranges[index].contains(address) ? index : nil
    }

    /// The index of the first range that does not end before an address.
    private static func place(_ address: VirtualAddress, in ranges: [VirtualRange]) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) >> 1
            if ranges[middle].last < address { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
