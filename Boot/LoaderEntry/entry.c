// The entry point of the UEFI application: the calling convention is the firmware's, so it cannot be Swift's.

#include <uefi.h>

// In Boot/Loader/Loader.swift.
EFI_STATUS loader_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

EFI_STATUS EFIAPI strata_entry(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table) {
    return loader_main(image, system_table);
}
