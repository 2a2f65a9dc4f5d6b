import MemoryMap

/// The memory of a simulated machine: present at the ranges given, zero until written, and paid for in 4 KiB chunks where it is.
///
/// It is shared by reference, as the machine's memory is by its processors, but not between threads.
public final class SparseMemory: PhysicalMemory {
    /// Where memory answers: ascending, with ranges that touch joined to one.
    public let ranges: [PhysicalRange]

    var chunks: [UInt64: Chunk] = [:]

    /// The chunk that was looked for last, as accesses come in runs.
    private var recent: (number: UInt64, chunk: Chunk)?

    /// The size of the pieces in which memory comes into being, in bytes.
    public static let chunkSize: UInt64 = 4096

    /// 512 little-endian words.
    final class Chunk {
        var words = [UInt64](repeating: 0, count: Int(SparseMemory.chunkSize) / 8)

        /// Whether memory answers at all of its addresses, so that nobody has to look for each.
        let isWhole: Bool

        init(isWhole: Bool) { self.isWhole = isWhole }

        init(copying other: Chunk) {
            words = other.words
            isWhole = other.isWhole
        }
    }

    /// Memory at `ranges`, in any order; those that overlap count once.
    public init(_ ranges: [PhysicalRange]) {
        var joined: [PhysicalRange] = []
        for range in ranges.sorted(by: { $0.start < $1.start }) {
            if let previous = joined.last, previous.end.map({ range.start <= $0 }) ?? true,
                let union = PhysicalRange(start: previous.start, last: max(previous.last, range.last))
            {
                joined[joined.count - 1] = union
            } else {
                joined.append(range)
            }
        }
        self.ranges = joined
    }

    /// A second memory with the same contents.
    public init(copying other: SparseMemory) {
        ranges = other.ranges
        chunks = other.chunks.mapValues { Chunk(copying: $0) }
    }

    /// The number of chunks that were written to.
    public var chunkCount: Int { chunks.count }

    /// Whether memory answers at every address of `range`.
    ///
    /// - Complexity: O(log *n*) where *n* is the number of ranges.
    public func isPresent(_ range: PhysicalRange) -> Bool { ranges.contain(range) }

    /// The 512 words of the chunk that `address` lies in, as they are: zero where no memory answers.
    public func chunkWords(at address: PhysicalAddress) -> [UInt64] {
        chunks[address.rawValue / Self.chunkSize]?.words ?? [UInt64](repeating: 0, count: Int(Self.chunkSize) / 8)
    }

    public func load(at address: PhysicalAddress) throws(PhysicalMemoryError) -> UInt64 {
        let chunk = chunk(at: address)
        try checkWord(at: address, in: chunk)
        return chunk?.words[Self.wordIndex(of: address)] ?? 0
    }

    public func store(_ value: UInt64, at address: PhysicalAddress) throws(PhysicalMemoryError) {
        let chunk = chunk(at: address)
        try checkWord(at: address, in: chunk)
        if let chunk {
            chunk.words[Self.wordIndex(of: address)] = value
        } else {
            setWord(value, at: address)
        }
    }

    private func chunk(at address: PhysicalAddress) -> Chunk? {
        let number = address.rawValue / Self.chunkSize
        if let recent, recent.number == number { return recent.chunk }
        guard let chunk = chunks[number] else { return nil }
        recent = (number, chunk)
        return chunk
    }

    func setWord(_ value: UInt64, at address: PhysicalAddress) {
        let number = address.rawValue / Self.chunkSize
        if let chunk = chunks[number] {
            chunk.words[Self.wordIndex(of: address)] = value
        } else if value != 0 {
            let start = address.alignedDown(to: Self.chunkSize)
            let chunk = Chunk(isWhole: PhysicalRange(start: start, byteCount: Self.chunkSize).map(isPresent) ?? false)
            chunk.words[Self.wordIndex(of: address)] = value
            chunks[number] = chunk
        }
    }

    private func checkWord(at address: PhysicalAddress, in chunk: Chunk?) throws(PhysicalMemoryError) {
        guard address.rawValue % 8 == 0 else { throw .misaligned(address) }
        if let chunk, chunk.isWhole { return }
        guard let word = PhysicalRange(start: address, byteCount: 8), isPresent(word) else { throw .absent(address) }
    }

    static func wordIndex(of address: PhysicalAddress) -> Int { Int(address.rawValue % chunkSize / 8) }
}

extension SparseMemory {
    /// Whether both memories are present at the same addresses and hold the same bytes.
    public func hasSameContents(as other: SparseMemory) -> Bool {
        guard ranges == other.ranges else { return false }
        return Set(chunks.keys).union(other.chunks.keys).allSatisfy { number in
            switch (chunks[number], other.chunks[number]) {
            case (let left?, let right?): left.words == right.words
            case (let one?, nil), (nil, let one?): one.words.allSatisfy { $0 == 0 }
            case (nil, nil): true
            }
        }
    }
}
