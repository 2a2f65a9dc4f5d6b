import BootHandoff
import KernelMemory
import Machine
import MemoryMap

typealias LiveTables = PageTables<NativePageTables, IdentityMappedMemory, EarlyFrames>

extension PageTables where Format == NativePageTables, Memory == IdentityMappedMemory, Frames == EarlyFrames {
    /// The tables that the processor uses, which the loader made.
    static func live() throws(PagingError) -> LiveTables {
        try LiveTables(
            existingRoot: Processor.pageTableRoot, format: Processor.pageTableFormat, memory: IdentityMappedMemory(),
            frames: EarlyFrames())
    }
}
