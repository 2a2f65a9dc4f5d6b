public import MemoryMap

/// Why boot services could not be left; none of the buffers is allocated any more, unless the firmware refused to free one.
public struct BootServicesExitError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// `GetMemoryMap` failed with this status.
        case mapRefused(status: UInt64)

        /// A descriptor size below 40, no multiple of 8 or above ``BootServicesExit/descriptorSizeLimit``.
        case badDescriptorSize(UInt64)

        /// A map of no descriptors, of a part of one, or of more bytes than the buffer.
        case badMapSize(UInt64, capacity: UInt64)

        /// The firmware asks for more than ``BootServicesExit/mapByteLimit``.
        case mapTooLarge(UInt64)

        /// The map outgrew its buffers each time that they were enlarged; `needed` is the last size asked for.
        case mapKeepsGrowing(needed: UInt64)

        /// An allocation of this many bytes failed with this status.
        case outOfMemory(byteCount: UInt64, status: UInt64)

        /// An allocation succeeded at an address that it cannot have: 0, misaligned, with an end past 2^64, or inside of
        /// the other buffer.
        case badAllocation(PhysicalAddress)

        /// The buffer at this address could not be freed.
        case notFreed(PhysicalAddress, status: UInt64)

        /// `ExitBootServices` refused the key of the newest map each time, the last time with this status.
        case keyNeverAccepted(status: UInt64)

        /// `ExitBootServices` failed with a status that a newer map does not cure.
        case exitRefused(status: UInt64)
    }

    public let reason: Reason

    /// How often `ExitBootServices` was called.
    public let attempts: Int

    /// How often the buffers were enlarged.
    public let regrown: Int

    public init(_ reason: Reason, attempts: Int, regrown: Int) {
        self.reason = reason
        self.attempts = attempts
        self.regrown = regrown
    }
}
