/* Protections as the processor enforces them, guard pages, exceptions and what programs hear of them. */
#include "check.h"

#include <signal.h>

static volatile LONG vectored_calls;
static volatile DWORD vectored_code;
static char *opened;

static LONG CALLBACK open_page(EXCEPTION_POINTERS *pointers)
{
    vectored_calls++;
    vectored_code = pointers->ExceptionRecord->ExceptionCode;
    if (opened == NULL || pointers->ExceptionRecord->ExceptionInformation[1] != (ULONG_PTR)opened)
        return EXCEPTION_CONTINUE_SEARCH;
    DWORD old;
    return VirtualProtect(opened, 1, PAGE_READWRITE, &old) ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH;
}

#if defined(__x86_64__)
static LONG CALLBACK skip_load(EXCEPTION_POINTERS *pointers)
{
    /* Continues behind the two-byte load with a value of its own. */
    pointers->ContextRecord->Rip += 2;
    pointers->ContextRecord->Rax = 0x1234;
    return EXCEPTION_CONTINUE_EXECUTION;
}
#endif

int main(void)
{
    DWORD old = 0;
    char *memory = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    static const struct { DWORD protection; int reads, writes; } rows[] = {
        {PAGE_NOACCESS, 0, 0}, {PAGE_READONLY, 1, 0}, {PAGE_READWRITE, 1, 1}, {PAGE_EXECUTE, 1, 0}, {PAGE_EXECUTE_READ, 1, 0},
        {PAGE_EXECUTE_READWRITE, 1, 1},
    };
    DWORD before = PAGE_READWRITE;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK(VirtualProtect(memory + 0x1800, 0x1000, rows[i].protection, &old));
        CHECK(old == before);
        before = rows[i].protection;
        CHECK((touch_read(memory + 0x1000) == 0) == rows[i].reads && (touch_write(memory + 0x2FFF) == 0) == rows[i].writes);
        MEMORY_BASIC_INFORMATION information = query(memory + 0x1000);
        CHECK(information.Protect == rows[i].protection && information.AllocationProtect == PAGE_READWRITE);
        CHECK(touch_write(memory + 0xFFF) == 0 && touch_write(memory + 0x3000) == 0);
    }
    static const DWORD wrong[] = {0, PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, PAGE_READONLY | PAGE_READWRITE, PAGE_NOACCESS | PAGE_GUARD};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        old = 0xDEADBEEF;
        FAILS(VirtualProtect(memory, 0x1000, wrong[i], &old), ERROR_INVALID_PARAMETER);
        CHECK(old == PAGE_NOACCESS);
    }
    FAILS(VirtualProtect(memory, 0x1000, PAGE_READONLY, NULL), ERROR_NOACCESS);
    FAILS(VirtualProtect(memory, 0x11000, PAGE_READONLY, &old), ERROR_INVALID_ADDRESS);
    CHECK(VirtualFree(memory + 0x8000, 0x1000, MEM_DECOMMIT));
    FAILS(VirtualProtect(memory, 0x10000, PAGE_READONLY, &old), ERROR_INVALID_ADDRESS);
    CHECK(touch_write(memory) == 0);

    /* A guard page warns once, page by page. */
    CHECK(VirtualProtect(memory + 0x4000, 0x2000, PAGE_READWRITE | PAGE_GUARD, &old));
    CHECK(touch_read(memory + 0x4000) == EXCEPTION_GUARD_PAGE && touch_write(memory + 0x4000) == 0);
    CHECK(query(memory + 0x4000).Protect == PAGE_READWRITE && query(memory + 0x5000).Protect == (PAGE_READWRITE | PAGE_GUARD));
    CHECK(IsBadReadPtr(memory + 0x5000, 1) && !IsBadReadPtr(memory + 0x5000, 1));
    CHECK(VirtualProtect(memory + 0x4000, 0x1000, PAGE_READWRITE | PAGE_GUARD, &old));
    FAILS(VirtualLock(memory + 0x4000, 0x1000), 0x80000001);
    CHECK(VirtualLock(memory + 0x4000, 0x1000) && VirtualUnlock(memory + 0x4000, 0x1000));
    FAILS(VirtualUnlock(memory + 0x4000, 0x1000), ERROR_NOT_LOCKED);
    CHECK(IsBadReadPtr(NULL, 1) && IsBadWritePtr(memory + 0x7000, 0x2000) && !IsBadWritePtr(memory, 0x4000));
    CHECK(!IsBadReadPtr(NULL, 0) && IsBadReadPtr(memory, ~(UINT_PTR)0));

    /* Exceptions: a vectored handler comes first and can mend, a frame gets what it leaves. */
    CHECK(VirtualProtect(memory, 0x1000, PAGE_NOACCESS, &old));
    PVOID handle = AddVectoredExceptionHandler(1, open_page);
    CHECK(handle != NULL);
    CHECK(touch_write(memory) == EXCEPTION_ACCESS_VIOLATION && vectored_calls == 1);
    CHECK(vectored_code == EXCEPTION_ACCESS_VIOLATION);
    opened = memory;
    CHECK(touch_write(memory) == 0 && vectored_calls == 2 && query(memory).Protect == PAGE_READWRITE);
    CHECK(RemoveVectoredExceptionHandler(handle) && !RemoveVectoredExceptionHandler(handle));
    CHECK(touch_read((void *)8) == EXCEPTION_ACCESS_VIOLATION && vectored_calls == 2);
    CHECK(VirtualProtect(memory, 0x1000, PAGE_READONLY, &old));
    STRATA_TRY(outer)
    {
        STRATA_TRY(inner) { *(volatile char *)(memory + 3) = 1; }
        STRATA_EXCEPT(inner)
        {
            CHECK(inner.record.ExceptionInformation[0] == EXCEPTION_WRITE_FAULT);
            CHECK(inner.record.ExceptionInformation[1] == (ULONG_PTR)memory + 3 && inner.record.NumberParameters == 2);
        }
        STRATA_END_TRY(inner)
        *(volatile char *)(memory + 4) = 1;
        CHECK(!"reached");
    }
    STRATA_EXCEPT(outer) { CHECK(outer.record.ExceptionInformation[1] == (ULONG_PTR)memory + 4); }
    STRATA_END_TRY(outer)
#if defined(__x86_64__)
    handle = AddVectoredExceptionHandler(0, skip_load);
    ULONG64 value;
    __asm__ volatile("movl (%%rcx), %%eax" : "=a"(value) : "c"((void *)16));
    CHECK(value == 0x1234);
    CHECK(RemoveVectoredExceptionHandler(handle));

    /* Code that is written, then run; and data that is not. */
    static const unsigned char code[] = {0xB8, 0x2A, 0, 0, 0, 0xC3};
    CHECK(WriteProcessMemory(GetCurrentProcess(), memory + 0x1000, code, sizeof code, NULL));
    CHECK(VirtualProtect(memory + 0x1000, 0x1000, PAGE_EXECUTE_READ, &old));
    int (*function)(void);
    void *entry = memory + 0x1000;
    memcpy(&function, &entry, sizeof function);
    CHECK(function() == 42);
    CHECK(VirtualProtect(memory + 0x1000, 0x1000, PAGE_READWRITE, &old));
    volatile DWORD thrown = 0;
    volatile ULONG_PTR kind = 0;
    STRATA_TRY(frame) { function(); }
    STRATA_EXCEPT(frame)
    {
        thrown = frame.record.ExceptionCode;
        kind = frame.record.ExceptionInformation[0];
    }
    STRATA_END_TRY(frame)
    CHECK(thrown == EXCEPTION_ACCESS_VIOLATION && kind == EXCEPTION_EXECUTE_FAULT);
#endif
    return finish();
}
