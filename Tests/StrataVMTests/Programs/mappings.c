/* Many regions and many protections, against the kernel's limit on mappings. */
#include "check.h"

#include <stdlib.h>

int main(void)
{
    enum { regions = 250000 };
    static char *bases[regions];
    int made = 0;
    for (int i = 0; i < regions; i++) {
        bases[i] = VirtualAlloc(NULL, 0x100000, MEM_RESERVE | (i & 1 ? MEM_TOP_DOWN : 0), PAGE_READWRITE);
        if (bases[i] != NULL)
            made++;
    }
    CHECK(made == regions);
    int lines = 0, letter;
    FILE *maps = fopen("/proc/self/maps", "r");
    while ((letter = fgetc(maps)) != EOF)
        lines += letter == '\n';
    fclose(maps);
    CHECK(lines < 200);
    for (int i = 0; i < regions; i++)
        CHECK(VirtualFree(bases[i], 0, MEM_RELEASE));

    /* Every other page read-only: the kernel runs out of mappings long before the pages do, two for each. */
    unsigned long limit = 65530;
    FILE *const setting = fopen("/proc/sys/vm/max_map_count", "r");
    CHECK(setting != NULL && fscanf(setting, "%lu", &limit) == 1 && fclose(setting) == 0);
    /* Each takes memory of the kernel's: a host that has next to no limit is left alone. */
    if (limit > 2000000)
        return finish();
    const SIZE_T size = (SIZE_T)(limit + 10000) * 0x1000;
    StrataSetCommitLimit(~0ull);
    char *memory = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (memory == NULL) {
        /* More than the host can promise. */
        CHECK(limit > 200000);
        return finish();
    }
    SIZE_T at;
    DWORD old;
    for (at = 0; at < size; at += 0x2000) {
        if (!VirtualProtect(memory + at, 0x1000, PAGE_READONLY, &old))
            break;
    }
    CHECK(at < size && GetLastError() == ERROR_NOT_ENOUGH_MEMORY && at / 0x2000 > limit / 2 - 2500);
    CHECK(old == PAGE_NOACCESS);
    /* The call that failed has changed nothing. */
    CHECK(query(memory + at).Protect == PAGE_READWRITE && touch_write(memory + at) == 0);
    CHECK(query(memory + at - 0x2000).Protect == PAGE_READONLY && touch_write(memory + at - 0x2000) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(touch_write(memory + at - 0x1000) == 0);
    CHECK(VirtualProtect(memory, size, PAGE_READWRITE, &old) && touch_write(memory) == 0);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    return finish();
}
