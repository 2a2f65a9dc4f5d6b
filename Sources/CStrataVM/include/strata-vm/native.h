#ifndef STRATA_VM_NATIVE_H
#define STRATA_VM_NATIVE_H

#include "errors.h"
#include "memory.h"
#include "sections.h"
#include "types.h"

typedef struct _OBJECT_ATTRIBUTES {
    ULONG Length;
    HANDLE RootDirectory;
    PUNICODE_STRING ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;

#define OBJ_INHERIT 0x00000002
#define OBJ_CASE_INSENSITIVE 0x00000040
#define OBJ_OPENIF 0x00000080

#define InitializeObjectAttributes(object, name, attributes, root, security) \
    do {                                                                     \
        (object)->Length = sizeof(OBJECT_ATTRIBUTES);                        \
        (object)->RootDirectory = (root);                                    \
        (object)->Attributes = (attributes);                                 \
        (object)->ObjectName = (name);                                       \
        (object)->SecurityDescriptor = (security);                           \
        (object)->SecurityQualityOfService = NULL;                           \
    } while (0)

typedef struct _IO_STATUS_BLOCK {
    __extension__ union {
        NTSTATUS Status;
        PVOID Pointer;
    };
    ULONG_PTR Information;
} IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;

typedef enum _MEMORY_INFORMATION_CLASS {
    MemoryBasicInformation = 0,
    MemoryWorkingSetInformation,
    MemoryMappedFilenameInformation,
    MemoryRegionInformation,
    MemoryWorkingSetExInformation,
    MemorySharedCommitInformation,
    MemoryImageInformation
} MEMORY_INFORMATION_CLASS;
#define MemorySectionName MemoryMappedFilenameInformation
#define MemoryWorkingSetList MemoryWorkingSetInformation
#define MemoryBasicVlmInformation MemoryRegionInformation

typedef struct _MEMORY_REGION_INFORMATION {
    PVOID AllocationBase;
    ULONG AllocationProtect;
    __extension__ union {
        ULONG RegionType;
        __extension__ struct {
            ULONG Private : 1;
            ULONG MappedDataFile : 1;
            ULONG MappedImage : 1;
            ULONG MappedPageFile : 1;
            ULONG MappedPhysical : 1;
            ULONG DirectMapped : 1;
            ULONG Reserved : 26;
        };
    };
    SIZE_T RegionSize;
    SIZE_T CommitSize;
    ULONG_PTR PartitionId;
    ULONG_PTR NodePreference;
} MEMORY_REGION_INFORMATION, *PMEMORY_REGION_INFORMATION;

typedef struct _MEMORY_IMAGE_INFORMATION {
    PVOID ImageBase;
    SIZE_T SizeOfImage;
    __extension__ union {
        ULONG ImageFlags;
        __extension__ struct {
            ULONG ImagePartialMap : 1;
            ULONG ImageNotExecutable : 1;
            ULONG ImageSigningLevel : 4;
            ULONG ImageReserved : 26;
        };
    };
} MEMORY_IMAGE_INFORMATION, *PMEMORY_IMAGE_INFORMATION;

typedef struct _MEMORY_WORKING_SET_EX_BLOCK {
    ULONG_PTR Valid : 1;
    ULONG_PTR ShareCount : 3;
    ULONG_PTR Win32Protection : 11;
    ULONG_PTR Shared : 1;
    ULONG_PTR Node : 6;
    ULONG_PTR Locked : 1;
    ULONG_PTR LargePage : 1;
    ULONG_PTR Reserved : 40;
} MEMORY_WORKING_SET_EX_BLOCK;

typedef struct _MEMORY_WORKING_SET_EX_INFORMATION {
    PVOID VirtualAddress;
    __extension__ union {
        MEMORY_WORKING_SET_EX_BLOCK VirtualAttributes;
        ULONG_PTR Flags;
    };
} MEMORY_WORKING_SET_EX_INFORMATION, *PMEMORY_WORKING_SET_EX_INFORMATION;

typedef enum _SECTION_INHERIT { ViewShare = 1, ViewUnmap = 2 } SECTION_INHERIT;

typedef enum _SECTION_INFORMATION_CLASS { SectionBasicInformation, SectionImageInformation } SECTION_INFORMATION_CLASS;

typedef struct _SECTION_BASIC_INFORMATION {
    PVOID BaseAddress;
    ULONG Attributes;
    LARGE_INTEGER Size;
} SECTION_BASIC_INFORMATION, *PSECTION_BASIC_INFORMATION;

typedef struct _SECTION_IMAGE_INFORMATION {
    PVOID TransferAddress;
    ULONG ZeroBits;
    SIZE_T MaximumStackSize;
    SIZE_T CommittedStackSize;
    ULONG SubSystemType;
    WORD MinorSubsystemVersion;
    WORD MajorSubsystemVersion;
    WORD MajorOperatingSystemVersion;
    WORD MinorOperatingSystemVersion;
    WORD ImageCharacteristics;
    WORD DllCharacteristics;
    WORD Machine;
    BOOLEAN ImageContainsCode;
    UCHAR ImageFlags;
    ULONG LoaderFlags;
    ULONG ImageFileSize;
    ULONG CheckSum;
} SECTION_IMAGE_INFORMATION, *PSECTION_IMAGE_INFORMATION;

typedef enum _VIRTUAL_MEMORY_INFORMATION_CLASS {
    VmPrefetchInformation,
    VmPagePriorityInformation,
    VmCfgCallTargetInformation,
    VmPageDirtyStateInformation,
    VmImageHotPatchInformation,
    VmPhysicalContiguityInformation,
    VmVirtualMachinePrepopulateInformation,
    VmRemoveFromWorkingSetInformation
} VIRTUAL_MEMORY_INFORMATION_CLASS;

typedef struct _MEMORY_RANGE_ENTRY {
    PVOID VirtualAddress;
    SIZE_T NumberOfBytes;
} MEMORY_RANGE_ENTRY, *PMEMORY_RANGE_ENTRY;

STRATA_VM_ASSERT(sizeof(OBJECT_ATTRIBUTES) == 48, "OBJECT_ATTRIBUTES");
STRATA_VM_ASSERT(sizeof(IO_STATUS_BLOCK) == 16, "IO_STATUS_BLOCK");
STRATA_VM_ASSERT(sizeof(MEMORY_REGION_INFORMATION) == 48, "MEMORY_REGION_INFORMATION");
STRATA_VM_ASSERT(sizeof(MEMORY_IMAGE_INFORMATION) == 24, "MEMORY_IMAGE_INFORMATION");
STRATA_VM_ASSERT(sizeof(MEMORY_WORKING_SET_EX_INFORMATION) == 16, "MEMORY_WORKING_SET_EX_INFORMATION");
STRATA_VM_ASSERT(sizeof(SECTION_BASIC_INFORMATION) == 24, "SECTION_BASIC_INFORMATION");
STRATA_VM_ASSERT(sizeof(SECTION_IMAGE_INFORMATION) == 64, "SECTION_IMAGE_INFORMATION");

#define MEM_EXECUTE_OPTION_DISABLE 0x01

STRATA_VM_BEGIN

NTSTATUS NTAPI NtAllocateVirtualMemory(
    HANDLE process, PVOID *address, ULONG_PTR zeroBits, SIZE_T *size, ULONG type, ULONG protection);
NTSTATUS NTAPI NtAllocateVirtualMemoryEx(
    HANDLE process, PVOID *address, SIZE_T *size, ULONG type, ULONG protection, MEM_EXTENDED_PARAMETER *parameters, ULONG count);
NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE process, PVOID *address, SIZE_T *size, ULONG type);
NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE process, PVOID *address, SIZE_T *size, ULONG protection, ULONG *old);
NTSTATUS NTAPI NtQueryVirtualMemory(
    HANDLE process, LPCVOID address, MEMORY_INFORMATION_CLASS kind, PVOID buffer, SIZE_T length, SIZE_T *written);
NTSTATUS NTAPI NtLockVirtualMemory(HANDLE process, PVOID *address, SIZE_T *size, ULONG type);
NTSTATUS NTAPI NtUnlockVirtualMemory(HANDLE process, PVOID *address, SIZE_T *size, ULONG type);
NTSTATUS NTAPI NtFlushVirtualMemory(HANDLE process, LPCVOID *address, SIZE_T *size, IO_STATUS_BLOCK *status);
NTSTATUS NTAPI NtReadVirtualMemory(HANDLE process, const void *address, void *buffer, SIZE_T size, SIZE_T *count);
NTSTATUS NTAPI NtWriteVirtualMemory(HANDLE process, void *address, const void *buffer, SIZE_T size, SIZE_T *count);
NTSTATUS NTAPI NtGetWriteWatch(
    HANDLE process, ULONG flags, PVOID base, SIZE_T size, PVOID *addresses, ULONG_PTR *count, ULONG *granularity);
NTSTATUS NTAPI NtResetWriteWatch(HANDLE process, PVOID base, SIZE_T size);
NTSTATUS NTAPI NtSetInformationVirtualMemory(
    HANDLE process, VIRTUAL_MEMORY_INFORMATION_CLASS kind, ULONG_PTR count, PMEMORY_RANGE_ENTRY ranges, PVOID information,
    ULONG length);

NTSTATUS NTAPI NtCreateSection(
    HANDLE *section, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes, const LARGE_INTEGER *size, ULONG protection,
    ULONG type, HANDLE file);
NTSTATUS NTAPI NtCreateSectionEx(
    HANDLE *section, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes, const LARGE_INTEGER *size, ULONG protection,
    ULONG type, HANDLE file, MEM_EXTENDED_PARAMETER *parameters, ULONG count);
NTSTATUS NTAPI NtOpenSection(HANDLE *section, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes);
NTSTATUS NTAPI NtMapViewOfSection(
    HANDLE section, HANDLE process, PVOID *address, ULONG_PTR zeroBits, SIZE_T commitSize, const LARGE_INTEGER *offset,
    SIZE_T *size, SECTION_INHERIT inherit, ULONG type, ULONG protection);
NTSTATUS NTAPI NtMapViewOfSectionEx(
    HANDLE section, HANDLE process, PVOID *address, const LARGE_INTEGER *offset, SIZE_T *size, ULONG type, ULONG protection,
    MEM_EXTENDED_PARAMETER *parameters, ULONG count);
NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE process, PVOID address);
NTSTATUS NTAPI NtUnmapViewOfSectionEx(HANDLE process, PVOID address, ULONG flags);
NTSTATUS NTAPI NtExtendSection(HANDLE section, LARGE_INTEGER *size);
NTSTATUS NTAPI NtQuerySection(
    HANDLE section, SECTION_INFORMATION_CLASS kind, void *buffer, SIZE_T length, SIZE_T *written);
NTSTATUS NTAPI NtAreMappedFilesTheSame(PVOID first, PVOID second);

NTSTATUS NTAPI NtAllocateUserPhysicalPages(HANDLE process, ULONG_PTR *count, ULONG_PTR *frames);
NTSTATUS NTAPI NtMapUserPhysicalPages(PVOID address, ULONG_PTR count, ULONG_PTR *frames);
NTSTATUS NTAPI NtMapUserPhysicalPagesScatter(PVOID *addresses, ULONG_PTR count, ULONG_PTR *frames);
NTSTATUS NTAPI NtFreeUserPhysicalPages(HANDLE process, ULONG_PTR *count, ULONG_PTR *frames);

/// Reads and writes at an offset, or where the file is when there is none. Every call ends at once; events are set when it has.
typedef void(NTAPI *PIO_APC_ROUTINE)(PVOID context, PIO_STATUS_BLOCK status, ULONG reserved);
NTSTATUS NTAPI NtReadFile(
    HANDLE file, HANDLE event, PIO_APC_ROUTINE routine, PVOID context, PIO_STATUS_BLOCK status, PVOID buffer, ULONG length,
    PLARGE_INTEGER offset, PULONG key);
NTSTATUS NTAPI NtWriteFile(
    HANDLE file, HANDLE event, PIO_APC_ROUTINE routine, PVOID context, PIO_STATUS_BLOCK status, const void *buffer, ULONG length,
    PLARGE_INTEGER offset, PULONG key);

NTSTATUS NTAPI NtClose(HANDLE handle);
void NTAPI RtlInitUnicodeString(PUNICODE_STRING string, LPCWSTR text);

STRATA_VM_END

#endif
