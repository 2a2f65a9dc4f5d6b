/* The names and addresses of the library's own calls, from the table that the host's loader has of them. */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

/* How many symbols there are: the one table says so, the other has to be walked to its end. */
static size_t symbol_count(const uint32_t *hash, const uint32_t *gnu)
{
    if (hash != NULL)
        return hash[1];
    if (gnu == NULL)
        return 0;
    const uint32_t bucketCount = gnu[0], first = gnu[1], wordCount = gnu[2];
    const uint32_t *const buckets = gnu + 4 + wordCount * (sizeof(ElfW(Addr)) / sizeof *gnu), *const chains = buckets + bucketCount;
    uint32_t last = 0;
    for (uint32_t i = 0; i < bucketCount; i++)
        if (buckets[i] > last)
            last = buckets[i];
    if (last < first)
        return first;
    while ((chains[last - first] & 1) == 0)
        last++;
    return last + 1;
}

/* Calls have names of capitals, letters and digits; the library's own additions are no calls of the system's. */
static bool is_call(const char *name)
{
    if (name[0] < 'A' || name[0] > 'Z' || strncmp(name, "Strata", 6) == 0)
        return false;
    for (; *name != 0; name++)
        if (!((*name >= 'A' && *name <= 'Z') || (*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9')))
            return false;
    return true;
}

void strata_vm_for_each_call(void (*body)(void *context, const char *name, uintptr_t address), void *context)
{
    Dl_info information;
    const struct link_map *map = NULL;
    if (dladdr1((void *)(uintptr_t)&strata_vm_for_each_call, &information, (void **)&map, RTLD_DL_LINKMAP) == 0 || map == NULL)
        return;
    const ElfW(Sym) *symbols = NULL;
    const char *texts = NULL;
    const uint32_t *hash = NULL, *gnu = NULL;
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        const void *const at = (const void *)(uintptr_t)entry->d_un.d_ptr;
        switch (entry->d_tag) {
        case DT_SYMTAB: symbols = at; break;
        case DT_STRTAB: texts = at; break;
        case DT_HASH: hash = at; break;
        case DT_GNU_HASH: gnu = at; break;
        default: break;
        }
    }
    if (symbols == NULL || texts == NULL)
        return;
    const size_t count = symbol_count(hash, gnu);
    for (size_t i = 0; i < count; i++) {
        const ElfW(Sym) *const symbol = symbols + i;
        if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol->st_info) != STT_FUNC)
            continue;
        const char *const name = texts + symbol->st_name;
        if (is_call(name))
            body(context, name, map->l_addr + symbol->st_value);
    }
}
