/* The thread and process environment blocks, and what Windows says of processes and threads. */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static PEB process_block;
static pthread_once_t process_once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;
static __thread PTEB thread_block __attribute__((tls_model("initial-exec")));

static void end_thread(void *block)
{
    thread_block = NULL;
    free(block);
}

static void start_process(void)
{
    pthread_key_create(&thread_key, end_thread);
    Dl_info program;
    if (dladdr((void *)getauxval(AT_ENTRY), &program) != 0)
        process_block.ImageBaseAddress = program.dli_fbase;
    process_block.NumberOfProcessors = (ULONG)sysconf(_SC_NPROCESSORS_ONLN);
    process_block.OSMajorVersion = 10;
    process_block.OSMinorVersion = 0;
    process_block.OSBuildNumber = 19045;
    process_block.OSPlatformId = 2;
    process_block.ImageSubSystem = 3;
    process_block.ActiveProcessAffinityMask
        = process_block.NumberOfProcessors >= 64 ? ~(ULONG_PTR)0 : ((ULONG_PTR)1 << process_block.NumberOfProcessors) - 1;
}

/* Kept out of line: every other call finds the block there. */
static __attribute__((noinline)) PTEB start_thread(void)
{
    /* Without memory for it, threads share one block: errors may then cross, and nothing else. */
    static TEB spare;
    pthread_once(&process_once, start_process);
    PTEB block = calloc(1, sizeof *block);
    if (block == NULL)
        block = &spare;
    else
        pthread_setspecific(thread_key, block);
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        void *lowest;
        size_t size;
        if (pthread_attr_getstack(&attributes, &lowest, &size) == 0) {
            block->NtTib.StackBase = (char *)lowest + size;
            block->NtTib.StackLimit = lowest;
            block->DeallocationStack = lowest;
        }
        pthread_attr_destroy(&attributes);
    }
    block->NtTib.ExceptionList = (PVOID)~(ULONG_PTR)0;
    block->NtTib.Self = &block->NtTib;
    block->ClientId.UniqueProcess = (HANDLE)(ULONG_PTR)getpid();
    block->ClientId.UniqueThread = (HANDLE)(ULONG_PTR)syscall(SYS_gettid);
    block->ProcessEnvironmentBlock = &process_block;
    thread_block = block;
    strata_vm_take_signal_stack();
    return block;
}

PTEB NTAPI NtCurrentTeb(void)
{
    PTEB block = thread_block;
    return block != NULL ? block : start_thread();
}

PPEB NTAPI RtlGetCurrentPeb(void) { return NtCurrentTeb()->ProcessEnvironmentBlock; }

DWORD WINAPI GetLastError(void) { return NtCurrentTeb()->LastErrorValue; }
void WINAPI SetLastError(DWORD error) { NtCurrentTeb()->LastErrorValue = error; }
ULONG NTAPI RtlGetLastWin32Error(void) { return GetLastError(); }
void NTAPI RtlSetLastWin32Error(ULONG error) { SetLastError(error); }
NTSTATUS NTAPI RtlGetLastNtStatus(void) { return (NTSTATUS)NtCurrentTeb()->LastStatusValue; }

HANDLE WINAPI GetCurrentProcess(void) { return NtCurrentProcess(); }
HANDLE WINAPI GetCurrentThread(void) { return NtCurrentThread(); }
DWORD WINAPI GetCurrentProcessId(void) { return (DWORD)getpid(); }
DWORD WINAPI GetCurrentThreadId(void) { return (DWORD)(ULONG_PTR)NtCurrentTeb()->ClientId.UniqueThread; }

bool strata_vm_is_beyond_stack(uintptr_t address, size_t size)
{
    const PTEB block = NtCurrentTeb();
    const uintptr_t lowest = (uintptr_t)block->DeallocationStack, here = (uintptr_t)__builtin_frame_address(0);
    /* The kernel lets the first thread's stack grow, page by page downwards: what is lowest in the range decides. */
    if (lowest == 0 || here < lowest || here >= (uintptr_t)block->NtTib.StackBase || size == 0)
        return false;
    const uintptr_t low = address > lowest ? address : lowest;
    if (low >= here || address + size <= low || address + size < address)
        return false;
    const uintptr_t page = host_page_size();
    unsigned char resident;
    return mincore((void *)(low & ~(page - 1)), page, &resident) != 0 && errno == ENOMEM;
}

void NTAPI RtlInitUnicodeString(PUNICODE_STRING string, LPCWSTR text)
{
    size_t length = 0;
    while (text != NULL && text[length] != 0 && length < 0x7FFE)
        length++;
    string->Length = (USHORT)(length * sizeof(WCHAR));
    string->MaximumLength = text == NULL ? 0 : (USHORT)((length + 1) * sizeof(WCHAR));
    string->Buffer = (PWSTR)(uintptr_t)text;
}

void WINAPI FlushProcessWriteBuffers(void)
{
#ifdef SYS_membarrier
    /* Registered expedited where the kernel has it; the plain command is a barrier on every processor too. */
    if (syscall(SYS_membarrier, 16, 0, 0) == 0 && syscall(SYS_membarrier, 8, 0, 0) == 0)
        return;
    syscall(SYS_membarrier, 1, 0, 0);
#endif
}

BOOL WINAPI FlushInstructionCache(HANDLE process, LPCVOID address, SIZE_T size)
{
    (void)process;
    if (address != NULL && size != 0)
        __builtin___clear_cache((char *)(uintptr_t)address, (char *)(uintptr_t)address + size);
    return TRUE;
}

void strata_vm_set_error(DWORD error, NTSTATUS status)
{
    PTEB block = NtCurrentTeb();
    block->LastErrorValue = error;
    block->LastStatusValue = (ULONG)status;
}
