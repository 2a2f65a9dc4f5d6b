public import MemoryMap

/// The memory whose access is restricted through ``MemoryProtections``: what it is, and who changes the page tables.
public protocol ProtectableMemory: ~Copyable {
    /// What lies behind all pages of `range`.
    borrowing func protectability(of range: PhysicalRange) -> Protectability

    /// Makes sure that ``apply(_:to:)`` can be called for any part of `range`; splits large pages, for instance.
    ///
    /// - Returns: False where the means are lacking; access to the range is as before then.
    mutating func prepare(_ range: PhysicalRange) -> Bool

    /// Gives a range of whole pages that was prepared exactly these restrictions, of RP, XP and RO.
    mutating func apply(_ attributes: MemoryAttributes, to range: PhysicalRange)
}

/// Whether access to a range can be restricted.
public enum Protectability: Hashable, Sendable {
    /// All of it is memory whose access can be restricted.
    case memory

    /// Some of it is no memory.
    case absent

    /// Some of it has restrictions that only the firmware itself changes.
    case firmwareControlled
}

/// Why a call of the memory attribute protocol was refused; nothing has changed then.
///
/// UEFI 2.10, section 37.7 (`EFI_MEMORY_ATTRIBUTE_PROTOCOL`).
public enum MemoryAttributeError: Error, Hashable, Sendable {
    /// The length is 0, the range is not made of whole pages or passes 2^64, or the attributes are none or others than RP, XP and RO.
    case invalidParameter

    /// Get: not all pages of the range have the same restrictions, or some of it is no memory.
    case noMapping

    /// Set and clear: some of the range is no memory.
    case unsupported

    /// Set and clear: there is no room to remember the change, or none to change the page tables.
    case outOfResources

    /// Set and clear: the firmware keeps some of the range to itself.
    case accessDenied
}
