public import MemoryMap

extension BootInfo {
    /// Where a raw UEFI memory map lies, and the shape of its descriptors.
    public struct MemoryMapTable: Hashable, Sendable {
        /// The smallest descriptor: the 40 bytes that UEFI 2.10, section 7.2.3, defines.
        public static let minimumDescriptorSize: UInt64 = 40

        /// The table's bytes.
        public var range: PhysicalRange

        /// The distance between two descriptors in bytes: a multiple of 8, at least 40.
        public var descriptorSize: UInt64

        /// The version of the descriptors: 1 in all of UEFI 2.
        public var descriptorVersion: UInt32

        public init(range: PhysicalRange, descriptorSize: UInt64, descriptorVersion: UInt32) {
            self.range = range
            self.descriptorSize = descriptorSize
            self.descriptorVersion = descriptorVersion
        }

        /// Whether a memory map can be walked in steps of `descriptorSize` bytes.
        @inlinable
        public static func isDescriptorSize(_ descriptorSize: UInt64) -> Bool {
            descriptorSize >= minimumDescriptorSize && descriptorSize % 8 == 0
        }
    }
}
