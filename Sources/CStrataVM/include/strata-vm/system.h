#ifndef STRATA_VM_SYSTEM_H
#define STRATA_VM_SYSTEM_H

#include "types.h"

typedef enum _SYSTEM_INFORMATION_CLASS {
    SystemBasicInformation = 0,
    SystemCpuInformation = 1,
    SystemEmulationBasicInformation = 62,
    SystemNativeBasicInformation = 114
} SYSTEM_INFORMATION_CLASS;
#define SystemProcessorInformation SystemCpuInformation

typedef struct _SYSTEM_BASIC_INFORMATION {
    ULONG Reserved;
    ULONG KeMaximumIncrement;
    ULONG PageSize;
    ULONG MmNumberOfPhysicalPages;
    ULONG MmLowestPhysicalPage;
    ULONG MmHighestPhysicalPage;
    ULONG_PTR AllocationGranularity;
    PVOID LowestUserAddress;
    PVOID HighestUserAddress;
    ULONG_PTR ActiveProcessorsAffinityMask;
    BYTE NumberOfProcessors;
} SYSTEM_BASIC_INFORMATION, *PSYSTEM_BASIC_INFORMATION;

typedef struct _SYSTEM_CPU_INFORMATION {
    WORD ProcessorArchitecture;
    WORD ProcessorLevel;
    WORD ProcessorRevision;
    WORD MaximumProcessors;
    ULONG ProcessorFeatureBits;
} SYSTEM_CPU_INFORMATION, *PSYSTEM_CPU_INFORMATION;

typedef enum _PROCESSINFOCLASS {
    ProcessBasicInformation = 0,
    ProcessQuotaLimits = 1,
    ProcessVmCounters = 3,
    ProcessManageWritesToExecutableMemory = 88
} PROCESSINFOCLASS;

typedef enum _THREADINFOCLASS {
    ThreadBasicInformation = 0,
    ThreadManageWritesToExecutableMemory = 48
} THREADINFOCLASS;

typedef struct _PROCESS_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    struct _PEB *PebBaseAddress;
    ULONG_PTR AffinityMask;
    LONG BasePriority;
    ULONG_PTR UniqueProcessId;
    ULONG_PTR InheritedFromUniqueProcessId;
} PROCESS_BASIC_INFORMATION, *PPROCESS_BASIC_INFORMATION;

/// Of the processors that tell written code from other code, which this library's are not: calls with it fail.
typedef struct _MANAGE_WRITES_TO_EXECUTABLE_MEMORY {
    ULONG Version : 8;
    ULONG ProcessEnableWriteExceptions : 1;
    ULONG ThreadAllowWrites : 1;
    ULONG Spare : 22;
    PVOID KernelWriteToExecutableSignal;
} MANAGE_WRITES_TO_EXECUTABLE_MEMORY, *PMANAGE_WRITES_TO_EXECUTABLE_MEMORY;

#define PF_COMPARE_EXCHANGE_DOUBLE 2
#define PF_MMX_INSTRUCTIONS_AVAILABLE 3
#define PF_XMMI_INSTRUCTIONS_AVAILABLE 6
#define PF_RDTSC_INSTRUCTION_AVAILABLE 8
#define PF_PAE_ENABLED 9
#define PF_XMMI64_INSTRUCTIONS_AVAILABLE 10
#define PF_NX_ENABLED 12
#define PF_SSE3_INSTRUCTIONS_AVAILABLE 13
#define PF_COMPARE_EXCHANGE128 14
#define PF_XSAVE_ENABLED 17
#define PF_ARM_VFP_32_REGISTERS_AVAILABLE 18
#define PF_ARM_NEON_INSTRUCTIONS_AVAILABLE 19
#define PF_RDWRFSGSBASE_AVAILABLE 22
#define PF_RDRAND_INSTRUCTION_AVAILABLE 28
#define PF_ARM_V8_INSTRUCTIONS_AVAILABLE 29
#define PF_RDTSCP_INSTRUCTION_AVAILABLE 32
#define PF_SSSE3_INSTRUCTIONS_AVAILABLE 36
#define PF_SSE4_1_INSTRUCTIONS_AVAILABLE 37
#define PF_SSE4_2_INSTRUCTIONS_AVAILABLE 38
#define PF_AVX_INSTRUCTIONS_AVAILABLE 39
#define PF_AVX2_INSTRUCTIONS_AVAILABLE 40
#define PF_AVX512F_INSTRUCTIONS_AVAILABLE 41
#define PROCESSOR_FEATURE_MAX 64

#define XSTATE_LEGACY_FLOATING_POINT 0
#define XSTATE_LEGACY_SSE 1
#define XSTATE_AVX 2
#define MAXIMUM_XSTATE_FEATURES 64

typedef struct _XSTATE_FEATURE {
    DWORD Offset;
    DWORD Size;
} XSTATE_FEATURE, *PXSTATE_FEATURE;

typedef struct _XSTATE_CONFIGURATION {
    DWORD64 EnabledFeatures;
    DWORD64 EnabledVolatileFeatures;
    DWORD Size;
    __extension__ union {
        DWORD ControlFlags;
        __extension__ struct {
            DWORD OptimizedSave : 1;
            DWORD CompactionEnabled : 1;
            DWORD ExtendedFeatureDisable : 1;
        };
    };
    XSTATE_FEATURE Features[MAXIMUM_XSTATE_FEATURES];
    DWORD64 EnabledSupervisorFeatures;
    DWORD64 AlignedFeatures;
    DWORD AllFeatureSize;
    DWORD AllFeatures[MAXIMUM_XSTATE_FEATURES];
    DWORD64 EnabledUserVisibleSupervisorFeatures;
    DWORD64 ExtendedFeatureDisableFeatures;
    DWORD AllNonLargeFeatureSize;
    DWORD Spare;
} XSTATE_CONFIGURATION, *PXSTATE_CONFIGURATION;

typedef struct _KSYSTEM_TIME {
    ULONG LowPart;
    LONG High1Time;
    LONG High2Time;
} KSYSTEM_TIME, *PKSYSTEM_TIME;

/// The page that every process can read at `0x7FFE0000`. What the machine and the system are is there; clocks do not run in it.
typedef struct _KUSER_SHARED_DATA {
    ULONG TickCountLowDeprecated;
    ULONG TickCountMultiplier;
    KSYSTEM_TIME InterruptTime;
    KSYSTEM_TIME SystemTime;
    KSYSTEM_TIME TimeZoneBias;
    USHORT ImageNumberLow;
    USHORT ImageNumberHigh;
    WCHAR NtSystemRoot[260];
    ULONG MaxStackTraceDepth;
    ULONG CryptoExponent;
    ULONG TimeZoneId;
    ULONG LargePageMinimum;
    ULONG AitSamplingValue;
    ULONG AppCompatFlag;
    ULONGLONG RNGSeedVersion;
    ULONG GlobalValidationRunlevel;
    LONG TimeZoneBiasStamp;
    ULONG NtBuildNumber;
    ULONG NtProductType;
    BOOLEAN ProductTypeIsValid;
    BOOLEAN Reserved0[1];
    USHORT NativeProcessorArchitecture;
    ULONG NtMajorVersion;
    ULONG NtMinorVersion;
    BOOLEAN ProcessorFeatures[PROCESSOR_FEATURE_MAX];
    ULONG Reserved1;
    ULONG Reserved3;
    ULONG TimeSlip;
    ULONG AlternativeArchitecture;
    ULONG BootId;
    LARGE_INTEGER SystemExpirationDate;
    ULONG SuiteMask;
    BOOLEAN KdDebuggerEnabled;
    UCHAR MitigationPolicies;
    USHORT CyclesPerYield;
    ULONG ActiveConsoleId;
    ULONG DismountCount;
    ULONG ComPlusPackage;
    ULONG LastSystemRITEventTickCount;
    ULONG NumberOfPhysicalPages;
    BOOLEAN SafeBootMode;
    UCHAR VirtualizationFlags;
    UCHAR Reserved12[2];
    ULONG SharedDataFlags;
    ULONG DataFlagsPad[1];
    ULONGLONG TestRetInstruction;
    LONGLONG QpcFrequency;
    ULONG SystemCall;
    ULONG Reserved2;
    ULONGLONG FullNumberOfPhysicalPages;
    ULONGLONG SystemCallPad[1];
    KSYSTEM_TIME TickCount;
    ULONG TickCountPad[1];
    ULONG Cookie;
    ULONG CookiePad[1];
    LONGLONG ConsoleSessionForegroundProcessId;
    ULONGLONG TimeUpdateLock;
    ULONGLONG BaselineSystemTimeQpc;
    ULONGLONG BaselineInterruptTimeQpc;
    ULONGLONG QpcSystemTimeIncrement;
    ULONGLONG QpcInterruptTimeIncrement;
    UCHAR QpcSystemTimeIncrementShift;
    UCHAR QpcInterruptTimeIncrementShift;
    USHORT UnparkedProcessorCount;
    ULONG EnclaveFeatureMask[4];
    ULONG TelemetryCoverageRound;
    USHORT UserModeGlobalLogger[16];
    ULONG ImageFileExecutionOptions;
    ULONG LangGenerationCount;
    ULONGLONG Reserved4;
    ULONGLONG InterruptTimeBias;
    ULONGLONG QpcBias;
    ULONG ActiveProcessorCount;
    UCHAR ActiveGroupCount;
    UCHAR Reserved9;
    USHORT QpcData;
    LARGE_INTEGER TimeZoneBiasEffectiveStart;
    LARGE_INTEGER TimeZoneBiasEffectiveEnd;
    XSTATE_CONFIGURATION XState;
} KUSER_SHARED_DATA, *PKUSER_SHARED_DATA, KSHARED_USER_DATA;

#define SharedUserData ((const KUSER_SHARED_DATA *)0x7FFE0000)

STRATA_VM_ASSERT(sizeof(SYSTEM_BASIC_INFORMATION) == 64, "SYSTEM_BASIC_INFORMATION");
STRATA_VM_ASSERT(sizeof(SYSTEM_CPU_INFORMATION) == 12, "SYSTEM_CPU_INFORMATION");
STRATA_VM_ASSERT(sizeof(PROCESS_BASIC_INFORMATION) == 48, "PROCESS_BASIC_INFORMATION");
STRATA_VM_ASSERT(sizeof(MANAGE_WRITES_TO_EXECUTABLE_MEMORY) == 16, "MANAGE_WRITES_TO_EXECUTABLE_MEMORY");
STRATA_VM_ASSERT(offsetof(KUSER_SHARED_DATA, NtSystemRoot) == 0x30, "KUSER_SHARED_DATA");
STRATA_VM_ASSERT(offsetof(KUSER_SHARED_DATA, NtMajorVersion) == 0x26C, "KUSER_SHARED_DATA");
STRATA_VM_ASSERT(offsetof(KUSER_SHARED_DATA, ProcessorFeatures) == 0x274, "KUSER_SHARED_DATA");
STRATA_VM_ASSERT(offsetof(KUSER_SHARED_DATA, NumberOfPhysicalPages) == 0x2E8, "KUSER_SHARED_DATA");
STRATA_VM_ASSERT(offsetof(KUSER_SHARED_DATA, TickCount) == 0x320, "KUSER_SHARED_DATA");
STRATA_VM_ASSERT(offsetof(KUSER_SHARED_DATA, ActiveProcessorCount) == 0x3C0, "KUSER_SHARED_DATA");
STRATA_VM_ASSERT(offsetof(KUSER_SHARED_DATA, XState) == 0x3D8, "KUSER_SHARED_DATA");

STRATA_VM_BEGIN

NTSTATUS NTAPI NtQuerySystemInformation(SYSTEM_INFORMATION_CLASS kind, PVOID buffer, ULONG length, PULONG written);
NTSTATUS NTAPI RtlGetNativeSystemInformation(SYSTEM_INFORMATION_CLASS kind, PVOID buffer, ULONG length, PULONG written);
NTSTATUS NTAPI NtQueryInformationProcess(HANDLE process, PROCESSINFOCLASS kind, PVOID buffer, ULONG length, PULONG written);
NTSTATUS NTAPI NtSetInformationProcess(HANDLE process, PROCESSINFOCLASS kind, PVOID buffer, ULONG length);
NTSTATUS NTAPI NtSetInformationThread(HANDLE thread, THREADINFOCLASS kind, LPCVOID buffer, ULONG length);
BOOL WINAPI IsProcessorFeaturePresent(DWORD feature);

/// The extended processor states that the system keeps.
DWORD64 WINAPI GetEnabledXStateFeatures(void);
ULONG64 NTAPI RtlGetEnabledExtendedFeatures(ULONG64 mask);

STRATA_VM_END

#endif
