import MemoryMap

/// The sequence that gets the final memory map and leaves boot services, with its bounds.
///
/// Each attempt takes the map into a working buffer (pool), copies it into pages that survive, and calls `ExitBootServices` with
/// the key of exactly that map. Where the key is stale, because the map changed in between, the next attempt follows; where the
/// map has outgrown the buffers, both are freed and allocated anew with a slack that doubles each time, as the allocation
/// itself adds descriptors to the map.
///
/// Once an exit has failed, UEFI 2.10 (section 7.4.6) still has its memory services, and earlier versions promise no more than
/// `GetMemoryMap`; so buffers that are large enough are used again.
public struct BootServicesExit: Hashable, Sendable {
    /// The largest descriptor size in bytes that is believed.
    public static let descriptorSizeLimit: UInt64 = 4096

    /// How many descriptors the first buffers have room for beyond those that the firmware counted.
    public static let firstSlack: UInt64 = 8

    /// How often `ExitBootServices` is called at most, and how often the buffers are enlarged at most: at least 1.
    public var attemptLimit: Int

    /// The largest map in bytes that is believed.
    public var mapByteLimit: UInt64

    /// - Parameters:
    ///   - attemptLimit: how often `ExitBootServices` is called at most; below 1 counts as 1.
    ///   - mapByteLimit: the largest map in bytes that is believed, by default 16 MiB: more than 300 000 descriptors.
    public init(attemptLimit: Int = 8, mapByteLimit: UInt64 = 16 << 20) {
        self.attemptLimit = max(attemptLimit, 1)
        self.mapByteLimit = mapByteLimit
    }

    /// Where the final map is, and what it took.
    public struct Outcome: Hashable, Sendable {
        /// The map whose key was accepted, in pages of type `EfiLoaderData`.
        public let memoryMap: BootInfo.MemoryMapTable

        /// How often `ExitBootServices` was called: at least 1.
        public let attempts: Int

        /// How often the buffers were enlarged after their first allocation.
        public let regrown: Int

        /// The number of descriptors in the map.
        public var descriptorCount: UInt64 { (memoryMap.range.byteCount ?? 0) / memoryMap.descriptorSize }
    }

    /// Leaves boot services; after success none of the firmware's boot services may be called.
    ///
    /// On success two allocations of type `EfiLoaderData` remain: the pages with the map, and the pool of the working buffer. On
    /// failure both have been freed, and only memory services have been called since the first failed exit. The Swift heap is
    /// not used.
    ///
    /// - Throws: `BootServicesExitError`, with the number of attempts and the status that ended them.
    /// - Complexity: O(`attemptLimit`) calls of the firmware.
    public func run<Firmware: BootServicesExitFirmware & ~Copyable>(
        on firmware: inout Firmware
    ) throws(BootServicesExitError) -> Outcome {
        var sequence = BootServicesExitSequence(limits: self)
        do throws(BootServicesExitError) {
            return try sequence.run(on: &firmware)
        } catch {
            sequence.releaseAfterFailure(on: &firmware)
            throw error
        }
    }
}
