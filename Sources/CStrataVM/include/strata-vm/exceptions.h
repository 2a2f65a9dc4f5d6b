#ifndef STRATA_VM_EXCEPTIONS_H
#define STRATA_VM_EXCEPTIONS_H

#include <setjmp.h>

#include "errors.h"
#include "types.h"

#define EXCEPTION_MAXIMUM_PARAMETERS 15
#define EXCEPTION_NONCONTINUABLE 1

#define EXCEPTION_ACCESS_VIOLATION ((DWORD)0xC0000005)
#define EXCEPTION_GUARD_PAGE ((DWORD)0x80000001)
#define EXCEPTION_IN_PAGE_ERROR ((DWORD)0xC0000006)
#define EXCEPTION_STACK_OVERFLOW ((DWORD)0xC00000FD)
#define EXCEPTION_DATATYPE_MISALIGNMENT ((DWORD)0x80000002)

#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

/* The first parameter of an access violation. */
#define EXCEPTION_READ_FAULT 0
#define EXCEPTION_WRITE_FAULT 1
#define EXCEPTION_EXECUTE_FAULT 8

typedef struct _EXCEPTION_RECORD {
    DWORD ExceptionCode;
    DWORD ExceptionFlags;
    struct _EXCEPTION_RECORD *ExceptionRecord;
    PVOID ExceptionAddress;
    DWORD NumberParameters;
    ULONG_PTR ExceptionInformation[EXCEPTION_MAXIMUM_PARAMETERS];
} EXCEPTION_RECORD, *PEXCEPTION_RECORD;

typedef struct __attribute__((aligned(16))) _M128A {
    ULONGLONG Low;
    LONGLONG High;
} M128A, *PM128A;

#if defined(__x86_64__)

#define CONTEXT_AMD64 0x00100000
#define CONTEXT_CONTROL (CONTEXT_AMD64 | 0x01)
#define CONTEXT_INTEGER (CONTEXT_AMD64 | 0x02)
#define CONTEXT_SEGMENTS (CONTEXT_AMD64 | 0x04)
#define CONTEXT_FLOATING_POINT (CONTEXT_AMD64 | 0x08)
#define CONTEXT_FULL (CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_FLOATING_POINT)

typedef struct __attribute__((aligned(16))) _XSAVE_FORMAT {
    WORD ControlWord;
    WORD StatusWord;
    BYTE TagWord;
    BYTE Reserved1;
    WORD ErrorOpcode;
    DWORD ErrorOffset;
    WORD ErrorSelector;
    WORD Reserved2;
    DWORD DataOffset;
    WORD DataSelector;
    WORD Reserved3;
    DWORD MxCsr;
    DWORD MxCsr_Mask;
    M128A FloatRegisters[8];
    M128A XmmRegisters[16];
    BYTE Reserved4[96];
} XMM_SAVE_AREA32;

typedef struct __attribute__((aligned(16))) _CONTEXT {
    DWORD64 P1Home, P2Home, P3Home, P4Home, P5Home, P6Home;
    DWORD ContextFlags;
    DWORD MxCsr;
    WORD SegCs, SegDs, SegEs, SegFs, SegGs, SegSs;
    DWORD EFlags;
    DWORD64 Dr0, Dr1, Dr2, Dr3, Dr6, Dr7;
    DWORD64 Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi;
    DWORD64 R8, R9, R10, R11, R12, R13, R14, R15;
    DWORD64 Rip;
    XMM_SAVE_AREA32 FltSave;
    M128A VectorRegister[26];
    DWORD64 VectorControl;
    DWORD64 DebugControl;
    DWORD64 LastBranchToRip, LastBranchFromRip;
    DWORD64 LastExceptionToRip, LastExceptionFromRip;
} CONTEXT, *PCONTEXT;

STRATA_VM_ASSERT(sizeof(XMM_SAVE_AREA32) == 512, "XMM_SAVE_AREA32");
STRATA_VM_ASSERT(sizeof(CONTEXT) == 0x4D0, "CONTEXT");
STRATA_VM_ASSERT(offsetof(CONTEXT, Rax) == 0x78 && offsetof(CONTEXT, Rip) == 0xF8, "CONTEXT registers");
STRATA_VM_ASSERT(offsetof(CONTEXT, FltSave) == 0x100 && offsetof(CONTEXT, VectorRegister) == 0x300, "CONTEXT vectors");

#elif defined(__aarch64__)

#define CONTEXT_ARM64 0x00400000
#define CONTEXT_CONTROL (CONTEXT_ARM64 | 0x01)
#define CONTEXT_INTEGER (CONTEXT_ARM64 | 0x02)
#define CONTEXT_FLOATING_POINT (CONTEXT_ARM64 | 0x04)
#define CONTEXT_FULL (CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_FLOATING_POINT)

typedef struct __attribute__((aligned(16))) _CONTEXT {
    DWORD ContextFlags;
    DWORD Cpsr;
    DWORD64 X[31];
    DWORD64 Sp;
    DWORD64 Pc;
    M128A V[32];
    DWORD Fpcr;
    DWORD Fpsr;
    DWORD Bcr[8];
    DWORD64 Bvr[8];
    DWORD Wcr[2];
    DWORD64 Wvr[2];
} CONTEXT, *PCONTEXT;

STRATA_VM_ASSERT(sizeof(CONTEXT) == 0x390, "CONTEXT");
STRATA_VM_ASSERT(offsetof(CONTEXT, Sp) == 0x100 && offsetof(CONTEXT, V) == 0x110, "CONTEXT registers");

#else
#error "libstrata-vm knows x86-64 and AArch64"
#endif

typedef struct _EXCEPTION_POINTERS {
    PEXCEPTION_RECORD ExceptionRecord;
    PCONTEXT ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS, *LPEXCEPTION_POINTERS;

typedef LONG(CALLBACK *PVECTORED_EXCEPTION_HANDLER)(EXCEPTION_POINTERS *pointers);

STRATA_VM_ASSERT(sizeof(EXCEPTION_RECORD) == 0x98, "EXCEPTION_RECORD");
STRATA_VM_ASSERT(offsetof(EXCEPTION_RECORD, ExceptionInformation) == 0x20, "ExceptionInformation");

STRATA_VM_BEGIN

/// Adds a handler that sees memory faults before the frames below and before the program's own signal handlers do: at the head of the
/// line where `first` is not 0. It runs in the signal handler of the thread that faulted.
PVOID WINAPI AddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler);
ULONG WINAPI RemoveVectoredExceptionHandler(PVOID handle);
PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler);
ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID handle);

/// Tells the same handlers of an exception of the program's own; one that nobody takes ends the program.
void WINAPI RaiseException(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *arguments);

/// A frame that takes this thread's memory faults while it is pushed: the body of `STRATA_TRY`.
typedef struct StrataTryFrame {
    struct StrataTryFrame *previous;
    EXCEPTION_RECORD record;
    jmp_buf environment;
} StrataTryFrame;

void StrataPushTryFrame(StrataTryFrame *frame);
void StrataPopTryFrame(StrataTryFrame *frame);

STRATA_VM_END

/// Structured handling for compilers without it:
///
///     STRATA_TRY(frame) { *page = 1; }
///     STRATA_EXCEPT(frame) { printf("%08x", frame.record.ExceptionCode); }
///     STRATA_END_TRY(frame)
///
/// The body must not leave by return, break or goto. As with every `setjmp`, locals that the body changes and the handler reads
/// have to be volatile; in C++ no destructor of the body runs when it faults.
#define STRATA_TRY(frame)                         \
    {                                             \
        StrataTryFrame frame;                     \
        StrataPushTryFrame(&frame);               \
        if (setjmp(frame.environment) == 0) {
#define STRATA_EXCEPT(frame)        \
    StrataPopTryFrame(&frame);      \
    }                               \
    else                            \
    {
#define STRATA_END_TRY(frame) \
    }                         \
    }

#endif
