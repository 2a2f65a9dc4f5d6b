public import MemoryMap

extension MemoryServices: ExitableMemory {
    /// Whether every region that an operating system maps for the runtime services is made of whole granules.
    ///
    /// - Complexity: O(*n*) for *n* extents.
    public var runtimeRegionsAreAligned: Bool {
        let bytes = runtimeGranularity.rawValue * PageCount.pageSize
        var areAligned = true
        forEachRegion { region in
            guard region.attributes.contains(.runtime), let range = region.range else { return }
            let isAligned = range.start.isAligned(to: bytes) && range.last.rawValue & (bytes - 1) == bytes - 1
            areAligned = areAligned && isAligned
        }
        return areAligned
    }

    public mutating func lockAllocations() {
        if phase == .open { phase = .locked }
    }

    public mutating func unlockAllocations() {
        if phase == .locked { phase = .open }
    }

    public mutating func endBootServices() { phase = .ended }
}

extension MemoryServices: ProtectableMemory {
    /// Whether access to a range can be restricted: all of it has to be memory, whoever uses it.
    ///
    /// - Complexity: O(log *n* + *k*) for *n* extents, of which *k* lie in the range.
    public func protectability(of range: PhysicalRange) -> Protectability {
        var page = range.start.rawValue / PageCount.pageSize
        let last = range.last.rawValue / PageCount.pageSize
        var current = tree.extent(holding: page)
        while let extent = current, extent.start <= page {
            switch extent.kind {
            case .unaccepted: return .absent
            case .fixed where !extent.type.isRAM: return .absent
            default: break
            }
            guard extent.end <= last else { return .memory }
            page = extent.end
            current = extent.next
        }
        return .absent
    }

    public mutating func prepare(_ range: PhysicalRange) -> Bool { true }

    public mutating func apply(_ attributes: MemoryAttributes, to range: PhysicalRange) { protectMemory?(attributes, range) }
}
