public import CUEFI
public import MemoryMap
public import UEFIStatus

/// The boot services that the loader needs: memory, protocols and the exit (UEFI 2.10, chapter 7).
@safe
public struct BootServices {
    let pointer: UnsafeMutablePointer<EFI_BOOT_SERVICES>

    init(pointer: UnsafeMutablePointer<EFI_BOOT_SERVICES>) { unsafe self.pointer = pointer }

    /// The services in a table, such as a copy that was made before others changed the firmware's.
    ///
    /// - Warning: it is trusted to be a table of services, and must outlive this value.
    @unsafe
    public init(table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) { unsafe pointer = table }

    /// Memory of whole pages, anywhere.
    ///
    /// - Throws: the firmware's status, most often `.outOfResources`.
    public func allocatePages(_ pages: PageCount, type: MemoryType = .loaderData) throws(EFIStatus) -> PhysicalAddress {
        var address: UInt64 = 0
        try EFIStatus(rawValue: unsafe uefi_allocate_pages(pointer, 0, type.rawValue, pages.rawValue, &address)).check()
        return PhysicalAddress(address)
    }

    /// FreePages.
    public func freePages(at address: PhysicalAddress, _ pages: PageCount) throws(EFIStatus) {
        try EFIStatus(rawValue: unsafe uefi_free_pages(pointer, address.rawValue, pages.rawValue)).check()
    }

    /// Memory of any size, 8-byte aligned.
    public func allocatePool(byteCount: UInt64, type: MemoryType = .loaderData) throws(EFIStatus) -> PhysicalAddress {
        var buffer: UnsafeMutableRawPointer?
        unsafe try EFIStatus(rawValue: uefi_allocate_pool(pointer, type.rawValue, byteCount, &buffer)).check()
        guard let buffer = unsafe buffer else { throw .outOfResources }
        return PhysicalAddress(UInt64(UInt(bitPattern: buffer)))
    }

    /// FreePool.
    public func freePool(at address: PhysicalAddress) throws(EFIStatus) {
        try EFIStatus(rawValue: unsafe uefi_free_pool(pointer, UnsafeMutableRawPointer(bitPattern: UInt(address.rawValue))))
            .check()
    }

    /// What GetMemoryMap answers beside the descriptors.
    public struct MemoryMapAnswer {
        public var status: EFIStatus
        /// The bytes written, or needed where the status is `.bufferTooSmall`.
        public var byteCount: UInt64
        public var key: UInt64
        public var descriptorSize: UInt64
        public var descriptorVersion: UInt32
    }

    /// Writes the memory map to `capacity` bytes at `buffer`; a capacity of 0 asks for the size.
    public func getMemoryMap(into buffer: PhysicalAddress?, capacity: UInt64) -> MemoryMapAnswer {
        var answer = MemoryMapAnswer(status: .success, byteCount: capacity, key: 0, descriptorSize: 0, descriptorVersion: 0)
        let destination = unsafe buffer.flatMap { unsafe UnsafeMutableRawPointer(bitPattern: UInt($0.rawValue)) }
        answer.status = EFIStatus(
            rawValue: unsafe uefi_get_memory_map(
                pointer, &answer.byteCount, destination, &answer.key, &answer.descriptorSize, &answer.descriptorVersion))
        return answer
    }

    /// Ends the boot services where `key` is the memory map's current key.
    public func exitBootServices(image: ImageHandle, key: UInt64) -> EFIStatus {
        EFIStatus(rawValue: unsafe uefi_exit_boot_services(pointer, image.handle, key))
    }

    /// Runs `body` at the priority of notifications at least (TPL_NOTIFY), so that no event interrupts it, whatever the present one is.
    public func withoutEvents<Result>(_ body: () -> Result) -> Result {
        // The present level is told only by raising it, and the highest is the one that is never below it.
        let level = unsafe uefi_raise_tpl(pointer, Self.highLevel)
        unsafe uefi_restore_tpl(pointer, level)
        guard level < Self.notifyLevel else { return body() }
        let previous = unsafe uefi_raise_tpl(pointer, Self.notifyLevel)
        defer { unsafe uefi_restore_tpl(pointer, previous) }
        return body()
    }

    private static var notifyLevel: UInt64 { 16 }
    private static var highLevel: UInt64 { 31 }

    /// Waits, by the firmware's clock.
    public func stall(microseconds: UInt64) { _ = unsafe uefi_stall(pointer, microseconds) }

    /// Turns the firmware's watchdog off, which otherwise resets the machine five minutes after an image was started.
    public func disableWatchdog() {
        _ = unsafe uefi_disable_watchdog(pointer)
    }

    func interface<Protocol>(_ guid: EFI_GUID, of handle: EFI_HANDLE?, as: Protocol.Type) throws(EFIStatus)
        -> UnsafeMutablePointer<Protocol>
    {
        var guid = guid
        var found: UnsafeMutableRawPointer?
        unsafe try EFIStatus(rawValue: uefi_handle_protocol(pointer, handle, &guid, &found)).check()
        guard let found = unsafe found else { throw .notFound }
        return unsafe found.assumingMemoryBound(to: Protocol.self)
    }

    func locate<Protocol>(_ guid: EFI_GUID, as: Protocol.Type) throws(EFIStatus) -> UnsafeMutablePointer<Protocol> {
        var guid = guid
        var found: UnsafeMutableRawPointer?
        unsafe try EFIStatus(rawValue: uefi_locate_protocol(pointer, &guid, &found)).check()
        guard let found = unsafe found else { throw .notFound }
        return unsafe found.assumingMemoryBound(to: Protocol.self)
    }
}

/// The handle of a loaded image, as the firmware gave it to the image's entry point.
@safe
public struct ImageHandle {
    let handle: EFI_HANDLE?

    public init(_ handle: EFI_HANDLE?) {
        unsafe self.handle = handle
    }
}
