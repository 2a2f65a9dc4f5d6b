import MemoryMap

extension MemoryBasicInformation {
    /// The size of the structure that programs get, in bytes.
    public static func encodedSize(_ width: Platform.PointerWidth) -> Int { width == .bits64 ? 48 : 28 }

    /// Puts down the structure that programs get, lowest byte first.
    ///
    /// - Returns: how many bytes it has, or nil where it does not fit from `offset` on.
    @_lifetime(bytes: copy bytes)
    public func encode(into bytes: inout MutableRawSpan, at offset: Int = 0, _ width: Platform.PointerWidth) -> Int? {
        let size = Self.encodedSize(width)
        guard offset >= 0, bytes.byteCount >= size, offset <= bytes.byteCount - size else { return nil }
        let allocation = allocationBase?.rawValue ?? 0
        switch width {
        case .bits32:
            bytes.storeLittleEndian(UInt32(truncatingIfNeeded: base.rawValue), at: offset)
            bytes.storeLittleEndian(UInt32(truncatingIfNeeded: allocation), at: offset + 4)
            bytes.storeLittleEndian(allocationProtection.rawValue, at: offset + 8)
            bytes.storeLittleEndian(UInt32(truncatingIfNeeded: byteCount), at: offset + 12)
            storeStates(&bytes, at: offset + 16)
        case .bits64:
            bytes.storeLittleEndian(base.rawValue, at: offset)
            bytes.storeLittleEndian(allocation, at: offset + 8)
            bytes.storeLittleEndian(UInt64(allocationProtection.rawValue), at: offset + 16)
            bytes.storeLittleEndian(byteCount, at: offset + 24)
            storeStates(&bytes, at: offset + 32)
            bytes.storeLittleEndian(0 as UInt32, at: offset + 44)
        }
        return size
    }

    @_lifetime(bytes: copy bytes)
    private func storeStates(_ bytes: inout MutableRawSpan, at offset: Int) {
        bytes.storeLittleEndian(state.rawValue, at: offset)
        bytes.storeLittleEndian(protection.rawValue, at: offset + 4)
        bytes.storeLittleEndian(type.rawValue, at: offset + 8)
    }
}
