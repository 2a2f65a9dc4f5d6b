/// What somebody opens a file for, and what others may open it for meanwhile.
struct ShareAccess {
    let access: UInt32
    let share: UInt32

    var reads: Bool { access & 0x21 != 0 }
    var writes: Bool { access & 0x6 != 0 }
    var deletes: Bool { access & 0x1_0000 != 0 }

    /// Whoever only asks about the file, or waits for it, is in nobody's way.
    var takesPart: Bool { reads || writes || deletes }

    func shares(_ bit: UInt32) -> Bool { share & bit != 0 }
}

/// How often a file is open for each kind of access, and how often each kind is allowed to others.
struct ShareCounts {
    private var opens = 0
    private var users = Kinds()
    private var sharers = Kinds()

    private struct Kinds {
        var read = 0
        var write = 0
        var delete = 0
    }

    /// Whether somebody may open the file besides those who have.
    func allow(_ open: ShareAccess) -> Bool {
        guard open.takesPart else { return true }
        return !(open.reads && sharers.read < opens) && !(open.writes && sharers.write < opens)
            && !(open.deletes && sharers.delete < opens) && (users.read == 0 || open.shares(1))
            && (users.write == 0 || open.shares(2)) && (users.delete == 0 || open.shares(4))
    }

    mutating func add(_ open: ShareAccess) { change(open, by: 1) }
    mutating func remove(_ open: ShareAccess) { change(open, by: -1) }

    private mutating func change(_ open: ShareAccess, by step: Int) {
        guard open.takesPart else { return }
        opens += step
        if open.reads { users.read += step }
        if open.writes { users.write += step }
        if open.deletes { users.delete += step }
        if open.shares(1) { sharers.read += step }
        if open.shares(2) { sharers.write += step }
        if open.shares(4) { sharers.delete += step }
    }
}
