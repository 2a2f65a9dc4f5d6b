/// The size of a machine's memory in bytes: whole mebibytes, 64 MiB and more.
///
///     try MemorySize("512M").byteCount    // 536_870_912
///     try MemorySize("2GiB").description  // "2G"
public struct MemorySize: Hashable, Sendable {
    /// The size in bytes, a multiple of 1 MiB.
    public let byteCount: UInt64

    /// The least that UEFI firmware is started with.
    public static let minimum: UInt64 = 64 << 20

    /// 512 MiB.
    public static let `default` = MemorySize(mebibytes: 512)

    private init(mebibytes: UInt64) { byteCount = mebibytes << 20 }

    /// Why a text or a number is no memory size.
    public enum Invalid: Error, Hashable, Sendable {
        /// The text is no number with a known unit.
        case notASize(String)

        /// The size does not fit 63 bits.
        case tooLarge(String)

        /// The number has no unit, and counts too few bytes to be meant so.
        case unitMissing(UInt64)

        /// The size, in bytes, is below `MemorySize.minimum`.
        case tooSmall(UInt64)

        /// The size, in bytes, is no multiple of 1 MiB.
        case notWholeMebibytes(UInt64)
    }

    /// - Parameter byteCount: A multiple of 1 MiB, at least 64 MiB.
    public init(byteCount: UInt64) throws(Invalid) {
        guard byteCount >= Self.minimum else { throw .tooSmall(byteCount) }
        guard byteCount & (1 << 20 - 1) == 0 else { throw .notWholeMebibytes(byteCount) }
        guard byteCount <= UInt64(Int64.max) else { throw .tooLarge(String(byteCount)) }
        self.byteCount = byteCount
    }

    /// Reads a decimal number with a binary unit (K, M, G, T, also as `MB` or `MiB`, in either case); without one it counts bytes.
    public init(_ text: String) throws(Invalid) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let shifts = ["": 0, "b": 0, "k": 10, "m": 20, "g": 30, "t": 40]
        var unit = text.dropFirst(digits.count).lowercased()
        if unit.count > 1 {
            if unit.hasSuffix("ib") { unit.removeLast(2) } else if unit.hasSuffix("b") { unit.removeLast() }
            guard unit.count == 1, unit != "b" else { throw .notASize(text) }
        }
        guard !digits.isEmpty, let shift = shifts[unit] else { throw .notASize(text) }
        guard let number = UInt64(digits) else { throw .tooLarge(text) }
        guard !unit.isEmpty || number >= 1 << 20 else { throw .unitMissing(number) }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << UInt64(shift))
        guard !overflow, product <= UInt64(Int64.max) else { throw .tooLarge(text) }
        try self.init(byteCount: product)
    }
}

extension MemorySize: CustomStringConvertible {
    /// The size in the largest unit that divides it, as QEMU's `-m` takes it.
    public var description: String {
        let mebibytes = byteCount >> 20
        if mebibytes % (1 << 20) == 0 { return "\(mebibytes >> 20)T" }
        return mebibytes % 1024 == 0 ? "\(mebibytes / 1024)G" : "\(mebibytes)M"
    }
}

extension MemorySize.Invalid: CustomStringConvertible {
    public var description: String {
        let accepted = "give whole mebibytes from 64M on, such as 128M, 2G or 512MiB"
        return switch self {
        case .notASize(let text): "'\(text)' is no memory size: \(accepted)"
        case .tooLarge(let text): "'\(text)' is more than any machine has: \(accepted)"
        case .unitMissing(let number): "\(number) without a unit means bytes: write \(number)M for \(number) MiB"
        case .tooSmall(let bytes): "\(bytes) bytes are too few for UEFI firmware: \(accepted)"
        case .notWholeMebibytes(let bytes): "\(bytes) bytes are no whole number of mebibytes: \(accepted)"
        }
    }
}
