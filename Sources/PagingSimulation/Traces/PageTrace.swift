public import PageReplacement

/// The references of a program to its pages, in their order; the pages are numbered in the order of first use.
public struct PageTrace: Sendable {
    /// What each reference refers to.
    public internal(set) var pages: [PageIndex] = []

    /// Whether each reference writes; as long as `pages`.
    public internal(set) var writes: [Bool] = []

    /// How many pages there are.
    public internal(set) var population = 0

    /// Where pages come from at first use: traces that tell writes are of private memory, plain lists of blocks are of files.
    public internal(set) var backing = PageBacking.file

    init() {}

    /// A trace of numbered pages, all read.
    public init(pages numbers: [UInt64]) {
        var numbering = PageNumbering()
        for number in numbers { append(numbering.index(of: number), isWrite: false) }
        population = numbering.count
    }

    mutating func append(_ page: PageIndex, isWrite: Bool) {
        pages.append(page)
        writes.append(isWrite)
    }

    /// Several programs taking turns of `quantum` references each, every one with pages of its own; one that has ended leaves
    /// its turns to the others.
    ///
    /// - Precondition: The quantum is positive.
    public static func interleaved(_ traces: [PageTrace], quantum: Int) -> PageTrace {
        precondition(quantum > 0, "a turn has a reference")
        guard traces.count != 1 else { return traces[0] }
        var result = PageTrace()
        var bases: [UInt32] = []
        for trace in traces {
            bases.append(UInt32(result.population))
            result.population += trace.population
        }
        result.backing = traces.contains { $0.backing == .pagingFile } ? .pagingFile : .file
        var positions = traces.map { _ in 0 }
        while true {
            var isDone = true
            for (number, trace) in traces.enumerated() where positions[number] < trace.pages.count {
                isDone = false
                let end = min(positions[number] + quantum, trace.pages.count)
                for position in positions[number]..<end {
                    let page = PageIndex(rawValue: bases[number] + trace.pages[position].rawValue)
                    result.append(page, isWrite: trace.writes[position])
                }
                positions[number] = end
            }
            if isDone { return result }
        }
    }
}
