import MemoryMap

/// The state of one run of ``BootServicesExit``: what is allocated, and how often what was tried.
struct BootServicesExitSequence {
    /// The status that tells of a stale key: `EFI_INVALID_PARAMETER`.
    static let staleKey: UInt64 = 0x8000_0000_0000_0002

    /// A map that is in the working buffer.
    private struct CurrentMap {
        var byteCount: UInt64
        var key: UInt64
        var descriptorSize: UInt64
        var descriptorVersion: UInt32
    }

    private let limits: BootServicesExit
    private var pages: (address: PhysicalAddress, count: PageCount)?
    private var pool: PhysicalAddress?

    /// The size of each of the buffers in bytes; 0 before they are allocated for the first time.
    private var capacity: UInt64 = 0
    private var allocations = 0
    private var attempts = 0

    init(limits: BootServicesExit) { self.limits = limits }

    private var regrown: Int { max(allocations - 1, 0) }

    private func failure(_ reason: BootServicesExitError.Reason) -> BootServicesExitError {
        BootServicesExitError(reason, attempts: attempts, regrown: regrown)
    }

    mutating func run<Firmware: BootServicesExitFirmware & ~Copyable>(
        on firmware: inout Firmware
    ) throws(BootServicesExitError) -> BootServicesExit.Outcome {
        while true {
            let map = try currentMap(on: &firmware)
            // The buffers are there, or no map could have been put into them.
            guard let pool, let pages, let range = PhysicalRange(start: pages.address, byteCount: map.byteCount) else {
                throw failure(.badMapSize(map.byteCount, capacity: capacity))
            }
            firmware.copy(from: pool, to: pages.address, byteCount: map.byteCount)
            attempts += 1
            let status = firmware.exitBootServices(key: map.key)
            if status == 0 {
                let table = BootInfo.MemoryMapTable(
                    range: range, descriptorSize: map.descriptorSize, descriptorVersion: map.descriptorVersion)
                return BootServicesExit.Outcome(memoryMap: table, attempts: attempts, regrown: regrown)
            }
            guard status == Self.staleKey else { throw failure(.exitRefused(status: status)) }
            guard attempts < limits.attemptLimit else { throw failure(.keyNeverAccepted(status: status)) }
        }
    }

    /// Gets the map into the working buffer, which grows as often as it has to and may.
    private mutating func currentMap<Firmware: BootServicesExitFirmware & ~Copyable>(
        on firmware: inout Firmware
    ) throws(BootServicesExitError) -> CurrentMap {
        while true {
            switch firmware.getMemoryMap(into: pool ?? PhysicalAddress(0), capacity: capacity) {
            case .success(let byteCount, let key, let descriptorSize, let descriptorVersion):
                try check(descriptorSize: descriptorSize)
                guard byteCount > 0, byteCount <= capacity, byteCount % descriptorSize == 0 else {
                    throw failure(.badMapSize(byteCount, capacity: capacity))
                }
                return CurrentMap(
                    byteCount: byteCount, key: key, descriptorSize: descriptorSize, descriptorVersion: descriptorVersion)
            case .bufferTooSmall(let needed, let descriptorSize):
                try check(descriptorSize: descriptorSize)
                guard regrown < limits.attemptLimit else { throw failure(.mapKeepsGrowing(needed: needed)) }
                try enlarge(for: needed, descriptorSize: descriptorSize, on: &firmware)
            case .failure(let status):
                throw failure(.mapRefused(status: status))
            }
        }
    }

    private func check(descriptorSize: UInt64) throws(BootServicesExitError) {
        guard BootInfo.MemoryMapTable.isDescriptorSize(descriptorSize), descriptorSize <= BootServicesExit.descriptorSizeLimit
        else { throw failure(.badDescriptorSize(descriptorSize)) }
    }

    /// Frees both buffers and allocates larger ones.
    private mutating func enlarge<Firmware: BootServicesExitFirmware & ~Copyable>(
        for needed: UInt64, descriptorSize: UInt64, on firmware: inout Firmware
    ) throws(BootServicesExitError) {
        // Firmware that calls a buffer too small for a map of its size or less has miscounted: the buffer grows all the same.
        let base = max(needed, capacity)
        guard base <= limits.mapByteLimit else { throw failure(.mapTooLarge(base)) }
        let (wanted, overflow) = base.addingReportingOverflow(slack(beyond: base, descriptorSize: descriptorSize))
        let count = PageCount(roundingUp: wanted)
        guard !overflow, let byteCount = count.byteCount else { throw failure(.mapTooLarge(base)) }

        try release(on: &firmware)
        allocations += 1
        switch firmware.allocatePages(count) {
        case .success(let address):
            pages = (address, count)
            try check(address, byteCount: byteCount, alignment: PageCount.pageSize)
        case .failure(let status): throw failure(.outOfMemory(byteCount: byteCount, status: status))
        }
        switch firmware.allocatePool(byteCount: byteCount) {
        case .success(let address):
            pool = address
            try check(address, byteCount: byteCount, alignment: 8)
            try checkDisjoint(byteCount: byteCount)
        case .failure(let status): throw failure(.outOfMemory(byteCount: byteCount, status: status))
        }
        capacity = byteCount
    }

    /// The room in bytes for descriptors that the firmware has not counted yet.
    ///
    /// It doubles with each allocation, but the buffers pass the largest map that is believed by the first slack at most.
    private func slack(beyond base: UInt64, descriptorSize: UInt64) -> UInt64 {
        // At most 8 << 16 descriptors of 4096 bytes each: far from 2^64.
        let first = BootServicesExit.firstSlack * descriptorSize
        return min(first << UInt64(min(allocations, 16)), max(first, limits.mapByteLimit - base))
    }

    private func check(_ address: PhysicalAddress, byteCount: UInt64, alignment: UInt64) throws(BootServicesExitError) {
        guard address.rawValue != 0, address.isAligned(to: alignment), PhysicalRange(start: address, byteCount: byteCount) != nil
        else { throw failure(.badAllocation(address)) }
    }

    /// Checks that the two buffers, which have been found to be ranges of this size, share no byte.
    private func checkDisjoint(byteCount: UInt64) throws(BootServicesExitError) {
        guard let pages, let pool else { return }
        let (lower, upper) = (min(pages.address, pool), max(pages.address, pool))
        guard upper.rawValue - lower.rawValue >= byteCount else { throw failure(.badAllocation(pool)) }
    }

    /// Frees both buffers; the second one also when the first cannot be freed.
    private mutating func release<Firmware: BootServicesExitFirmware & ~Copyable>(
        on firmware: inout Firmware
    ) throws(BootServicesExitError) {
        capacity = 0
        var refusal: BootServicesExitError.Reason?
        if let address = pool {
            pool = nil
            let status = firmware.freePool(at: address)
            if status != 0 { refusal = .notFreed(address, status: status) }
        }
        if let (address, count) = pages {
            pages = nil
            let status = firmware.freePages(at: address, count)
            if status != 0 { refusal = .notFreed(address, status: status) }
        }
        if let refusal { throw failure(refusal) }
    }

    /// Frees both buffers where the sequence has failed for another reason, which is the one worth telling.
    mutating func releaseAfterFailure<Firmware: BootServicesExitFirmware & ~Copyable>(on firmware: inout Firmware) {
        do throws(BootServicesExitError) { try release(on: &firmware) } catch {}
    }
}
