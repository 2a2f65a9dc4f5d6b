import CHostMemory
public import MemoryMap
import SystemPackage
public import VirtualMemory

/// A file of the host that a section is made of.
public struct HostSectionFile: Sendable {
    /// An open file, which the section has a descriptor of its own for.
    public let descriptor: Int32

    /// The size of the file in bytes.
    public let byteCount: UInt64

    /// What the file was opened for.
    public let access: SectionFile.Access

    /// Which file it is, whatever it was opened by.
    public let identity: HostFileIdentity

    /// What an image of it is said to be made of.
    public let name: String?

    /// An open file.
    public init(
        descriptor: Int32, byteCount: UInt64, access: SectionFile.Access, identity: HostFileIdentity, name: String? = nil
    ) {
        self.name = name
        self.identity = identity
        self.descriptor = descriptor
        self.byteCount = byteCount
        self.access = access
    }
}

/// What tells files of the host apart.
public struct HostFileIdentity: Hashable, Sendable {
    /// The device that the file is on.
    public let device: UInt64

    /// The number of its inode there.
    public let number: UInt64

    /// The file with a number on a device.
    public init(device: UInt64, number: UInt64) {
        self.device = device
        self.number = number
    }
}

extension HostProcess {
    /// A section of memory without a file: `Section.pagingFile(_:byteCount:protection:attributes:platform:ledger:canLockMemory:)`.
    public func createSection(
        byteCount: UInt64, protection: PageProtection, attributes: SectionAttributes
    ) throws(NTStatus) -> HostSection {
        try withLock { () throws(NTStatus) in
            let section = try Section.pagingFile(
                space.backend.storages.nextNumber, byteCount: byteCount, protection: protection, attributes: attributes,
                platform: space.platform,
                ledger: space.ledger, canLockMemory: space.canLockMemory)
            let mask = HostMemory.pageSize - 1
            do throws(BackendError) {
                let storage = try HostStorage.anonymous(byteCount: (section.byteCount + mask) & ~mask)
                space.backend.storages.add(storage, as: section.storage)
            } catch {
                throw .insufficientResources
            }
            return HostSection(section)
        }
    }

    /// A section of a file of data, which grows to the section's size where it is opened for writing.
    ///
    /// - Parameter grow: makes the file larger; not called where it is large enough.
    public func createSection(
        _ file: HostSectionFile, byteCount: UInt64, protection: PageProtection, attributes: SectionAttributes,
        grow: (UInt64) throws(NTStatus) -> Void
    ) throws(NTStatus) -> HostSection {
        try withLock { () throws(NTStatus) in
            let section = try Section.file(
                SectionFile(token: space.backend.storages.nextNumber, byteCount: file.byteCount, access: file.access),
                byteCount: byteCount,
                protection: protection, attributes: attributes, ledger: space.ledger)
            if section.byteCount > file.byteCount { try grow(section.byteCount) }
            guard let descriptor = try? FileDescriptor(rawValue: file.descriptor).duplicate() else {
                throw .insufficientResources
            }
            space.backend.storages.add(
                HostStorage(
                    descriptor: descriptor.rawValue, isImage: false, identity: file.identity,
                    fileByteCount: max(file.byteCount, section.byteCount)), as: section.storage)
            return HostSection(section)
        }
    }

    // MARK: Views

    /// Maps a view: `AddressSpace.mapView(_:)`.
    ///
    /// - Parameter configure: the rest of the call's arguments.
    public func mapView(
        of section: HostSection, _ protection: PageProtection, _ configure: (inout ViewRequest) -> Void = { _ in }
    ) throws(NTStatus) -> (range: VirtualRange, isAtBase: Bool) {
        try withLock { () throws(NTStatus) in
            guard let mapped = section.section else { throw .invalidHandle }
            var request = ViewRequest(section: mapped, protection: protection)
            configure(&request)
            let rest = mapped.byteCount - min(request.offset, mapped.byteCount)
            guard let base = request.base, zones.zone(of: base) != nil,
                base.rawValue & (Platform.allocationGranularity - 1) == 0,
                let named = Self.named(base, request.byteCount > 0 ? request.byteCount : rest)
            else { return try keepingOutOfTheWay { () throws(NTStatus) in try space.mapView(request) } }
            try claimForeign(named)
            do throws(NTStatus) {
                return try space.mapView(request)
            } catch {
                returnForeign(named)
                throw error
            }
        }
    }

    /// Ends the view of an address: `AddressSpace.unmapView(_:_:)`.
    public func unmapView(_ address: VirtualAddress, _ flags: UnmapFlags = []) throws(NTStatus) {
        try withLock { () throws(NTStatus) in
            if zones.contains(address) { throw .notMappedView }
            let region = try? space.queryRegion(address)
            space.backend.mayLeaveHole = region.map(isInArena) ?? false
            defer { space.backend.mayLeaveHole = false }
            try space.unmapView(address, flags)
            if let region, let range = VirtualRange(start: region.allocationBase, byteCount: region.byteCount) {
                returnForeign(range)
            }
        }
    }

    /// Writes what was written to a view to its file.
    ///
    /// - Parameter byteCount: 0 for all from the address on.
    /// - Returns: the range that was written.
    @discardableResult
    public func flush(_ address: VirtualAddress, byteCount: UInt64) throws(NTStatus) -> VirtualRange {
        try withLock { () throws(NTStatus) in
            guard space.section(at: address) != nil else { throw .notMappedView }
            let region = try space.queryRegion(address)
            let end = region.allocationBase.rawValue + region.byteCount
            let start = address.rawValue & ~(HostMemory.pageSize - 1)
            let size = byteCount == 0 ? end - address.rawValue : byteCount
            guard size <= end - address.rawValue else { throw .notMappedView }
            let last = VirtualAddress((address.rawValue + size - 1) | (HostMemory.pageSize - 1))
            guard let range = VirtualRange(start: VirtualAddress(start), last: last) else { throw .invalidParameter }
            do throws(BackendError) { try HostMemory.synchronize(range) } catch { throw .inPageError }
            return range
        }
    }

    /// The name of the file that an address is a view of.
    ///
    /// - Parameter ask: gives the name of an open file, by its descriptor, which is the section's own and lasts as long as the call; it
    ///   takes no lock.
    /// - Returns: what `ask` finds, or what an image is made of, and for the rest of the program what the kernel says; nil for all else.
    public func fileName(at address: VirtualAddress, _ ask: (Int32) -> String?) -> String? {
        withLock {
            guard !zones.contains(address) else { return MappedRange.path(at: address) }
            guard let storage = space.section(at: address)?.section.storage, let file = space.backend.storages[storage] else {
                return nil
            }
            return file.isImage ? file.name : ask(file.descriptor)
        }
    }

    /// Which image an address is a view of: equal numbers are the same file.
    public func file(at address: VirtualAddress) -> HostFileIdentity? {
        withLock {
            guard let storage = space.section(at: address)?.section.storage else { return nil }
            return space.backend.storages[storage]?.identity
        }
    }
}
