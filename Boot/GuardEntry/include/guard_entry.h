// What the Guard's Swift code needs of its C part: functions with the firmware's calling convention to put into the
// firmware's tables.
#pragma once

#include <uefi.h>

// The services that the Guard replaces, as they stand in the tables.
struct guard_services {
    void *allocate_pages, *free_pages, *get_memory_map, *allocate_pool, *free_pool, *exit_boot_services;
};

// The six services as they are; and puts others in their place, the table's checksum not renewed.
struct guard_services strata_guard_services(const EFI_BOOT_SERVICES *table);
void strata_guard_set_services(EFI_BOOT_SERVICES *table, const struct guard_services *services);

// The Guard's own, and the reset of the machine, which a program may end with.
struct guard_services strata_guard_own_services(void);
void *strata_guard_own_reset(void);
void *strata_guard_reset(const EFI_RUNTIME_SERVICES *table);
void strata_guard_set_reset(EFI_RUNTIME_SERVICES *table, void *reset);
