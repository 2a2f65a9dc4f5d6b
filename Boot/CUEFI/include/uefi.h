// The parts of the UEFI 2.10 interface that Strata calls: layouts from the specification's chapters 4 (tables), 7 (boot
// services), 8 (runtime services), 9 (loaded image), 12 (console, graphics) and 13 (files).
//
// A service is reached through a `static inline` function below, because Swift cannot call a function pointer with the
// firmware's calling convention, which on x86-64 is not the one of the rest of the code.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#define EFIAPI __attribute__((ms_abi))
#else
#define EFIAPI
#endif

typedef uint64_t EFI_STATUS;
typedef void *EFI_HANDLE;
typedef uint16_t CHAR16;

typedef struct EFI_GUID {
    uint32_t data1;
    uint16_t data2, data3;
    uint8_t data4[8];
} EFI_GUID;

typedef struct EFI_TABLE_HEADER {
    uint64_t signature;
    uint32_t revision, header_size, crc32, reserved;
} EFI_TABLE_HEADER;

typedef struct EFI_TIME {
    uint16_t year;
    uint8_t month, day, hour, minute, second, pad1;
    uint32_t nanosecond;
    int16_t time_zone;
    uint8_t daylight, pad2;
} EFI_TIME;

typedef struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL;
struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL {
    void *reset;
    EFI_STATUS(EFIAPI *output_string)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *, const CHAR16 *);
};

// Services that Strata does not call are placeholders of the right size, in the specification's order.
typedef struct EFI_BOOT_SERVICES {
    EFI_TABLE_HEADER header;
    uint64_t(EFIAPI *raise_tpl)(uint64_t);
    void(EFIAPI *restore_tpl)(uint64_t);
    EFI_STATUS(EFIAPI *allocate_pages)(uint32_t, uint32_t, uint64_t, uint64_t *);
    EFI_STATUS(EFIAPI *free_pages)(uint64_t, uint64_t);
    EFI_STATUS(EFIAPI *get_memory_map)(uint64_t *, void *, uint64_t *, uint64_t *, uint32_t *);
    EFI_STATUS(EFIAPI *allocate_pool)(uint32_t, uint64_t, void **);
    EFI_STATUS(EFIAPI *free_pool)(void *);
    void *create_event, *set_timer, *wait_for_event, *signal_event, *close_event, *check_event;
    void *install_protocol_interface, *reinstall_protocol_interface, *uninstall_protocol_interface;
    EFI_STATUS(EFIAPI *handle_protocol)(EFI_HANDLE, const EFI_GUID *, void **);
    void *reserved, *register_protocol_notify, *locate_handle, *locate_device_path, *install_configuration_table;
    EFI_STATUS(EFIAPI *load_image)(uint8_t, EFI_HANDLE, const void *, const void *, uint64_t, EFI_HANDLE *);
    EFI_STATUS(EFIAPI *start_image)(EFI_HANDLE, uint64_t *, CHAR16 **);
    void *exit;
    EFI_STATUS(EFIAPI *unload_image)(EFI_HANDLE);
    EFI_STATUS(EFIAPI *exit_boot_services)(EFI_HANDLE, uint64_t);
    void *get_next_monotonic_count;
    EFI_STATUS(EFIAPI *stall)(uint64_t);
    EFI_STATUS(EFIAPI *set_watchdog_timer)(uint64_t, uint64_t, uint64_t, const CHAR16 *);
    void *connect_controller, *disconnect_controller, *open_protocol, *close_protocol, *open_protocol_information;
    void *protocols_per_handle;
    EFI_STATUS(EFIAPI *locate_handle_buffer)(uint32_t, const EFI_GUID *, void *, uint64_t *, EFI_HANDLE **);
    EFI_STATUS(EFIAPI *locate_protocol)(const EFI_GUID *, void *, void **);
    void *install_multiple_protocol_interfaces, *uninstall_multiple_protocol_interfaces;
    EFI_STATUS(EFIAPI *calculate_crc32)(const void *, uint64_t, uint32_t *);
    void *copy_mem, *set_mem, *create_event_ex;
} EFI_BOOT_SERVICES;

typedef struct EFI_RUNTIME_SERVICES {
    EFI_TABLE_HEADER header;
    EFI_STATUS(EFIAPI *get_time)(EFI_TIME *, void *);
    void *set_time, *get_wakeup_time, *set_wakeup_time;
    EFI_STATUS(EFIAPI *set_virtual_address_map)(uint64_t, uint64_t, uint32_t, void *);
    void *convert_pointer;
    void *get_variable, *get_next_variable_name, *set_variable, *get_next_high_monotonic_count;
    void(EFIAPI *reset_system)(uint32_t, EFI_STATUS, uint64_t, void *);
} EFI_RUNTIME_SERVICES;

typedef struct EFI_CONFIGURATION_TABLE {
    EFI_GUID vendor_guid;
    void *vendor_table;
} EFI_CONFIGURATION_TABLE;

typedef struct EFI_SYSTEM_TABLE {
    EFI_TABLE_HEADER header;
    const CHAR16 *firmware_vendor;
    uint32_t firmware_revision;
    EFI_HANDLE console_in_handle;
    void *console_in;
    EFI_HANDLE console_out_handle;
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *console_out;
    EFI_HANDLE standard_error_handle;
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *standard_error;
    EFI_RUNTIME_SERVICES *runtime_services;
    EFI_BOOT_SERVICES *boot_services;
    uint64_t configuration_table_count;
    EFI_CONFIGURATION_TABLE *configuration_tables;
} EFI_SYSTEM_TABLE;

_Static_assert(sizeof(EFI_TABLE_HEADER) == 24, "UEFI 2.10, 4.2");
_Static_assert(offsetof(EFI_BOOT_SERVICES, allocate_pages) == 40, "UEFI 2.10, 4.4");
_Static_assert(offsetof(EFI_BOOT_SERVICES, exit_boot_services) == 232, "UEFI 2.10, 4.4");
_Static_assert(offsetof(EFI_BOOT_SERVICES, load_image) == 200, "UEFI 2.10, 4.4");
_Static_assert(offsetof(EFI_BOOT_SERVICES, locate_protocol) == 320, "UEFI 2.10, 4.4");
_Static_assert(offsetof(EFI_BOOT_SERVICES, calculate_crc32) == 344, "UEFI 2.10, 4.4");
_Static_assert(offsetof(EFI_RUNTIME_SERVICES, reset_system) == 104, "UEFI 2.10, 4.5");
_Static_assert(offsetof(EFI_SYSTEM_TABLE, configuration_tables) == 112, "UEFI 2.10, 4.3");
_Static_assert(sizeof(EFI_TIME) == 16, "UEFI 2.10, 8.3");

typedef struct EFI_LOADED_IMAGE_PROTOCOL {
    uint32_t revision;
    EFI_HANDLE parent_handle;
    EFI_SYSTEM_TABLE *system_table;
    EFI_HANDLE device_handle;
    void *file_path, *reserved;
    uint32_t load_options_size;
    void *load_options;
    void *image_base;
    uint64_t image_size;
    uint32_t image_code_type, image_data_type;
    void *unload;
} EFI_LOADED_IMAGE_PROTOCOL;

typedef struct EFI_FILE_PROTOCOL EFI_FILE_PROTOCOL;
struct EFI_FILE_PROTOCOL {
    uint64_t revision;
    EFI_STATUS(EFIAPI *open)(EFI_FILE_PROTOCOL *, EFI_FILE_PROTOCOL **, const CHAR16 *, uint64_t, uint64_t);
    EFI_STATUS(EFIAPI *close)(EFI_FILE_PROTOCOL *);
    void *delete_file;
    EFI_STATUS(EFIAPI *read)(EFI_FILE_PROTOCOL *, uint64_t *, void *);
    void *write;
    EFI_STATUS(EFIAPI *get_position)(EFI_FILE_PROTOCOL *, uint64_t *);
    EFI_STATUS(EFIAPI *set_position)(EFI_FILE_PROTOCOL *, uint64_t);
    EFI_STATUS(EFIAPI *get_info)(EFI_FILE_PROTOCOL *, const EFI_GUID *, uint64_t *, void *);
};

// The fixed part of EFI_FILE_INFO, before the file's name.
typedef struct EFI_FILE_INFO {
    uint64_t size, file_size, physical_size;
    EFI_TIME create_time, last_access_time, modification_time;
    uint64_t attribute;
} EFI_FILE_INFO;

typedef struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL EFI_SIMPLE_FILE_SYSTEM_PROTOCOL;
struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL {
    uint64_t revision;
    EFI_STATUS(EFIAPI *open_volume)(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *, EFI_FILE_PROTOCOL **);
};

typedef struct EFI_GRAPHICS_OUTPUT_MODE_INFORMATION {
    uint32_t version, horizontal_resolution, vertical_resolution, pixel_format;
    uint32_t red_mask, green_mask, blue_mask, reserved_mask;
    uint32_t pixels_per_scan_line;
} EFI_GRAPHICS_OUTPUT_MODE_INFORMATION;

typedef struct EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE {
    uint32_t max_mode, mode;
    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
    uint64_t size_of_info, frame_buffer_base, frame_buffer_size;
} EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE;

typedef struct EFI_GRAPHICS_OUTPUT_PROTOCOL EFI_GRAPHICS_OUTPUT_PROTOCOL;
struct EFI_GRAPHICS_OUTPUT_PROTOCOL {
    EFI_STATUS(EFIAPI *query_mode)
    (EFI_GRAPHICS_OUTPUT_PROTOCOL *, uint32_t, uint64_t *, EFI_GRAPHICS_OUTPUT_MODE_INFORMATION **);
    EFI_STATUS(EFIAPI *set_mode)(EFI_GRAPHICS_OUTPUT_PROTOCOL *, uint32_t);
    void *blt;
    EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *mode;
};

// MARK: Boot services

static inline uint64_t uefi_raise_tpl(EFI_BOOT_SERVICES *s, uint64_t level) { return s->raise_tpl(level); }
static inline void uefi_restore_tpl(EFI_BOOT_SERVICES *s, uint64_t level) { s->restore_tpl(level); }

static inline EFI_STATUS uefi_allocate_pages(EFI_BOOT_SERVICES *s, uint32_t kind, uint32_t type, uint64_t pages, uint64_t *at) {
    return s->allocate_pages(kind, type, pages, at);
}
static inline EFI_STATUS uefi_free_pages(EFI_BOOT_SERVICES *s, uint64_t at, uint64_t pages) { return s->free_pages(at, pages); }
static inline EFI_STATUS uefi_get_memory_map(EFI_BOOT_SERVICES *s, uint64_t *size, void *map, uint64_t *key,
                                             uint64_t *descriptor_size, uint32_t *descriptor_version) {
    return s->get_memory_map(size, map, key, descriptor_size, descriptor_version);
}
static inline EFI_STATUS uefi_allocate_pool(EFI_BOOT_SERVICES *s, uint32_t type, uint64_t size, void **buffer) {
    return s->allocate_pool(type, size, buffer);
}
static inline EFI_STATUS uefi_free_pool(EFI_BOOT_SERVICES *s, void *buffer) { return s->free_pool(buffer); }
static inline EFI_STATUS uefi_handle_protocol(EFI_BOOT_SERVICES *s, EFI_HANDLE handle, const EFI_GUID *guid, void **interface) {
    return s->handle_protocol(handle, guid, interface);
}
static inline EFI_STATUS uefi_locate_protocol(EFI_BOOT_SERVICES *s, const EFI_GUID *guid, void **interface) {
    return s->locate_protocol(guid, NULL, interface);
}
static inline EFI_STATUS uefi_exit_boot_services(EFI_BOOT_SERVICES *s, EFI_HANDLE image, uint64_t key) {
    return s->exit_boot_services(image, key);
}
static inline EFI_STATUS uefi_load_image(EFI_BOOT_SERVICES *s, EFI_HANDLE parent, const void *device_path, EFI_HANDLE *image) {
    return s->load_image(0, parent, device_path, NULL, 0, image);
}
static inline EFI_STATUS uefi_start_image(EFI_BOOT_SERVICES *s, EFI_HANDLE image) { return s->start_image(image, NULL, NULL); }
static inline EFI_STATUS uefi_unload_image(EFI_BOOT_SERVICES *s, EFI_HANDLE image) { return s->unload_image(image); }
static inline EFI_STATUS uefi_locate_handles(EFI_BOOT_SERVICES *s, const EFI_GUID *guid, uint64_t *count, EFI_HANDLE **handles) {
    return s->locate_handle_buffer(2, guid, NULL, count, handles);
}
static inline EFI_STATUS uefi_calculate_crc32(EFI_BOOT_SERVICES *s, const void *data, uint64_t size, uint32_t *crc) {
    return s->calculate_crc32(data, size, crc);
}
static inline EFI_STATUS uefi_stall(EFI_BOOT_SERVICES *s, uint64_t microseconds) { return s->stall(microseconds); }
static inline EFI_STATUS uefi_disable_watchdog(EFI_BOOT_SERVICES *s) { return s->set_watchdog_timer(0, 0, 0, NULL); }

// MARK: Runtime services

static inline EFI_STATUS uefi_get_time(EFI_RUNTIME_SERVICES *s, EFI_TIME *time) { return s->get_time(time, NULL); }
static inline EFI_STATUS uefi_set_virtual_address_map(EFI_RUNTIME_SERVICES *s, uint64_t size, uint64_t descriptor_size,
                                                      uint32_t descriptor_version, void *map) {
    return s->set_virtual_address_map(size, descriptor_size, descriptor_version, map);
}
static inline void uefi_reset_system(EFI_RUNTIME_SERVICES *s, uint32_t type, EFI_STATUS status) {
    s->reset_system(type, status, 0, NULL);
}

// MARK: Protocols

static inline EFI_STATUS uefi_output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *p, const CHAR16 *text) {
    return p->output_string(p, text);
}
static inline EFI_STATUS uefi_open_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *p, EFI_FILE_PROTOCOL **root) {
    return p->open_volume(p, root);
}
static inline EFI_STATUS uefi_file_open_for_reading(EFI_FILE_PROTOCOL *p, EFI_FILE_PROTOCOL **file, const CHAR16 *path) {
    return p->open(p, file, path, 1, 0);
}
static inline EFI_STATUS uefi_file_close(EFI_FILE_PROTOCOL *p) { return p->close(p); }
static inline EFI_STATUS uefi_file_read(EFI_FILE_PROTOCOL *p, uint64_t *size, void *buffer) { return p->read(p, size, buffer); }
static inline EFI_STATUS uefi_file_get_info(EFI_FILE_PROTOCOL *p, const EFI_GUID *guid, uint64_t *size, void *buffer) {
    return p->get_info(p, guid, size, buffer);
}
static inline EFI_STATUS uefi_graphics_query_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *p, uint32_t mode, uint64_t *size,
                                                  EFI_GRAPHICS_OUTPUT_MODE_INFORMATION **info) {
    return p->query_mode(p, mode, size, info);
}
static inline EFI_STATUS uefi_graphics_set_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *p, uint32_t mode) { return p->set_mode(p, mode); }
