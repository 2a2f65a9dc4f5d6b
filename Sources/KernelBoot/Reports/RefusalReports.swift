public import BootHandoff
public import ExecutableImage
public import KernelMemory
import MemoryMap
public import MemoryReport

// What goes wrong between loader and kernel, in words for people: the same whether a processor says them or the simulated machine.

extension TextSink where Self: ~Copyable {
    /// Writes why a BootInfo is refused, with the field, its offset and its value, in one line without its end.
    public mutating func write(_ error: BootInfoError) {
        write("the BootInfo is refused: ")
        write(error.message)
        write(" (")
        write(error.field.name)
        write(" at offset ")
        write(decimal: error.offset)
        write(": ")
        write(hexadecimal: error.value)
        write(")")
    }

    /// Writes why a file is no image that can be loaded, in one line without its end.
    public mutating func write(_ error: ELFError) {
        let explanation = error.explanation
        for byte in explanation.utf8 { write(byte) }
    }

    /// Writes why the runtime services cannot be moved, in one line without its end.
    public mutating func write(_ error: RuntimeFailure) {
        switch error {
        case .regionTooHigh(let range):
            write("a runtime region lies too far up: ")
            write(range)
        case .paging(let error): write("the runtime regions cannot be mapped: ", error)
        }
    }

    /// Writes what could not be done to page tables, and why, in one line without its end.
    public mutating func write(_ text: StaticString, _ error: PagingError) {
        write(text)
        write(error)
    }

    /// Writes why page tables could not be made or changed, in one line without its end.
    public mutating func write(_ error: PagingError) {
        switch error {
        case .misalignedRange(let address): write("a range that is not of whole pages", address)
        case .misalignedTarget(let address): write("a physical address that is not a page's", address)
        case .untranslatable(let address): write("an address that no table can map", address)
        case .physicalAddressTooWide(let address): write("the processor cannot reach a physical address", address)
        case .writableAndExecutable(let address): write("a page would be writable and executable", address)
        case .alreadyMapped(let address): write("something is mapped already", address)
        case .notMapped(let address): write("nothing is mapped", address)
        case .outOfFrames(let needed):
            write("no memory for the ")
            write(decimal: needed)
            write(" tables that are still needed")
        case .unusableFrame(let address): write("memory that cannot hold a table", address)
        case .unusableRoot(let address): write("memory that cannot hold the first table", address)
        case .corruptEntry(let address, _): write("a damaged entry", address)
        case .restrictedByTable(let address): write("an upper table forbids it", address)
        case .contiguousLeaf(let address): write("an entry that is part of a larger one", address)
        case .tooManyTables(let limit):
            write("more tables than ")
            write(decimal: limit)
        case .memory(.absent(let address)): write("no memory where a table should be", address)
        case .memory(.misaligned(let address)): write("a table entry that is not aligned", address)
        }
    }

    private mutating func write(_ text: StaticString, _ address: some MemoryAddress) {
        write(text)
        write(", at ")
        write(hexadecimal: address.rawValue)
    }
}
