import MapDrawing
import MapFormats
import SeededRandom

/// Listings made for these tests, as sources print them.
enum Samples {
    /// The map of a machine with 8 GiB: low memory, a hole below 4 GiB, the firmware's flash.
    static let e820 = """
        [    0.000000] BIOS-provided physical RAM map:
        [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
        [    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable
        [    0.000000] BIOS-e820: [mem 0x00000000bffe0000-0x00000000bfffffff] ACPI data
        [    0.000000] BIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000023fffffff] usable

        """

    /// A laptop's map, which the picture in the documentation shows.
    static let laptop = """
        [    0.000000] BIOS-provided physical RAM map:
        [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable
        [    0.000000] BIOS-e820: [mem 0x000000000009f000-0x00000000000fffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000005a1c3fff] usable
        [    0.000000] BIOS-e820: [mem 0x000000005a1c4000-0x000000005a1c4fff] ACPI NVS
        [    0.000000] BIOS-e820: [mem 0x000000005a1c5000-0x000000005a1c5fff] reserved
        [    0.000000] BIOS-e820: [mem 0x000000005a1c6000-0x0000000067d3dfff] usable
        [    0.000000] BIOS-e820: [mem 0x0000000067d3e000-0x000000006a2bdfff] reserved
        [    0.000000] BIOS-e820: [mem 0x000000006a2be000-0x000000006a33dfff] ACPI data
        [    0.000000] BIOS-e820: [mem 0x000000006a33e000-0x000000006a7befff] ACPI NVS
        [    0.000000] BIOS-e820: [mem 0x000000006a7bf000-0x000000006b1fdfff] reserved
        [    0.000000] BIOS-e820: [mem 0x000000006b1fe000-0x000000006b1fefff] usable
        [    0.000000] BIOS-e820: [mem 0x000000006b1ff000-0x000000006f7fffff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000c0000000-0x00000000cfffffff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000fe010000-0x00000000fe010fff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000fed10000-0x00000000fed1ffff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000ff000000-0x00000000ffffffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000048e7fffff] usable

        """

    /// The same machine with less memory, and with a row more.
    static let smallerE820 = """
        [    0.000000] BIOS-provided physical RAM map:
        [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
        [    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007ffdffff] usable
        [    0.000000] BIOS-e820: [mem 0x000000007ffe0000-0x000000007fffffff] ACPI NVS
        [    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] usable

        """

    /// Rows that overlap, say nothing, and pass the end of the address space.
    static let overlapping = """
        BIOS-provided physical RAM map:
        BIOS-e820: [mem 0x0000000000000000-0x000000003fffffff] usable
        BIOS-e820: [mem 0x0000000010000000-0x000000001fffffff] reserved
        BIOS-e820: [mem 0x0000000018000000-0x0000000027ffffff] ACPI NVS
        BIOS-e820: [mem 0x0000000050000000-0x000000004fffffff] usable

        """

    /// Names that mean to become markup, scripts or another direction of writing.
    static let hostile = """
        00000000-0009ffff : System RAM
        000a0000-000fffff : <script>alert(1)</script>
        00100000-001fffff : "><img src=x onerror=alert(2)>
        00200000-002fffff : ]]></style><svg onload=alert(3)>
        00300000-003fffff : {{title}} {{{script}}} & ' &amp;
        00400000-004fffff : \u{202E}MAR metsyS\u{2066}\u{7}
        00500000-3fffffff : System RAM

        """

    static func collection(_ text: String) -> MapCollection { collection(Array(text.utf8)) }

    static func collection(_ bytes: [UInt8]) -> MapCollection {
        do {
            var reader = MapReader()
            try reader.read(bytes.span)
            return try reader.finish()
        } catch {
            preconditionFailure("a sample is within the limits: \(error)")
        }
    }

    static func drawn(_ text: String, source: String = "sample.log", limit: Int = 512) -> DrawnMap {
        let collection = collection(text)
        return DrawnMap(collection.maps[0], of: collection, source: source, limit: limit)
    }

    /// A listing of `rows` rows, in and out of order, with holes and now and then an overlap, sizes from bytes to terabytes.
    static func random(_ rows: Int, seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        var text = "BIOS-provided physical RAM map:\n"
        let words = ["usable", "reserved", "ACPI data", "ACPI NVS", "unusable", "persistent (type 7)"]
        var next: UInt64 = 0
        for _ in 0..<rows {
            let size = (UInt64(1) << UInt64(random.below(34))) + UInt64(random.below(5)) * 0x400
            let last = next + size
            text += "BIOS-e820: [mem 0x\(hex(next))-0x\(hex(last))] \(random.pick(words))\n"
            next = random.oneIn(20) ? last - size / 2 : last + 1
            if random.oneIn(4) { next += UInt64(1) << UInt64(random.below(30)) }
        }
        return text
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(16 - digits.count, 0)) + digits
    }
}
