/* The program as an image: headers that say what it is, and what its threads need. Its code is where the host's loader put it. */
#include "strata-vm-private.h"

#include <string.h>

size_t strata_vm_program_image(void *buffer, size_t size, ULONG64 stackReserve, ULONG64 stackCommit)
{
    const struct {
        IMAGE_DOS_HEADER head;
        IMAGE_NT_HEADERS64 headers;
    } image = {
        .head = {.e_magic = IMAGE_DOS_SIGNATURE, .e_lfanew = sizeof(IMAGE_DOS_HEADER)},
        .headers = {
            .Signature = IMAGE_NT_SIGNATURE,
            .FileHeader = {
#if defined(__x86_64__)
                .Machine = IMAGE_FILE_MACHINE_AMD64,
#else
                .Machine = IMAGE_FILE_MACHINE_ARM64,
#endif
                .SizeOfOptionalHeader = sizeof(IMAGE_OPTIONAL_HEADER64),
                .Characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_LARGE_ADDRESS_AWARE,
            },
            .OptionalHeader = {
                .Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC,
                .ImageBase = 0x140000000,
                .SectionAlignment = 0x1000,
                .FileAlignment = 0x200,
                .MajorOperatingSystemVersion = 10,
                .MajorSubsystemVersion = 10,
                .SizeOfImage = 0x1000,
                .SizeOfHeaders = 0x200,
                .Subsystem = IMAGE_SUBSYSTEM_WINDOWS_CUI,
                .DllCharacteristics = IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA | IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE
                    | IMAGE_DLLCHARACTERISTICS_NX_COMPAT,
                .SizeOfStackReserve = stackReserve,
                .SizeOfStackCommit = stackCommit,
                .SizeOfHeapReserve = 0x100000,
                .SizeOfHeapCommit = 0x1000,
                .NumberOfRvaAndSizes = IMAGE_NUMBEROF_DIRECTORY_ENTRIES,
            },
        },
    };
    _Static_assert(sizeof image <= 0x200, "the headers fit into the first part of the file");
    if (size < 0x200)
        return 0;
    memset(buffer, 0, 0x200);
    memcpy(buffer, &image, sizeof image);
    return 0x200;
}
