import MemoryMap

/// The address space of a process in the Windows memory architecture: the native interface, exact in what it allows and reports.
///
/// Every call checks all it has been given before it changes anything, then lets the backend do its part, then keeps account. The
/// time of a call depends on the logarithm of how many runs of equal pages there are, and on those that it changes, never on how
/// many pages they have.
public struct AddressSpace<Backend: AddressSpaceBackend & ~Copyable>: ~Copyable {
    var regions: Regions

    /// What stands under the bookkeeping.
    public var backend: Backend

    /// Whether the process may lock pages in memory by privilege, which large and physical pages need.
    public var canLockMemory = false

    /// The most that may be locked, in bytes: the minimum working set less what the system needs of it.
    public var lockLimit: UInt64 = .max

    /// Whether only pages with an execute protection are executed: data execution prevention.
    public var preventsDataExecution = true

    /// Whether pages with no right but to be executed cannot be read, which is up to the processor: x86 reads them.
    public var hidesExecuteOnly = false

    /// An empty address space.
    ///
    /// - Parameters:
    ///   - isLargeAddressAware: the flag in the header of the executable.
    ///   - ledger: that of the system which the process runs on.
    public init(
        platform: Platform, isLargeAddressAware: Bool = true, ledger: CommitLedger = CommitLedger(), backend: consuming Backend
    ) {
        regions = Regions(platform: platform, isLargeAddressAware: isLargeAddressAware, ledger: ledger)
        self.backend = backend
    }

    /// The machine and the system that the process runs on.
    public var platform: Platform { regions.platform }

    /// Which addresses belong to the program, and which to the system.
    public var partitions: PartitionTable { regions.partitions }

    /// The ledger that commitments are charged to.
    public var ledger: CommitLedger { regions.ledger }

    /// What the ledger is charged with for this address space, in bytes: private pages and copies on write, and not the pages of sections.
    public var privateCharge: UInt64 { regions.account.charge }

    /// The most that ``privateCharge`` ever was, in bytes.
    public var privatePeak: UInt64 { regions.account.peak }

    /// Asks the backend for something; what it answers becomes a status.
    ///
    /// In line, since after the kernel's return a processor predicts no returns for a while: every level of calls costs.
    @inline(__always)
    mutating func withBackend(_ body: (inout Backend) throws(BackendError) -> Void) throws(NTStatus) {
        do throws(BackendError) { try body(&backend) } catch { throw NTStatus(error) }
    }
}
