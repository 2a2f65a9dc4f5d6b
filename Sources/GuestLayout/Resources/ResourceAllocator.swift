public import MemoryMap

/// Everything that a guest's devices ask for: addresses below and above 4 GiB, I/O ports, interrupts, events and functions of PCI
/// buses.
public struct ResourceAllocator: Sendable {
    /// Windows for devices.
    public enum Window: UInt8, Hashable, Sendable, CaseIterable {
        case low
        case high
        case platform
    }

    /// The window below 4 GiB, in pieces where something lies inside it.
    public var low: ResourcePool

    /// The window above all RAM, where there is one.
    public var high: ResourcePool?

    /// The window for devices that are on no bus, where there is one.
    public var platform: ResourcePool?

    /// I/O ports, where the architecture has them.
    public var ports: ResourcePool?

    /// Interrupts up to 1023.
    private var interrupts: ResourcePool

    /// General purpose events 0 to 255.
    private var events: ResourcePool

    private var buses: [(number: UInt8, pool: ResourcePool)] = []
    private var nextReserved: UInt64 = 0

    /// An allocator of the given windows.
    ///
    /// - Parameters:
    ///   - firstInterrupt: The first interrupt that devices get, below 1024.
    ///   - pageSize: What addresses of devices are multiples of.
    public init(
        low: [ClosedRange<UInt64>], high: ClosedRange<UInt64>?, platform: ClosedRange<UInt64>? = nil,
        ports: ClosedRange<UInt64>? = nil, firstInterrupt: UInt64, pageSize: UInt64 = 4096
    ) throws(ResourceError) {
        guard firstInterrupt <= 1023 else { throw .badRange(start: firstInterrupt, last: 1023) }
        self.low = try ResourcePool(low, alignment: pageSize)
        if let high { self.high = try ResourcePool([high], alignment: pageSize) }
        if let platform { self.platform = try ResourcePool([platform], alignment: pageSize) }
        if let ports { self.ports = try ResourcePool([ports], alignment: 0x400) }
        interrupts = try ResourcePool([firstInterrupt...1023])
        events = try ResourcePool([0...255])
    }

    /// An allocator of a plan's windows, from which mapped files that lie in them are taken out.
    public init(_ plan: LayoutPlan, firstInterrupt: UInt64? = nil) throws(ResourceError) {
        func stretches(_ kind: LayoutOwner.Kind) -> [ClosedRange<UInt64>] {
            var list: [ClosedRange<UInt64>] = []
            for index in plan.addressSpace.indices where plan.addressSpace[index].owner.kind == kind {
                list.append(plan.addressSpace[index].start.rawValue...plan.addressSpace[index].last.rawValue)
            }
            return list
        }
        let isX86 = plan.architecture == .x86_64
        try self.init(
            low: stretches(.lowMMIO), high: stretches(.highMMIO).first, platform: stretches(.platformMMIO).first,
            ports: isX86 ? 0xC000...0xFFFF : nil, firstInterrupt: firstInterrupt ?? (isX86 ? 9 : 4))
        for index in plan.addressSpace.indices where plan.addressSpace[index].owner.kind == .mappedFile {
            let file = plan.addressSpace[index]
            try reserve(file.range, tag: "mapped file")
        }
    }
}

extension ResourceAllocator {
    /// Gives addresses to a device.
    ///
    /// Addresses that are not prefetchable, or that have to lie below some limit, come from the low window; all others from the
    /// high one and, where that is full, from the low one.
    ///
    /// - Parameter highest: The last address that the device can use.
    public mutating func allocateMMIO(
        _ size: UInt64, for key: AllocationKey, tag: StaticName, alignment: UInt64 = 1, isPrefetchable: Bool = false,
        highest: PhysicalAddress = PhysicalAddress(.max), topDown: Bool = false
    ) throws(ResourceError) -> PhysicalAddress {
        let limit = highest.rawValue
        guard limit >= UInt64(UInt32.max) else { throw .outOfSpace(size: size, largest: 0) }
        if let existing = low[key] ?? high?[key] { throw .exists(existing) }
        if isPrefetchable, limit == .max {
            do throws(ResourceError) {
                if let start = try high?.allocate(size, for: key, tag: tag, alignment: alignment, reverse: topDown) {
                    return PhysicalAddress(start)
                }
            } catch {
                guard case .outOfSpace = error else { throw error }
            }
        }
        return PhysicalAddress(
            try low.allocate(size, for: key, tag: tag, alignment: alignment, highest: limit, reverse: topDown))
    }

    /// Gives back what a key has of the low or the high window.
    @discardableResult
    public mutating func releaseMMIO(_ key: AllocationKey) throws(ResourceError) -> PhysicalRange {
        let range: ClosedRange<UInt64>
        if low[key] != nil {
            range = try low.release(key)
        } else if high?[key] != nil, let released = try high?.release(key) {
            range = released
        } else {
            throw .unknown(key)
        }
        return PhysicalRange(from: range.lowerBound, to: range.upperBound)
    }

    /// Takes what a range has in common with the windows out of them.
    ///
    /// - Throws: `.taken` where a part of it is given away already, after which nothing is taken out.
    public mutating func reserve(_ range: PhysicalRange, tag: StaticName) throws(ResourceError) {
        var (copy, number) = (self, nextReserved)
        func parts(_ pool: ResourcePool) -> [ClosedRange<UInt64>] {
            let whole = range.start.rawValue...range.last.rawValue
            return pool.pools.filter { $0.overlaps(whole) }.map { $0.clamped(to: whole) }
        }
        for part in parts(low) {
            try copy.low.allocate(at: part.lowerBound, through: part.upperBound, for: .reserved(number), tag: tag)
            number += 1
        }
        for part in high.map(parts) ?? [] {
            try copy.high?.allocate(at: part.lowerBound, through: part.upperBound, for: .reserved(number), tag: tag)
            number += 1
        }
        for part in platform.map(parts) ?? [] {
            try copy.platform?.allocate(at: part.lowerBound, through: part.upperBound, for: .reserved(number), tag: tag)
            number += 1
        }
        copy.nextReserved = number
        self = copy
    }

    /// Takes `size` bytes from the start of the high window for a region of the monitor's own.
    public mutating func reserveHigh(_ size: UInt64, tag: StaticName) throws(ResourceError) -> PhysicalAddress {
        let key = AllocationKey.reserved(nextReserved)
        guard let start = try high?.allocate(size, for: key, tag: tag) else { throw .emptyPool }
        nextReserved += 1
        return PhysicalAddress(start)
    }
}

extension ResourceAllocator {
    /// The lowest interrupt that nobody has.
    public mutating func allocateInterrupt(tag: StaticName = "interrupt") throws(ResourceError) -> UInt32 {
        UInt32(try Self.allocateLine(from: &interrupts, tag))
    }

    /// Takes an interrupt by its number.
    public mutating func reserveInterrupt(_ number: UInt32, tag: StaticName = "interrupt") throws(ResourceError) {
        try interrupts.allocate(at: UInt64(number), through: UInt64(number), for: .line(UInt64(number)), tag: tag)
    }

    /// Takes an interrupt back.
    ///
    /// - Throws: Why there is nothing to take back.
    public mutating func releaseInterrupt(_ number: UInt32) throws(ResourceError) {
        try interrupts.release(.line(UInt64(number)))
    }

    /// The lowest general purpose event that nobody has.
    public mutating func allocateEvent(tag: StaticName = "event") throws(ResourceError) -> UInt8 {
        UInt8(try Self.allocateLine(from: &events, tag))
    }

    /// Takes an event back.
    ///
    /// - Throws: Why there is nothing to take back.
    public mutating func releaseEvent(_ number: UInt8) throws(ResourceError) { try events.release(.line(UInt64(number))) }

    /// The lowest number, under a key that is made of it.
    private static func allocateLine(from pool: inout ResourcePool, _ tag: StaticName) throws(ResourceError) -> UInt64 {
        guard let number = pool.lowestFree else { throw .outOfSpace(size: 1, largest: 0) }
        try pool.allocate(at: number, through: number, for: .line(number), tag: tag)
        return number
    }

    /// Adds a PCI bus; on bus 0 the first device is the host bridge's.
    public mutating func addBus(_ number: UInt8) throws(ResourceError) {
        guard bus(number) == nil else { throw .poolsOverlap(start: UInt64(number)) }
        let first: UInt64 = number == 0 ? 8 : 0
        buses.append((number, try ResourcePool([first...255], preferredAlignment: 8)))
    }

    private func bus(_ number: UInt8) -> Int? { buses.firstIndex { $0.number == number } }

    /// Gives a device of its own, or, where all are taken, a function of one.
    public mutating func allocatePCIFunction(onBus number: UInt8, tag: StaticName) throws(ResourceError) -> PCIFunction {
        guard let index = bus(number) else { throw .unknownBus(number) }
        guard let slot = buses[index].pool.lowestFree(alignment: 8) ?? buses[index].pool.lowestFree else {
            throw .outOfSpace(size: 1, largest: 0)
        }
        try buses[index].pool.allocate(at: slot, through: slot, for: .pciFunction(slot), tag: tag)
        return PCIFunction(bus: number, device: UInt8(slot >> 3), function: UInt8(slot & 7))
    }

    /// Takes a function by its address.
    public mutating func reserve(_ function: PCIFunction, tag: StaticName) throws(ResourceError) {
        guard let index = bus(function.bus) else { throw .unknownBus(function.bus) }
        try buses[index].pool.allocate(at: function.slot, through: function.slot, for: .pciFunction(function.slot), tag: tag)
    }

    /// Takes a PCI function back.
    ///
    /// - Throws: Why there is nothing to take back.
    public mutating func release(_ function: PCIFunction) throws(ResourceError) {
        guard let index = bus(function.bus) else { throw .unknownBus(function.bus) }
        try buses[index].pool.release(.pciFunction(function.slot))
    }
}

/// A function of a device on a PCI bus.
public struct PCIFunction: Hashable, Sendable {
    public var bus: UInt8

    /// 0 to 31.
    public var device: UInt8

    /// 0 to 7.
    public var function: UInt8

    public init(bus: UInt8, device: UInt8, function: UInt8) {
        self.bus = bus
        self.device = device
        self.function = function
    }

    /// The number of the function on its bus; devices above 31 give numbers that no bus has.
    var slot: UInt64 { UInt64(device) << 3 | UInt64(function & 7) }
}
