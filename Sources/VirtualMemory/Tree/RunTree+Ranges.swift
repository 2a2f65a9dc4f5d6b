extension RunTree {
    /// Cuts the run that holds `address` in two, so that one of them begins there.
    ///
    /// - Complexity: O(log *n*).
    mutating func split(at address: UInt64) {
        guard let cursor = run(at: address), start(cursor) < address else { return }
        let (end, value) = (end(cursor), value(cursor))
        resize(cursor, start: start(cursor), end: address)
        insert(start: address, end: end, value: value)
    }

    /// Takes the addresses from `start` up to `end` out of all runs.
    ///
    /// - Complexity: O(log *n*) and O(log *n*) for each run that has some.
    mutating func remove(from start: UInt64, to end: UInt64) {
        split(at: start)
        split(at: end)
        var cursor = firstRun(endingAbove: start)
        while let here = cursor, self.start(here) < end { cursor = remove(here) }
    }

    /// Gives the addresses from `start` up to `end` one value, whatever they had, and joins the run with equal neighbours.
    ///
    /// - Complexity: O(log *n*) and O(log *n*) for each run that has some.
    mutating func assign(from start: UInt64, to end: UInt64, _ value: Value) {
        // The common case by far: one run, or a whole part of it, keeps or changes its value.
        if let cursor = run(at: start), self.start(cursor) == start, self.end(cursor) == end {
            setValue(value, at: cursor)
        } else {
            remove(from: start, to: end)
            insert(start: start, end: end, value: value)
        }
        join(at: end)
        join(at: start)
    }

    /// Changes the values of all runs from `start` up to `end`, and joins those that are equal then.
    ///
    /// - Complexity: O(log *n*) and O(log *n*) for each run that has some.
    mutating func transform(from start: UInt64, to end: UInt64, _ change: (Value) -> Value) {
        split(at: start)
        split(at: end)
        var cursor = firstRun(endingAbove: start)
        while let here = cursor, self.start(here) < end {
            setValue(change(value(here)), at: here)
            cursor = next(here)
        }
        cursor = floor(start)
        if let here = cursor, let before = previous(here) { cursor = before }
        if cursor == nil { cursor = first }
        while let here = cursor, self.start(here) < end, let after = next(here) {
            if self.end(here) == self.start(after) && value(here) == value(after) {
                let (newStart, newEnd) = (self.start(here), self.end(after))
                remove(after)
                cursor = run(at: newStart)
                if let cursor { resize(cursor, start: newStart, end: newEnd) }
            } else {
                cursor = after
            }
        }
    }

    /// Joins the runs that meet at `address` where they are equal.
    private mutating func join(at address: UInt64) {
        guard address > 0, let after = run(at: address), start(after) == address, let before = previous(after),
            end(before) == address, value(before) == value(after)
        else { return }
        let (start, end) = (start(before), end(after))
        remove(after)
        guard let whole = run(at: start) else { preconditionFailure("the run before stays") }
        resize(whole, start: start, end: end)
    }
}
