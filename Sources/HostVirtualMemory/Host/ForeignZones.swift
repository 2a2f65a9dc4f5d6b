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
    private var zoneList = RangeList()
    private var arenas = RangeList()
    private var claimList = RangeList()

    /// Ascending and disjoint; made of whole granules when the process starts.
    var zones: [VirtualRange] { zoneList.ranges }

    /// What was claimed within zones, ascending and disjoint.
    var claims: [VirtualRange] { claimList.ranges }

    /// Room for the program's heap above its image, in bytes.
    private static let heapRoom: UInt64 = 1 << 36

    /// Room for libraries, stacks and the C library's large blocks, on both sides of where the kernel puts a mapping today.
    private static let mappingRoom: UInt64 = 1 << 42

    /// Room for the first thread's stack below where it begins, in bytes: other mappings may lie far below it, or above the programs.
    private static let stackRoom: UInt64 = 1 << 36

    /// Finds the zones and claims the rest of user mode.
    init(userMode: VirtualRange) {
        let (low, high) = (userMode.start.rawValue, userMode.last.rawValue)
        var taken: [(start: UInt64, last: UInt64)] = MappedRange.all().map { ($0.range.start.rawValue, $0.range.last.rawValue) }
        let heap = UInt64(host_program_break())
        taken.append((heap, heap + Self.heapRoom))
        let next = UInt64(host_next_mapping())
        taken.append((next - min(next, Self.mappingRoom), next &+ Self.mappingRoom))
        let stack = UInt64(host_stack())
        taken.append((stack - min(stack, Self.stackRoom), stack))
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
        for arena in arenas.ranges {
            if arena.start.rawValue > free { addZone(free, arena.start.rawValue - 1) }
            free = arena.last.rawValue + 1
        }
        if free <= high { addZone(free, high) }
    }

    private mutating func addZone(_ start: UInt64, _ last: UInt64) {
        guard let zone = VirtualRange(start: VirtualAddress(start), last: VirtualAddress(last)) else { return }
        zoneList.insert(zone)
    }

    /// Claims a gap, or as much of it as the process may have; what cannot be had stays part of a zone.
    private mutating func claim(_ start: UInt64, _ end: UInt64, _ budget: inout UInt64) {
        let granule = Platform.allocationGranularity
        let size = min(end - start, budget & ~(granule - 1))
        // The lowest granules may be closed to programs.
        for skipped in [0, 0x10_0000 as UInt64] where size > skipped {
            guard let range = VirtualRange(start: VirtualAddress(start + skipped), byteCount: size - skipped) else { return }
            if HostMemory.claim(range) {
                arenas.insert(range)
                if budget != .max { budget -= size - skipped }
                return
            }
        }
    }

    // MARK: Asking

    /// Whether an address belongs to the rest of the program.
    func contains(_ address: VirtualAddress) -> Bool { zoneList.contains(address) && !claimList.contains(address) }

    /// The zone that an address lies in.
    func zone(of address: VirtualAddress) -> VirtualRange? { zoneList.range(of: address) }

    /// Whether the range lies in what was claimed when the process started.
    func isInArena(_ base: VirtualAddress, _ byteCount: UInt64) -> Bool {
        guard let arena = arenas.range(of: base) else { return false }
        return byteCount <= arena.last.rawValue - base.rawValue
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
    func hasClaim(in range: VirtualRange) -> Bool { claimList.overlaps(range) }

    mutating func addClaim(_ range: VirtualRange) { claimList.insert(range) }

    /// Takes the range out of the claims, and gives what of it was one.
    mutating func removeClaims(in range: VirtualRange) -> [VirtualRange] { claimList.remove(range) }

    /// Leaves a part of an arena to the rest of the program, which has mapped something there.
    mutating func lose(_ range: VirtualRange) {
        arenas.remove(range)
        zoneList.insert(range)
    }
}
