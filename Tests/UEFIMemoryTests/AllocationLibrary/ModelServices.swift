import MemoryMap

@testable import UEFIMemory

/// Allocation services that take ownership to the letter: only whole allocations are freed, with their own address and size.
///
/// 1024 pages from 1 MiB up, given out from the highest address down; pool buffers have a page each, and begin 8 bytes into it.
final class ModelServices: AllocationServices {
    enum Failure: Error, Hashable { case outOfResources, notFound, invalidParameter, injected }

    struct Allocation: Hashable {
        var pages: Range<Int>
        var type: MemoryType
        var poolByteCount: UInt64?
    }

    static let base: UInt64 = 1 << 20
    let pageCount = 1024
    /// Pages that a runtime or reserved allocation is made of.
    let runtimeGranularity: Int
    private(set) var allocations: [Allocation] = []
    private(set) var bytes: [UInt8]
    private(set) var calls = 0

    /// The number of the call that fails, and each one after it where `keepsFailing`.
    var failingCall: Int?
    /// Called before an allocation at an address.
    var intruder: (() -> Void)?

    init(runtimeGranularity: Int = 1) {
        self.runtimeGranularity = runtimeGranularity
        bytes = [UInt8](repeating: 0xA5, count: pageCount * 4096)
    }

    private func count() throws(Failure) {
        calls += 1
        if calls == failingCall { throw .injected }
    }

    private func granularity(_ type: MemoryType) -> Int {
        [.reserved, .runtimeServicesCode, .runtimeServicesData, .acpiNVS].contains(type) ? runtimeGranularity : 1
    }

    private func isFree(_ pages: Range<Int>) -> Bool {
        pages.lowerBound >= 0 && pages.upperBound <= pageCount && !allocations.contains { $0.pages.overlaps(pages) }
    }

    func allocatePages(_ placement: PagePlacement, _ type: MemoryType, _ count: PageCount) throws(Failure) -> PhysicalAddress {
        if case .at = placement { intruder?() }
        try self.count()
        return try take(placement, type, count, poolByteCount: nil)
    }

    private func take(
        _ placement: PagePlacement, _ type: MemoryType, _ count: PageCount, poolByteCount: UInt64?
    ) throws(Failure) -> PhysicalAddress {
        guard count > .zero else { throw .invalidParameter }
        guard count.rawValue <= UInt64(pageCount) else { throw .outOfResources }
        let unit = granularity(type)
        let number = (Int(count.rawValue) + unit - 1) / unit * unit
        let first: Int?
        switch placement {
        case .anywhere, .upTo:
            first = stride(from: (pageCount - number) / unit * unit, through: 0, by: -unit).first { isFree($0..<$0 + number) }
        case .at(let address):
            guard address.rawValue >= Self.base else { throw .notFound }
            let page = Int((address.rawValue - Self.base) / 4096)
            guard address.rawValue % UInt64(4096 * unit) == 0, isFree(page..<page + number) else { throw .notFound }
            first = page
        }
        guard let first else { throw .outOfResources }
        allocations.append(Allocation(pages: first..<first + number, type: type, poolByteCount: poolByteCount))
        return PhysicalAddress(Self.base + UInt64(first) * 4096)
    }

    func freePages(at address: PhysicalAddress, _ count: PageCount) throws(Failure) {
        try self.count()
        guard address.rawValue >= Self.base, address.rawValue % 4096 == 0 else { throw .invalidParameter }
        let page = Int((address.rawValue - Self.base) / 4096)
        guard let index = allocations.firstIndex(where: { $0.pages.lowerBound == page && $0.poolByteCount == nil }) else {
            throw .notFound
        }
        let unit = granularity(allocations[index].type)
        guard (Int(count.rawValue) + unit - 1) / unit * unit == allocations[index].pages.count else { throw .notFound }
        allocations.remove(at: index)
    }

    func allocatePool(_ type: MemoryType, byteCount: UInt64) throws(Failure) -> PhysicalAddress {
        try count()
        guard byteCount < 1 << 32 else { throw .outOfResources }
        let place = try take(.anywhere, type, PageCount(roundingUp: byteCount + 8), poolByteCount: byteCount)
        return PhysicalAddress(place.rawValue + 8)
    }

    func freePool(at address: PhysicalAddress) throws(Failure) {
        try count()
        guard
            let index = allocations.firstIndex(where: {
                $0.poolByteCount != nil && Self.base + UInt64($0.pages.lowerBound) * 4096 + 8 == address.rawValue
            })
        else { throw .invalidParameter }
        allocations.remove(at: index)
    }

    private func indices(_ address: PhysicalAddress, _ byteCount: UInt64) -> Range<Int> {
        let first = Int(address.rawValue - Self.base)
        return first..<first + Int(byteCount)
    }

    /// The bytes at an address.
    func contents(_ address: PhysicalAddress, _ byteCount: UInt64) -> [UInt8] { Array(bytes[indices(address, byteCount)]) }

    func fill(_ address: PhysicalAddress, _ values: [UInt8]) {
        bytes.replaceSubrange(indices(address, UInt64(values.count)), with: values)
    }

    func zero(_ address: PhysicalAddress, byteCount: UInt64) {
        fill(address, [UInt8](repeating: 0, count: Int(byteCount)))
    }

    func copy(from source: PhysicalAddress, to destination: PhysicalAddress, byteCount: UInt64) {
        precondition(!indices(source, byteCount).overlaps(indices(destination, byteCount)), "no byte is shared")
        fill(destination, contents(source, byteCount))
    }
}
