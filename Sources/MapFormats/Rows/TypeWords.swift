import MemoryMap

/// The words by which sources call memory types.
enum TypeWords {
    /// The UEFI type that a word stands for in any of the spellings that firmware, loaders and kernels use; nil for other words.
    ///
    /// Case, blanks, hyphens, underscores and slashes do not count, and neither does "Efi" before a name.
    static func uefi(_ line: borrowing Line, _ range: Range<Int>) -> MemoryType? {
        uefiTypes[key(line, range)]
    }

    private static func key(_ line: borrowing Line, _ range: Range<Int>) -> UInt64 {
        var hash = seed
        var index = range.lowerBound
        if range.count > 4, line.equals("efi", index..<index + 3) { index += 3 }
        while index < range.upperBound {
            let byte = line[index]
            if isLetter(byte) {
                hash = (hash ^ UInt64(byte | 0x20)) &* prime
            } else if isDigit(byte) || byte > 0x7F {
                hash = (hash ^ UInt64(byte)) &* prime
            }
            index += 1
        }
        return hash
    }

    private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01B3

    private static let uefiTypes: [UInt64: MemoryType] = {
        let names: [(MemoryType, [StaticString])] = [
            (.reserved, ["Reserved", "ReservedMemory", "ReservedMemoryType"]),
            (.loaderCode, ["LoaderCode", "ldr-code"]),
            (.loaderData, ["LoaderData", "ldr-data"]),
            (.bootServicesCode, ["BootCode", "BS_Code", "BootServicesCode", "BootServiceCode"]),
            (.bootServicesData, ["BootData", "BS_Data", "BootServicesData", "BootServiceData"]),
            (.runtimeServicesCode, ["RuntimeCode", "RT_Code", "RuntimeServicesCode", "RuntimeServiceCode"]),
            (.runtimeServicesData, ["RuntimeData", "RT_Data", "RuntimeServicesData", "RuntimeServiceData"]),
            (.conventional, ["Conventional", "ConventionalMemory", "Available", "conv-mem"]),
            (.unusable, ["Unusable", "UnusableMemory", "UnusableMem"]),
            (
                .acpiReclaim,
                ["ACPIReclaim", "ACPI_Recl", "ACPIReclaimMemory", "ACPI-rec", "ACPIReclaimMem", "ACPIReclaimable"]
            ),
            (.acpiNVS, ["ACPINVS", "ACPIMemoryNVS", "ACPIMemNVS", "ACPINonVolatile"]),
            (.memoryMappedIO, ["MMIO", "MemoryMappedIO", "IO"]),
            (
                .memoryMappedIOPortSpace,
                ["MMIOPort", "MMIOPortSpace", "MemoryMappedIOPortSpace", "MemoryMappedIOPort", "IO-ports", "IOPort"]
            ),
            (.palCode, ["PalCode", "PAL"]),
            (.persistent, ["Persistent", "PersistentMemory", "persist"]),
            (.unaccepted, ["Unaccepted", "UnacceptedMemory", "UnacceptedMemoryType"]),
        ]
        var types: [UInt64: MemoryType] = [:]
        for (type, words) in names {
            for word in words {
                let bytes = word.utf8Bytes
                types[key(Line(bytes.span.rawBytes), 0..<bytes.count)] = type
            }
        }
        return types
    }()
}

/// What a source without UEFI's types means by a word.
struct WordMeaning {
    var type: MemoryType
    var attributes: MemoryAttributes = []

    /// The type's number in the BIOS's memory map, which decides what wins where rows overlap.
    var number: UInt32 = 2

    var isKnown = true
}

extension WordMeaning {
    static let usable = WordMeaning(type: .conventional, number: 1)
    static let reserved = WordMeaning(type: .reserved, number: 2)
    static let acpiData = WordMeaning(type: .acpiReclaim, number: 3)
    static let acpiNVS = WordMeaning(type: .acpiNVS, number: 4)
    static let unusable = WordMeaning(type: .unusable, number: 5)
    static let persistent = WordMeaning(type: .persistent, attributes: .nonVolatile, number: 7)
    static let softReserved = WordMeaning(type: .conventional, attributes: .specificPurpose, number: 0xEFFF_FFFF)
    static let unknown = WordMeaning(type: .reserved, isKnown: false)
}

extension TypeWords {
    /// What the words of the BIOS's memory map (e820) mean, in every generation of Linux, in Xen and in the files of
    /// `/sys/firmware/memmap`.
    static func e820(_ line: borrowing Line, _ range: Range<Int>) -> WordMeaning {
        switch line[range.lowerBound] | 0x20 {
        case UInt8(ascii: "u"):
            if line.equals("usable", range) { return .usable }
            if line.equals("unusable", range) || line.equals("Unusable memory", range) { return .unusable }
        case UInt8(ascii: "r"):
            if line.equals("reserved", range) { return .reserved }
            if line.equals("RAM", range) { return .usable }
        case UInt8(ascii: "s"):
            if line.equals("System RAM", range) { return .usable }
            if line.equals("soft reserved", range) { return .softReserved }
        case UInt8(ascii: "d"):
            if line.equals("device reserved", range) { return .reserved }
        case UInt8(ascii: "a"):
            if line.equals("ACPI data", range) || line.equals("ACPI Tables", range) { return .acpiData }
            if line.equals("ACPI NVS", range) || line.equals("ACPI Non-volatile Storage", range) { return .acpiNVS }
        case UInt8(ascii: "p"):
            if line.has("persistent", at: range.lowerBound) || line.has("Persistent", at: range.lowerBound) {
                return persistent(line, range)
            }
        case UInt8(ascii: "t"):
            var index = range.lowerBound
            if line.take("type ", &index), let number = line.decimal(&index) { return e820(number: number) }
        default: break
        }
        return .unknown
    }

    /// "persistent (type 12)": two numbers have the same words, and ranges of the second one are never merged.
    private static func persistent(_ line: borrowing Line, _ range: Range<Int>) -> WordMeaning {
        var meaning = WordMeaning.persistent
        if var index = line.index(of: "(type ", from: range.lowerBound, to: range.upperBound) {
            index += 6
            if line.decimal(&index) == 12 { meaning.number = 12 }
        } else if line.has("legacy", at: range.upperBound - 7) {
            meaning.number = 12
        }
        return meaning
    }

    /// What a type number of the BIOS's memory map means.
    static func e820(number: UInt64) -> WordMeaning {
        var meaning: WordMeaning =
            switch number {
            case 1: .usable
            case 2: .reserved
            case 3: .acpiData
            case 4: .acpiNVS
            case 5: .unusable
            case 7, 12: .persistent
            // GRUB's own numbers: tables of coreboot, and the firmware's runtime code.
            case 16: .reserved
            case 20: WordMeaning(type: .runtimeServicesCode)
            case 0xEFFF_FFFF: .softReserved
            default: .unknown
            }
        meaning.number = UInt32(clamping: number)
        return meaning
    }
}
