// The Guard's entry point and the services that it puts into the firmware's tables: their calling convention is the
// firmware's, so they cannot be Swift's. Each hands its arguments on to a Swift function, and knows nothing else.

#include <guard_entry.h>

// In Boot/Guard.
EFI_STATUS guard_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);
EFI_STATUS guard_allocate_pages(uint32_t kind, uint32_t type, uint64_t pages, uint64_t *memory);
EFI_STATUS guard_free_pages(uint64_t memory, uint64_t pages);
EFI_STATUS guard_get_memory_map(uint64_t *size, void *map, uint64_t *key, uint64_t *descriptor_size, uint32_t *descriptor_version);
EFI_STATUS guard_allocate_pool(uint32_t type, uint64_t size, void **buffer);
EFI_STATUS guard_free_pool(void *buffer);
EFI_STATUS guard_exit_boot_services(EFI_HANDLE image, uint64_t key);
void guard_before_reset(uint32_t kind, EFI_STATUS status);

EFI_STATUS EFIAPI strata_entry(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table) { return guard_main(image, system_table); }

static EFI_STATUS EFIAPI allocate_pages(uint32_t kind, uint32_t type, uint64_t pages, uint64_t *memory) {
    return guard_allocate_pages(kind, type, pages, memory);
}
static EFI_STATUS EFIAPI free_pages(uint64_t memory, uint64_t pages) { return guard_free_pages(memory, pages); }
static EFI_STATUS EFIAPI get_memory_map(uint64_t *size, void *map, uint64_t *key, uint64_t *descriptor_size,
                                        uint32_t *descriptor_version) {
    return guard_get_memory_map(size, map, key, descriptor_size, descriptor_version);
}
static EFI_STATUS EFIAPI allocate_pool(uint32_t type, uint64_t size, void **buffer) {
    return guard_allocate_pool(type, size, buffer);
}
static EFI_STATUS EFIAPI free_pool(void *buffer) { return guard_free_pool(buffer); }
static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, uint64_t key) { return guard_exit_boot_services(image, key); }

// The firmware's own, put back before the machine is left to an operating system.
static void(EFIAPI *firmware_reset)(uint32_t, EFI_STATUS, uint64_t, void *);
static void EFIAPI reset_system(uint32_t kind, EFI_STATUS status, uint64_t size, void *data) {
    guard_before_reset(kind, status);
    firmware_reset(kind, status, size, data);
}

struct guard_services strata_guard_services(const EFI_BOOT_SERVICES *table) {
    return (struct guard_services){(void *)table->allocate_pages, (void *)table->free_pages, (void *)table->get_memory_map,
                                   (void *)table->allocate_pool, (void *)table->free_pool, (void *)table->exit_boot_services};
}

void strata_guard_set_services(EFI_BOOT_SERVICES *table, const struct guard_services *services) {
    table->allocate_pages = services->allocate_pages;
    table->free_pages = services->free_pages;
    table->get_memory_map = services->get_memory_map;
    table->allocate_pool = services->allocate_pool;
    table->free_pool = services->free_pool;
    table->exit_boot_services = services->exit_boot_services;
}

struct guard_services strata_guard_own_services(void) {
    return (struct guard_services){(void *)allocate_pages, (void *)free_pages, (void *)get_memory_map,
                                   (void *)allocate_pool, (void *)free_pool, (void *)exit_boot_services};
}

void *strata_guard_own_reset(void) { return (void *)reset_system; }
void *strata_guard_reset(const EFI_RUNTIME_SERVICES *table) { return (void *)table->reset_system; }
void strata_guard_set_reset(EFI_RUNTIME_SERVICES *table, void *reset) {
    if (reset == (void *)reset_system) firmware_reset = table->reset_system;
    table->reset_system = reset;
}
