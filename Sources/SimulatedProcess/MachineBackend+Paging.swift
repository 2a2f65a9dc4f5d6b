import KernelMemory
public import MemoryMap
public import PageReplacement
public import SimulatedMachine
public import VirtualMemory

extension MachineBackend {
    /// Brings the page of an address in and gives it a translation that allows what its protection does.
    ///
    /// - Parameters:
    ///   - protection: of the page, as the address space has it; without a guard.
    ///   - executesData: whether every page that can be read can be executed.
    /// - Throws: `pagingFile`, after which the access may be tried again; `outOfPages`.
    public func bringIn(
        _ address: VirtualAddress, _ protection: PageProtection, for access: PageAccess, executesData: Bool = false
    ) throws(PagedMemoryError) {
        let number = address.rawValue / PageCount.pageSize
        if let frame = physicalPages[number] {
            var attributes = PageAttributes(permissions: [.user, .write])
            if executesData { attributes.permissions.insert(.execute) }
            try mapPhysical(number, to: frame, attributes)
            return
        }
        let page = try page(at: number)
        let residence = try store.reach(page, access, unmap: removeTranslations(of:))
        if translated[number] != nil { return }
        var attributes = PageAttributes(permissions: .user)
        if protection.allowsWriting, residence.isWritable, !protection.isCopyOnWrite { attributes.permissions.insert(.write) }
        if protection.allowsExecution || executesData { attributes.permissions.insert(.execute) }
        if protection.contains(.noCache) { attributes.caching = .uncacheable }
        if protection.contains(.writeCombine) { attributes.caching = .writeCombining }
        do throws(PagingError) {
            try tables.map(Self.range(of: number), to: residence.frame, attributes: attributes, allowingWriteExecute: true)
        } catch {
            throw .tables(error)
        }
        translated[number] = page
        addresses[page.rawValue, default: []].append(number)
    }

    /// Changes up to eight bytes of a view's private copies, which are made where there are none.
    func patch(_ address: VirtualAddress, byteCount: Int, _ change: (UInt64) -> UInt64) throws(PagedMemoryError) {
        var value: UInt64 = 0
        for index in 0..<byteCount {
            let place = try privateByte(VirtualAddress(address.rawValue + UInt64(index)))
            do throws(PhysicalMemoryError) { value |= UInt64(try memory.loadByte(at: place)) << UInt64(8 * index) } catch {
                throw .memory(error)
            }
        }
        let changed = change(value)
        for index in 0..<byteCount {
            // Looked up again: with few frames, one page may have pushed the other out.
            let place = try privateByte(VirtualAddress(address.rawValue + UInt64(index)))
            do throws(PhysicalMemoryError) {
                try memory.storeByte(UInt8(truncatingIfNeeded: changed >> UInt64(8 * index)), at: place)
            } catch {
                throw .memory(error)
            }
        }
    }

    /// Where a byte of a page is in RAM, which is private and may be written.
    private func privateByte(_ address: VirtualAddress) throws(PagedMemoryError) -> PhysicalAddress {
        let number = address.rawValue / PageCount.pageSize
        if privates[number] == nil { try makePrivate(number) }
        guard let page = privates[number] else { throw .outOfPages(store.count) }
        let frame = try store.reach(page, .write, unmap: removeTranslations(of:)).frame
        return PhysicalAddress(frame.rawValue + address.rawValue % PageCount.pageSize)
    }

    /// Gives a page of a view a copy of its own.
    func makePrivate(_ number: UInt64) throws(PagedMemoryError) {
        let contents = try store.contents(of: try page(at: number))
        try removeTranslation(number)
        guard let copy = freePages.popLast() else { throw .outOfPages(store.count) }
        do throws(PagedMemoryError) {
            let frame = try store.reach(copy, .write, unmap: removeTranslations(of:)).frame
            do throws(PhysicalMemoryError) { try memory.write(contents, at: frame) } catch { throw .memory(error) }
        } catch {
            freePages.append(copy)
            throw error
        }
        privates[number] = copy
        try moveLock(number, to: copy)
    }

    /// Takes every translation of a page away.
    func removeTranslations(of page: PageIndex) throws(PagedMemoryError) {
        for number in addresses[page.rawValue] ?? [] { try removeTranslation(number) }
    }

    /// The page behind a page number: a private one, a section's, or a fresh private one of zeros.
    func page(at number: UInt64) throws(PagedMemoryError) -> PageIndex {
        if let page = privates[number] ?? sharedPage(number) { return page }
        guard let page = freePages.popLast() else { throw .outOfPages(store.count) }
        if let view = view(at: number) {
            let offset = offset(of: number, in: view)
            sections[view.mapping.storage, default: SectionPages()].pages[offset / PageCount.pageSize] = page
            origins[page.rawValue] = (view.mapping.storage, offset)
        } else {
            privates[number] = page
        }
        return page
    }

    func sharedPage(_ number: UInt64) -> PageIndex? {
        guard let view = view(at: number) else { return nil }
        return sections[view.mapping.storage]?.pages[offset(of: number, in: view) / PageCount.pageSize]
    }

    func offset(of number: UInt64, in view: MappedView) -> UInt64 {
        number * PageCount.pageSize - view.range.start.rawValue + view.mapping.offset
    }

    func view(at number: UInt64) -> MappedView? {
        let address = VirtualAddress(number * PageCount.pageSize)
        let index = firstView(endingAtOrAbove: address)
        return index < views.count && views[index].range.contains(address) ? views[index] : nil
    }

    func firstView(endingAtOrAbove address: VirtualAddress) -> Int {
        var low = 0
        var high = views.count
        while low < high {
            let middle = low + (high - low) / 2
            if views[middle].range.last < address { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func removeTranslation(_ number: UInt64) throws(PagedMemoryError) {
        guard let page = translated[number] else { return }
        do throws(PagingError) { try tables.unmap(Self.range(of: number)) } catch { throw .tables(error) }
        translated[number] = nil
        addresses[page.rawValue]?.removeAll { $0 == number }
        if addresses[page.rawValue]?.isEmpty == true { addresses[page.rawValue] = nil }
    }

    func removeTranslations(in range: VirtualRange) throws(BackendError) {
        for number in translated.numbers(in: range.pageNumbers) {
            do throws(PagedMemoryError) { try removeTranslation(number) } catch { throw .storageFailed }
        }
    }

    static func range(of number: UInt64) -> VirtualRange {
        guard let range = VirtualRange(start: VirtualAddress(number * PageCount.pageSize), pages: PageCount(1)) else {
            preconditionFailure("a page of user mode has an end")
        }
        return range
    }

    /// Forgets the private pages of a range, contents and all.
    func dropPrivates(in range: VirtualRange) throws(BackendError) {
        unlock(range)
        try removeTranslations(in: range)
        for number in privates.numbers(in: range.pageNumbers) {
            guard let page = privates[number] else { continue }
            do throws(PagedMemoryError) {
                // Its translations are gone already.
                try store.discard(page) { _ in }
            } catch { throw .storageFailed }
            privates[number] = nil
            isDispensable.remove(number)
            freePages.append(page)
        }
    }
}
