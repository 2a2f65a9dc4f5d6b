/* The thread and process environment blocks, and what Windows says of processes and threads. */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <dlfcn.h>
#include <limits.h>
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

/*
 * A thread's block and what is kept of it. Blocks are never freed and serve further threads: a thread that was made behind the library's
 * back starts with its maker's segment, and what a segment points to has to be recognized for as long as it may.
 */
struct block {
    TEB teb;
    struct block *next;
    struct block *next_unused;
    int passes;
};

static pthread_mutex_t block_lock = PTHREAD_MUTEX_INITIALIZER;
static struct block *blocks, *unused_blocks;

static struct block *take_block(void)
{
    pthread_mutex_lock(&block_lock);
    struct block *block = unused_blocks;
    if (block != NULL) {
        unused_blocks = block->next_unused;
    } else if ((block = aligned_alloc(0x1000, 0x2000)) != NULL) {
        block->next = blocks;
        blocks = block;
    }
    pthread_mutex_unlock(&block_lock);
    if (block != NULL) {
        memset(&block->teb, 0, sizeof block->teb);
        block->passes = 0;
    }
    return block;
}

static bool is_block(const void *address)
{
    bool is_found = false;
    pthread_mutex_lock(&block_lock);
    for (const struct block *at = blocks; at != NULL && !is_found; at = at->next)
        is_found = &at->teb == address;
    pthread_mutex_unlock(&block_lock);
    return is_found;
}

void strata_vm_enter_segment(void)
{
    void *const base = strata_vm_segment();
    if (base != thread_block && (base == NULL || is_block(base)))
        strata_vm_set_segment(thread_block);
}

static void end_thread(void *given)
{
    struct block *const block = given;
    /* The other keys' destructors may still read it: it goes with the last pass over them. */
    if (++block->passes < PTHREAD_DESTRUCTOR_ITERATIONS && pthread_setspecific(thread_key, block) == 0)
        return;
    if (strata_vm_segment() == block)
        strata_vm_set_segment(NULL);
    thread_block = NULL;
    pthread_mutex_lock(&block_lock);
    block->next_unused = unused_blocks;
    unused_blocks = block;
    pthread_mutex_unlock(&block_lock);
}

static void name_thread(PTEB teb)
{
    teb->ClientId.UniqueProcess = (HANDLE)(ULONG_PTR)getpid();
    teb->ClientId.UniqueThread = (HANDLE)(ULONG_PTR)syscall(SYS_gettid);
}

static void start_forked(void)
{
    if (thread_block != NULL)
        name_thread(thread_block);
}

static void start_process(void)
{
    pthread_key_create(&thread_key, end_thread);
    pthread_atfork(NULL, NULL, start_forked);
    strata_vm_hold_over_forks(&block_lock);
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
    struct block *const taken = take_block();
    PTEB block = &spare;
    if (taken != NULL) {
        block = &taken->teb;
        pthread_setspecific(thread_key, taken);
    }
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
    block->ProcessEnvironmentBlock = &process_block;
    name_thread(block);
    thread_block = block;
    strata_vm_enter_segment();
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
