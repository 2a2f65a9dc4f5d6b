/// What the Guard was told to do.
public struct GuardSettings: Codable, Hashable, Sendable {
    public enum Task: String, Codable, Hashable, Sendable {
        case program
        case shell
        case selftest
        case benchmark
    }

    public enum Services: String, Codable, Hashable, Sendable {
        case strata
        case firmware
    }

    public var task: Task
    public var program: String?
    public var arguments: String
    public var services: Services
}

/// The memory that the Guard took from the firmware.
public struct GuardArena: Codable, Hashable, Sendable {
    public var start: HexadecimalWord
    public var pages: UInt64
}

/// The program is loaded.
public struct GuardedProgram: Codable, Hashable, Sendable {
    public var base: HexadecimalWord?
    public var byteCount: UInt64?
}

/// How the program's use of the memory services ended.
public struct ProgramEnd: Codable, Hashable, Sendable {
    public enum How: String, Codable, Hashable, Sendable {
        /// It left the firmware: an operating system has the machine.
        case exitBootServices

        /// It returned, or called Exit.
        case returned

        /// It reset the machine or switched it off.
        case reset
    }

    public var how: How

    /// The `EFI_STATUS` that it gave.
    public var status: HexadecimalWord?
}

/// What was asked of one service.
public struct ServiceUse: Codable, Hashable, Sendable {
    /// The name in the specification.
    public var name: String
    public var calls: UInt64

    /// Calls that were answered with an error; a GetMemoryMap that asks for the size is one.
    public var failures: UInt64

    /// Calls that the firmware answered, because they were about memory of its own.
    public var forwarded: UInt64

    /// The bytes that were asked for with success.
    public var bytes: UInt64
}

/// What stood in Strata's memory.
public struct GuardMemoryUse: Codable, Hashable, Sendable {
    /// The most pages in use at one time, the services' own among them.
    public var peakPages: UInt64

    /// Pages in use at the end, the services' own among them.
    public var livePages: UInt64

    /// Pages that the services' own bookkeeping takes at the end.
    public var bookkeepingPages: UInt64

    /// Blocks of pool that were not given back, and their bytes.
    public var livePoolBlocks: UInt64
    public var livePoolBytes: UInt64

    /// The allocations and free stretches of Strata's memory, and the most there were at one time.
    public var extents: UInt64
    public var peakExtents: UInt64

    /// Allocations that were refused because the program was leaving the firmware.
    public var refusedWhileExiting: UInt64
}

/// A row of the benchmark in the firmware.
public struct GuardBenchmarkRow: Codable, Hashable, Sendable {
    public var name: String

    /// The descriptors in the map while it was measured.
    public var firmwareDescriptors: UInt64
    public var strataDescriptors: UInt64

    public var operations: UInt64

    /// Picoseconds an operation by the machine's counter.
    public var firmwarePicoseconds: UInt64
    public var strataPicoseconds: UInt64
}

/// What came of the self-test.
public struct GuardSelfTest: Codable, Hashable, Sendable {
    public var calls: UInt64
    public var seed: UInt64

    /// The first call whose outcome was not the model's, counted from 1; nil where there was none.
    public var mismatch: UInt64?
    public var message: String?
}
