public import MemoryMap

/// The linked list of `setup_data` that a boot loader hands to a Linux kernel beside the zero page.
///
/// Linux, Documentation/arch/x86/boot.rst: each entry is the address of the next one, a type, a length and the data.
public struct SetupDataList: Sendable {
    /// An entry of the list.
    public struct Entry: Hashable, Sendable {
        /// What the kernel takes the data for.
        public var type: UInt32
        public var data: [UInt8]

        public init(type: UInt32, data: [UInt8]) {
            self.type = type
            self.data = data
        }

        /// A flattened device tree (`SETUP_DTB`), with zeros after it up to the room that the kernel may edit it in.
        public static func deviceTree(_ blob: [UInt8], paddedTo room: Int = 0x4000) -> Entry {
            var data = blob
            data.appendZeros(max(0, room - blob.count))
            return Entry(type: 2, data: data)
        }

        /// A seed for the kernel's random numbers (`SETUP_RNG_SEED`).
        public static func randomSeed(_ bytes: [UInt8]) -> Entry { Entry(type: 9, data: bytes) }
    }

    /// The bytes before an entry's data.
    public static let headerByteCount: UInt64 = 16

    /// Where the list starts, or nil where it is empty: the zero page's field is 0 then.
    public let start: PhysicalAddress?

    /// The entries one after the other, each at a multiple of 8 bytes.
    public let bytes: [UInt8]

    /// Lays the entries out from `address` on.
    ///
    /// - Parameter limit: The address before which the list has to end.
    /// - Throws: `GuestBootError.misaligned` where `address` is no multiple of 8; `.tooLarge` where the list does not end below
    ///   `limit`: as in crosvm, a list that ends right there is refused.
    public init(_ entries: [Entry], at address: PhysicalAddress, before limit: PhysicalAddress) throws(GuestBootError) {
        guard address.isAligned(to: 8) else { throw .misaligned(.setupData, address, alignment: 8) }
        var bytes: [UInt8] = []
        let room = address.distance(to: limit) ?? 0
        for (index, entry) in entries.enumerated() {
            let offset = UInt64(bytes.count)
            let (end, overflow) = offset.addingReportingOverflow(Self.headerByteCount + UInt64(entry.data.count))
            guard !overflow, end < room, entry.data.count <= UInt32.max else {
                throw .tooLarge(.setupData, byteCount: end, limit: room)
            }
            let next = (end + 7) & ~7
            bytes.appendLittleEndian(index + 1 < entries.count ? address.rawValue + next : 0)
            bytes.appendLittleEndian(entry.type)
            bytes.appendLittleEndian(UInt32(entry.data.count))
            bytes += entry.data
            if index + 1 < entries.count { bytes.pad(to: 8) }
        }
        start = entries.isEmpty ? nil : address
        self.bytes = bytes
    }
}
