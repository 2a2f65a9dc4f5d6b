#ifndef STRATA_VM_PRIVATE_H
#define STRATA_VM_PRIVATE_H

/* Between the library's two languages; not installed. */

#include <pthread.h>
#include <stdbool.h>
#include <sys/single_threaded.h>

#include "host_memory.h"
#include "strata-vm.h"

/// Tells the program's exception handlers of a fault; true where one has mended it. It may leave for a try frame instead.
bool strata_vm_raise(const struct host_fault *fault, enum host_fault_verdict verdict, void *ucontext);

/// Sets what GetLastError gives, and the status behind it.
void strata_vm_set_error(DWORD error, NTSTATUS status);

/// What the segment that Windows keeps for the thread's environment block points to; NULL for nothing, and where there is no such segment.
void *strata_vm_segment(void);
void strata_vm_set_segment(void *base);
/// Lets the segment point to this thread's block, except where the program has it point elsewhere.
void strata_vm_enter_segment(void);
/// Gives the thread of a fault its block where it read through a segment that points to nothing; true where the instruction is to run again.
bool strata_vm_mend_segment(const struct host_fault *fault);

/// The most that this process may commit, in bytes.
ULONG64 strata_vm_commit_limit(void);

/// Whether a handle is of this process, the only one there is.
bool strata_vm_is_this_process(HANDLE process);
/// The limits of the working set, for NtQueryInformationProcess and NtSetInformationProcess; the buffer is the program's.
NTSTATUS strata_vm_query_quota(HANDLE process, PVOID buffer, ULONG length, PULONG written);
NTSTATUS strata_vm_set_quota(HANDLE process, PVOID buffer, ULONG length);
/// What the process has of memory, for NtQueryInformationProcess.
NTSTATUS strata_vm_query_counters(HANDLE process, PVOID buffer, ULONG length, PULONG written);
/// The memory that the host could give to programs at once, in bytes.
ULONG64 strata_vm_available_memory(void);

/// Writes the program's image, which is headers alone; its size, or 0 where the buffer is too small.
size_t strata_vm_program_image(void *buffer, size_t size, ULONG64 stackReserve, ULONG64 stackCommit);
/// Fills the page that every process can read.
void strata_vm_fill_shared_data(void *page);

// Threads on stacks of the documented kind: their stacks.c, and Threads in Swift.

/// Starts a thread on a program's stack; its identifier, or 0. The object is told of the thread's start and of its end.
DWORD strata_vm_start_thread(
    void *object, void *base, void *limit, void *lowest, LPTHREAD_START_ROUTINE start, LPVOID argument);
/// The object of this thread; null where it has none.
void *strata_vm_current_thread(void);
/// Gives an object to a thread that the library did not start.
bool strata_vm_adopt_thread(void *object);

/// On the thread before the program's function: waits while it is suspended.
void strata_vm_thread_starts(void *object);
/// At the thread's end: frees its stack and tells who waits.
void strata_vm_thread_ended(void *object, void *lowest, DWORD code);

/// Whether this call lies on a stack that the library's own work must not lie on.
bool strata_vm_is_on_program_stack(void);
/// Runs a function on the C library's stack of this thread, which lies on the program's.
void strata_vm_on_host_stack(void (*function)(void *context), void *context);

/// What became of a fault on a thread's own stack.
enum strata_vm_growth { STRATA_VM_NO_STACK, STRATA_VM_GROWN, STRATA_VM_OVERFLOW };
enum strata_vm_growth strata_vm_grow(const struct host_fault *fault, bool is_guard, const void *ucontext);
/// Commits a stack down to `limit`, with guard pages below; where there is no room for them, down to its last page.
enum strata_vm_growth strata_vm_grow_stack(
    uintptr_t lowest, uintptr_t base, uintptr_t guarantee, uintptr_t address, bool is_guard, uintptr_t *limit);
/// Puts the guard pages below a limit.
void strata_vm_guard_stack(uintptr_t lowest, uintptr_t limit, uintptr_t guarantee);
/// The program guarded pages: those of its own stack end it there.
void strata_vm_guarded(uintptr_t start, uintptr_t end);

/// Gives every call of this library, in no order. The name lasts as long as the library.
void strata_vm_for_each_call(void (*body)(void *context, const char *name, uintptr_t address), void *context);
/// Whether the libraries are images of this library's making, whose code leads to its calls.
bool strata_vm_has_own_libraries(void);

/// Whether some of the bytes lie where this thread's stack has not grown to yet.
bool strata_vm_is_beyond_stack(uintptr_t address, size_t size);

/// The base of a system library's image, mapped at the first question; NULL where that cannot be.
void *strata_vm_library(int index, const char *name);
/// Whether an address is the base of a system library that is mapped.
bool strata_vm_is_library(int index, const void *base);

/// Gives a path as UTF-16: its length, or the size where it was cut.
DWORD strata_vm_widen(const char *path, size_t length, LPWSTR buffer, DWORD size);

/// Makes the lock of a table, which is held over forks: for the calls below.
int strata_vm_make_table_lock(void);
void strata_vm_enter_table(int table);
void strata_vm_leave_table(int table);
/// Lets a lock, which is no recursive one, be held over forks. Only while the library is loaded.
void strata_vm_hold_over_forks(pthread_mutex_t *lock);
/// From now on.
void strata_vm_follow_forks(void);

/// Makes the lock and the sleep, anew in a child of fork.
void strata_vm_start_waits(void);
/// Let the locks of waits and of handlers of exceptions be held over forks.
void strata_vm_hold_waits(void);
void strata_vm_hold_handlers(void);
/// The lock that everything which threads wait for is behind; entered again by the thread that has it.
void strata_vm_waits_enter(void);
void strata_vm_waits_leave(void);
/// Wakes all that wait, for them to look again.
void strata_vm_waits_announce(void);
/// Gives the lock up until something was announced; false where the deadline, of the monotonic clock in nanoseconds, has passed before.
bool strata_vm_waits_sleep(uint64_t deadline);
uint64_t strata_vm_waits_now(void);

/// Gives this thread a stack for signal handlers, for as long as it runs, where it has none.
void strata_vm_take_signal_stack(void);

// Heaps: their heaps.c, and Heaps in Swift.

/// A lock that its thread enters again, and that a child of fork still has.
struct strata_vm_lock {
    /// 0 for free, 1 for taken.
    uint32_t state;
    /// How many threads wait for it.
    uint32_t waiters;
    const void *owner;
    uint32_t depth;
    /// How often the program has entered it and not left it, which may stay so for good.
    uint32_t program_depth;
};

/// What is kept of a heap. Places are used again and never freed: a handle may be asked for while its heap goes.
struct strata_vm_heap_place {
    struct strata_vm_lock lock;
    /// 0 where there is no heap.
    uintptr_t handle;
    /// Of the type that Swift has.
    void *heap;
    /// Whether calls lock it.
    bool is_serialized;
    struct strata_vm_heap_place *next;
};

enum { STRATA_VM_HEAP_LISTS = 1024 };
extern struct strata_vm_heap_place *strata_vm_heap_lists[STRATA_VM_HEAP_LISTS];

/* Its address is another one for every thread. */
extern __thread char strata_vm_thread_mark __attribute__((tls_model("initial-exec")));

void strata_vm_lock_wait(struct strata_vm_lock *lock);
void strata_vm_lock_wake(struct strata_vm_lock *lock);

static inline void strata_vm_lock_enter(struct strata_vm_lock *lock)
{
    const void *const self = &strata_vm_thread_mark;
    if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == self) {
        lock->depth++;
        return;
    }
    uint32_t expected = 0;
    /* Without another thread nothing has to be locked against one. */
    if (__libc_single_threaded && lock->state == 0)
        lock->state = 1;
    else if (!__atomic_compare_exchange_n(&lock->state, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        strata_vm_lock_wait(lock);
    __atomic_store_n(&lock->owner, self, __ATOMIC_RELAXED);
}

/// False where this thread has not entered it.
static inline bool strata_vm_lock_leave(struct strata_vm_lock *lock)
{
    if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != &strata_vm_thread_mark)
        return false;
    if (lock->depth > 0) {
        lock->depth--;
        return true;
    }
    __atomic_store_n(&lock->owner, (const void *)NULL, __ATOMIC_RELAXED);
    /* Whoever begins to wait at this very moment may be overlooked, and looks again by itself. */
    __atomic_store_n(&lock->state, 0, __ATOMIC_RELEASE);
    if (__builtin_expect(__atomic_load_n(&lock->waiters, __ATOMIC_RELAXED) != 0, false))
        strata_vm_lock_wake(lock);
    return true;
}

static inline struct strata_vm_heap_place **strata_vm_heap_list(uintptr_t handle)
{
    return &strata_vm_heap_lists[(handle >> 16) * 0x9E3779B97F4A7C15u >> 54];
}

/// The place of a handle; NULL for anything else.
static inline struct strata_vm_heap_place *strata_vm_heap_place_of(HANDLE handle)
{
    if (handle == NULL)
        return NULL;
    struct strata_vm_heap_place *place = __atomic_load_n(strata_vm_heap_list((uintptr_t)handle), __ATOMIC_ACQUIRE);
    while (place != NULL && __atomic_load_n(&place->handle, __ATOMIC_ACQUIRE) != (uintptr_t)handle)
        place = place->next;
    return place;
}

/// Makes a handle known, or unknown; false where there is no memory for it.
bool strata_vm_heap_add(uintptr_t handle, void *heap, bool is_serialized);
void strata_vm_heap_remove(struct strata_vm_heap_place *place);
/// The number of heaps; as many handles as there is room for, the process's own first.
size_t strata_vm_heap_handles(HANDLE *handles, size_t capacity);
/// Has heaps keep their locks over a fork.
void strata_vm_heaps_start(void);

/// The heap's own words of what became of a call.
enum strata_vm_heap_result { STRATA_VM_HEAP_DONE, STRATA_VM_HEAP_NO_HEAP, STRATA_VM_HEAP_NO_BLOCK, STRATA_VM_HEAP_NO_MEMORY };

/// A heap's handle; NULL where there is no memory. A base of 0 leaves the place to the system.
HANDLE strata_vm_heap_create(ULONG flags, uintptr_t base, size_t reserve, size_t commit, bool is_growable);
/// In `*flags` come back those of the call and the heap, where there is one.
enum strata_vm_heap_result strata_vm_heap_allocate(HANDLE handle, DWORD *flags, size_t size, void **block);
enum strata_vm_heap_result strata_vm_heap_resize(HANDLE handle, DWORD *flags, size_t size, void **block);
enum strata_vm_heap_result strata_vm_heap_free(HANDLE handle, DWORD flags, const void *block);
enum strata_vm_heap_result strata_vm_heap_size(HANDLE handle, DWORD flags, const void *block, size_t *size);
enum strata_vm_heap_result strata_vm_heap_validate(HANDLE handle, DWORD flags, const void *block);

/// From now on a pointer that is no block of its heap ends the process.
void strata_vm_heaps_terminate(void);

/// Raises an exception that a handler may let go on.
void strata_vm_raise_status(NTSTATUS status, ULONG_PTR parameter);

#endif
