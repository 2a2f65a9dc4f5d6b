/**
 * The C side of the proof that C and Swift agree on the layout of `struct strata_boot_info`.
 *
 * A loader or kernel needs <strata/boot_info.h> alone.
 */
#ifndef STRATA_BOOT_INFO_CONFORMANCE_H
#define STRATA_BOOT_INFO_CONFORMANCE_H

#include <strata/boot_info.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A field of the structure as the compiler laid it out. */
struct strata_boot_info_field {
    const char *name;
    size_t offset;
    size_t size;
};

/** The number of fields. */
size_t strata_boot_info_field_count(void);

/** The field of that index; one without a name where there is none. */
struct strata_boot_info_field strata_boot_info_field_at(size_t index);

/** Fills a structure through its C fields with values that are valid, all different and derived from `seed`. */
void strata_boot_info_fill(struct strata_boot_info *info, uint32_t seed);

/** Whether a structure, read through its C fields, has the values that strata_boot_info_fill gives it. */
int strata_boot_info_is_filled(const struct strata_boot_info *info, uint32_t seed);

/** strata_boot_info_check, over bytes of any alignment; `bytes` has STRATA_BOOT_INFO_SIZE of them. */
enum strata_boot_info_status strata_boot_info_check_bytes(const void *bytes);

#ifdef __cplusplus
}
#endif

#endif
