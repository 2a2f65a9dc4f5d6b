public import CUEFI
public import MemoryMap
public import UEFIStatus

/// The runtime services that the kernel calls (UEFI 2.10, chapter 8).
@safe
public struct RuntimeServices {
    let pointer: UnsafeMutablePointer<EFI_RUNTIME_SERVICES>

    public var address: VirtualAddress { VirtualAddress(UInt64(UInt(bitPattern: unsafe pointer))) }

    /// The date and time of the machine's clock.
    public func getTime() throws(EFIStatus) -> EFI_TIME {
        var time = EFI_TIME()
        try EFIStatus(rawValue: unsafe uefi_get_time(pointer, &time)).check()
        return time
    }

    /// Tells the firmware where its runtime regions are mapped from now on.
    ///
    /// - Parameter descriptors: encoded memory descriptors of the runtime regions, their virtual starts filled in.
    public func setVirtualAddressMap(
        _ descriptors: inout [UInt8], descriptorSize: UInt64, descriptorVersion: UInt32
    ) -> EFIStatus {
        let byteCount = UInt64(descriptors.count)
        return unsafe descriptors.withUnsafeMutableBytes { bytes in
            EFIStatus(
                rawValue: unsafe uefi_set_virtual_address_map(
                    pointer, byteCount, descriptorSize, descriptorVersion, bytes.baseAddress))
        }
    }

    /// Switches the machine off. Returns only where the firmware cannot.
    public func shutDown() {
        unsafe uefi_reset_system(pointer, 2, 0)
    }
}
