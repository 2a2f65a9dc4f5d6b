/* Readers of executable images. What they are given is trusted as far as its own headers can say. */
#include "strata-vm.h"

#include <string.h>

PIMAGE_NT_HEADERS NTAPI RtlImageNtHeader(PVOID base)
{
    const IMAGE_DOS_HEADER *const head = base;
    if (head == NULL || base == INVALID_HANDLE_VALUE || IsBadReadPtr(head, sizeof *head) || head->e_magic != IMAGE_DOS_SIGNATURE)
        return NULL;
    if (head->e_lfanew < (LONG)sizeof *head || head->e_lfanew >= 0x10000000)
        return NULL;
    PIMAGE_NT_HEADERS headers = (PIMAGE_NT_HEADERS)((char *)base + head->e_lfanew);
    if (IsBadReadPtr(headers, sizeof(IMAGE_NT_HEADERS32)) || headers->Signature != IMAGE_NT_SIGNATURE)
        return NULL;
    return headers;
}

PIMAGE_SECTION_HEADER NTAPI RtlImageRvaToSection(const IMAGE_NT_HEADERS *headers, HMODULE base, DWORD address)
{
    (void)base;
    PIMAGE_SECTION_HEADER section = IMAGE_FIRST_SECTION((ULONG_PTR)headers);
    for (unsigned i = 0; i < headers->FileHeader.NumberOfSections; i++, section++) {
        const DWORD size = section->SizeOfRawData != 0 ? section->SizeOfRawData : section->Misc.VirtualSize;
        if (address >= section->VirtualAddress && address - section->VirtualAddress < size)
            return section;
    }
    return NULL;
}

PVOID NTAPI RtlImageRvaToVa(const IMAGE_NT_HEADERS *headers, HMODULE base, DWORD address, PIMAGE_SECTION_HEADER *section)
{
    PIMAGE_SECTION_HEADER found = section != NULL ? *section : NULL;
    if (found == NULL || address < found->VirtualAddress || address - found->VirtualAddress >= found->SizeOfRawData)
        found = RtlImageRvaToSection(headers, base, address);
    if (found == NULL)
        return NULL;
    if (section != NULL)
        *section = found;
    return (char *)base + found->PointerToRawData + (address - found->VirtualAddress);
}

PVOID NTAPI RtlImageDirectoryEntryToData(HMODULE base, BOOL isMapped, WORD directory, ULONG *size)
{
    /* The lowest bit of a handle says that the file is mapped as data. */
    if ((ULONG_PTR)base & 1) {
        base = (HMODULE)((ULONG_PTR)base & ~(ULONG_PTR)1);
        isMapped = FALSE;
    }
    const IMAGE_NT_HEADERS *const headers = RtlImageNtHeader(base);
    if (headers == NULL)
        return NULL;
    IMAGE_DATA_DIRECTORY entry = {0, 0};
    DWORD headerSize = 0;
    if (headers->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC) {
        headerSize = headers->OptionalHeader.SizeOfHeaders;
        if (directory < headers->OptionalHeader.NumberOfRvaAndSizes && directory < IMAGE_NUMBEROF_DIRECTORY_ENTRIES)
            entry = headers->OptionalHeader.DataDirectory[directory];
    } else if (headers->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR32_MAGIC) {
        const IMAGE_NT_HEADERS32 *const narrow = (const IMAGE_NT_HEADERS32 *)headers;
        headerSize = narrow->OptionalHeader.SizeOfHeaders;
        if (directory < narrow->OptionalHeader.NumberOfRvaAndSizes && directory < IMAGE_NUMBEROF_DIRECTORY_ENTRIES)
            entry = narrow->OptionalHeader.DataDirectory[directory];
    }
    if (entry.VirtualAddress == 0)
        return NULL;
    if (size != NULL)
        *size = entry.Size;
    if (isMapped || entry.VirtualAddress < headerSize)
        return (char *)base + entry.VirtualAddress;
    return RtlImageRvaToVa(headers, base, entry.VirtualAddress, NULL);
}

PIMAGE_BASE_RELOCATION NTAPI LdrProcessRelocationBlock(PVOID page, UINT count, USHORT *relocations, INT_PTR delta)
{
    for (; count > 0; count--, relocations++) {
        char *const at = (char *)page + (*relocations & 0xFFF);
        switch (*relocations >> 12) {
        case IMAGE_REL_BASED_ABSOLUTE:
            break;
        case IMAGE_REL_BASED_HIGH: {
            USHORT half;
            memcpy(&half, at, sizeof half);
            half = (USHORT)(half + (USHORT)((ULONG_PTR)delta >> 16));
            memcpy(at, &half, sizeof half);
            break;
        }
        case IMAGE_REL_BASED_LOW: {
            USHORT half;
            memcpy(&half, at, sizeof half);
            half = (USHORT)(half + (USHORT)delta);
            memcpy(at, &half, sizeof half);
            break;
        }
        case IMAGE_REL_BASED_HIGHLOW: {
            ULONG word;
            memcpy(&word, at, sizeof word);
            word += (ULONG)delta;
            memcpy(at, &word, sizeof word);
            break;
        }
        case IMAGE_REL_BASED_DIR64: {
            ULONG_PTR word;
            memcpy(&word, at, sizeof word);
            word += (ULONG_PTR)delta;
            memcpy(at, &word, sizeof word);
            break;
        }
        default:
            return NULL;
        }
    }
    return (PIMAGE_BASE_RELOCATION)relocations;
}

PVOID NTAPI RtlFindExportedRoutineByName(HMODULE base, const char *name)
{
    ULONG size = 0;
    const char *const image = (const char *)base;
    const IMAGE_EXPORT_DIRECTORY *const exports = RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size);
    if (exports == NULL || size < sizeof *exports || name == NULL)
        return NULL;
    const DWORD *const names = (const DWORD *)(image + exports->AddressOfNames);
    const DWORD *const functions = (const DWORD *)(image + exports->AddressOfFunctions);
    const WORD *const ordinals = (const WORD *)(image + exports->AddressOfNameOrdinals);
    DWORD low = 0, high = exports->NumberOfNames;
    while (low < high) {
        const DWORD middle = low + (high - low) / 2;
        const int order = strcmp(image + names[middle], name);
        if (order == 0) {
            if (ordinals[middle] >= exports->NumberOfFunctions)
                return NULL;
            const DWORD address = functions[ordinals[middle]];
            /* An address inside the directory is the name of a function elsewhere. */
            if (address - (DWORD)((const char *)exports - image) < size)
                return NULL;
            return (PVOID)(image + address);
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
