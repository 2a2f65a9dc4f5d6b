import CHostMemory
import MemoryMap
import VirtualMemory

/// The address space of this very process: exact bookkeeping over the host's memory.
///
/// There is one, since there is one set of addresses. Every call takes its lock; memory faults are judged on the thread that made
/// them.
@safe public struct HostProcess: @unchecked Sendable {
    /// This process.
    public static let current = HostProcess()

    /// What the lock protects.
    private struct State: ~Copyable {
        var space: AddressSpace<HostBackend>
        var zones: ForeignZones
        var limits = WorkingSetLimits()
    }

    /// Behind a pointer and not in a class, whose stored properties are checked for overlapping accesses whenever they are used: an
    /// eighth of a call's time, for what the lock rules out. It is never given back, as the only process never ends.
    private let state: UnsafeMutablePointer<State>

    var space: AddressSpace<HostBackend> {
        _read { yield unsafe state.pointee.space }
        nonmutating _modify { yield unsafe &state.pointee.space }
    }

    var zones: ForeignZones {
        _read { yield unsafe state.pointee.zones }
        nonmutating _modify { yield unsafe &state.pointee.zones }
    }

    var limits: WorkingSetLimits {
        get { unsafe state.pointee.limits }
        nonmutating set { unsafe state.pointee.limits = newValue }
    }

    private init() {
        let platform = Platform.x64Large
        let space = AddressSpace(
            platform: platform, ledger: CommitLedger(limit: HostProcess.commitLimit()), backend: HostBackend())
        let zones = ForeignZones(userMode: space.partitions.user)
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State(space: space, zones: zones))
        self.space.lockLimit = .max
        for zone in zones.zones { adopt(zone) }
        _ = unsafe host_catch_faults { fault in unsafe HostProcess.judge(fault) }
    }

    /// What memory and paging file of the host hold together: the limit of its commit charge until it is set.
    private static func commitLimit() -> UInt64 {
        let total = host_memory_and_swap()
        return total == 0 ? .max : total
    }

    /// Runs with the lock held. The body must not touch the program's memory, which may be watched, guarded or not be there.
    func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        host_enter()
        defer { host_leave() }
        return try body()
    }

    // MARK: Addresses of the rest of the program

    /// Keeps addresses out of the bookkeeping's hands, without doing anything to them.
    ///
    /// - Returns: false where they are in its hands already.
    @discardableResult
    func adopt(_ range: VirtualRange) -> Bool {
        space.backend.isAdopting = true
        defer { space.backend.isAdopting = false }
        var request = AllocationRequest(
            base: range.start, byteCount: range.last.rawValue - range.start.rawValue + 1, type: .reserve, protection: .noAccess)
        request.isExtended = false
        return (try? space.allocate(request)) != nil
    }

    /// Whether an allocation lies in an arena, and what comes after it there can begin where it did.
    func isInArena(_ region: MemoryRegionInformation) -> Bool {
        zones.isInArena(region.allocationBase, region.byteCount)
            && region.allocationBase.rawValue & (Platform.allocationGranularity - 1) == 0
    }

    /// Does something again that failed because others have mapped something where it was to be done.
    func keepingOutOfTheWay<Result>(_ body: () throws(NTStatus) -> Result) throws(NTStatus) -> Result {
        while true {
            do throws(NTStatus) {
                return try body()
            } catch {
                guard error == .noMemory, giveUpLost() else { throw error }
            }
        }
    }

    /// Leaves what others have mapped something in to them.
    private func giveUpLost() -> Bool {
        let lost = space.backend.lost
        space.backend.lost = []
        var isAny = false
        for range in lost where adopt(range) {
            space.backend.holes.remove(range)
            zones.lose(range)
            isAny = true
        }
        return isAny
    }

    /// Hands addresses to the bookkeeping that it was kept from.
    private func abandon(_ range: VirtualRange) {
        space.backend.isAdopting = true
        defer { space.backend.isAdopting = false }
        // What was taken back before is an allocation of its own each time.
        var place = range.start.rawValue
        while place <= range.last.rawValue, let region = try? space.queryRegion(VirtualAddress(place)) {
            let last = min(region.allocationBase.rawValue + (region.byteCount - 1), range.last.rawValue)
            _ = try? space.free(VirtualAddress(place), byteCount: last - place + 1, .release)
            place = last + 1
        }
    }

    /// Makes room for an allocation at addresses that somebody asked for by name, where they belong to the rest of the program and
    /// are free.
    func claimForeign(_ range: VirtualRange) throws(NTStatus) {
        let parts = zones.unclaimedParts(of: range)
        var claimed: [VirtualRange] = []
        for part in parts {
            guard HostMemory.claim(part) else {
                for claim in claimed { try? HostMemory.unclaim(claim) }
                throw .conflictingAddresses
            }
            claimed.append(part)
        }
        for claim in claimed {
            abandon(claim)
            zones.addClaim(claim)
        }
    }

    /// Gives back to the rest of the program what was its own, once nothing is allocated there.
    func returnForeign(_ range: VirtualRange) {
        let granules = Self.granules(range)
        guard zones.hasClaim(in: granules) else { return }
        guard isFree(granules) else { return }
        for claim in zones.removeClaims(in: granules) {
            try? HostMemory.unclaim(claim)
            adopt(claim)
        }
    }

    private func isFree(_ range: VirtualRange) -> Bool {
        guard let information = try? space.query(range.start), information.state == .free else { return false }
        return information.base.rawValue + (information.byteCount - 1) >= range.last.rawValue
    }

    /// The granules that a range lies in.
    static func granules(_ range: VirtualRange) -> VirtualRange {
        let mask = Platform.allocationGranularity - 1
        return VirtualRange(start: VirtualAddress(range.start.rawValue & ~mask), last: VirtualAddress(range.last.rawValue | mask))
            ?? range
    }

    // MARK: Repair

    /// Lets the host's pages say what the bookkeeping says, after a change that failed half-way.
    func repair(_ range: VirtualRange) {
        var place = range.start.rawValue
        while place <= range.last.rawValue, let information = try? space.query(VirtualAddress(place)) {
            let last = min(information.base.rawValue + (information.byteCount - 1), range.last.rawValue)
            guard let run = VirtualRange(start: VirtualAddress(place), last: VirtualAddress(last)) else { return }
            switch information.state {
            case .committed: try? space.backend.protect(run, information.protection)
            case .reserved: try? HostMemory.protect(run, [])
            case .free: break
            }
            place = last + 1
        }
    }
}
