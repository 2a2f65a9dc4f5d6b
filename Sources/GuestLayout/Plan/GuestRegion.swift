public import MemoryMap

/// A stretch of memory that the host provides to the guest.
public struct GuestRegion: Hashable, Sendable {
    public let start: PhysicalAddress

    /// The size in bytes, at least 1; the region does not pass 2^64.
    public let byteCount: UInt64

    public let purpose: Purpose

    /// What the host provides the memory for.
    public enum Purpose: UInt8, Hashable, Sendable {
        /// RAM of the guest.
        case memory

        /// Backed by memory, but not RAM to the guest: the legacy area from 640 KiB to 1 MiB.
        case reserved

        case firmware
        case protectedFirmware
        case staticBounceBuffer

        public var name: StaticString {
            switch self {
            case .memory: "RAM"
            case .reserved: "reserved memory"
            case .firmware: "firmware"
            case .protectedFirmware: "protected VM firmware"
            case .staticBounceBuffer: "static swiotlb"
            }
        }

        var owner: LayoutOwner.Kind {
            switch self {
            case .memory: .ram
            case .reserved: .legacyHole
            case .firmware: .firmware
            case .protectedFirmware: .protectedFirmware
            case .staticBounceBuffer: .staticBounceBuffer
            }
        }
    }

    public init(start: PhysicalAddress, byteCount: UInt64, purpose: Purpose) {
        self.start = start
        self.byteCount = byteCount
        self.purpose = purpose
    }

    static let filler = GuestRegion(start: PhysicalAddress(0), byteCount: 1, purpose: .memory)

    /// The address of the last byte.
    public var last: PhysicalAddress { PhysicalAddress(start.rawValue + (byteCount - 1)) }
}
