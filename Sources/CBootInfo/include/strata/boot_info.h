/**
 * What Strata's boot loader tells the kernel: the ABI between the two, version 1.
 *
 * This header stands alone: it needs <stddef.h> and <stdint.h>, compiles as C99, C11, C++98 with <stdint.h> and later, and
 * as C11 or C++11 proves its own layout. All integers are little-endian; there is no padding; reserved bytes are zero.
 *
 * The loader enters the kernel with the physical address of a `struct strata_boot_info`, aligned to 8 bytes, as the first
 * argument. The second one is a word that names the serial port on which the kernel can complain before it believes the
 * structure: see STRATA_EARLY_CONSOLE_NONE below. A kernel in C starts like this:
 *
 *     #include <strata/boot_info.h>
 *
 *     _Noreturn void kernel_main(const struct strata_boot_info *info, uint64_t console)
 *     {
 *         if (strata_boot_info_check(info) != STRATA_BOOT_INFO_OK)
 *             halt();
 *
 *         const unsigned char *map = (const unsigned char *)(uintptr_t)info->memory_map_address;
 *         for (uint64_t at = 0; at < info->memory_map_byte_count; at += info->memory_map_descriptor_size)
 *             add_region((const struct efi_memory_descriptor *)(map + at));
 *         ...
 *     }
 *
 * The check judges the structure by itself. Whether its pointers lead to memory of the map is for the kernel to find out before
 * it follows them.
 */
#ifndef STRATA_BOOT_INFO_H
#define STRATA_BOOT_INFO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The first eight bytes, without the terminator. */
#define STRATA_BOOT_INFO_MAGIC "STRATABI"

/** The same eight bytes as a little-endian integer. */
#define STRATA_BOOT_INFO_MAGIC_VALUE UINT64_C(0x4942415441525453)

#define STRATA_BOOT_INFO_VERSION 1u

/** The size of the structure in version 1, in bytes. */
#define STRATA_BOOT_INFO_SIZE 256u

/** The alignment of the structure in memory, in bytes. */
#define STRATA_BOOT_INFO_ALIGNMENT 8u

/** Bit 0 of `flags`: the loader compared the kernel's hash with the published one, and they are the same. */
#define STRATA_BOOT_INFO_FLAG_VERIFIED 1u

/** The smallest descriptor of a memory map, in bytes: UEFI 2.10, section 7.2.3. */
#define STRATA_BOOT_INFO_MIN_DESCRIPTOR_SIZE 40u

/**
 * The kernel's second argument. Its lowest three bits tell the kind of serial port; for one in memory, bits 6 to 63 are those of
 * the first register's physical address, which the loader has mapped as a device; for one behind I/O ports, bits 6 to 21 are the
 * first port. Of a 16550 in memory, bits 3 and 4 are the distance between registers as a power of two, and bit 5 tells that
 * registers take accesses of 4 bytes only.
 */
enum strata_early_console {
    STRATA_EARLY_CONSOLE_NONE = 0,
    STRATA_EARLY_CONSOLE_PL011 = 1,
    STRATA_EARLY_CONSOLE_MEMORY_16550 = 2,
    STRATA_EARLY_CONSOLE_PORT_16550 = 3
};

/** The values of `framebuffer_format`. */
enum strata_pixel_format {
    STRATA_PIXEL_FORMAT_NONE = 0,   /**< There is no framebuffer; its other fields are zero. */
    STRATA_PIXEL_FORMAT_RGBX = 1,   /**< Bytes: red, green, blue, not shown. */
    STRATA_PIXEL_FORMAT_BGRX = 2,   /**< Bytes: blue, green, red, not shown. */
    STRATA_PIXEL_FORMAT_BITMASK = 3 /**< The four masks tell; they are zero with the other formats. */
};

/** Addresses are physical, but for `kernel_virtual_base`; 0 is an absent one. Sizes are in bytes. */
struct strata_boot_info {
    uint8_t magic[8];                       /**< @0 STRATA_BOOT_INFO_MAGIC */
    uint32_t version;                       /**< @8 STRATA_BOOT_INFO_VERSION */
    uint32_t size;                          /**< @12 STRATA_BOOT_INFO_SIZE */
    uint32_t flags;                         /**< @16 STRATA_BOOT_INFO_FLAG_...; all others are zero */
    uint32_t reserved0;                     /**< @20 zero */
    uint8_t kernel_sha256[32];              /**< @24 SHA-256 of the kernel file */
    uint64_t memory_map_address;            /**< @56 the map whose key ExitBootServices accepted */
    uint64_t memory_map_byte_count;         /**< @64 a multiple of the descriptor size, not 0 */
    uint64_t memory_map_descriptor_size;    /**< @72 a multiple of 8, at least 40; walk the map in steps of it */
    uint32_t memory_map_descriptor_version; /**< @80 1 in all of UEFI 2 */
    uint32_t framebuffer_format;            /**< @84 enum strata_pixel_format */
    uint64_t framebuffer_address;           /**< @88 */
    uint64_t framebuffer_byte_count;        /**< @96 */
    uint32_t framebuffer_width;             /**< @104 in pixels */
    uint32_t framebuffer_height;            /**< @108 in pixels */
    uint32_t framebuffer_pixels_per_scan_line; /**< @112 at least the width */
    uint32_t framebuffer_red_mask;          /**< @116 no two masks share a bit */
    uint32_t framebuffer_green_mask;        /**< @120 */
    uint32_t framebuffer_blue_mask;         /**< @124 */
    uint32_t framebuffer_reserved_mask;     /**< @128 bits that are not shown */
    uint32_t reserved1;                     /**< @132 zero */
    uint64_t kernel_address;                /**< @136 the first byte of the kernel's image in memory */
    uint64_t kernel_byte_count;             /**< @144 to the end of its last segment */
    uint64_t kernel_virtual_base;           /**< @152 where its first byte is mapped */
    uint64_t initrd_address;                /**< @160 initial RAM disk */
    uint64_t initrd_byte_count;             /**< @168 0: there is none */
    uint64_t command_line_address;          /**< @176 UTF-8 without a terminator */
    uint64_t command_line_byte_count;       /**< @184 0: it is empty */
    uint64_t rsdp;                          /**< @192 ACPI root system description pointer */
    uint64_t smbios;                        /**< @200 SMBIOS entry point of either generation */
    uint64_t device_tree;                   /**< @208 flattened device tree */
    uint64_t system_table;                  /**< @216 EFI system table */
    uint8_t reserved2[32];                  /**< @224 zero */
};

/** What strata_boot_info_check found. */
enum strata_boot_info_status {
    STRATA_BOOT_INFO_OK = 0,
    STRATA_BOOT_INFO_WRONG_MAGIC = 1,
    STRATA_BOOT_INFO_UNSUPPORTED_VERSION = 2,
    STRATA_BOOT_INFO_WRONG_SIZE = 3,
    STRATA_BOOT_INFO_RESERVED_NOT_ZERO = 4, /**< a reserved byte, or a flag that version 1 does not define */
    STRATA_BOOT_INFO_BAD_MEMORY_MAP = 5,    /**< its address, size or descriptor size */
    STRATA_BOOT_INFO_BAD_FRAMEBUFFER = 6,   /**< its format, masks or range, or a value beside a format that has none */
    STRATA_BOOT_INFO_BAD_RANGE = 7          /**< kernel, initial RAM disk or command line */
};

/** Whether a range is absent (both 0) or starts above 0 and ends at 2^64 at most. */
static inline int strata_boot_info_is_range(uint64_t address, uint64_t byte_count)
{
    if (byte_count == 0)
        return address == 0;
    return address != 0 && byte_count - 1 <= UINT64_MAX - address;
}

static inline int strata_boot_info_is_framebuffer(const struct strata_boot_info *info)
{
    const uint32_t red = info->framebuffer_red_mask;
    const uint32_t green = info->framebuffer_green_mask;
    const uint32_t blue = info->framebuffer_blue_mask;
    const uint32_t reserved = info->framebuffer_reserved_mask;

    switch (info->framebuffer_format) {
    case STRATA_PIXEL_FORMAT_NONE:
        return info->framebuffer_address == 0 && info->framebuffer_byte_count == 0 && info->framebuffer_width == 0
            && info->framebuffer_height == 0 && info->framebuffer_pixels_per_scan_line == 0
            && (red | green | blue | reserved) == 0;
    case STRATA_PIXEL_FORMAT_RGBX:
    case STRATA_PIXEL_FORMAT_BGRX:
        if ((red | green | blue | reserved) != 0)
            return 0;
        break;
    case STRATA_PIXEL_FORMAT_BITMASK:
        if (red == 0 || green == 0 || blue == 0 || (red & green) != 0 || ((red | green) & blue) != 0
            || ((red | green | blue) & reserved) != 0)
            return 0;
        break;
    default:
        return 0;
    }
    return info->framebuffer_byte_count != 0
        && strata_boot_info_is_range(info->framebuffer_address, info->framebuffer_byte_count);
}

/**
 * Judges the structure by itself, and follows none of its pointers: what it accepts is what BootInfo.init(decoding:) accepts.
 *
 * `info` points to STRATA_BOOT_INFO_SIZE readable bytes, aligned to STRATA_BOOT_INFO_ALIGNMENT. The processor is little-endian.
 */
static inline enum strata_boot_info_status strata_boot_info_check(const struct strata_boot_info *info)
{
    const char *magic = STRATA_BOOT_INFO_MAGIC;
    uint32_t reserved;
    size_t i;

    for (i = 0; i < sizeof info->magic; i++)
        if (info->magic[i] != (uint8_t)magic[i])
            return STRATA_BOOT_INFO_WRONG_MAGIC;
    if (info->version != STRATA_BOOT_INFO_VERSION)
        return STRATA_BOOT_INFO_UNSUPPORTED_VERSION;
    if (info->size != STRATA_BOOT_INFO_SIZE)
        return STRATA_BOOT_INFO_WRONG_SIZE;

    reserved = info->reserved0 | info->reserved1 | (info->flags & ~STRATA_BOOT_INFO_FLAG_VERIFIED);
    for (i = 0; i < sizeof info->reserved2; i++)
        reserved |= info->reserved2[i];
    if (reserved != 0)
        return STRATA_BOOT_INFO_RESERVED_NOT_ZERO;

    if (info->memory_map_byte_count == 0
        || !strata_boot_info_is_range(info->memory_map_address, info->memory_map_byte_count)
        || info->memory_map_descriptor_size < STRATA_BOOT_INFO_MIN_DESCRIPTOR_SIZE
        || info->memory_map_descriptor_size % 8 != 0
        || info->memory_map_byte_count % info->memory_map_descriptor_size != 0)
        return STRATA_BOOT_INFO_BAD_MEMORY_MAP;
    if (!strata_boot_info_is_framebuffer(info))
        return STRATA_BOOT_INFO_BAD_FRAMEBUFFER;
    if (info->kernel_byte_count == 0 || !strata_boot_info_is_range(info->kernel_address, info->kernel_byte_count)
        || !strata_boot_info_is_range(info->initrd_address, info->initrd_byte_count)
        || !strata_boot_info_is_range(info->command_line_address, info->command_line_byte_count))
        return STRATA_BOOT_INFO_BAD_RANGE;
    return STRATA_BOOT_INFO_OK;
}

/* The proof of the layout, where the language can express it. */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define STRATA_BOOT_INFO_ASSERT(condition, message) static_assert(condition, message)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define STRATA_BOOT_INFO_ASSERT(condition, message) _Static_assert(condition, message)
#endif

#ifdef STRATA_BOOT_INFO_ASSERT
#define STRATA_BOOT_INFO_FIELD(field, offset, bytes)                                                              \
    STRATA_BOOT_INFO_ASSERT(offsetof(struct strata_boot_info, field) == (offset), #field " is not at its offset"); \
    STRATA_BOOT_INFO_ASSERT(sizeof(((struct strata_boot_info *)0)->field) == (bytes), #field " has not its size")

STRATA_BOOT_INFO_FIELD(magic, 0, 8);
STRATA_BOOT_INFO_FIELD(version, 8, 4);
STRATA_BOOT_INFO_FIELD(size, 12, 4);
STRATA_BOOT_INFO_FIELD(flags, 16, 4);
STRATA_BOOT_INFO_FIELD(reserved0, 20, 4);
STRATA_BOOT_INFO_FIELD(kernel_sha256, 24, 32);
STRATA_BOOT_INFO_FIELD(memory_map_address, 56, 8);
STRATA_BOOT_INFO_FIELD(memory_map_byte_count, 64, 8);
STRATA_BOOT_INFO_FIELD(memory_map_descriptor_size, 72, 8);
STRATA_BOOT_INFO_FIELD(memory_map_descriptor_version, 80, 4);
STRATA_BOOT_INFO_FIELD(framebuffer_format, 84, 4);
STRATA_BOOT_INFO_FIELD(framebuffer_address, 88, 8);
STRATA_BOOT_INFO_FIELD(framebuffer_byte_count, 96, 8);
STRATA_BOOT_INFO_FIELD(framebuffer_width, 104, 4);
STRATA_BOOT_INFO_FIELD(framebuffer_height, 108, 4);
STRATA_BOOT_INFO_FIELD(framebuffer_pixels_per_scan_line, 112, 4);
STRATA_BOOT_INFO_FIELD(framebuffer_red_mask, 116, 4);
STRATA_BOOT_INFO_FIELD(framebuffer_green_mask, 120, 4);
STRATA_BOOT_INFO_FIELD(framebuffer_blue_mask, 124, 4);
STRATA_BOOT_INFO_FIELD(framebuffer_reserved_mask, 128, 4);
STRATA_BOOT_INFO_FIELD(reserved1, 132, 4);
STRATA_BOOT_INFO_FIELD(kernel_address, 136, 8);
STRATA_BOOT_INFO_FIELD(kernel_byte_count, 144, 8);
STRATA_BOOT_INFO_FIELD(kernel_virtual_base, 152, 8);
STRATA_BOOT_INFO_FIELD(initrd_address, 160, 8);
STRATA_BOOT_INFO_FIELD(initrd_byte_count, 168, 8);
STRATA_BOOT_INFO_FIELD(command_line_address, 176, 8);
STRATA_BOOT_INFO_FIELD(command_line_byte_count, 184, 8);
STRATA_BOOT_INFO_FIELD(rsdp, 192, 8);
STRATA_BOOT_INFO_FIELD(smbios, 200, 8);
STRATA_BOOT_INFO_FIELD(device_tree, 208, 8);
STRATA_BOOT_INFO_FIELD(system_table, 216, 8);
STRATA_BOOT_INFO_FIELD(reserved2, 224, 32);
STRATA_BOOT_INFO_ASSERT(sizeof(struct strata_boot_info) == STRATA_BOOT_INFO_SIZE, "the structure has padding");

#undef STRATA_BOOT_INFO_FIELD
#undef STRATA_BOOT_INFO_ASSERT
#endif

#ifdef __cplusplus
}
#endif

#endif
