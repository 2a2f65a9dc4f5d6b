/* Recording writes: which pages, how many at a time, and what resets them. */
#include <fcntl.h>
#include <unistd.h>
#include "watch.h"

int main(void)
{
    PVOID pages[64];
    ULONG_PTR count = 64;
    ULONG granularity = 0;
    char *memory = VirtualAlloc(NULL, 0x40000, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    if (memory == NULL && is_unavailable())
        return finish();
    CHECK(memory != NULL);
    CHECK(GetWriteWatch(0, memory, 0x40000, pages, &count, &granularity) == 0 && count == 0 && granularity == 0x1000);
    (void)*(volatile char *)(memory + 0x7000);
    memory[0x3000] = 1;
    memory[0x3FFF] = 2;
    memory[0x10000] = 3;
    memory[0x11000] = 4;
    count = 64;
    CHECK(GetWriteWatch(0, memory, 0x40000, pages, &count, &granularity) == 0 && count == 3);
    CHECK(pages[0] == memory + 0x3000 && pages[1] == memory + 0x10000 && pages[2] == memory + 0x11000);
    /* With a reset, only what was given is reset. */
    count = 2;
    CHECK(GetWriteWatch(WRITE_WATCH_FLAG_RESET, memory, 0x40000, pages, &count, &granularity) == 0 && count == 2);
    count = 64;
    CHECK(GetWriteWatch(0, memory, 0x40000, pages, &count, &granularity) == 0 && count == 1 && pages[0] == memory + 0x11000);
    CHECK(ResetWriteWatch(memory, 0x40000) == 0);
    count = 64;
    CHECK(GetWriteWatch(0, memory, 0x40000, pages, &count, &granularity) == 0 && count == 0);
    memory[0x3000] = 5;
    count = 64;
    CHECK(GetWriteWatch(0, memory + 0x2000, 0x3000, pages, &count, &granularity) == 0 && count == 1);
    CHECK(memory[0x3000] == 5 && memory[0x3FFF] == 2);

    /* An array for nothing is wrong in its size, whether it is there or not. */
    SetLastError(0);
    count = 0;
    CHECK(GetWriteWatch(0, memory, 0x1000, NULL, &count, &granularity) == ~0u && GetLastError() == ERROR_INVALID_PARAMETER);
    count = 1;
    CHECK(GetWriteWatch(0, memory, 0x1000, NULL, &count, &granularity) == ~0u && GetLastError() == ERROR_NOACCESS);

    /* Protections come and go; the record stays. */
    DWORD old;
    CHECK(VirtualProtect(memory, 0x8000, PAGE_READONLY, &old) && VirtualProtect(memory, 0x8000, PAGE_READWRITE, &old));
    memory[0x5000] = 1;
    count = 64;
    CHECK(GetWriteWatch(0, memory, 0x40000, pages, &count, &granularity) == 0 && count == 2 && pages[1] == memory + 0x5000);

    /* A system call that writes there marks the pages as well. */
    char directory[MAX_PATH], name[MAX_PATH];
    CHECK(GetTempPathA(sizeof directory, directory) && GetTempFileNameA(directory, "ww", 0, name));
    HANDLE file = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    DWORD done;
    static char bytes[0x2000];
    memset(bytes, 'x', sizeof bytes);
    CHECK(WriteFile(file, bytes, sizeof bytes, &done, NULL) && done == sizeof bytes);
    CHECK(SetFilePointer(file, 0, NULL, FILE_BEGIN) == 0);
    CHECK(ReadFile(file, memory + 0x20800, sizeof bytes, &done, NULL) && done == sizeof bytes && memory[0x20800] == 'x');
    count = 64;
    CHECK(GetWriteWatch(0, memory + 0x20000, 0x10000, pages, &count, &granularity) == 0 && count == 3);
    CHECK(CloseHandle(file) && GetFileAttributesA(name) == INVALID_FILE_ATTRIBUTES);

    /* So does a read of the program's own where the kernel keeps track; otherwise it fails and changes nothing. */
    const int zeros = open("/dev/zero", O_RDONLY);
    CHECK(ResetWriteWatch(memory, 0x40000) == 0);
    const bool is_tracked = read(zeros, memory + 0x30800, 0x1000) == 0x1000;
    CHECK(is_tracked || insists_on("kernel") == false);
    CHECK(!is_tracked || insists_on("faults") == false);
    count = 64;
    CHECK(GetWriteWatch(0, memory, 0x40000, pages, &count, &granularity) == 0 && count == (is_tracked ? 2 : 0));
    CHECK(!is_tracked || (pages[0] == memory + 0x30000 && pages[1] == memory + 0x31000));
    CHECK(close(zeros) == 0);

    SetLastError(0);
    count = 0;
    CHECK(GetWriteWatch(0, memory, 0x40000, pages, &count, &granularity) == ~0u && GetLastError() == ERROR_INVALID_PARAMETER);
    count = 64;
    CHECK(GetWriteWatch(0, memory, 0, pages, &count, &granularity) == ~0u && GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(GetWriteWatch(2, memory, 0x40000, pages, &count, &granularity) == ~0u && GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(GetWriteWatch(0, memory, 0x41000, pages, &count, &granularity) == ~0u && GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(GetWriteWatch(0, memory, 0x1000, NULL, &count, &granularity) == ~0u && GetLastError() == ERROR_NOACCESS);
    CHECK(GetWriteWatch(0, memory, 0x1000, pages, NULL, &granularity) == ~0u && GetLastError() == ERROR_NOACCESS);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    memory = VirtualAlloc(NULL, 0x1000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    CHECK(ResetWriteWatch(memory, 0x1000) == ~0u && GetLastError() == ERROR_INVALID_PARAMETER);
    return finish();
}
