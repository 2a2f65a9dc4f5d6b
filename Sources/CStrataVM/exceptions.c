/* Exceptions out of memory faults: vectored handlers, try frames, and then the program's signal handler. */
#define _GNU_SOURCE
#include "strata-vm.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "host_memory.h"
#include "strata-vm-private.h"

struct handler {
    struct handler *_Atomic next;
    PVECTORED_EXCEPTION_HANDLER _Atomic function;
};

/*
 * A removed handler stays in the list without a function, since a thread may be walking over it; its place is taken again by the next
 * one that is added where it stands first or last.
 */
static struct handler *_Atomic first_handler;
static pthread_mutex_t handler_lock = PTHREAD_MUTEX_INITIALIZER;
static __thread StrataTryFrame *innermost __attribute__((tls_model("initial-exec")));

void strata_vm_hold_handlers(void) { strata_vm_hold_over_forks(&handler_lock); }

/* A removed handler's place before all handlers, or after them; NULL where there is none. */
static struct handler *empty_place(bool before)
{
    struct handler *empty = NULL;
    for (struct handler *at = first_handler; at != NULL; at = at->next) {
        if (at->function == NULL)
            empty = before || empty == NULL ? at : empty;
        else if (before)
            break;
        else
            empty = NULL;
    }
    return empty;
}

PVOID WINAPI AddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER function)
{
    if (function == NULL)
        return NULL;
    pthread_mutex_lock(&handler_lock);
    struct handler *added = empty_place(first != 0);
    if (added == NULL && (added = calloc(1, sizeof *added)) != NULL) {
        struct handler *_Atomic *at = &first_handler;
        while (first == 0 && *at != NULL)
            at = &(*at)->next;
        added->next = *at;
        *at = added;
    }
    if (added != NULL)
        added->function = function;
    pthread_mutex_unlock(&handler_lock);
    return added;
}

ULONG WINAPI RemoveVectoredExceptionHandler(PVOID handle)
{
    ULONG found = 0;
    pthread_mutex_lock(&handler_lock);
    for (struct handler *at = first_handler; at != NULL; at = at->next) {
        if (at == handle && at->function != NULL) {
            at->function = NULL;
            found = 1;
        }
    }
    pthread_mutex_unlock(&handler_lock);
    return found;
}

PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER function)
{
    return AddVectoredExceptionHandler(first, function);
}

ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID handle) { return RemoveVectoredExceptionHandler(handle); }

void StrataPushTryFrame(StrataTryFrame *frame)
{
    frame->previous = innermost;
    memset(&frame->record, 0, sizeof frame->record);
    innermost = frame;
}

void StrataPopTryFrame(StrataTryFrame *frame)
{
    innermost = frame->previous;
}

#if defined(__x86_64__)
static const int registers[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8,
    REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};

static void read_context(CONTEXT *context, const ucontext_t *host)
{
    memset(context, 0, sizeof *context);
    context->ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_SEGMENTS;
    DWORD64 *const at = &context->Rax;
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++)
        at[i] = (DWORD64)host->uc_mcontext.gregs[registers[i]];
    context->EFlags = (DWORD)host->uc_mcontext.gregs[REG_EFL];
    const unsigned long long segments = (unsigned long long)host->uc_mcontext.gregs[REG_CSGSFS];
    context->SegCs = (WORD)segments;
    context->SegGs = (WORD)(segments >> 16);
    context->SegFs = (WORD)(segments >> 32);
    context->SegSs = (WORD)(segments >> 48);
    if (host->uc_mcontext.fpregs != NULL) {
        context->ContextFlags |= CONTEXT_FLOATING_POINT;
        memcpy(&context->FltSave, host->uc_mcontext.fpregs, sizeof context->FltSave);
        context->MxCsr = context->FltSave.MxCsr;
    }
}

static void write_context(ucontext_t *host, const CONTEXT *context)
{
    const DWORD64 *const at = &context->Rax;
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++)
        host->uc_mcontext.gregs[registers[i]] = (greg_t)at[i];
    host->uc_mcontext.gregs[REG_EFL] = (greg_t)context->EFlags;
    if (host->uc_mcontext.fpregs != NULL) {
        /* All but the last 96 bytes, in which the kernel keeps what belongs to it. */
        memcpy(host->uc_mcontext.fpregs, &context->FltSave, sizeof context->FltSave - sizeof context->FltSave.Reserved4);
    }
}
#elif defined(__aarch64__)
static void read_context(CONTEXT *context, const ucontext_t *host)
{
    memset(context, 0, sizeof *context);
    context->ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
    for (int i = 0; i < 31; i++)
        context->X[i] = host->uc_mcontext.regs[i];
    context->Sp = host->uc_mcontext.sp;
    context->Pc = host->uc_mcontext.pc;
    context->Cpsr = (DWORD)host->uc_mcontext.pstate;
}

static void write_context(ucontext_t *host, const CONTEXT *context)
{
    for (int i = 0; i < 31; i++)
        host->uc_mcontext.regs[i] = context->X[i];
    host->uc_mcontext.sp = context->Sp;
    host->uc_mcontext.pc = context->Pc;
    host->uc_mcontext.pstate = context->Cpsr;
}
#endif

/* Tells the handlers, in their order; true where one lets the program go on. Does not return where a try frame takes it. */
static bool tell(EXCEPTION_RECORD *record, ucontext_t *host)
{
    bool is_read = false;
    CONTEXT context;
    for (struct handler *at = first_handler; at != NULL; at = at->next) {
        const PVECTORED_EXCEPTION_HANDLER function = at->function;
        if (function == NULL)
            continue;
        if (!is_read) {
            read_context(&context, host);
            is_read = true;
        }
        EXCEPTION_POINTERS pointers = {record, &context};
        if (function(&pointers) == EXCEPTION_CONTINUE_EXECUTION) {
            write_context(host, &context);
            return true;
        }
    }
    StrataTryFrame *const frame = innermost;
    if (frame == NULL)
        return false;
    innermost = frame->previous;
    frame->record = *record;
    longjmp(frame->environment, 1);
}

bool strata_vm_raise(const struct host_fault *fault, enum host_fault_verdict verdict, void *ucontext)
{
    if (verdict == HOST_FAULT_ACCESS_VIOLATION && strata_vm_mend_segment(fault))
        return true;
    const enum strata_vm_growth growth = verdict == HOST_FAULT_IN_PAGE_ERROR
        ? STRATA_VM_NO_STACK
        : strata_vm_grow(fault, verdict == HOST_FAULT_GUARD_PAGE, ucontext);
    if (growth == STRATA_VM_GROWN)
        return true;

    EXCEPTION_RECORD record;
    memset(&record, 0, sizeof record);
    switch (verdict) {
    case HOST_FAULT_GUARD_PAGE:
        record.ExceptionCode = EXCEPTION_GUARD_PAGE;
        break;
    case HOST_FAULT_IN_PAGE_ERROR:
        record.ExceptionCode = EXCEPTION_IN_PAGE_ERROR;
        break;
    default:
        record.ExceptionCode = EXCEPTION_ACCESS_VIOLATION;
    }
    if (growth == STRATA_VM_OVERFLOW)
        record.ExceptionCode = EXCEPTION_STACK_OVERFLOW;
    record.ExceptionAddress = (PVOID)fault->instruction;
    record.NumberParameters = 2;
    record.ExceptionInformation[0]
        = fault->is_execute ? EXCEPTION_EXECUTE_FAULT : fault->is_write ? EXCEPTION_WRITE_FAULT : EXCEPTION_READ_FAULT;
    record.ExceptionInformation[1] = fault->address;
    if (verdict == HOST_FAULT_IN_PAGE_ERROR) {
        record.NumberParameters = 3;
        record.ExceptionInformation[2] = (ULONG_PTR)(ULONG)STATUS_IN_PAGE_ERROR;
    }

    return tell(&record, ucontext);
}

/* An exception of the program's own making, or of a call that it asked for one. */
static void raise_record(EXCEPTION_RECORD *record)
{
    ucontext_t here;
    getcontext(&here);
    record->ExceptionAddress = __builtin_return_address(0);
    if (tell(record, &here)) {
        if (!(record->ExceptionFlags & EXCEPTION_NONCONTINUABLE))
            return;
        record->ExceptionCode = (DWORD)STATUS_NONCONTINUABLE_EXCEPTION;
    }
    fprintf(stderr, "libstrata-vm: unhandled exception %08x\n", (unsigned)record->ExceptionCode);
    abort();
}

void WINAPI RaiseException(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *arguments)
{
    EXCEPTION_RECORD record;
    memset(&record, 0, sizeof record);
    /* The bit that is the system's own. */
    record.ExceptionCode = code & ~0x10000000u;
    record.ExceptionFlags = flags & EXCEPTION_NONCONTINUABLE;
    if (arguments != NULL) {
        record.NumberParameters = count < EXCEPTION_MAXIMUM_PARAMETERS ? count : EXCEPTION_MAXIMUM_PARAMETERS;
        memcpy(record.ExceptionInformation, arguments, record.NumberParameters * sizeof *arguments);
    }
    raise_record(&record);
}

void strata_vm_raise_status(NTSTATUS status, ULONG_PTR parameter) { RaiseException((DWORD)status, 0, 1, &parameter); }
