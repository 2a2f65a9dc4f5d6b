import MemoryMap

/// The page tables of one address space, in physical memory: made, read and changed.
///
/// The tables are the state: nothing is kept beside them, so the loader may build them and the kernel go on from their root.
/// Every call that changes them checks all that it will touch and fetches all the frames that it needs before it writes the
/// first entry. No call allocates from the heap except `init(existingRoot:…)`.
///
/// The tables do not free themselves: they outlive this value unless `destroy()` takes them apart.
public struct PageTables<
    Format: PageTableFormat, Memory: PhysicalMemory & ~Copyable, Frames: PageTableFrames & ~Copyable
>: ~Copyable {
    /// The table that translation starts from: what CR3 or TTBR0_EL1 holds.
    public let root: PhysicalAddress

    /// How the processor writes entries.
    public let format: Format

    /// Whether pages may be writable and executable without being asked for one by one.
    public let allowsWritableExecutable: Bool

    /// The memory that the tables lie in.
    public let memory: Memory

    /// Where frames for tables come from and go to.
    public var frames: Frames

    /// Makes tables that map nothing: a root of zeroes.
    ///
    /// - Throws: `outOfFrames`, `unusableFrame`.
    public init(
        format: Format = Format(), memory: consuming Memory, frames: consuming Frames, allowsWritableExecutable: Bool = false
    ) throws(PagingError) {
        var source = frames
        let root = try Self.makeTable(format: format, memory: memory, frames: &source, needed: 1)
        self.root = root
        self.format = format
        self.allowsWritableExecutable = allowsWritableExecutable
        self.memory = memory
        self.frames = source
    }

    /// Takes over tables that somebody else made, after reading all of them once.
    ///
    /// - Parameters:
    ///   - existingRoot: the frame that CR3 or TTBR0_EL1 names, without the other bits of the register.
    ///   - tableLimit: the number of tables that are read before the tables count as damaged.
    /// - Throws: `unusableRoot`, `corruptEntry` for reserved bits, tables where no memory is, loops and tables that two entries
    ///   point to, `tooManyTables`.
    /// - Complexity: O(*t* log *t*) where *t* is the number of tables; allocates 24 bytes a table on the heap for the time of the call.
    public init(
        existingRoot: PhysicalAddress, format: Format = Format(), memory: consuming Memory, frames: consuming Frames,
        allowsWritableExecutable: Bool = false, tableLimit: Int = 1 << 16
    ) throws(PagingError) {
        self.root = existingRoot
        self.format = format
        self.allowsWritableExecutable = allowsWritableExecutable
        self.memory = memory
        self.frames = frames
        try validate(tableLimit: tableLimit)
    }

    /// Unmaps everything and gives back every table, the root included.
    ///
    /// No processor may use the tables any more: nothing is invalidated.
    ///
    /// - Throws: `corruptEntry`; then nothing has been given back.
    /// - Complexity: O(*t*) where *t* is the number of tables.
    public consuming func destroy() throws(PagingError) -> Frames {
        var freed = FrameChain()
        try checkTree()
        try detachTables(below: rootPosition, into: &freed)
        try release(&freed)
        frames.freeFrame(root)
        return frames
    }
}
