/* Events, threads with handles, and waiting for them. */
#include <pthread.h>
#include "check.h"

static HANDLE manual, automatic;
static LONG volatile passed;

static DWORD WINAPI pass(LPVOID argument)
{
    CHECK(NtCurrentTeb()->ClientId.UniqueThread != *(HANDLE *)argument);
    const DWORD waited = WaitForSingleObject(automatic, INFINITE);
    InterlockedIncrement(&passed);
    return waited + 7;
}

static DWORD WINAPI leave(LPVOID argument)
{
    if (argument != NULL)
        pthread_exit(NULL);
    ExitThread(33);
}

static void events(void)
{
    manual = CreateEventA(NULL, TRUE, FALSE, NULL);
    automatic = CreateEventA(NULL, FALSE, TRUE, "Local\\strata-event");
    CHECK(manual != NULL && automatic != NULL && GetLastError() == 0);
    HANDLE again = CreateEventA(NULL, FALSE, FALSE, "strata-event");
    CHECK(again != NULL && again != automatic && GetLastError() == ERROR_ALREADY_EXISTS);
    /* An event that is not manual lets one wait through. */
    CHECK(WaitForSingleObject(again, 0) == WAIT_OBJECT_0 && WaitForSingleObject(automatic, 0) == WAIT_TIMEOUT);
    CHECK(SetEvent(manual) && WaitForSingleObject(manual, INFINITE) == WAIT_OBJECT_0 && WaitForSingleObject(manual, 0) == WAIT_OBJECT_0);
    HANDLE both[] = {automatic, manual};
    CHECK(WaitForMultipleObjects(2, both, FALSE, 1000) == WAIT_OBJECT_0 + 1 && WaitForMultipleObjects(2, both, TRUE, 1) == WAIT_TIMEOUT);
    CHECK(SetEvent(again) && WaitForMultipleObjects(2, both, TRUE, 1000) == WAIT_OBJECT_0 && WaitForSingleObject(again, 0) == WAIT_TIMEOUT);
    CHECK(ResetEvent(manual) && WaitForSingleObject(manual, 0) == WAIT_TIMEOUT && CloseHandle(again));

    HANDLE watcher, setter;
    CHECK(DuplicateHandle(GetCurrentProcess(), manual, GetCurrentProcess(), &watcher, SYNCHRONIZE, FALSE, 0));
    CHECK(DuplicateHandle(GetCurrentProcess(), manual, GetCurrentProcess(), &setter, EVENT_MODIFY_STATE, FALSE, 0));
    FAILS(SetEvent(watcher), ERROR_ACCESS_DENIED);
    FAILS(WaitForSingleObject(setter, 0) != WAIT_FAILED, ERROR_ACCESS_DENIED);
    CHECK(SetEvent(setter) && WaitForSingleObject(watcher, 0) == WAIT_OBJECT_0 && CloseHandle(watcher) && CloseHandle(setter));
    FAILS(WaitForSingleObject(NULL, 0) != WAIT_FAILED, ERROR_INVALID_HANDLE);
    FAILS(WaitForMultipleObjects(0, both, FALSE, 0) != WAIT_FAILED, ERROR_INVALID_PARAMETER);
    HANDLE same[] = {manual, manual};
    FAILS(WaitForMultipleObjects(2, same, TRUE, 0) != WAIT_FAILED, ERROR_INVALID_PARAMETER);
    FAILS(SetEvent(GetCurrentProcess()), ERROR_INVALID_HANDLE);
    CHECK(WaitForSingleObject(GetCurrentProcess(), 1) == WAIT_TIMEOUT);
}

static void threads(void)
{
    HANDLE thread[4], mine = NtCurrentTeb()->ClientId.UniqueThread;
    DWORD identifier, code;
    for (int i = 0; i < 4; i++) {
        thread[i] = CreateThread(NULL, i * 0x10000, pass, &mine, i == 3 ? CREATE_SUSPENDED : 0, &identifier);
        CHECK(thread[i] != NULL && GetThreadId(thread[i]) == identifier && identifier != GetCurrentThreadId());
        CHECK(GetExitCodeThread(thread[i], &code) && code == STILL_ACTIVE);
    }
    CHECK(WaitForMultipleObjects(4, thread, FALSE, 1) == WAIT_TIMEOUT && ResumeThread(thread[3]) == 1 && ResumeThread(thread[3]) == 0);
    for (int i = 0; i < 4; i++) {
        CHECK(SetEvent(automatic));
        while (passed <= i)
            SwitchToThread();
    }
    CHECK(WaitForMultipleObjects(4, thread, TRUE, INFINITE) == WAIT_OBJECT_0);
    for (int i = 0; i < 4; i++)
        CHECK(GetExitCodeThread(thread[i], &code) && code == WAIT_OBJECT_0 + 7 && CloseHandle(thread[i]));
    HANDLE leaving = CreateThread(NULL, 0, leave, NULL, 0, NULL);
    CHECK(WaitForSingleObject(leaving, INFINITE) == WAIT_OBJECT_0 && GetExitCodeThread(leaving, &code) && code == 33 && CloseHandle(leaving));
    leaving = CreateThread(NULL, 0, leave, &mine, 0, NULL);
    CHECK(WaitForSingleObject(leaving, INFINITE) == WAIT_OBJECT_0 && CloseHandle(leaving));
    FAILS(CreateThread(NULL, 0, NULL, NULL, 0, NULL), ERROR_INVALID_PARAMETER);
    FAILS(CreateThread(NULL, 0, leave, NULL, 0x40000000, NULL), ERROR_INVALID_PARAMETER);
    FAILS(GetExitCodeThread(manual, &code), ERROR_INVALID_HANDLE);
}

static void interlocked(void)
{
    LONG value = 5;
    PVOID pointer = &value;
    CHECK(InterlockedDecrement(&value) == 4 && InterlockedExchange(&value, 9) == 4 && InterlockedExchangeAdd(&value, 2) == 9 && value == 11);
    CHECK(InterlockedCompareExchange(&value, 1, 10) == 11 && InterlockedCompareExchange(&value, 1, 11) == 11 && value == 1);
    CHECK(InterlockedExchangePointer(&pointer, NULL) == &value && InterlockedCompareExchangePointer(&pointer, &value, NULL) == NULL);
    CHECK(pointer == &value && PtrToUlong((void *)0x123456789) == 0x23456789 && ULongToPtr(0x80000000) == (void *)0x80000000);
}

int main(void)
{
    events();
    threads();
    interlocked();
    CHECK(CloseHandle(manual) && CloseHandle(automatic));
    return finish();
}
