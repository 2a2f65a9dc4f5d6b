// swift-tools-version: 6.3
import PackageDescription

/// One package, three builds:
///
/// - hosted (the default): the libraries, the command line and the tests;
/// - `STRATA_BARE_METAL=1`: the same libraries as Embedded Swift, with the images under `Boot/`
///   (see `Boot/Toolsets/` for the flags of each architecture);
/// - `STRATA_FUZZ=1`: the libraries and the fuzz drivers under `Fuzz/`, instrumented for libFuzzer.
let isBareMetal = Context.environment["STRATA_BARE_METAL"] == "1"
let isFuzzing = Context.environment["STRATA_FUZZ"] == "1"

/// Every Swift target: strict memory safety, and no warning survives.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
]

/// The core compiles for both worlds; on bare metal as Embedded Swift.
let core: [SwiftSetting] =
    strict + (isBareMetal ? [.enableExperimentalFeature("Embedded")] : [])
    + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

let coreTargets: [Target] = [
    .target(name: "MemoryMap", swiftSettings: core),
    .target(name: "MemoryReport", dependencies: ["MemoryMap"], swiftSettings: core),
    .target(name: "KernelMemory", dependencies: ["MemoryMap"], swiftSettings: core),
    .target(name: "UEFIStatus", swiftSettings: core),
    .target(name: "UEFIMemory", dependencies: ["MemoryMap", "UEFIStatus"], swiftSettings: core),
    .target(name: "CBootInfo"),
    .target(name: "BootHandoff", dependencies: ["MemoryMap"], swiftSettings: core),
    .target(name: "ExecutableImage", dependencies: ["MemoryMap"], swiftSettings: core),
    .target(name: "MemoryGuard", dependencies: ["MemoryMap", "UEFIMemory"], swiftSettings: core),
    .target(name: "FirmwareTables", dependencies: ["MemoryMap"], swiftSettings: core),
    .target(name: "Display", dependencies: ["MemoryMap", "MemoryReport"], swiftSettings: core),
    .target(name: "PageReplacement", swiftSettings: core),
    .target(name: "GuestLayout", dependencies: ["MemoryMap"], swiftSettings: core),
    .target(name: "GuestBoot", dependencies: ["GuestLayout", "MemoryMap"], swiftSettings: core),
    .target(
        name: "KernelBoot", dependencies: ["MemoryMap", "MemoryReport", "KernelMemory", "BootHandoff", "ExecutableImage"],
        swiftSettings: core),
    .target(name: "VirtualMemory", dependencies: ["MemoryMap"], swiftSettings: core),
]

let bareMetalTargets: [Target] = [
    .target(name: "CRuntime", path: "Boot/CRuntime"),
    .target(name: "CArch", path: "Boot/Arch"),
    .target(name: "CUEFI", path: "Boot/CUEFI"),
    .target(name: "CLoaderEntry", dependencies: ["CUEFI"], path: "Boot/LoaderEntry"),
    .target(name: "CKernelEntry", path: "Boot/KernelEntry"),
    .target(
        name: "Machine", dependencies: ["CArch", "MemoryMap", "MemoryReport", "KernelMemory", "BootHandoff"],
        path: "Boot/Machine", swiftSettings: core),
    .target(name: "UEFI", dependencies: ["CUEFI", "MemoryMap", "UEFIStatus"], path: "Boot/UEFI", swiftSettings: core),
    .target(
        name: "FirmwareConsole",
        dependencies: ["BootHandoff", "FirmwareTables", "Machine", "MemoryMap", "MemoryReport", "UEFI", "UEFIStatus"],
        path: "Boot/FirmwareConsole", swiftSettings: core),
    .executableTarget(
        name: "Loader",
        dependencies: [
            "CRuntime", "CLoaderEntry", "CArch", "Machine", "UEFI", "FirmwareConsole", "MemoryMap", "MemoryReport",
            "KernelMemory", "KernelBoot", "BootHandoff", "ExecutableImage", "FirmwareTables", "UEFIStatus",
        ],
        path: "Boot/Loader", swiftSettings: core),
    .target(name: "CGuardEntry", dependencies: ["CUEFI"], path: "Boot/GuardEntry"),
    .executableTarget(
        name: "Guard",
        dependencies: [
            "CRuntime", "CGuardEntry", "CArch", "Machine", "UEFI", "FirmwareConsole", "MemoryMap", "MemoryReport",
            "KernelMemory", "BootHandoff", "MemoryGuard", "UEFIMemory", "UEFIStatus",
        ],
        path: "Boot/Guard", swiftSettings: core),
    .executableTarget(
        name: "Kernel",
        dependencies: [
            "CRuntime", "CKernelEntry", "CArch", "Machine", "UEFI", "MemoryMap", "MemoryReport", "KernelMemory", "BootHandoff",
            "Display", "KernelBoot", "ExecutableImage", "UEFIStatus",
        ],
        path: "Boot/Kernel", swiftSettings: core),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let hostedTargets: [Target] = [
    .target(name: "HostFiles", dependencies: [system], swiftSettings: strict),
    .target(name: "CHostMemory"),
    .target(
        name: "HostVirtualMemory", dependencies: ["CHostMemory", "MemoryMap", "VirtualMemory", system], swiftSettings: strict),
    .target(name: "CStrataVM", dependencies: ["CHostMemory"]),
    .target(
        name: "StrataVM", dependencies: ["CStrataVM", "CHostMemory", "HostVirtualMemory", "MemoryMap", "VirtualMemory", system],
        swiftSettings: strict),
    .target(name: "PagingSimulation", dependencies: ["PageReplacement"], swiftSettings: strict),
    .target(name: "MapFormats", dependencies: ["FirmwareTables", "MemoryMap", "MemoryReport"], swiftSettings: strict),
    .target(name: "MapAnalysis", dependencies: ["MapFormats", "MemoryMap", "MemoryReport"], swiftSettings: strict),
    .target(
        name: "MapDrawing", dependencies: ["MapFormats", "MemoryMap", "MemoryReport", mustache], swiftSettings: strict),
    .target(
        name: "SimulatedMachine", dependencies: ["MemoryMap", "KernelMemory", "PageReplacement", system], swiftSettings: strict),
    .target(
        name: "MachineRunner",
        dependencies: [
            "MemoryMap", "MemoryReport", "BootHandoff", "ExecutableImage", "HostFiles", "SimulatedBoot", "UEFIStatus", system,
            .product(name: "Subprocess", package: "swift-subprocess"),
        ],
        swiftSettings: strict),
    .target(
        name: "SimulatedBoot",
        dependencies: [
            "MemoryMap", "MemoryReport", "UEFIMemory", "UEFIStatus", "KernelMemory", "KernelBoot", "BootHandoff",
            "ExecutableImage", "SimulatedMachine",
        ],
        swiftSettings: strict),
    .target(
        name: "SimulatedProcess",
        dependencies: ["MemoryMap", "KernelMemory", "PageReplacement", "SimulatedMachine", "VirtualMemory"],
        swiftSettings: strict),
    .target(
        name: "GuestImage",
        dependencies: ["GuestBoot", "GuestLayout", "HostFiles", "MachineRunner", "MapFormats", "MemoryMap", system],
        swiftSettings: strict),
    .executableTarget(
        name: "elf2efi", dependencies: ["ExecutableImage", "HostFiles", argumentParser, system], swiftSettings: strict),
    .executableTarget(
        name: "strata",
        dependencies: [
            "MemoryMap", "MemoryReport", "BootHandoff", "MachineRunner", "HostFiles", "PageReplacement", "PagingSimulation",
            "MapFormats", "MapAnalysis", "MapDrawing", "GuestLayout", "GuestBoot", "GuestImage", argumentParser,
            system,
            .product(name: "Subprocess", package: "swift-subprocess"),
            .product(name: "Rainbow", package: "Rainbow"),
        ],
        swiftSettings: strict),
    .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),
    .testTarget(
        name: "MapFormatsTests", dependencies: ["MapFormats", "MemoryMap", "SeededRandom"],
        swiftSettings: strict),
    .testTarget(
        name: "MapAnalysisTests", dependencies: ["MapAnalysis", "MapFormats", "MemoryMap", "SeededRandom"], swiftSettings: strict),
    .testTarget(
        name: "MapDrawingTests",
        dependencies: [
            "MapDrawing", "MapFormats", "MemoryMap", "MemoryReport", "SeededRandom", system,
            .product(name: "Subprocess", package: "swift-subprocess"),
        ],
        swiftSettings: strict),
    .testTarget(name: "MemoryMapTests", dependencies: ["SeededRandom", "MemoryMap"], swiftSettings: strict),
    .testTarget(name: "MemoryReportTests", dependencies: ["SeededRandom", "MemoryReport", "MemoryMap"], swiftSettings: strict),
    .testTarget(
        name: "KernelMemoryTests", dependencies: ["SeededRandom", "KernelMemory", "SimulatedMachine", "MemoryMap"],
        swiftSettings: strict),
    .target(
        name: "PagingTestSupport", dependencies: ["SimulatedMachine", system], path: "Tests/PagingTestSupport",
        swiftSettings: strict),
    .testTarget(
        name: "PagedMemoryTests",
        dependencies: [
            "SeededRandom", "PagingTestSupport", "SimulatedMachine", "PageReplacement", "KernelMemory", "MemoryMap", system,
        ],
        swiftSettings: strict),
    .testTarget(
        name: "UEFIMemoryTests", dependencies: ["SeededRandom", "UEFIMemory", "UEFIStatus", "MemoryMap"],
        swiftSettings: strict),
    .testTarget(
        name: "BootHandoffTests", dependencies: ["SeededRandom", "BootHandoff", "CBootInfo", "MemoryMap"], swiftSettings: strict),
    .target(name: "ELFFixtures", dependencies: ["SeededRandom"], path: "Tests/ELFFixtures", swiftSettings: strict),
    .target(name: "PEFixtures", path: "Tests/PEFixtures", swiftSettings: strict),
    .testTarget(
        name: "ExecutableImageTests", dependencies: ["SeededRandom", "ExecutableImage", "ELFFixtures", "MemoryMap"],
        swiftSettings: strict),
    .testTarget(
        name: "Elf2EFITests", dependencies: ["elf2efi", "ExecutableImage", "ELFFixtures", argumentParser],
        swiftSettings: strict),
    .testTarget(
        name: "GuestLayoutTests", dependencies: ["SeededRandom", "GuestLayout", "MemoryMap"], swiftSettings: strict),
    .testTarget(
        name: "SimulatedProcessTests",
        dependencies: [
            "SeededRandom", "PagingTestSupport", "PEFixtures", "SimulatedProcess", "SimulatedMachine", "VirtualMemory",
            "KernelMemory",
            "PageReplacement", "MemoryMap", system,
        ],
        swiftSettings: strict),
    .testTarget(name: "HostFilesTests", dependencies: ["HostFiles", system], swiftSettings: strict),
    .testTarget(name: "PageReplacementTests", dependencies: ["SeededRandom", "PageReplacement"], swiftSettings: strict),
    .testTarget(
        name: "HostVirtualMemoryTests",
        dependencies: ["SeededRandom", "HostVirtualMemory", "CHostMemory", "VirtualMemory", "MemoryMap", system],
        swiftSettings: strict),
    .testTarget(
        name: "StrataVMTests",
        dependencies: [system, .product(name: "Subprocess", package: "swift-subprocess")], exclude: ["Programs"],
        swiftSettings: strict),
    .testTarget(
        name: "PagingSimulationTests", dependencies: ["SeededRandom", "PagingSimulation", "PageReplacement"],
        swiftSettings: strict),
    .testTarget(name: "FirmwareTablesTests", dependencies: ["FirmwareTables", "MemoryMap"], swiftSettings: strict),
    .testTarget(
        name: "VirtualMemoryTests", dependencies: ["SeededRandom", "PEFixtures", "VirtualMemory", "MemoryMap"],
        swiftSettings: strict),
    .testTarget(
        name: "GuestBootTests",
        dependencies: ["SeededRandom", "GuestBoot", "GuestImage", "GuestLayout", "FirmwareTables", "MemoryMap", system],
        swiftSettings: strict),
    .testTarget(
        name: "LayoutBootTests",
        dependencies: [
            "GuestBoot", "GuestImage", "GuestLayout", "MachineRunner", "MachineRunnerTestSupport", "MemoryMap", system,
        ],
        swiftSettings: strict),
    .testTarget(
        name: "DisplayTests", dependencies: ["SeededRandom", "Display", "MemoryMap", "MemoryReport"],
        swiftSettings: strict),
    .target(
        name: "MachineRunnerTestSupport", dependencies: ["MachineRunner", "MemoryMap", "MemoryReport", system],
        path: "Tests/MachineRunnerTestSupport", exclude: ["qemu.sh"], swiftSettings: strict),
    .testTarget(
        name: "MachineRunnerTests",
        dependencies: ["SeededRandom", "MachineRunner", "MachineRunnerTestSupport", "MemoryMap", system],
        swiftSettings: strict),
    .testTarget(
        name: "SimulatedBootTests", dependencies: ["MachineRunner", "ELFFixtures", "ExecutableImage", "MemoryMap", system],
        swiftSettings: strict),
    .testTarget(
        name: "BootTests", dependencies: ["MachineRunner", "MachineRunnerTestSupport", "MemoryMap", "BootHandoff", system],
        swiftSettings: strict),
    .testTarget(
        name: "GuardTests",
        dependencies: [
            "MachineRunner", "MachineRunnerTestSupport", "MemoryMap", "MemoryGuard", "UEFIMemory", "MapFormats", "BootHandoff",
            "SeededRandom", "GuestImage", system,
        ],
        swiftSettings: strict),
    .testTarget(
        name: "StrataCommandTests",
        dependencies: [
            "strata", "MachineRunner", "MachineRunnerTestSupport", system,
            .product(name: "Subprocess", package: "swift-subprocess"),
        ],
        swiftSettings: strict),
]

/// Figures, never part of the tests: each `swift run -c release NAME` prints its tables as Markdown.
let benchmarkTargets: [Target] = [
    .target(name: "CAffinity", path: "Benchmarks/CAffinity"),
    .target(
        name: "BenchmarkHarness", dependencies: ["CAffinity"], path: "Benchmarks/Harness", swiftSettings: strict,
        linkerSettings: [.linkedLibrary("m")]),
    .executableTarget(
        name: "RuntimeServicesBenchmark", dependencies: ["BenchmarkHarness", "SeededRandom", "UEFIMemory", "MemoryMap"],
        path: "Benchmarks/RuntimeServices", swiftSettings: strict),
    .executableTarget(
        name: "AddressSpaceBenchmark", dependencies: ["BenchmarkHarness", "SeededRandom", "VirtualMemory", "MemoryMap"],
        path: "Benchmarks/AddressSpace", swiftSettings: strict),
    .executableTarget(
        name: "UEFIMemoryServicesBenchmark", dependencies: ["BenchmarkHarness", "SeededRandom", "UEFIMemory", "MemoryMap"],
        path: "Benchmarks/UEFIMemoryServices", swiftSettings: strict),
    .executableTarget(
        name: "MapReadingBenchmark",
        dependencies: [
            "BenchmarkHarness", "MapFormats", "MemoryMap", "HostFiles", system,
            .product(name: "Subprocess", package: "swift-subprocess"),
        ],
        path: "Benchmarks/MapReading", exclude: ["e820_parser.py"], swiftSettings: strict),
    .executableTarget(
        name: "GuestLayoutBenchmark", dependencies: ["BenchmarkHarness", "SeededRandom", "GuestLayout", "MemoryMap"],
        path: "Benchmarks/GuestLayout", swiftSettings: strict),
    .target(name: "CHostBenchmark", dependencies: ["CStrataVM"], path: "Benchmarks/CHostBenchmark"),
    .executableTarget(
        name: "HostVirtualMemoryBenchmark",
        dependencies: [
            "BenchmarkHarness", "CHostBenchmark", "StrataVM", system, .product(name: "Subprocess", package: "swift-subprocess"),
        ],
        path: "Benchmarks/HostVirtualMemory", swiftSettings: strict, linkerSettings: [.linkedLibrary("m")]),
]

/// Linked by lld: SwiftPM names the program's own `main`, which has to win over the one in libFuzzer's archive.
let fuzzer: [LinkerSetting] = [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]

let fuzzTargets: [Target] = [
    .target(name: "MapFormats", dependencies: ["FirmwareTables", "MemoryMap", "MemoryReport"], swiftSettings: core),
    .target(name: "CLibFuzzer", path: "Fuzz/CLibFuzzer"),
    .target(name: "FuzzDriver", dependencies: ["CLibFuzzer"], path: "Fuzz/FuzzDriver", swiftSettings: strict),
    .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),
    .target(name: "ELFFixtures", dependencies: ["SeededRandom"], path: "Tests/ELFFixtures", swiftSettings: strict),
    .target(name: "PEFixtures", path: "Tests/PEFixtures", swiftSettings: strict),
    .executableTarget(
        name: "FuzzSeeds", dependencies: ["ELFFixtures", "PEFixtures"], path: "Fuzz/FuzzSeeds", swiftSettings: strict),
    .executableTarget(
        name: "FuzzELFImage", dependencies: ["FuzzDriver", "ExecutableImage", "MemoryMap"], path: "Fuzz/FuzzELFImage",
        swiftSettings: core, linkerSettings: fuzzer),
    .executableTarget(
        name: "FuzzMemoryMap", dependencies: ["FuzzDriver", "MemoryMap"], path: "Fuzz/FuzzMemoryMap",
        swiftSettings: core, linkerSettings: fuzzer),
    .target(
        name: "MapPromises", dependencies: ["FuzzDriver", "MapFormats", "MemoryMap", "MemoryReport"], path: "Fuzz/MapPromises",
        swiftSettings: strict),
    .executableTarget(
        name: "FuzzMapText", dependencies: ["FuzzDriver", "MapPromises", "MapFormats"], path: "Fuzz/FuzzMapText",
        swiftSettings: core, linkerSettings: fuzzer),
    .executableTarget(
        name: "FuzzMapBinary", dependencies: ["FuzzDriver", "MapPromises", "MapFormats"], path: "Fuzz/FuzzMapBinary",
        swiftSettings: core, linkerSettings: fuzzer),
    .executableTarget(
        name: "FuzzPEImage", dependencies: ["FuzzDriver", "VirtualMemory", "MemoryMap"], path: "Fuzz/FuzzPEImage",
        swiftSettings: core, linkerSettings: fuzzer),
]

let package = Package(
    name: "strata",
    products: isBareMetal || isFuzzing
        ? []
        : [
            .library(name: "MemoryMap", targets: ["MemoryMap"]),
            .library(name: "BootHandoff", targets: ["BootHandoff"]),
            .library(name: "CBootInfo", targets: ["CBootInfo"]),
            .library(name: "KernelMemory", targets: ["KernelMemory"]),
            .library(name: "UEFIMemory", targets: ["UEFIMemory", "UEFIStatus"]),
            .library(name: "GuestLayout", targets: ["GuestLayout", "GuestBoot"]),
            .library(name: "VirtualMemory", targets: ["VirtualMemory"]),
            .library(name: "MapFormats", targets: ["MapFormats", "MapAnalysis", "MapDrawing"]),
            .library(name: "strata-vm", type: .dynamic, targets: ["StrataVM"]),
            .executable(name: "strata", targets: ["strata"]),
            .executable(name: "elf2efi", targets: ["elf2efi"]),
        ],
    dependencies: isBareMetal || isFuzzing
        ? []
        : [
            .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
            .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
            .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
            .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.0"),
            .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        ],
    targets: coreTargets + (isBareMetal ? bareMetalTargets : isFuzzing ? fuzzTargets : hostedTargets + benchmarkTargets)
)
