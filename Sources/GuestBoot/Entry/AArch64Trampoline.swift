public import MemoryMap

/// The code with which an AArch64 processor enters a Linux kernel.
///
/// Linux, Documentation/arch/arm64/booting.rst: X0 is the device tree's address, X1 to X3 are zero, the MMU is off.
public enum AArch64Trampoline {
    /// The code at `address`, a multiple of 4.
    ///
    /// - Throws: `GuestBootError.misaligned` or `.addressOverflow`.
    public static func segment(
        at address: PhysicalAddress, entry: PhysicalAddress, deviceTree: PhysicalAddress
    ) throws(GuestBootError) -> GuestSegment {
        guard address.isAligned(to: 4) else { throw .misaligned(.trampoline, address, alignment: 4) }
        var bytes: [UInt8] = []
        load(deviceTree.rawValue, into: 0, &bytes)
        for register in 1...3 { load(0, into: UInt32(register), &bytes) }
        load(entry.rawValue, into: 4, &bytes)
        bytes.appendLittleEndian(0xD61F_0080 as UInt32)  // br x4
        return try GuestSegment(.trampoline, at: address, bytes)
    }

    /// MOVZ, and MOVK for every part of 16 bits above the lowest that is not zero.
    private static func load(_ value: UInt64, into register: UInt32, _ bytes: inout [UInt8]) {
        bytes.appendLittleEndian(0xD280_0000 | UInt32(value & 0xFFFF) << 5 | register)
        for part in 1..<4 {
            let bits = UInt32(value >> (UInt64(part) * 16) & 0xFFFF)
            if bits != 0 { bytes.appendLittleEndian(0xF280_0000 | UInt32(part) << 21 | bits << 5 | register) }
        }
    }
}
