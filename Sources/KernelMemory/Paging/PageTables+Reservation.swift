import MemoryMap

/// Frames that are in nobody's hands, chained through their own first words, so that keeping them takes no other memory.
///
/// A link is the address of a frame, so its bit 0 is clear, and both architectures read it as an entry that maps nothing.
struct FrameChain {
    fileprivate var head = PhysicalAddress(0)

    /// The number of frames; it ends the chain, for frame 0 is as good as any.
    fileprivate(set) var count: UInt64 = 0
}

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// A zeroed frame.
    static func makeTable(
        format: Format, memory: borrowing Memory, frames: inout Frames, needed: UInt64
    ) throws(PagingError) -> PhysicalAddress {
        guard let frame = frames.allocateFrame() else { throw .outOfFrames(needed: needed) }
        guard frame.isAligned(to: PageCount.pageSize), format.reaches(frame) else {
            frames.freeFrame(frame)
            throw .unusableFrame(frame)
        }
        for index in 0..<PageTableLevel.entryCount {
            do throws(PhysicalMemoryError) {
                try memory.store(0, at: PhysicalAddress(frame.rawValue | index << 3))
            } catch {
                frames.freeFrame(frame)
                throw .unusableFrame(frame)
            }
        }
        return frame
    }

    /// Fetches `count` zeroed frames, or none.
    mutating func reserve(_ count: UInt64) throws(PagingError) -> FrameChain {
        var chain = FrameChain()
        while chain.count < count {
            do throws(PagingError) {
                let frame = try Self.makeTable(format: format, memory: memory, frames: &frames, needed: count)
                try add(frame, to: &chain)
            } catch {
                try release(&chain)
                throw error
            }
        }
        return chain
    }

    func add(_ frame: PhysicalAddress, to chain: inout FrameChain) throws(PagingError) {
        try store(chain.head.rawValue, at: frame)
        chain.head = frame
        chain.count += 1
    }

    /// Takes a frame out; where the chain was reserved, a zeroed one.
    ///
    /// As many are reserved as the plan takes; an empty chain means that somebody else changed the tables in the meantime.
    func take(from chain: inout FrameChain) throws(PagingError) -> PhysicalAddress {
        guard chain.count > 0 else { throw .outOfFrames(needed: 1) }
        let frame = chain.head
        do throws(PhysicalMemoryError) {
            chain.head = PhysicalAddress(try memory.load(at: frame))
        } catch {
            throw .memory(error)
        }
        try store(0, at: frame)
        chain.count -= 1
        return frame
    }

    /// Gives every frame of the chain back.
    mutating func release(_ chain: inout FrameChain) throws(PagingError) {
        while chain.count > 0 {
            let frame = try take(from: &chain)
            frames.freeFrame(frame)
        }
    }
}
