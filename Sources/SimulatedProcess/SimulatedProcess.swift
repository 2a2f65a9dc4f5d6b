public import KernelMemory
public import MemoryMap
public import PageReplacement
public import SimulatedMachine
public import VirtualMemory

/// Why an access of a process did not get through.
public enum ProcessFault: Error, Equatable, Sendable {
    /// The process may not do that at this address: STATUS_ACCESS_VIOLATION.
    case accessViolation(VirtualAddress, AccessKind)

    /// A guard page was touched, which is none any more: STATUS_GUARD_PAGE_VIOLATION.
    case guardPage(VirtualAddress)

    /// The page could not be brought in; the access may be tried again: STATUS_IN_PAGE_ERROR.
    case inPage(VirtualAddress, PagedMemoryError)

    /// A private copy of the page could not be made.
    case refused(VirtualAddress, NTStatus)
}

/// A process on a simulated machine: an address space, and accesses to it as a processor makes them.
///
/// Every access is decided twice: by the address space's bookkeeping, and by the machine's MMU on its page tables.
public final class SimulatedProcess<
    Format: PageTableFormat, MMU: SoftwareMMU, Policy: PageReplacementPolicy, Device: PagingDevice
> {
    /// The calls of the process.
    public var space: AddressSpace<MachineBackend<Format, MMU, Policy, Device>>

    /// A process whose pages have 4 KiB.
    ///
    /// - Precondition: `platform` has pages of 4 KiB.
    public init(
        platform: Platform, isLargeAddressAware: Bool = true, ledger: CommitLedger,
        machine: MachineBackend<Format, MMU, Policy, Device>
    ) {
        precondition(platform.pageSize == PageCount.pageSize, "the machine's tables have pages of 4 KiB")
        space = AddressSpace(
            platform: platform, isLargeAddressAware: isLargeAddressAware, ledger: ledger, backend: machine)
    }

    /// The machine that the process runs on.
    public var machine: MachineBackend<Format, MMU, Policy, Device> { space.backend }

    /// Reads `count` bytes, across as many pages as they take.
    public func read(count: Int, at address: VirtualAddress) throws(ProcessFault) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in try pieces(count, address, .read) {
            try reach(piece.start, .read)
            do throws(TranslationFault) {
                bytes += try machine.mmu.read(count: piece.count, at: piece.start, by: .user, in: machine.memory)
            } catch {
                throw .inPage(piece.start, .translation(error))
            }
        }
        return bytes
    }

    /// Writes bytes, across as many pages as they take; those before the one that faults are written.
    public func write(_ bytes: [UInt8], at address: VirtualAddress) throws(ProcessFault) {
        var rest = bytes[...]
        for piece in try pieces(bytes.count, address, .write) {
            try reach(piece.start, .write)
            do throws(TranslationFault) {
                try machine.mmu.write(Array(rest.prefix(piece.count)), at: piece.start, by: .user, in: machine.memory)
            } catch {
                throw .inPage(piece.start, .translation(error))
            }
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Fetches an instruction.
    public func fetch(at address: VirtualAddress) throws(ProcessFault) {
        try reach(address, .execute)
        do throws(TranslationFault) {
            _ = try machine.mmu.translate(address, for: .execute, by: .user, in: machine.memory)
        } catch {
            throw .inPage(address, .translation(error))
        }
    }

    /// Has the page of an address ready for an access.
    private func reach(_ address: VirtualAddress, _ kind: AccessKind) throws(ProcessFault) {
        let outcome: AccessOutcome
        do throws(NTStatus) { outcome = try space.touch(address, kind) } catch { throw .refused(address, error) }
        switch outcome {
        case .accessViolation: throw .accessViolation(address, kind)
        case .guardViolation: throw .guardPage(address)
        case .ready, .demandZero, .demandRead, .copyOnWrite: break
        }
        guard let information = try? space.query(address) else { throw .accessViolation(address, kind) }
        do throws(PagedMemoryError) {
            try machine.bringIn(
                address, information.protection, for: kind == .write ? .write : .read,
                executesData: !space.preventsDataExecution)
        } catch {
            throw .inPage(address, error)
        }
    }

    private struct Piece {
        var start: VirtualAddress
        var count: Int
    }

    private func pieces(
        _ count: Int, _ address: VirtualAddress, _ kind: AccessKind
    ) throws(ProcessFault) -> [Piece] {
        guard count > 0 else { return [] }
        guard let whole = VirtualRange(start: address, byteCount: UInt64(count)) else {
            throw .accessViolation(address, kind)
        }
        var pieces: [Piece] = []
        var cursor = whole.start.rawValue
        while true {
            let last = min(cursor | (PageCount.pageSize - 1), whole.last.rawValue)
            pieces.append(Piece(start: VirtualAddress(cursor), count: Int(last - cursor) + 1))
            if last == whole.last.rawValue { return pieces }
            cursor = last + 1
        }
    }
}
