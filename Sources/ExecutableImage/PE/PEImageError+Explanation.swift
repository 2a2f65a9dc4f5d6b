extension PEImageError {
    /// What is wrong, where, and what to do.
    public var explanation: String {
        switch self {
        case .badSection(let address): "the section at \(hex(address)) is empty, not aligned or not in order"
        case .tooManySections(let count): "the headers of \(count) sections do not fit in a page"
        case .tooLarge(let byteCount): "an image of \(byteCount) bytes of memory; 1 GiB is the limit"
        case .alignmentTooLarge(let alignment):
            "a segment is aligned to \(hex(alignment)); 16 MiB is the limit; link with -z max-page-size=4096"
        case .relocationOutsideContents(let address): "the relocated word at \(hex(address)) is not inside a section's contents"
        case .overlappingRelocations(let address):
            "two relocated words overlap at \(hex(address)) from the image base; align pointers in packed data"
        case .entryOutsideCode(let address): "the entry point \(hex(address)) is not inside an executable section"
        case .sharedPage(let page, let alignment):
            "address \(hex(page)): segments of different permissions within \(alignment) bytes; link with "
                + "-z separate-code -z max-page-size=4096"
        case .fixedAddress: "offset 0x10: not position independent (ET_EXEC), but firmware moves images; link with -pie"
        case .relocationOutsideImage(let offset, let addend):
            "the relocated word at address \(hex(offset)) refers to \(hex(addend)), which is no address of the image"
        }
    }

    private func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }
}
