import KernelMemory
import MemoryMap
import SimulatedMachine
import SeededRandom

/// A frame source that keeps book: which frames are out, in what order things happened, and when to refuse.
final class FramePool: PageTableFrames {
    enum Event: Hashable {
        case allocated(PhysicalAddress)
        case freed(PhysicalAddress)
        case invalidated(VirtualRange)
    }

    let memory: SparseMemory
    private var free: [PhysicalAddress]
    private(set) var used: Set<PhysicalAddress> = []

    /// Frames that came back without being out.
    private(set) var strangers: [PhysicalAddress] = []

    /// How many more frames may be given, or nil for as many as there are.
    var budget: Int?

    /// Frames to give before any other.
    var next: [PhysicalAddress] = []

    var events: [Event] = []
    var onInvalidate: ((VirtualRange) -> Void)?

    /// A pool of all frames of `range`, given in an order that `seed` decides, each filled with rubbish.
    init(memory: SparseMemory, range: PhysicalRange, seed: UInt64 = 1) {
        self.memory = memory
        var generator = SeededGenerator(seed: seed)
        free = stride(from: range.start.rawValue, through: range.last.rawValue, by: 4096).map { PhysicalAddress($0) }
        free.shuffle(using: &generator)
    }

    func allocateFrame() -> PhysicalAddress? {
        if let budget {
            guard budget > 0 else { return nil }
            self.budget = budget - 1
        }
        let frame: PhysicalAddress
        if !next.isEmpty {
            frame = next.removeFirst()
            free.removeAll { $0 == frame }
        } else if let last = free.popLast() {
            frame = last
        } else {
            return nil
        }
        used.insert(frame)
        events.append(.allocated(frame))
        for offset in stride(from: UInt64(0), to: 4096, by: 512) {
            try? memory.store(0xdead_beef_dead_beef, at: PhysicalAddress(frame.rawValue | offset))
        }
        return frame
    }

    func freeFrame(_ frame: PhysicalAddress) {
        if used.remove(frame) == nil { strangers.append(frame) } else { free.append(frame) }
        events.append(.freed(frame))
    }

    func invalidateTranslations(in range: VirtualRange) {
        events.append(.invalidated(range))
        onInvalidate?(range)
    }

    /// The bytes of every frame that is out.
    func contents() -> [PhysicalAddress: [UInt64]] {
        var contents: [PhysicalAddress: [UInt64]] = [:]
        for frame in used { contents[frame] = memory.chunkWords(at: frame) }
        return contents
    }
}
