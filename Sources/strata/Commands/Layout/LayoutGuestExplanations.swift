import GuestBoot
import GuestImage
import GuestLayout
import MemoryMap
import MemoryReport

extension GuestBoard.Fault {
    /// The fault in a line for people, with what to do about it.
    var explanation: String {
        switch self {
        case .wrongArchitecture(let model): "--board \(model.rawValue) is no board of this architecture"
        case .hole(let range):
            "QEMU's boards cannot leave out the memory below \(HexadecimalText.text(range.start.rawValue)): "
                + "give the guest more RAM, so that there is no hole"
        case .split(let model, let planned, let highest):
            "\(model.rawValue) ends its RAM below 4 GiB at \(HexadecimalText.text(highest.rawValue)) at the latest, the plan at "
                + "\(HexadecimalText.text(planned.rawValue)): give --pci-mem \(HexadecimalText.text(highest.rawValue))"
        case .notWholeMebibytes(let count): "QEMU takes RAM in whole mebibytes, and the plan has \(count) bytes"
        case .firmware: "the plan starts firmware, and a start without firmware needs a kernel"
        }
    }
}

extension LayoutTrial.Fault {
    /// The fault in a line for people.
    var explanation: String {
        switch self {
        case .contents(let error): error.explanation
        case .memory(.outsideMemory(let content, let range)):
            "the \(content.name) at \(range.text) does not lie in RAM"
        case .memory(.tooLarge): "the guest's RAM is larger than any file"
        }
    }
}

extension GuestBootError {
    /// The error in a line for people.
    var explanation: String {
        switch self {
        case .empty(let content): "the \(content.name) has no bytes"
        case .addressOverflow(let content, let address, let count):
            "the \(content.name), \(count) bytes at \(HexadecimalText.text(address.rawValue)), is out of reach"
        case .overlap(let content, let range, let other, let otherRange):
            "the \(content.name) at \(range.text) meets the \(other.name) at \(otherRange.text)"
        case .tooLarge(let content, let count, let limit): "the \(content.name) has \(count) bytes where \(limit) have room"
        case .misaligned(let content, let address, let alignment):
            "the \(content.name) at \(HexadecimalText.text(address.rawValue)) is not at a multiple of \(alignment)"
        case .tooMany(let entries, let count, let limit): "\(count) \(entries.words) where \(limit) have room"
        case .tooFew(let entries, let count, let least): "\(count) \(entries.words) where \(least) are needed"
        case .zeroInCommandLine(let offset): "the command line has a zero byte at offset \(offset)"
        case .badText(let content): "a text of the \(content.name) has a zero byte or no bytes"
        case .kernel(.truncated(let count)): "the kernel's \(count) bytes end before its header does"
        case .kernel(.wrongMagic(let offset)): "the kernel has no magic number at offset \(offset)"
        case .kernel(.badSegment(let offset)): "the kernel's program header at offset \(offset) names bytes that it does not have"
        case .badWindow(let range): "the window \(range.text) cannot be described to a guest"
        case .notPlanned(let content): "the plan has no place for the \(content.name)"
        case .differsFromPlan(let content, let range, let count):
            "the \(content.name) has \(count) bytes, its place \(range.text) another size"
        case .otherEntry: "the plan does not enter a Linux kernel of this architecture"
        }
    }
}

extension GuestBootError.Entries {
    fileprivate var words: String {
        switch self {
        case .processors: "processors"
        case .memoryMapEntries: "rows of the memory map"
        case .configurationWrites: "registers for the ROM to set"
        case .buses: "buses"
        case .texts: "texts"
        case .windows: "windows"
        }
    }
}

extension PhysicalRange {
    fileprivate var text: String { "[\(HexadecimalText.text(start.rawValue)), \(HexadecimalText.text(last.rawValue))]" }
}
