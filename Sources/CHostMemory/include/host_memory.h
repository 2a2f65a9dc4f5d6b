#ifndef STRATA_HOST_MEMORY_H
#define STRATA_HOST_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/*
 * What the host's kernel does with address ranges, without errno: every call gives 0 or the error's number. Addresses are integers
 * here, since most of them are never dereferenced.
 */

/* As the kernel has them. */
enum { HOST_NONE = PROT_NONE, HOST_READ = PROT_READ, HOST_WRITE = PROT_WRITE, HOST_EXECUTE = PROT_EXEC };

/// Maps inaccessible, unaccounted memory at exactly the range, where nothing is mapped yet; EEXIST where something is.
int host_claim(uintptr_t address, size_t size);

/// Puts fresh inaccessible memory over a range that belongs to the caller; the contents are gone.
static inline int host_clear(uintptr_t address, size_t size)
{
    void *at = mmap((void *)address, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    return at == MAP_FAILED ? errno : 0;
}

/// Gives a claimed range back to the kernel.
int host_unclaim(uintptr_t address, size_t size);

/* Here, and not behind a call: after the kernel's return a processor predicts no returns for a while, so every level costs. */
static inline int host_protect(uintptr_t address, size_t size, int protection)
{
    return mprotect((void *)address, size, protection) == 0 ? 0 : errno;
}

/// Maps a file's bytes over a range that belongs to the caller, shared or with private copies.
int host_map_file(uintptr_t address, size_t size, int protection, int descriptor, uint64_t offset, bool shared);

/// Maps private memory of zeros at exactly the range, where nothing is mapped yet; EEXIST where something is.
int host_map_new(uintptr_t address, size_t size, int protection);
/// Maps a file's bytes as host_map_file does, where nothing is mapped yet; EEXIST where something is.
int host_map_new_file(uintptr_t address, size_t size, int protection, int descriptor, uint64_t offset, bool shared);

/// Allows the kernel to drop the contents when it needs memory.
int host_make_free(uintptr_t address, size_t size);
/// Has private pages that were made free keep their contents again: ENODATA where some are gone. They are not locked, before or after.
/// Pages that may not be written are touched by the kernel: nobody else may open them meanwhile.
int host_keep(uintptr_t address, size_t size);
/// Asks for large pages.
int host_prefer_large_pages(uintptr_t address, size_t size);
/// Whether the host has large pages set aside, enough for the size.
bool host_has_large_pages(size_t size);
/// Puts large pages that the host has set aside over a range that belongs to the caller; both are multiples of their size.
int host_map_large_pages(uintptr_t address, size_t size, int protection);
int host_prefetch(uintptr_t address, size_t size);
int host_lock(uintptr_t address, size_t size);
int host_unlock(uintptr_t address, size_t size);
int host_synchronize(uintptr_t address, size_t size);

/// A file's size in bytes, or minus the error's number.
int64_t host_file_size(int descriptor);
int host_resize_file(int descriptor, uint64_t size);
int host_synchronize_file(int descriptor);

/// One byte per page: bit 0 set where the page is in memory.
int host_residency(uintptr_t address, size_t size, unsigned char *pages);

/// An anonymous file of the size, sparse; its descriptor, or minus the error's number.
int host_anonymous_file(const char *name, uint64_t size);

/// Makes a part of a file zeros without storage.
int host_punch_hole(int descriptor, uint64_t offset, uint64_t size);

size_t host_page_size(void);
/// What the process may map, by RLIMIT_AS; UINT64_MAX where it is not limited.
uint64_t host_address_space_limit(void);

/// The host's memory and swap in bytes; 0 where it does not tell.
uint64_t host_memory_and_swap(void);
/// The end of the program's heap.
uintptr_t host_program_break(void);
/// An address near the upper end of the first thread's stack, which grows downwards; 0 where the kernel does not tell.
uintptr_t host_stack(void);
/// Where the kernel would put a mapping now; 0 where it gives none.
uintptr_t host_next_mapping(void);

/// How writes to pages are noticed.
enum host_tracking {
    /// The processor's faults come to the program's own handler.
    HOST_TRACKING_BY_FAULTS,
    /// The kernel keeps track.
    HOST_TRACKING_BY_KERNEL,
    /// By the kernel as the environment insists, which cannot do it.
    HOST_TRACKING_REFUSED,
};

/// By the kernel where it can; STRATA_WRITE_WATCH in the environment chooses: `faults`, `kernel`. Decided at the first call, and not
/// to be called by two threads at once then.
enum host_tracking host_tracking(void);

struct host_page_run {
    uintptr_t start, end;
};

/// The pages from `*address` on that are in memory, ascending; it is moved to where the next call goes on. `table` is an open
/// /proc/self/pagemap, or -1. Their number, or minus the error's.
int host_resident_pages(int table, uintptr_t *address, uintptr_t end, struct host_page_run *found, size_t capacity);
/// Asks for pages to be written out.
int host_page_out(uintptr_t address, size_t size);
/// Lets the process lock that much where the system allows it that and more.
void host_allow_locking(uint64_t size);

/// Lets the kernel keep track of the writes to anonymous memory, as long as it stays mapped. None of it counts as written.
int host_track_writes(uintptr_t address, size_t size);
/// The written pages from `*address` on, ascending; it is moved to where the next call goes on. Their number, or minus the error's.
int host_written_pages(uintptr_t *address, uintptr_t end, struct host_page_run *found, size_t capacity);
/// Makes pages count as not written.
int host_forget_writes(uintptr_t address, size_t size);
/// Drops the contents and makes the pages inaccessible, still tracked.
int host_empty_tracked(uintptr_t address, size_t size);
/// As host_lock; the pages that can be written count as written.
int host_lock_tracked(uintptr_t address, size_t size);

/// Copies while faults are caught: false where one of the sides could not be touched, with what was copied before it unknown.
bool host_copy(void *to, const void *from, size_t size);
/// Touches each page between the two, reading, or writing what was read.
bool host_probe(uintptr_t address, size_t size, bool writing);

/// A memory fault, as the processor told it.
struct host_fault {
    uintptr_t address;
    uintptr_t instruction;
    bool is_write;
    bool is_execute;
    /// Past the end of a file, or a failed read of it.
    bool is_bus_error;
};

enum host_fault_verdict {
    /// The fault is mended: run the instruction again.
    HOST_FAULT_MENDED,
    /// To the exception handlers, and then to the program's signal handler.
    HOST_FAULT_ACCESS_VIOLATION,
    HOST_FAULT_GUARD_PAGE,
    HOST_FAULT_IN_PAGE_ERROR,
};

/// Judges a fault. Runs in the signal handler, on the thread that faulted, never while that thread is inside the library.
typedef enum host_fault_verdict (*host_fault_judge)(const struct host_fault *fault);

/// Tells the program's handlers of a fault that was not mended; true when the instruction is to run again. It may also leave by longjmp.
typedef bool (*host_fault_listener)(const struct host_fault *fault, enum host_fault_verdict verdict, void *ucontext);

/// Takes SIGSEGV and SIGBUS, once. Handlers that were there before, or that the program installs afterwards, get what is not mended.
int host_catch_faults(host_fault_judge judge);
void host_listen_to_faults(host_fault_listener listener);

/// What sigaction does for the program: for the two signals it changes who comes after this library, never the library's handler.
struct sigaction;
int host_sigaction(int number, const struct sigaction *action, struct sigaction *old);

/// This thread runs on a stack that the listener lets grow; none for 0. The calls below see to its room before they must not fault.
void host_use_growing_stack(uintptr_t low, uintptr_t high);

/// The lock of the address space. While a thread holds it, a fault of that thread is the library's own mistake and goes to the program's handler.
void host_enter(void);
void host_leave(void);

#endif
