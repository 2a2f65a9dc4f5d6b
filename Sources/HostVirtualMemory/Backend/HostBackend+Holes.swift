import MemoryMap
import VirtualMemory

/// Addresses of the arenas that nothing is mapped at.
///
/// What was committed as a whole, and views, leave such a hole when they go: the next mapping there is one that the kernel makes, and
/// not one that it cuts out of the arena. Others may map something there meanwhile, which is found out and left alone.
extension HostBackend {
    /// Every hole cuts an arena in two mappings, which are counted.
    private static var holeLimit: Int { 32 }

    /// Gives addresses back to the kernel, where that is allowed and there is room to remember them.
    ///
    /// - Returns: false where they are as they were.
    mutating func leaveHole(_ range: VirtualRange) -> Bool {
        guard mayLeaveHole, holes.count < Self.holeLimit, (try? HostMemory.unclaim(range)) != nil else { return false }
        holes.join(range)
        return true
    }

    /// Has something mapped in a hole, if the range lies in one.
    ///
    /// - Returns: false where it does not; everything is the backend's own there then.
    mutating func fillHole(
        _ range: VirtualRange, _ map: (VirtualRange) throws(BackendError) -> HostMemory.Place
    ) throws(BackendError) -> Bool {
        guard holes.overlaps(range) else { return false }
        guard holes.holds(range) else {
            try closeHoles(in: range)
            return false
        }
        guard try map(range) == .mapped else { throw lose(range) }
        holes.remove(range)
        return true
    }

    /// Makes the holes of a range inaccessible memory again.
    mutating func closeHoles(in range: VirtualRange) throws(BackendError) {
        guard holes.overlaps(range) else { return }
        for hole in holes.ranges {
            guard let part = hole.intersection(range) else { continue }
            guard try HostMemory.mapNew(part, []) == .mapped else { throw lose(part) }
            holes.remove(part)
        }
    }

    /// Notes that others have mapped something in a hole. It stays one until the bookkeeping keeps its hands off it.
    private mutating func lose(_ range: VirtualRange) -> BackendError {
        lost.append(range)
        return .outOfMemory
    }
}
