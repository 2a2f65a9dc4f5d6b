#include <strata/boot_info_conformance.h>

/* Including the header has checked every offset and size; these are for the tests, which compare them with Swift's. */

#define FIELD(name) {#name, offsetof(struct strata_boot_info, name), sizeof(((struct strata_boot_info *)0)->name)}

static const struct strata_boot_info_field fields[] = {
    FIELD(magic),
    FIELD(version),
    FIELD(size),
    FIELD(flags),
    FIELD(reserved0),
    FIELD(kernel_sha256),
    FIELD(memory_map_address),
    FIELD(memory_map_byte_count),
    FIELD(memory_map_descriptor_size),
    FIELD(memory_map_descriptor_version),
    FIELD(framebuffer_format),
    FIELD(framebuffer_address),
    FIELD(framebuffer_byte_count),
    FIELD(framebuffer_width),
    FIELD(framebuffer_height),
    FIELD(framebuffer_pixels_per_scan_line),
    FIELD(framebuffer_red_mask),
    FIELD(framebuffer_green_mask),
    FIELD(framebuffer_blue_mask),
    FIELD(framebuffer_reserved_mask),
    FIELD(reserved1),
    FIELD(kernel_address),
    FIELD(kernel_byte_count),
    FIELD(kernel_virtual_base),
    FIELD(initrd_address),
    FIELD(initrd_byte_count),
    FIELD(command_line_address),
    FIELD(command_line_byte_count),
    FIELD(rsdp),
    FIELD(smbios),
    FIELD(device_tree),
    FIELD(system_table),
    FIELD(reserved2),
};

size_t strata_boot_info_field_count(void)
{
    return sizeof fields / sizeof fields[0];
}

struct strata_boot_info_field strata_boot_info_field_at(size_t index)
{
    static const struct strata_boot_info_field none = {NULL, 0, 0};

    return index < strata_boot_info_field_count() ? fields[index] : none;
}

void strata_boot_info_fill(struct strata_boot_info *info, uint32_t seed)
{
    const uint64_t base = (uint64_t)(seed | 1u) << 20;
    size_t i;

    for (i = 0; i < sizeof info->magic; i++)
        info->magic[i] = (uint8_t)STRATA_BOOT_INFO_MAGIC[i];
    info->version = STRATA_BOOT_INFO_VERSION;
    info->size = STRATA_BOOT_INFO_SIZE;
    info->flags = (seed & 1u) != 0 ? STRATA_BOOT_INFO_FLAG_VERIFIED : 0u;
    info->reserved0 = 0;
    for (i = 0; i < sizeof info->kernel_sha256; i++)
        info->kernel_sha256[i] = (uint8_t)(seed + 7u * i);
    info->memory_map_address = base + 0x1000;
    info->memory_map_descriptor_size = 48u + 8u * (seed % 5u);
    info->memory_map_byte_count = info->memory_map_descriptor_size * (100u + seed % 100u);
    info->memory_map_descriptor_version = 1u + seed % 3u;
    info->framebuffer_format = STRATA_PIXEL_FORMAT_BITMASK;
    info->framebuffer_address = base + 0x10000000;
    info->framebuffer_byte_count = 0x800000u + seed;
    info->framebuffer_width = 1024u + seed % 512u;
    info->framebuffer_height = 768u + seed % 256u;
    info->framebuffer_pixels_per_scan_line = info->framebuffer_width + 64u;
    info->framebuffer_red_mask = 0x000000ff;
    info->framebuffer_green_mask = 0x0000ff00;
    info->framebuffer_blue_mask = 0x00ff0000;
    info->framebuffer_reserved_mask = 0xff000000;
    info->reserved1 = 0;
    info->kernel_address = base + 0x20000000;
    info->kernel_byte_count = 0x123000u + seed;
    info->kernel_virtual_base = UINT64_C(0x400000000000) + base;
    info->initrd_address = base + 0x30000000;
    info->initrd_byte_count = 0x456u + seed;
    info->command_line_address = base + 0x40000000;
    info->command_line_byte_count = 1u + seed % 4096u;
    info->rsdp = base + 0x50000000;
    info->smbios = base + 0x60000000;
    info->device_tree = base + 0x70000000;
    info->system_table = base + 0x80000000;
    for (i = 0; i < sizeof info->reserved2; i++)
        info->reserved2[i] = 0;
}

int strata_boot_info_is_filled(const struct strata_boot_info *info, uint32_t seed)
{
    struct strata_boot_info expected;
    int same;
    size_t i;

    strata_boot_info_fill(&expected, seed);
    same = info->version == expected.version && info->size == expected.size && info->flags == expected.flags
        && info->reserved0 == expected.reserved0 && info->memory_map_address == expected.memory_map_address
        && info->memory_map_byte_count == expected.memory_map_byte_count
        && info->memory_map_descriptor_size == expected.memory_map_descriptor_size
        && info->memory_map_descriptor_version == expected.memory_map_descriptor_version
        && info->framebuffer_format == expected.framebuffer_format
        && info->framebuffer_address == expected.framebuffer_address
        && info->framebuffer_byte_count == expected.framebuffer_byte_count
        && info->framebuffer_width == expected.framebuffer_width
        && info->framebuffer_height == expected.framebuffer_height
        && info->framebuffer_pixels_per_scan_line == expected.framebuffer_pixels_per_scan_line
        && info->framebuffer_red_mask == expected.framebuffer_red_mask
        && info->framebuffer_green_mask == expected.framebuffer_green_mask
        && info->framebuffer_blue_mask == expected.framebuffer_blue_mask
        && info->framebuffer_reserved_mask == expected.framebuffer_reserved_mask
        && info->reserved1 == expected.reserved1 && info->kernel_address == expected.kernel_address
        && info->kernel_byte_count == expected.kernel_byte_count
        && info->kernel_virtual_base == expected.kernel_virtual_base
        && info->initrd_address == expected.initrd_address && info->initrd_byte_count == expected.initrd_byte_count
        && info->command_line_address == expected.command_line_address
        && info->command_line_byte_count == expected.command_line_byte_count && info->rsdp == expected.rsdp
        && info->smbios == expected.smbios && info->device_tree == expected.device_tree
        && info->system_table == expected.system_table;
    for (i = 0; i < sizeof info->magic; i++)
        same = same && info->magic[i] == expected.magic[i];
    for (i = 0; i < sizeof info->kernel_sha256; i++)
        same = same && info->kernel_sha256[i] == expected.kernel_sha256[i];
    for (i = 0; i < sizeof info->reserved2; i++)
        same = same && info->reserved2[i] == expected.reserved2[i];
    return same;
}

enum strata_boot_info_status strata_boot_info_check_bytes(const void *bytes)
{
    struct strata_boot_info info;
    unsigned char *to = (unsigned char *)&info;
    const unsigned char *from = (const unsigned char *)bytes;
    size_t i;

    for (i = 0; i < sizeof info; i++)
        to[i] = from[i];
    return strata_boot_info_check(&info);
}
