#ifndef STRATA_VM_TYPES_H
#define STRATA_VM_TYPES_H

#include <stddef.h>
#include <stdint.h>

#if !defined(__LP64__)
#error "libstrata-vm is for 64-bit machines"
#endif

#ifdef __cplusplus
#define STRATA_VM_BEGIN extern "C" {
#define STRATA_VM_END }
#define STRATA_VM_ASSERT(condition, message) static_assert(condition, message)
#else
#define STRATA_VM_BEGIN
#define STRATA_VM_END
#define STRATA_VM_ASSERT(condition, message) __extension__ _Static_assert(condition, message)
#endif

/// The host's calling convention is the only one: Windows's markers mean nothing here.
#define WINAPI
#define NTAPI
#define CALLBACK
#define WINBASEAPI
#define NTSYSAPI

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
#ifndef VOID
#define VOID void
#endif
#ifndef CONST
#define CONST const
#endif

#define DECLSPEC_NOINLINE __attribute__((noinline))
#define DECLSPEC_ALIGN(size) __attribute__((aligned(size)))
#define FIELD_OFFSET(type, member) ((LONG)offsetof(type, member))
#define CONTAINING_RECORD(address, type, member) ((type *)((char *)(address) - offsetof(type, member)))

typedef int BOOL, *PBOOL, *LPBOOL;
typedef uint8_t BYTE, *PBYTE, *LPBYTE;
typedef uint8_t UCHAR, *PUCHAR;
typedef uint8_t BOOLEAN, *PBOOLEAN;
typedef char CHAR, *PCHAR, *LPSTR, *PSTR;
typedef const char *LPCSTR, *PCSTR;
typedef int16_t SHORT, *PSHORT;
typedef uint16_t USHORT, *PUSHORT;
typedef uint16_t WORD, *PWORD, *LPWORD;
typedef int32_t INT, *PINT, *LPINT;
typedef uint32_t UINT, *PUINT;
typedef int32_t LONG, *PLONG, *LPLONG;
typedef uint32_t ULONG, *PULONG;
typedef uint32_t DWORD, *PDWORD, *LPDWORD;
typedef int32_t LONG32;
typedef uint32_t ULONG32, DWORD32, UINT32;
/* `long long` and not `int64_t`, so that one printf format serves as it does on Windows. */
typedef long long LONGLONG, *PLONGLONG;
typedef unsigned long long ULONGLONG, *PULONGLONG;
typedef long long LONG64, INT64, *PLONG64;
typedef unsigned long long ULONG64, DWORD64, UINT64, *PULONG64, *PDWORD64;
typedef unsigned long long DWORDLONG;
typedef uintptr_t ULONG_PTR, *PULONG_PTR;
typedef uintptr_t DWORD_PTR, *PDWORD_PTR;
typedef uintptr_t UINT_PTR, *PUINT_PTR;
typedef intptr_t LONG_PTR, *PLONG_PTR;
typedef intptr_t INT_PTR, *PINT_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef ptrdiff_t SSIZE_T, *PSSIZE_T;
typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;
typedef void *HANDLE, **PHANDLE, **LPHANDLE;
typedef void *HMODULE, *HINSTANCE;
typedef DWORD ACCESS_MASK, *PACCESS_MASK;
typedef LONG NTSTATUS, *PNTSTATUS;
typedef intptr_t (*FARPROC)(void);

/// A UTF-16 code unit: `wchar_t` where that has 16 bits (`-fshort-wchar`), so that `L""` literals fit.
#if __SIZEOF_WCHAR_T__ == 2
typedef wchar_t WCHAR, *PWCHAR, *LPWSTR, *PWSTR;
typedef const wchar_t *LPCWSTR, *PCWSTR;
#elif defined(__cplusplus)
typedef char16_t WCHAR, *PWCHAR, *LPWSTR, *PWSTR;
typedef const char16_t *LPCWSTR, *PCWSTR;
#else
typedef uint16_t WCHAR, *PWCHAR, *LPWSTR, *PWSTR;
typedef const uint16_t *LPCWSTR, *PCWSTR;
#endif

typedef union _LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        LONG HighPart;
    };
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        DWORD HighPart;
    };
    struct {
        DWORD LowPart;
        DWORD HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

/// Taken and not looked into.
typedef struct _SECURITY_DESCRIPTOR SECURITY_DESCRIPTOR, *PISECURITY_DESCRIPTOR;
typedef PVOID PSECURITY_DESCRIPTOR;

typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    __extension__ union {
        __extension__ struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)
#define MAX_PATH 260

/* Standard access rights. */
#define DELETE 0x00010000
#define READ_CONTROL 0x00020000
#define WRITE_DAC 0x00040000
#define WRITE_OWNER 0x00080000
#define SYNCHRONIZE 0x00100000
#define STANDARD_RIGHTS_REQUIRED 0x000F0000
#define MAXIMUM_ALLOWED 0x02000000
#define GENERIC_READ 0x80000000u
#define GENERIC_WRITE 0x40000000
#define GENERIC_EXECUTE 0x20000000
#define GENERIC_ALL 0x10000000

/* Integers out of pointers and pointers out of integers, as the 64-bit conversions of Windows have them. */
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif
static inline ULONG PtrToUlong(const void *pointer) { return (ULONG)(ULONG_PTR)pointer; }
static inline LONG PtrToLong(const void *pointer) { return (LONG)(LONG_PTR)pointer; }
static inline ULONG HandleToULong(const void *handle) { return (ULONG)(ULONG_PTR)handle; }
static inline LONG HandleToLong(const void *handle) { return (LONG)(LONG_PTR)handle; }
static inline void *ULongToPtr(ULONG value) { return (void *)(ULONG_PTR)value; }
static inline void *LongToPtr(LONG value) { return (void *)(LONG_PTR)value; }
static inline HANDLE ULongToHandle(ULONG value) { return (HANDLE)(ULONG_PTR)value; }
static inline HANDLE LongToHandle(LONG value) { return (HANDLE)(LONG_PTR)value; }
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif
#define PtrToUint(pointer) PtrToUlong(pointer)
#define UlongToPtr(value) ULongToPtr(value)
#define UintToPtr(value) ULongToPtr(value)
#define HandleToUlong(handle) HandleToULong(handle)
#define UlongToHandle(value) ULongToHandle(value)

STRATA_VM_ASSERT(sizeof(BOOL) == 4 && sizeof(DWORD) == 4 && sizeof(LONG) == 4 && sizeof(ULONG) == 4, "32-bit integers");
STRATA_VM_ASSERT(sizeof(HANDLE) == 8 && sizeof(SIZE_T) == 8 && sizeof(ULONG_PTR) == 8, "pointer-sized integers");
STRATA_VM_ASSERT(sizeof(WCHAR) == 2, "UTF-16 code units");
STRATA_VM_ASSERT(sizeof(LARGE_INTEGER) == 8, "LARGE_INTEGER");
STRATA_VM_ASSERT(sizeof(UNICODE_STRING) == 16, "UNICODE_STRING");
STRATA_VM_ASSERT(sizeof(OVERLAPPED) == 32, "OVERLAPPED");

#endif
