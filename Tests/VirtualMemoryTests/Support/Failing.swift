import MemoryMap
import Testing

@testable import VirtualMemory

/// The status that a native call fails with, or nil where it succeeds.
func status<Result>(_ body: () throws(NTStatus) -> Result) -> NTStatus? {
    do throws(NTStatus) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

/// An address space that is only kept account of.
typealias Space = AddressSpace<BookkeepingOnly>

func makeSpace(_ platform: Platform = .x64Large, limit: UInt64 = .max) -> Space {
    Space(platform: platform, ledger: CommitLedger(limit: limit), backend: BookkeepingOnly())
}

extension AddressSpace where Backend: ~Copyable {
    @discardableResult
    mutating func allocate(
        _ base: UInt64, _ byteCount: UInt64, _ type: AllocationType, _ protection: PageProtection = .readWrite,
        extended: Bool = false, zeroBits: UInt64 = 0
    ) throws(NTStatus) -> UInt64 {
        var request = AllocationRequest(
            base: base == 0 ? nil : VirtualAddress(base), byteCount: byteCount, type: type, protection: protection)
        request.isExtended = extended
        request.zeroBits = zeroBits
        return try allocate(request).start.rawValue
    }

    mutating func free(_ base: UInt64, _ byteCount: UInt64, _ type: FreeType) throws(NTStatus) {
        try free(VirtualAddress(base), byteCount: byteCount, type)
    }

    @discardableResult
    mutating func protect(_ base: UInt64, _ byteCount: UInt64, _ word: PageProtection) throws(NTStatus) -> PageProtection {
        try protect(VirtualAddress(base), byteCount: byteCount, word).old
    }

    func query(_ address: UInt64) throws(NTStatus) -> MemoryBasicInformation { try query(VirtualAddress(address)) }

    /// Every block: what a failed call must not change.
    var blocks: [MemoryBasicInformation] {
        var result: [MemoryBasicInformation] = []
        walk {
            result.append($0)
            return true
        }
        return result
    }
}

/// What a mutating call gives; expectations cannot make such calls themselves.
func of<Result>(_ body: () -> Result) -> Result { body() }
