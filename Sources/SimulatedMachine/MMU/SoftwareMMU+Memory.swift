import MemoryMap

extension SoftwareMMU {
    /// The `count` bytes from a virtual address on, across as many pages as they take.
    ///
    /// - Throws: `TranslationFault` of the first page that cannot be read.
    public func read(
        count: Int, at address: VirtualAddress, by privilege: Privilege, in memory: SparseMemory
    ) throws(TranslationFault) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in try pieces(count: count, at: address, for: .read, by: privilege, in: memory) {
            do throws(PhysicalMemoryError) {
                bytes += try memory.read(piece)
            } catch {
                throw busError(piece.start, at: address, for: .read, by: privilege)
            }
        }
        return bytes
    }

    /// Puts bytes at a virtual address and up, all or none of them.
    ///
    /// - Throws: `TranslationFault` of the first page that cannot be written; pages before it may be marked as dirty.
    public func write(
        _ bytes: [UInt8], at address: VirtualAddress, by privilege: Privilege, in memory: SparseMemory
    ) throws(TranslationFault) {
        var rest = bytes[...]
        for piece in try pieces(count: bytes.count, at: address, for: .write, by: privilege, in: memory) {
            let length = Int(piece.last.rawValue - piece.start.rawValue) + 1
            do throws(PhysicalMemoryError) {
                try memory.write(rest.prefix(length), at: piece.start)
            } catch {
                throw busError(piece.start, at: address, for: .write, by: privilege)
            }
            rest = rest.dropFirst(length)
        }
    }

    /// The physical ranges behind the bytes, a page each, all of them translated and present.
    private func pieces(
        count: Int, at address: VirtualAddress, for access: MemoryAccess, by privilege: Privilege, in memory: SparseMemory
    ) throws(TranslationFault) -> [PhysicalRange] {
        guard count > 0 else { return [] }
        guard let whole = VirtualRange(start: address, byteCount: UInt64(count)) else {
            throw TranslationFault(
                cause: .nonCanonical, address: address, access: access, privilege: privilege, level: nil)
        }
        var pieces: [PhysicalRange] = []
        var cursor = whole.start.rawValue
        while true {
            let last = min(cursor | (PageCount.pageSize - 1), whole.last.rawValue)
            let start = try translate(VirtualAddress(cursor), for: access, by: privilege, in: memory).physicalAddress
            guard let piece = PhysicalRange(start: start, byteCount: last - cursor + 1), memory.isPresent(piece) else {
                throw busError(start, at: VirtualAddress(cursor), for: access, by: privilege)
            }
            pieces.append(piece)
            if last == whole.last.rawValue { return pieces }
            cursor = last + 1
        }
    }

    private func busError(
        _ physical: PhysicalAddress, at address: VirtualAddress, for access: MemoryAccess, by privilege: Privilege
    ) -> TranslationFault {
        TranslationFault(cause: .busError(physical), address: address, access: access, privilege: privilege, level: nil)
    }
}
