public import MemoryMap

/// How the runtime services are addressed: SetVirtualAddressMap and ConvertPointer.
///
/// An accepted call of SetVirtualAddressMap is a sequence of steps, which the firmware asks ``nextStep(_:)`` for and takes one
/// after the other: every notification of the change of addresses, then the runtime images, then the table of runtime services,
/// then the system table. Pointers can be converted as long as it lasts, and no longer. No access to this value goes on while a
/// step is taken, so that notification functions can call ``convertPointer(_:disposition:)``.
///
/// All room is allocated at the beginning: at runtime there is nobody to ask for memory. UEFI 2.10, section 8.4.
public struct RuntimeAddressing {
    /// Where the runtime services stand.
    public enum Mode: Hashable, Sendable {
        /// Boot services have not ended.
        case boot

        /// The operating system runs; runtime services have their physical addresses.
        case physical

        /// An accepted call of SetVirtualAddressMap is under way.
        case changing

        /// Runtime services have virtual addresses, for good.
        case virtual
    }

    /// `EFI_OPTIONAL_PTR`: ConvertPointer leaves a null pointer as it is.
    public static let optionalPointer: UInt = 1

    public private(set) var mode = Mode.boot

    private enum Stage {
        case notifications
        case images
        case runtimeServices
        case systemTable
        case done
    }

    private var stage = Stage.notifications
    private var map: RuntimeAddressMap
    private var mapping: VirtualMapping

    /// - Parameters:
    ///   - map: room for the stretches of the final map.
    ///   - pieceCapacity: into how many pieces an operating system may divide the runtime regions; rows that continue each
    ///     other are one.
    public init(map: RuntimeAddressMap = RuntimeAddressMap(), pieceCapacity: Int = 4096) {
        precondition(pieceCapacity >= 0, "a capacity")
        self.map = map
        mapping = VirtualMapping(capacity: pieceCapacity)
    }

    /// Begins runtime, with the memory map whose key ExitBootServices accepted.
    ///
    /// - Returns: False where the map has more separate stretches than there is room for: SetVirtualAddressMap stays
    ///   unsupported then.
    /// - Precondition: boot services have not ended before.
    public mutating func beginRuntime(with finalMap: borrowing MemoryMapView) -> Bool {
        precondition(mode == .boot, "boot services end once")
        guard map.capture(finalMap) else { return false }
        mode = .physical
        return true
    }

    /// Begins SetVirtualAddressMap.
    ///
    /// - Parameters:
    ///   - table: the operating system's rows. Those with the RUNTIME attribute give virtual addresses; others must be in the
    ///     memory map and are left alone.
    ///   - descriptorSize: the distance of the rows in bytes.
    /// - Throws: the first that holds of: `.unsupported`; `.invalidParameter` for a table that is none; row by row
    ///   `.invalidParameter` or `.notFound`; `.noMapping` for the lowest runtime memory without an address.
    /// - Complexity: O(*n* *p*) for *n* rows that make *p* pieces of runtime memory; allocates nothing.
    public mutating func setVirtualAddressMap(
        _ table: RawSpan, descriptorSize: UInt, descriptorVersion: UInt32
    ) throws(SetVirtualAddressMapError) {
        guard mode == .physical else { throw .unsupported }
        do throws(SetVirtualAddressMapError) {
            try read(table, descriptorSize: descriptorSize, descriptorVersion: descriptorVersion)
        } catch {
            mapping.removeAll()
            throw error
        }
        stage = .notifications
        mode = .changing
    }

    /// What is to be done now for an accepted call; nil where it is complete, and returns success.
    ///
    /// - Parameter events: the first step signals those of ``EventGroup/virtualAddressChange``.
    public mutating func nextStep(_ events: inout EventNotifications) -> VirtualAddressChangeStep? {
        guard mode == .changing else { return nil }
        if stage == .notifications {
            events.signal(.virtualAddressChange)
            stage = .images
        }
        if let notification = events.next() { return .notify(notification) }
        switch stage {
        case .notifications, .images:
            stage = .runtimeServices
            return .relocateImages
        case .runtimeServices:
            stage = .systemTable
            return .convertRuntimeServices
        case .systemTable:
            stage = .done
            return .convertSystemTable
        case .done:
            mapping.removeAll()
            mode = .virtual
            return nil
        }
    }

    /// The virtual address of what `pointer` leads to.
    ///
    /// - Parameters:
    ///   - pointer: a physical address, or nil where the caller has no pointer at all.
    ///   - disposition: ``optionalPointer`` lets a null pointer be.
    /// - Throws: `.invalidParameter` for no pointer and for null where it is not optional; `.notFound` where the address is in no
    ///   runtime region, and whenever no SetVirtualAddressMap is under way.
    /// - Complexity: O(log *p*) for *p* pieces.
    public func convertPointer(_ pointer: UInt64?, disposition: UInt = 0) throws(ConvertPointerError) -> UInt64 {
        guard let pointer else { throw .invalidParameter }
        guard pointer != 0 else {
            guard disposition & Self.optionalPointer != 0 else { throw .invalidParameter }
            return 0
        }
        let address = PhysicalAddress(pointer)
        guard mode == .changing, let byte = PhysicalRange(start: address, last: address),
            let converted = mapping.piece(containing: byte)?.virtualAddress(of: address)
        else { throw .notFound }
        return converted.rawValue
    }

    /// The virtual address of a physical range that lies in one piece, for images that are relocated as a whole.
    ///
    /// - Throws: `.notFound` where not all of it is runtime memory that stays together, and outside of SetVirtualAddressMap.
    /// - Complexity: O(log *p*) for *p* pieces.
    public func convert(_ range: PhysicalRange) throws(ConvertPointerError) -> VirtualRange {
        guard mode == .changing, let piece = mapping.piece(containing: range),
            let start = piece.virtualAddress(of: range.start), let last = piece.virtualAddress(of: range.last),
            let converted = VirtualRange(start: start, last: last)
        else { throw .notFound }
        return converted
    }
}

extension RuntimeAddressing {
    /// Checks the whole table and puts its pieces into ``mapping``.
    private mutating func read(
        _ table: RawSpan, descriptorSize: UInt, descriptorVersion: UInt32
    ) throws(SetVirtualAddressMapError) {
        let view: MemoryMapView
        do throws(MemoryMapError) {
            // A size past Int is as wrong as a size of 0, and says so.
            view = try MemoryMapView(
                validating: table, descriptorSize: Int(exactly: descriptorSize) ?? .max, descriptorVersion: descriptorVersion)
        } catch {
            if error == .empty, let first = map.runtime.ranges.first { throw .noMapping(first) }
            throw .invalidParameter(.table(error))
        }
        for index in 0..<view.count {
            try read(view[index], offset: view.offset(of: index))
        }
        for range in map.runtime.ranges {
            if let hole = mapping.hole(in: range) { throw .noMapping(hole) }
        }
    }

    private mutating func read(_ row: MemoryDescriptor, offset: Int) throws(SetVirtualAddressMapError) {
        guard let physical = row.range, map.described.contains(physical) else {
            throw .notFound(offset: offset, row.range ?? FrameNumber(containing: row.start).range)
        }
        // Address 0 is what GetMemoryMap leaves there: no address was supplied.
        guard row.attributes.contains(.runtime), row.virtualStart.rawValue != 0 || row.start.rawValue == 0 else { return }
        guard row.virtualStart.isAligned(to: PageCount.pageSize) else {
            throw .invalidParameter(.virtualMisaligned(offset: offset, row.virtualStart))
        }
        guard let virtual = VirtualRange(start: row.virtualStart, pages: row.pages) else {
            throw .invalidParameter(.virtualWraps(offset: offset, row.virtualStart))
        }
        // Only the parts that the runtime services need are converted, whatever else the row describes.
        var index = map.runtime.firstIndex { $0.last >= physical.start }
        while index < map.runtime.ranges.count, let part = map.runtime.ranges[index].intersection(physical) {
            try insert(part, of: physical, at: virtual, offset: offset)
            index += 1
        }
    }

    private mutating func insert(
        _ part: PhysicalRange, of physical: PhysicalRange, at virtual: VirtualRange, offset: Int
    ) throws(SetVirtualAddressMapError) {
        guard let distance = physical.start.distance(to: part.start), let start = virtual.start.advanced(by: distance) else {
            preconditionFailure("a part lies in its whole")
        }
        let piece = VirtualMapping.Piece(physical: part, virtualStart: start)
        if let range = piece.virtual {
            for other in mapping.pieces {
                if let shared = other.virtual?.intersection(range), !other.physical.overlaps(part) {
                    throw .invalidParameter(.virtualOverlap(offset: offset, at: shared.start))
                }
            }
        }
        if let fault = mapping.insert(piece, offset: offset) { throw .invalidParameter(fault) }
    }
}

/// What a firmware does next in the course of SetVirtualAddressMap.
public enum VirtualAddressChangeStep: Hashable, Sendable {
    /// Call this notification function, which converts the pointers of its driver.
    case notify(EventNotification)

    /// Relocate every runtime image to the virtual address of its range.
    case relocateImages

    /// Convert the pointers of the table of runtime services, those to SetVirtualAddressMap and ConvertPointer excepted, and renew
    /// its checksum.
    case convertRuntimeServices

    /// Convert the system table's pointers to the vendor's name, the runtime services and the configuration tables, and renew its
    /// checksum.
    case convertSystemTable
}
