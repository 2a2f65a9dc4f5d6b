/* What the machine and the system are: the page that every process can read, and the calls that tell the same. */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static BOOLEAN features[PROCESSOR_FEATURE_MAX];
static XSTATE_CONFIGURATION states;
static WORD processor_level, processor_revision;

#if defined(__x86_64__)
static void read_processor(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return;
    const unsigned family = (a >> 8) & 15, model = (a >> 4) & 15;
    processor_level = (WORD)(family == 15 ? family + ((a >> 20) & 255) : family);
    processor_revision = (WORD)((model | (family >= 6 ? (a >> 12) & 0xF0 : 0)) << 8 | (a & 15));
    const struct {
        unsigned word, bit, feature;
    } known[] = {
        {d, 4, PF_RDTSC_INSTRUCTION_AVAILABLE}, {d, 6, PF_PAE_ENABLED}, {d, 8, PF_COMPARE_EXCHANGE_DOUBLE},
        {d, 23, PF_MMX_INSTRUCTIONS_AVAILABLE}, {d, 25, PF_XMMI_INSTRUCTIONS_AVAILABLE},
        {d, 26, PF_XMMI64_INSTRUCTIONS_AVAILABLE}, {c, 0, PF_SSE3_INSTRUCTIONS_AVAILABLE},
        {c, 9, PF_SSSE3_INSTRUCTIONS_AVAILABLE}, {c, 13, PF_COMPARE_EXCHANGE128}, {c, 19, PF_SSE4_1_INSTRUCTIONS_AVAILABLE},
        {c, 20, PF_SSE4_2_INSTRUCTIONS_AVAILABLE}, {c, 27, PF_XSAVE_ENABLED}, {c, 30, PF_RDRAND_INSTRUCTION_AVAILABLE},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        features[known[i].feature] = (known[i].word >> known[i].bit) & 1;
    features[PF_NX_ENABLED] = TRUE;
    unsigned extended = 0;
    if (__get_cpuid(0x80000001, &a, &b, &extended, &d))
        features[PF_RDTSCP_INSTRUCTION_AVAILABLE] = (d >> 27) & 1;
    if (!features[PF_XSAVE_ENABLED])
        return;

    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    DWORD64 enabled = (DWORD64)high << 32 | low;
    /* Some states are only for processes that asked the host for them: the tiles of AMX, with their configuration. */
    unsigned long permitted;
    if (syscall(SYS_arch_prctl, 0x1022, &permitted) == 0) {
        if (!(permitted >> 18 & 1))
            permitted &= ~(1ul << 17);
        enabled &= permitted;
    } else {
        enabled &= 0xFF;
    }
    features[PF_AVX_INSTRUCTIONS_AVAILABLE] = (c >> 28 & 1) && (enabled & 6) == 6;
    unsigned seven = 0;
    if (__get_cpuid_count(7, 0, &a, &seven, &extended, &d)) {
        features[PF_AVX2_INSTRUCTIONS_AVAILABLE] = features[PF_AVX_INSTRUCTIONS_AVAILABLE] && (seven >> 5 & 1);
        features[PF_AVX512F_INSTRUCTIONS_AVAILABLE] = (enabled & 0xE6) == 0xE6 && (seven >> 16 & 1);
        features[PF_RDWRFSGSBASE_AVAILABLE] = seven & 1;
    }
    states.EnabledFeatures = states.EnabledVolatileFeatures = enabled;
    unsigned compaction = 0;
    if (__get_cpuid_count(13, 1, &compaction, &b, &extended, &d)) {
        states.OptimizedSave = compaction & 1;
        states.CompactionEnabled = compaction >> 1 & compaction & 1;
    }
    /* The floating-point state and the registers of SSE lie in the legacy area. */
    states.Features[0] = (XSTATE_FEATURE) {0, 160};
    states.Features[1] = (XSTATE_FEATURE) {160, 256};
    /* The legacy area and the header. */
    states.Size = 512 + 64;
    for (unsigned i = 2; i < MAXIMUM_XSTATE_FEATURES - 1; i++) {
        if ((enabled >> i & 1) && __get_cpuid_count(13, i, &a, &b, &extended, &d)) {
            states.Features[i] = (XSTATE_FEATURE) {b, a};
            if (a + b > states.Size)
                states.Size = a + b;
            if (extended & 2)
                states.AlignedFeatures |= (DWORD64)1 << i;
        }
    }
    states.AllFeatureSize = states.Size;
    for (unsigned i = 0; i < MAXIMUM_XSTATE_FEATURES; i++)
        states.AllFeatures[i] = states.Features[i].Size;
}
#else
static void read_processor(void)
{
    features[PF_ARM_VFP_32_REGISTERS_AVAILABLE] = TRUE;
    features[PF_ARM_NEON_INSTRUCTIONS_AVAILABLE] = TRUE;
    features[PF_ARM_V8_INSTRUCTIONS_AVAILABLE] = TRUE;
    features[PF_NX_ENABLED] = TRUE;
}
#endif

static ULONG physical_pages(void)
{
    struct sysinfo host;
    if (sysinfo(&host) != 0)
        return 0;
    const ULONG64 pages = (ULONG64)host.totalram * host.mem_unit / 0x1000;
    return pages > 0xFFFFFFFF ? 0xFFFFFFFF : (ULONG)pages;
}

void strata_vm_fill_shared_data(void *page)
{
    read_processor();
    const PPEB process = RtlGetCurrentPeb();
    KUSER_SHARED_DATA *const data = page;
    static const char root[] = "C:\\Windows";
    for (size_t i = 0; i < sizeof root; i++)
        data->NtSystemRoot[i] = (WCHAR)root[i];
    data->LargePageMinimum = 0x200000;
    data->NtBuildNumber = process->OSBuildNumber;
    data->NtMajorVersion = process->OSMajorVersion;
    data->NtMinorVersion = process->OSMinorVersion;
    data->NtProductType = 1;
    data->ProductTypeIsValid = TRUE;
#if defined(__x86_64__)
    data->NativeProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
    data->ImageNumberLow = data->ImageNumberHigh = IMAGE_FILE_MACHINE_AMD64;
#else
    data->NativeProcessorArchitecture = PROCESSOR_ARCHITECTURE_ARM64;
    data->ImageNumberLow = data->ImageNumberHigh = IMAGE_FILE_MACHINE_ARM64;
#endif
    memcpy(data->ProcessorFeatures, features, sizeof features);
    data->NumberOfPhysicalPages = physical_pages();
    data->QpcFrequency = 10000000;
    data->ActiveProcessorCount = process->NumberOfProcessors;
    data->UnparkedProcessorCount = (USHORT)process->NumberOfProcessors;
    data->ActiveGroupCount = 1;
    data->XState = states;
}

BOOL WINAPI IsProcessorFeaturePresent(DWORD feature) { return feature < PROCESSOR_FEATURE_MAX && features[feature]; }

DWORD64 WINAPI GetEnabledXStateFeatures(void) { return states.EnabledFeatures | states.EnabledSupervisorFeatures; }
ULONG64 NTAPI RtlGetEnabledExtendedFeatures(ULONG64 mask) { return GetEnabledXStateFeatures() & mask; }

NTSTATUS NTAPI NtQuerySystemInformation(SYSTEM_INFORMATION_CLASS kind, PVOID buffer, ULONG length, PULONG written)
{
    const PPEB process = RtlGetCurrentPeb();
    union {
        SYSTEM_BASIC_INFORMATION basic;
        SYSTEM_CPU_INFORMATION processor;
    } information;
    memset(&information, 0, sizeof information);
    ULONG needed;
    switch ((ULONG)kind) {
    case SystemBasicInformation:
    case SystemEmulationBasicInformation:
    case SystemNativeBasicInformation:
        needed = sizeof information.basic;
        information.basic.KeMaximumIncrement = 156250;
        information.basic.PageSize = 0x1000;
        information.basic.MmNumberOfPhysicalPages = physical_pages();
        information.basic.MmLowestPhysicalPage = 1;
        information.basic.MmHighestPhysicalPage = information.basic.MmNumberOfPhysicalPages;
        information.basic.AllocationGranularity = 0x10000;
        information.basic.LowestUserAddress = (PVOID)0x10000;
        information.basic.HighestUserAddress = (PVOID)0x7FFFFFFEFFFF;
        information.basic.ActiveProcessorsAffinityMask = process->ActiveProcessAffinityMask;
        information.basic.NumberOfProcessors = (BYTE)process->NumberOfProcessors;
        break;
    case SystemCpuInformation:
        needed = sizeof information.processor;
#if defined(__x86_64__)
        information.processor.ProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
#else
        information.processor.ProcessorArchitecture = PROCESSOR_ARCHITECTURE_ARM64;
#endif
        information.processor.ProcessorLevel = processor_level;
        information.processor.ProcessorRevision = processor_revision;
        information.processor.MaximumProcessors = (WORD)process->NumberOfProcessors;
        break;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
    if (written != NULL && !host_copy(written, &needed, sizeof needed))
        return STATUS_ACCESS_VIOLATION;
    if (length < needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!host_copy(buffer, &information, needed))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetNativeSystemInformation(SYSTEM_INFORMATION_CLASS kind, PVOID buffer, ULONG length, PULONG written)
{
    return NtQuerySystemInformation(kind, buffer, length, written);
}

NTSTATUS NTAPI NtQueryInformationProcess(HANDLE process, PROCESSINFOCLASS kind, PVOID buffer, ULONG length, PULONG written)
{
    switch ((ULONG)kind) {
    case ProcessBasicInformation: break;
    case ProcessQuotaLimits: return strata_vm_query_quota(process, buffer, length, written);
    case ProcessVmCounters: return strata_vm_query_counters(process, buffer, length, written);
    default: return STATUS_INVALID_INFO_CLASS;
    }
    if (!strata_vm_is_this_process(process))
        return STATUS_INVALID_HANDLE;
    if (length != sizeof(PROCESS_BASIC_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    const PTEB block = NtCurrentTeb();
    PROCESS_BASIC_INFORMATION information;
    memset(&information, 0, sizeof information);
    information.ExitStatus = STILL_ACTIVE;
    information.PebBaseAddress = block->ProcessEnvironmentBlock;
    information.AffinityMask = block->ProcessEnvironmentBlock->ActiveProcessAffinityMask;
    information.BasePriority = 8;
    information.UniqueProcessId = (ULONG_PTR)block->ClientId.UniqueProcess;
    information.InheritedFromUniqueProcessId = (ULONG_PTR)getppid();
    if (!host_copy(buffer, &information, sizeof information))
        return STATUS_ACCESS_VIOLATION;
    const ULONG size = sizeof information;
    if (written != NULL && !host_copy(written, &size, sizeof size))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

/* Of the documented classes there is nothing else to set: what they change is of other processors. */
NTSTATUS NTAPI NtSetInformationProcess(HANDLE process, PROCESSINFOCLASS kind, PVOID buffer, ULONG length)
{
    if (kind == ProcessQuotaLimits)
        return strata_vm_set_quota(process, buffer, length);
    if (kind == ProcessManageWritesToExecutableMemory)
        return strata_vm_is_this_process(process) ? STATUS_NOT_SUPPORTED : STATUS_INVALID_HANDLE;
    return STATUS_INVALID_INFO_CLASS;
}

NTSTATUS NTAPI NtSetInformationThread(HANDLE thread, THREADINFOCLASS kind, LPCVOID buffer, ULONG length)
{
    (void)thread;
    (void)buffer;
    (void)length;
    return kind == ThreadManageWritesToExecutableMemory ? STATUS_NOT_SUPPORTED : STATUS_INVALID_INFO_CLASS;
}
