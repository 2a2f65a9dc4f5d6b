#ifndef STRATA_VM_SYNCHRONIZATION_H
#define STRATA_VM_SYNCHRONIZATION_H

#include "threads.h"
#include "types.h"

#define INFINITE 0xFFFFFFFFu
#define MAXIMUM_WAIT_OBJECTS 64
#define WAIT_OBJECT_0 0
#define WAIT_ABANDONED 0x80
#define WAIT_ABANDONED_0 0x80
#define WAIT_IO_COMPLETION 0xC0
#define WAIT_TIMEOUT 258
#define WAIT_FAILED 0xFFFFFFFFu

#define EVENT_MODIFY_STATE 0x0002
#define EVENT_ALL_ACCESS 0x001F0003
#define THREAD_QUERY_INFORMATION 0x0040
#define THREAD_ALL_ACCESS 0x001FFFFF
#define CREATE_SUSPENDED 0x00000004
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000
#define STILL_ACTIVE 259

typedef DWORD(WINAPI *PTHREAD_START_ROUTINE)(LPVOID argument);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;
typedef void(NTAPI *PRTL_THREAD_START_ROUTINE)(LPVOID argument);

/// A stack as it was made: its top, the lowest page that is committed, and the lowest address of the reservation.
typedef struct _INITIAL_TEB {
    PVOID OldStackBase;
    PVOID OldStackLimit;
    PVOID StackBase;
    PVOID StackLimit;
    PVOID DeallocationStack;
} INITIAL_TEB, *PINITIAL_TEB;

STRATA_VM_ASSERT(sizeof(INITIAL_TEB) == 40, "INITIAL_TEB");

STRATA_VM_BEGIN

/// Events of this process; their names are known within it.
HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL isManual, BOOL isSet, LPCSTR name);
HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL isManual, BOOL isSet, LPCWSTR name);
BOOL WINAPI SetEvent(HANDLE event);
BOOL WINAPI ResetEvent(HANDLE event);

/// Waits for events, threads and pipes; nothing is ever called while a thread waits alertably.
DWORD WINAPI WaitForSingleObject(HANDLE object, DWORD milliseconds);
DWORD WINAPI WaitForSingleObjectEx(HANDLE object, DWORD milliseconds, BOOL alertable);
DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *objects, BOOL all, DWORD milliseconds);
DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *objects, BOOL all, DWORD milliseconds, BOOL alertable);

/// Starts a thread on a stack of the documented kind: reserved as a whole, committed at its top, with guard pages below that move down
/// as it grows. `size` is what is committed at first, or the reservation with `STACK_SIZE_PARAM_IS_A_RESERVATION`.
HANDLE WINAPI CreateThread(
    LPSECURITY_ATTRIBUTES attributes, SIZE_T size, LPTHREAD_START_ROUTINE start, LPVOID argument, DWORD flags,
    LPDWORD identifier);
NTSTATUS NTAPI RtlCreateUserThread(
    HANDLE process, SECURITY_DESCRIPTOR *descriptor, BOOLEAN isSuspended, ULONG zeroBits, SIZE_T reserve, SIZE_T commit,
    PRTL_THREAD_START_ROUTINE start, void *argument, HANDLE *thread, CLIENT_ID *identifier);
DWORD WINAPI ResumeThread(HANDLE thread);
__attribute__((noreturn)) void WINAPI ExitThread(DWORD code);
__attribute__((noreturn)) void NTAPI RtlExitUserThread(ULONG code);
BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD code);
DWORD WINAPI GetThreadId(HANDLE thread);
void WINAPI Sleep(DWORD milliseconds);
DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable);
BOOL WINAPI SwitchToThread(void);

/// Makes a stack without a thread; zeros stand for what the program's image asks for.
NTSTATUS NTAPI RtlCreateUserStack(
    SIZE_T commit, SIZE_T reserve, ULONG zeroBits, SIZE_T commitAlignment, SIZE_T reserveAlignment, INITIAL_TEB *stack);
NTSTATUS NTAPI RtlFreeUserStack(void *stack);

/// Keeps room on this thread's stack for the handling of its overflow; gives the size that was kept before.
BOOL WINAPI SetThreadStackGuarantee(PULONG size);
void WINAPI GetCurrentThreadStackLimits(PULONG_PTR lowest, PULONG_PTR highest);

STRATA_VM_END

/* Interlocked operations, with full barriers. */
static inline LONG InterlockedIncrement(LONG volatile *target) { return __sync_add_and_fetch(target, 1); }
static inline LONG InterlockedDecrement(LONG volatile *target) { return __sync_sub_and_fetch(target, 1); }
static inline LONG InterlockedExchange(LONG volatile *target, LONG value) { return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST); }
static inline LONG InterlockedExchangeAdd(LONG volatile *target, LONG value) { return __sync_fetch_and_add(target, value); }
static inline LONG InterlockedCompareExchange(LONG volatile *target, LONG value, LONG expected)
{
    return __sync_val_compare_and_swap(target, expected, value);
}
static inline LONG64 InterlockedIncrement64(LONG64 volatile *target) { return __sync_add_and_fetch(target, 1); }
static inline LONG64 InterlockedDecrement64(LONG64 volatile *target) { return __sync_sub_and_fetch(target, 1); }
static inline LONG64 InterlockedExchange64(LONG64 volatile *target, LONG64 value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG64 InterlockedExchangeAdd64(LONG64 volatile *target, LONG64 value) { return __sync_fetch_and_add(target, value); }
static inline LONG64 InterlockedCompareExchange64(LONG64 volatile *target, LONG64 value, LONG64 expected)
{
    return __sync_val_compare_and_swap(target, expected, value);
}
static inline PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
static inline PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID value, PVOID expected)
{
    return __sync_val_compare_and_swap(target, expected, value);
}

#ifdef UNICODE
#define CreateEvent CreateEventW
#else
#define CreateEvent CreateEventA
#endif

#endif
