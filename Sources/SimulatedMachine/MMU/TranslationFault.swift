import MemoryMap

/// Why an access did not get through the page tables.
public struct TranslationFault: Error, Hashable, Sendable {
    /// What stood in the way.
    public enum Cause: Hashable, Sendable {
        /// An entry is not valid.
        case notPresent

        /// The tables do not allow the access.
        case permission

        /// A bit that has to be zero is set (x86-64).
        case reservedBit

        /// The address is none that the tables can translate.
        case nonCanonical

        /// The accessed flag of the leaf is clear (AArch64).
        case accessFlag

        /// An entry holds an address wider than the configured one (AArch64).
        case addressSize

        /// No memory answers at the physical address.
        case busError(PhysicalAddress)
    }

    /// What stood in the way.
    public let cause: Cause

    /// The address that was to be translated.
    public let address: VirtualAddress

    /// What was to be done at the address.
    public let access: MemoryAccess

    /// With which rights it was to be done.
    public let privilege: Privilege

    /// The level of the entry at fault in the order of look-up, 0 (root) to 3, or nil where the walk was not the reason.
    public let level: Int?
}

extension TranslationFault {
    /// The error code that x86-64 pushes with #PF, or nil where the exception would be another one.
    ///
    /// Intel SDM vol. 3A, section 5.7 (4.7 in older editions): P bit 0, W/R bit 1, U/S bit 2, RSVD bit 3, I/D bit 4.
    public var pageFaultErrorCode: UInt32? {
        var code: UInt32 = 0
        switch cause {
        case .notPresent: break
        case .permission: code |= 1 << 0
        case .reservedBit: code |= 1 << 0 | 1 << 3
        case .nonCanonical, .accessFlag, .addressSize, .busError: return nil
        }
        if access == .write { code |= 1 << 1 }
        if privilege == .user { code |= 1 << 2 }
        if access == .execute { code |= 1 << 4 }
        return code
    }

    /// The fault status code (IFSC or DFSC) of ESR_EL1 on AArch64, or nil where the architecture has none for the cause.
    ///
    /// Arm ARM, section D24.2.40 (ESR_EL1).
    public var faultStatusCode: UInt8? {
        let level = UInt8(truncatingIfNeeded: level ?? 0) & 3
        return switch cause {
        case .addressSize: 0b000000 | level
        case .notPresent, .nonCanonical: 0b000100 | level
        case .accessFlag: 0b001000 | level
        case .permission: 0b001100 | level
        case .busError: self.level == nil ? 0b010000 : 0b010100 | level
        case .reservedBit: nil
        }
    }
}
