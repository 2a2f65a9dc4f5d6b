import KernelMemory
import MemoryMap
import SimulatedMachine

let kib: UInt64 = 1 << 10
let mib: UInt64 = 1 << 20
let gib: UInt64 = 1 << 30

/// A format together with the unit that reads its tables.
protocol PagingArchitecture {
    associatedtype Format: PageTableFormat
    associatedtype MMU: SoftwareMMU
    static var format: Format { get }
    static func mmu(root: PhysicalAddress) -> MMU
}

enum X86_64: PagingArchitecture {
    static var format: X86_64PageTables { X86_64PageTables(supportsGibibyteLeaves: true, physicalAddressBits: 46) }

    static func mmu(root: PhysicalAddress) -> X86_64MMU {
        var mmu = X86_64MMU(cr3: root.rawValue)
        mmu.pageAttributeTable = X86_64PageTables.pageAttributeTable
        mmu.physicalAddressWidth = 46
        return mmu
    }
}

/// A processor without 1 GiB pages.
enum X86_64Small: PagingArchitecture {
    static var format: X86_64PageTables { X86_64PageTables() }

    static func mmu(root: PhysicalAddress) -> X86_64MMU {
        var mmu = X86_64.mmu(root: root)
        mmu.gibibytePages = false
        mmu.physicalAddressWidth = 52
        return mmu
    }
}

enum AArch64: PagingArchitecture {
    /// ID_AA64MMFR0_EL1.PARange = 4: 44 bits.
    static let features: UInt64 = 4

    static var format: AArch64PageTables {
        AArch64PageTables(physicalAddressBits: AArch64TranslationRegisters.physicalAddressBits(memoryModelFeatures: features))
    }

    static func mmu(root: PhysicalAddress) -> AArch64MMU {
        AArch64MMU(kernelRoot: root, memoryModelFeatures: features)
    }
}

/// Memory of 64 MiB at 1 MiB, all of it for page tables, and the pool that gives it out.
struct PagingMachine {
    let memory: SparseMemory
    let pool: FramePool

    init(seed: UInt64 = 1) throws {
        let range = try physicalRange(mib, 64 * mib)
        memory = SparseMemory([range])
        pool = FramePool(memory: memory, range: range, seed: seed)
    }

    func tables<Format: PageTableFormat>(
        _ format: Format, allowsWritableExecutable: Bool = false
    ) throws -> PageTables<Format, SparseMemory, FramePool> {
        try PageTables(
            format: format, memory: memory, frames: pool, allowsWritableExecutable: allowsWritableExecutable)
    }
}

struct EmptyRange: Error {}

func virtualRange(_ start: UInt64, _ byteCount: UInt64) throws -> VirtualRange {
    guard let range = VirtualRange(start: VirtualAddress(start), byteCount: byteCount) else { throw EmptyRange() }
    return range
}

func physicalRange(_ start: UInt64, _ byteCount: UInt64) throws -> PhysicalRange {
    guard let range = PhysicalRange(start: PhysicalAddress(start), byteCount: byteCount) else { throw EmptyRange() }
    return range
}

/// The error that `body` throws, or nil.
func pagingError(_ body: () throws -> Void) -> PagingError? {
    do {
        try body()
        return nil
    } catch {
        return error as? PagingError
    }
}
