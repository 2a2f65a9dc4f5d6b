import KernelMemory
import Machine
import MemoryMap

/// Frames for the kernel's first page tables: the upper end of the largest usable run, taken downwards.
struct EarlyFrames: PageTableFrames, ~Copyable {
    /// What is left of the run, or nil before ``supply(_:)`` and when it is used up.
    private var remaining: PhysicalRange?

    /// The frame given back last; each holds the address of the one before in its first word, 0 at the end.
    private var freed: PhysicalAddress?

    /// Sets the memory that frames come from: whole pages that nobody else uses.
    mutating func supply(_ range: PhysicalRange?) { remaining = range }

    mutating func allocateFrame() -> PhysicalAddress? {
        if let frame = freed {
            let next = (try? IdentityMappedMemory().load(at: frame)) ?? 0
            freed = next == 0 ? nil : PhysicalAddress(next)
            return frame
        }
        guard let range = remaining else { return nil }
        let frame = range.last.alignedDown(to: PageCount.pageSize)
        guard frame >= range.start else { return nil }
        remaining = frame.rawValue == 0 ? nil : PhysicalRange(start: range.start, last: PhysicalAddress(frame.rawValue - 1))
        return frame
    }

    mutating func freeFrame(_ frame: PhysicalAddress) {
        do throws(PhysicalMemoryError) {
            try IdentityMappedMemory().store(freed?.rawValue ?? 0, at: frame)
            freed = frame
        } catch {
            // A frame that cannot be written was never one of ours: leaving it alone loses nothing.
        }
    }

    mutating func invalidateTranslations(in range: VirtualRange) { Processor.invalidateTranslations() }
}
