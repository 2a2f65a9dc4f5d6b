extension WorkingSetPolicy {
    /// One aging pass: a page used since the last one is young again and goes to the front, every other grows older.
    mutating func growOlder() {
        var next = lists.back(Self.workingSet)
        for _ in 0..<workingSetCount {
            guard let page = next else { break }
            next = lists.towardsFront(page)
            if accessed[page.position] { lists.moveToFront(page, Self.workingSet) }
            let age = ages[page.position]
            let newAge = accessed[page.position] ? 0 : min(age + 1, Self.oldestAge)
            accessed[page.position] = false
            population[Int(age)] -= 1
            population[Int(newAge)] += 1
            ages[page.position] = newAge
        }
    }

    /// Moves `wanted` pages, the oldest first, to the standby and modified lists.
    ///
    /// `newest` stays: it is the page whose reference is being served.
    mutating func trim(_ wanted: Int, sparing newest: PageIndex?, _ ledger: inout PageLedger) {
        var missing = min(wanted, workingSetCount - (newest == nil ? 0 : 1))
        guard missing > 0 else { return }
        if population[0] == workingSetCount { growOlder() }
        var youngest = Self.oldestAge
        var found = population[Int(youngest)]
        while found < missing, youngest > 0 {
            youngest -= 1
            found += population[Int(youngest)]
        }
        // Pages above the youngest age that has to give all go; of that age, those that entered first.
        var older = found - population[Int(youngest)]
        var ofYoungest = missing - older
        var next = lists.back(Self.workingSet)
        while missing > 0, let page = next {
            next = lists.towardsFront(page)
            guard page != newest else { continue }
            let age = ages[page.position]
            if age > youngest, older > 0 {
                older -= 1
            } else if age == youngest, ofYoungest > 0 {
                ofYoungest -= 1
            } else {
                continue
            }
            missing -= 1
            population[Int(age)] -= 1
            lists.moveToFront(page, ledger.isDirty(page) ? Self.modified : Self.standby)
            ledger.trim(page)
        }
    }

    /// The modified-page writer: writes the whole list in one go, and the pages join the standby list.
    mutating func writeModified(_ ledger: inout PageLedger) {
        while let oldest = lists.popBack(Self.modified) {
            ledger.clean(oldest)
            lists.pushFront(oldest, Self.standby)
        }
    }
}
