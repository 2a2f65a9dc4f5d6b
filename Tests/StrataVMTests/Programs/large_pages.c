/* Large pages: refused without the privilege where the host has none set aside, taken from it where it has, and pages of 64 KiB. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "check.h"

/* Large pages as a host may have set them aside: the program's mmap stands before the C library's, and lends out ordinary ones. */
static size_t set_aside, lent;

void *mmap(void *address, size_t size, int protection, int flags, int descriptor, off_t offset)
{
    if (flags & MAP_HUGETLB) {
        if ((size & 0x1FFFFF) != 0 || size > set_aside - lent) {
            errno = ENOMEM;
            return MAP_FAILED;
        }
        flags &= ~MAP_HUGETLB;
        if (protection != PROT_NONE)
            lent += size;
    }
    return (void *)syscall(SYS_mmap, address, size, protection, flags, descriptor, offset);
}

/* What the kernel was asked to hold in large pages. */
static char *preferred;
static size_t preferred_size;

int madvise(void *address, size_t size, int advice)
{
    if (advice == MADV_HUGEPAGE) {
        preferred = address;
        preferred_size = size;
    }
    return (int)syscall(SYS_madvise, address, size, advice);
}

static const DWORD large = MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES;

static void check_memory(char *memory, size_t size)
{
    CHECK(memory != NULL && ((ULONG_PTR)memory & 0x1FFFFF) == 0);
    if (memory == NULL)
        return;
    const MEMORY_BASIC_INFORMATION information = query(memory);
    CHECK(information.RegionSize == size && information.Protect == PAGE_READWRITE && information.State == MEM_COMMIT);
    memory[0] = memory[size - 1] = 1;
    DWORD old;
    FAILS(VirtualProtect(memory, 0x1000, PAGE_READONLY, &old), ERROR_INVALID_PARAMETER);
    FAILS(VirtualFree(memory, 0x200000, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    CHECK(memory[size - 1] == 1 && VirtualFree(memory, 0, MEM_RELEASE));
    CHECK(touch_read(memory) == EXCEPTION_ACCESS_VIOLATION);
    /* What is reserved there next is ordinary memory. */
    CHECK(VirtualAlloc(memory, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) == memory && memory[0] == 0);
    CHECK(VirtualProtect(memory + 0x1000, 0x1000, PAGE_READONLY, &old) && VirtualFree(memory, 0, MEM_RELEASE));
}

/* Sections that were made with them have views of large pages where the call asks for it, and others where it does not. */
static void sections(SIZE_T size)
{
    const DWORD kind = PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES;
    FAILS(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, kind, 0, (DWORD)(3 * size), NULL), ERROR_PRIVILEGE_NOT_HELD);
    StrataHoldLockMemoryPrivilege(TRUE);
    FAILS(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, kind, 0, 0x1000, NULL), ERROR_INVALID_PARAMETER);
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, kind, 0, (DWORD)(3 * size), NULL);
    StrataHoldLockMemoryPrivilege(FALSE);
    CHECK(section != NULL);
    preferred = NULL;
    char *const one = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0x10000, 0x1000);
    CHECK(one != NULL && preferred == NULL);
    const DWORD access = FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES;
    char *const all = MapViewOfFile(section, access, 0, 0, 0);
    CHECK(all != NULL && ((ULONG_PTR)all & (size - 1)) == 0 && preferred == all && preferred_size == 3 * size);
    if (one == NULL || all == NULL)
        return;
    one[0] = 7;
    all[size] = 8;
    CHECK(all[0x10000] == 7 && query(all).RegionSize == 3 * size && query(all).Protect == PAGE_READWRITE);
    char *const part = MapViewOfFile3(section, NULL, NULL, size, size, MEM_LARGE_PAGES, PAGE_READONLY, NULL, 0);
    CHECK(part != NULL && part[0] == 8 && preferred == part && preferred_size == size);
    char *const copy = MapViewOfFile(section, FILE_MAP_COPY | FILE_MAP_LARGE_PAGES, 0, (DWORD)size, size);
    CHECK(copy != NULL && query(copy).Protect == PAGE_WRITECOPY && touch_write(copy) == 0 && all[size] == 8);
    FAILS(MapViewOfFile(section, access, 0, 0x10000, size), ERROR_MAPPED_ALIGNMENT);
    FAILS(MapViewOfFile(section, access, 0, 0, 0x1000), ERROR_ACCESS_DENIED);
    FAILS(MapViewOfFileEx(section, access, 0, 0, 0, (char *)0x70010000), ERROR_MAPPED_ALIGNMENT);
    CHECK(UnmapViewOfFile(one) && UnmapViewOfFile(all) && UnmapViewOfFile(part) && UnmapViewOfFile(copy) && CloseHandle(section));
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, (DWORD)size, NULL);
    FAILS(MapViewOfFile(section, access, 0, 0, 0), ERROR_INVALID_PARAMETER);
    CHECK(CloseHandle(section));
}

int main(void)
{
    const SIZE_T size = GetLargePageMinimum();
    CHECK(size == 0x200000);
    /* None set aside: a privilege that nobody has. */
    FAILS(VirtualAlloc(NULL, size, large, PAGE_READWRITE), ERROR_PRIVILEGE_NOT_HELD);
    FAILS(VirtualAlloc(NULL, 0x1000, large, PAGE_READWRITE), ERROR_PRIVILEGE_NOT_HELD);
    PVOID at = NULL;
    SIZE_T length = size;
    STATUS(NtAllocateVirtualMemory(NtCurrentProcess(), &at, 0, &length, large, PAGE_READWRITE), STATUS_PRIVILEGE_NOT_HELD);
    FAILS(VirtualAlloc(NULL, size, MEM_RESERVE | MEM_LARGE_PAGES, PAGE_READWRITE), ERROR_INVALID_PARAMETER);

    set_aside = 4 * size;
    char *memory = VirtualAlloc(NULL, 3 * size, large, PAGE_READWRITE);
    CHECK(lent == 3 * size);
    check_memory(memory, 3 * size);
    FAILS(VirtualAlloc(NULL, 0x1000, large, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    /* Not enough of them, and nothing else stands for them. */
    FAILS(VirtualAlloc(NULL, 2 * size, large, PAGE_READWRITE), ERROR_NO_SYSTEM_RESOURCES);
    CHECK(lent == 3 * size);
    MEMORY_BASIC_INFORMATION before = query((char *)0x70000000);
    CHECK(VirtualAlloc((char *)0x70000000, 2 * size, large, PAGE_READWRITE) == NULL && query((char *)0x70000000).State == before.State);
    CHECK(VirtualAlloc((char *)0x70000000, size, large, PAGE_READWRITE) == (char *)0x70000000 && lent == 4 * size);
    check_memory((char *)0x70000000, size);
    FAILS(VirtualAlloc(NULL, size, large, PAGE_READWRITE), ERROR_PRIVILEGE_NOT_HELD);
    ULONG_PTR frames = 1, frame;
    FAILS(AllocateUserPhysicalPages(GetCurrentProcess(), &frames, &frame), ERROR_PRIVILEGE_NOT_HELD);

    /* With the privilege, ordinary pages stand for those that are missing. */
    StrataHoldLockMemoryPrivilege(TRUE);
    check_memory(VirtualAlloc(NULL, 2 * size, large, PAGE_READWRITE), 2 * size);
    set_aside += size;
    check_memory(VirtualAlloc(NULL, size, large, PAGE_READWRITE), size);
    CHECK(lent == 5 * size);
    StrataHoldLockMemoryPrivilege(FALSE);

    /* Pages of 64 KiB are a wish, in the extended call. */
    FAILS(VirtualAlloc(NULL, 0x20000, MEM_RESERVE | MEM_COMMIT | MEM_64K_PAGES, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    FAILS(VirtualAlloc2(NULL, NULL, 0x21000, MEM_RESERVE | MEM_COMMIT | MEM_64K_PAGES, PAGE_READWRITE, NULL, 0), ERROR_INVALID_PARAMETER);
    memory = VirtualAlloc2(NULL, NULL, 0x20000, MEM_RESERVE | MEM_COMMIT | MEM_64K_PAGES, PAGE_READWRITE, NULL, 0);
    CHECK(memory != NULL && touch_write(memory + 0x1FFFF) == 0);
    DWORD old;
    CHECK(VirtualProtect(memory + 0x3000, 0x1000, PAGE_READONLY, &old) && touch_write(memory + 0x3000) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(VirtualFree(memory + 0x10000, 0x1000, MEM_DECOMMIT) && VirtualFree(memory, 0, MEM_RELEASE));
    sections(size);
    return finish();
}
