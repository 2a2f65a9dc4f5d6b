import KernelMemory
public import MemoryMap
import PageReplacement
import SimulatedMachine
public import VirtualMemory

// Physical pages that a program takes and maps itself: they are not paged, and belong to no address.

extension MachineBackend {
    public func allocateFrames(_ count: Int) throws(BackendError) -> [UInt64] {
        var taken: [UInt64] = []
        while taken.count < count, let frame = freePhysicalFrames.popLast() { taken.append(frame.rawValue / PageCount.pageSize) }
        return taken
    }

    public func freeFrames(_ frames: [UInt64]) {
        let zeros = [UInt8](repeating: 0, count: Int(PageCount.pageSize))
        for number in frames {
            let frame = PhysicalAddress(number * PageCount.pageSize)
            // Whoever takes it next sees zeros; a frame that the machine gave out is there.
            do throws(PhysicalMemoryError) { try memory.write(zeros, at: frame) } catch { preconditionFailure("\(error)") }
            freePhysicalFrames.append(frame)
        }
    }

    public func mapFrames(_ range: VirtualRange, _ frames: [UInt64]) throws(BackendError) {
        try dropPhysicalPages(in: range)
        for (number, frame) in zip(range.pageNumbers, frames) {
            physicalPages[number] = PhysicalAddress(frame * PageCount.pageSize)
        }
    }

    /// Takes away what a program mapped in a range; the frames stay its own.
    func dropPhysicalPages(in range: VirtualRange) throws(BackendError) {
        guard !physicalPages.isEmpty else { return }
        // The fewer of the two: a region may have far more addresses than there are frames.
        let numbers = range.pageNumbers
        let mapped =
            numbers.count < physicalPages.count ? Array(numbers) : physicalPages.keys.filter { numbers.contains($0) }
        for number in mapped {
            do throws(PagedMemoryError) { try removePhysicalTranslation(number) } catch { throw .storageFailed }
            physicalPages[number] = nil
        }
    }

    /// Gives a page that a program mapped its translation.
    func mapPhysical(
        _ number: UInt64, to frame: PhysicalAddress, _ attributes: PageAttributes
    ) throws(PagedMemoryError) {
        guard !translatedPhysicalPages.contains(number) else { return }
        do throws(PagingError) {
            try tables.map(Self.range(of: number), to: frame, attributes: attributes, allowingWriteExecute: true)
        } catch {
            throw .tables(error)
        }
        translatedPhysicalPages.insert(number)
    }

    private func removePhysicalTranslation(_ number: UInt64) throws(PagedMemoryError) {
        guard translatedPhysicalPages.contains(number) else { return }
        do throws(PagingError) { try tables.unmap(Self.range(of: number)) } catch { throw .tables(error) }
        translatedPhysicalPages.remove(number)
    }
}
