import MemoryMap

extension LayoutOwner {
    /// What people call it, with its number where there may be several: "setup_data entry 2".
    public var description: String { hasNumber ? "\(kind.name) \(index + 1)" : "\(kind.name)" }

    private var hasNumber: Bool {
        switch kind {
        case .setupData, .serial, .mappedFile, .memoryFile: true
        default: index > 0
        }
    }
}

extension LayoutRange {
    /// The owner and the first and last address: "initial RAM disk [0x3e1b000, 0x3ffffff]".
    public var description: String { "\(owner.description) [\(hex(start)), \(hex(last))]" }
}

extension LayoutProblem {
    /// What is wrong, who takes part and where.
    public var explanation: String {
        switch self {
        case .overlap(let low, let high):
            "\(low.description) and \(high.description) overlap from \(hex(max(low.start, high.start))) to "
                + "\(hex(min(low.last, high.last)))"
        case .leavesWindow(let range, let window):
            "\(range.description) leaves the range that is kept for it, [\(hex(window.start)), \(hex(window.last))]"
        case .outsideMemory(let range, let nearest):
            "\(range.description) does not lie in one stretch of RAM"
                + (nearest.map { "; the nearest below is \($0.description)" } ?? "; there is none below")
        case .exceedsAddressWidth(let range, let bits):
            "\(range.description) passes the guest's \(bits) physical address bits, which end at \(hex(lastAddress(bits)))"
        case .emptyPool(let owner, let start, let limit):
            "nothing is left for the \(owner.description): it would start at \(hex(start)), and addresses end at \(hex(limit))"
        case .wraps(let owner, let start, let byteCount):
            "\(owner.description): \(bytes(byteCount)) from \(hex(start)) on pass 2^64 or the window's end"
        case .noRoom(let owner, let byteCount, let above):
            "\(owner.description): no RAM above \(hex(above)) that it may use has room for its \(bytes(byteCount))"
        case .memoryTooSmall(let byteCount, let needed):
            "RAM of \(bytes(byteCount)) is too little: the layout has fixed places in the first \(bytes(needed))"
        case .badSize(let owner, let byteCount, let limit):
            "\(owner.description): \(bytes(byteCount)) are not possible"
                + (byteCount == 0 ? "; at least one is needed" : limit == .max ? "" : "; at most \(bytes(limit))")
        case .misaligned(let owner, let value, let alignment):
            "\(owner.description): \(hex(PhysicalAddress(value))) is no multiple of \(hex(PhysicalAddress(alignment)))"
        case .tooMany(let counted, let count, let limit):
            "\(count) \(counted.name): from \(counted.least) to \(limit) are possible"
        case .tooManyRanges(let owner, let limit): "\(owner.description): more than \(limit) ranges"
        case .unsupported(let feature, let profile): "the layout \(profile.name) has no \(feature.name)"
        case .badAddressBits(let bits): "\(bits) physical address bits: 32 to 52 are possible"
        case .tableClaimsRAM(let entry):
            "the e820 table calls [\(hex(entry.start)), \(hex(entry.last))] RAM, and not all of it is"
        case .tableOffersContents(let entry, let range):
            "the e820 table calls [\(hex(entry.start)), \(hex(entry.last))] RAM, where \(range.description) lies"
        case .tableOverlap(let low, let high):
            "two rows of the e820 table overlap: [\(hex(low.start)), \(hex(low.last))] and [\(hex(high.start)), \(hex(high.last))]"
        case .tooFarFromKernel(let range, let kernel, let limit):
            "\(range.description) and \(kernel.description) do not lie in one window of \(limit >> 30) GiB"
        case .amountDiffers(let byteCount, let asked):
            "the guest gets \(bytes(byteCount)) of RAM, and \(bytes(asked)) were asked for"
        case .noPayload: "an initial RAM disk, and no kernel that would take it"
        case .wrongKernel: "the kernel is for another architecture"
        }
    }
}

extension LayoutCure {
    /// The change in the words of a requirement: "needs 70 MiB of RAM".
    public var explanation: String {
        switch self {
        case .memory(let count): "needs \(bytes(count)) of RAM"
        case .memoryAtMost(let count): "needs at most \(bytes(count)) of RAM"
        case .memoryRounded(let count): "needs an amount of RAM in whole pages, such as \(hex(PhysicalAddress(count))) bytes"
        case .addressBits(let bits): "needs \(bits) address bits"
        case .size(let owner, let count): "needs \(owner.description) of at most \(bytes(count))"
        case .count(let counted, let count): "needs at most \(count) \(counted.name)"
        case .pciMemory(let start): "needs the PCI memory window to start at \(hex(start))"
        case .pciMemoryLast(let last): "needs the PCI memory window to end at \(hex(last))"
        case .configuration(let start): "needs the PCI configuration space to start at \(hex(start))"
        case .move(let owner, let start): "needs \(owner.description) at \(hex(start))"
        case .profile(let profile): "needs the profile \(profile.name)"
        }
    }
}

extension LayoutRefusal: CustomStringConvertible {
    /// The problem and, where there is one, the cure.
    public var description: String { problem.explanation + (cure.map { ": \($0.explanation)" } ?? "") }
}

extension LayoutProblem.Counted {
    public var name: StaticString {
        switch self {
        case .virtualProcessors: "virtual processors"
        case .pciInterrupts: "PCI interrupts"
        case .pciBuses: "PCI buses"
        case .setupDataEntries: "setup_data entries"
        case .mappedFiles: "mapped files"
        }
    }

    fileprivate var least: Int { self == .virtualProcessors ? 1 : 0 }
}

extension LayoutFeature {
    public var name: StaticString {
        switch self {
        case .protectedVM: "protected VM"
        case .pciWindows: "choice of PCI windows"
        case .deviceTreePosition: "choice of the device tree's position"
        case .persistentStore: "persistent store"
        case .cpuFrequencyVersion2: "second version of the cpufreq device"
        }
    }
}

private func hex(_ address: PhysicalAddress) -> String { "0x" + String(address.rawValue, radix: 16) }

private func lastAddress(_ bits: UInt8) -> PhysicalAddress { PhysicalAddress(UInt64(1) << UInt64(min(bits, 63)) - 1) }

/// An amount in the largest unit that it is a whole number of.
private func bytes(_ count: UInt64) -> String {
    guard count > 1 else { return count == 1 ? "1 byte" : "0 bytes" }
    let unit = min(count.trailingZeroBitCount / 10, 6)
    let names: [6 of StaticString] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    return unit == 0 ? "\(count) bytes" : "\(count >> UInt64(10 * unit)) \(names[unit - 1])"
}
