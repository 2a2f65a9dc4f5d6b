import CGuardEntry
import CUEFI
import UEFI

/// The firmware's tables with the services in them that the Guard replaces, and what stood there before.
///
/// Unsafe throughout: the tables are the firmware's, and reached by the pointers that the entry point was given.
@unsafe
struct ServiceTables {
    private let boot: UnsafeMutablePointer<EFI_BOOT_SERVICES>
    private let runtime: UnsafeMutablePointer<EFI_RUNTIME_SERVICES>

    /// A copy of the boot services as the firmware had them.
    private let original: UnsafeMutablePointer<EFI_BOOT_SERVICES>
    private let originalReset: UnsafeMutableRawPointer?

    /// The tables of a system table that is the firmware's, nil where it has none.
    init?(_ systemTable: UnsafeMutablePointer<EFI_SYSTEM_TABLE>) {
        guard let boot = unsafe systemTable.pointee.boot_services, let runtime = unsafe systemTable.pointee.runtime_services
        else { return nil }
        unsafe self.boot = boot
        unsafe self.runtime = runtime
        unsafe original = .allocate(capacity: 1)
        unsafe original.initialize(to: boot.pointee)
        unsafe originalReset = strata_guard_reset(runtime)
    }

    /// The firmware's own services, whatever the table holds meanwhile.
    var firmware: BootServices { unsafe BootServices(table: original) }

    /// The Guard's services in a table of their own, which stays: what a program finds once they are in the firmware's.
    var strata: BootServices {
        let table = UnsafeMutablePointer<EFI_BOOT_SERVICES>.allocate(capacity: 1)
        unsafe table.initialize(to: original.pointee)
        var own = unsafe strata_guard_own_services()
        unsafe strata_guard_set_services(table, &own)
        return unsafe BootServices(table: table)
    }

    /// Puts the Guard's services into the tables.
    func replace() {
        var own = unsafe strata_guard_own_services()
        unsafe strata_guard_set_services(boot, &own)
        unsafe strata_guard_set_reset(runtime, strata_guard_own_reset())
        unsafe renewChecksums()
    }

    /// Puts the firmware's reset back, which must be there once an operating system has the machine; or the Guard's again.
    func replaceReset(_ isReplaced: Bool) {
        unsafe strata_guard_set_reset(runtime, isReplaced ? strata_guard_own_reset() : originalReset)
        unsafe renewChecksums()
    }

    /// UEFI 2.10, 4.2: the checksum of a table, made with zero in its own place.
    private func renewChecksums() {
        unsafe renew(&boot.pointee.header, UnsafeRawPointer(boot))
        unsafe renew(&runtime.pointee.header, UnsafeRawPointer(runtime))
    }

    private func renew(_ header: inout EFI_TABLE_HEADER, _ table: UnsafeRawPointer) {
        header.crc32 = 0
        var crc: UInt32 = 0
        guard unsafe uefi_calculate_crc32(original, table, UInt64(header.header_size), &crc) == 0 else { return }
        header.crc32 = crc
    }
}
