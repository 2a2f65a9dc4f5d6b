import MemoryMap
import SeededRandom
import Testing

@testable import UEFIMemory

@Suite("The memory attributes table's entries")
struct RuntimeDivisionTests {
    private static func range(_ first: UInt64, _ last: UInt64) -> PhysicalRange {
        PhysicalRange(start: PhysicalAddress(first), last: PhysicalAddress(last))
            ?? FrameNumber(containing: PhysicalAddress(0)).range
    }

    private static func region(_ first: UInt64, _ last: UInt64, _ type: MemoryType = .runtimeServicesCode) -> MemoryRegion {
        MemoryRegion(range: range(first, last), type: type, attributes: [.runtime, .writeBack])
    }

    private func lines(_ division: RuntimeDivision) -> [String] {
        division.entries.map { entry in
            let attributes = [(MemoryAttributes.readOnly, "RO"), (.executeProtected, "XP"), (.runtime, "RUN")]
                .filter { entry.attributes.contains($0.0) }.map(\.1).joined(separator: "|")
            return "\(entry.type.rawValue) \(String(entry.start.rawValue, radix: 16)) \(entry.pages.rawValue) \(attributes)"
        }
    }

    @Test func `an image is divided into headers, code and data`() throws {
        let image = RuntimeImage(
            range: Self.range(0x10_1000, 0x10_67FF),
            code: [
                .init(range: Self.range(0x10_2000, 0x10_3123)), .init(range: Self.range(0x10_4000, 0x10_40FF), isWritable: true),
            ])
        let division = try RuntimeDivision(
            regions: [
                Self.region(0x1000, 0x1FFF, .conventional), Self.region(0x10_0000, 0x10_7FFF),
                Self.region(0x10_8000, 0x10_8FFF, .runtimeServicesData), Self.region(0x20_0000, 0x20_0FFF, .runtimeServicesData),
            ], images: [image])
        #expect(
            lines(division) == [
                "5 100000 1 RUN", "5 101000 1 XP|RUN", "5 102000 2 RO|RUN", "5 104000 1 RUN", "5 105000 2 XP|RUN",
                "5 107000 1 RUN", "6 108000 1 XP|RUN", "6 200000 1 XP|RUN",
            ])
    }

    @Test func `code and data in one unit are left unrestricted`() throws {
        // Sections aligned to 4 KiB, permissions in units of 64 KiB: only the middle of the code is all code.
        let image = RuntimeImage(
            range: Self.range(0x10_0000, 0x15_FFFF), code: [.init(range: Self.range(0x10_1000, 0x12_4FFF))])
        let region = Self.region(0x10_0000, 0x16_FFFF)
        #expect(
            lines(try RuntimeDivision(regions: [region], images: [image], granularity: 65536)) == [
                "5 100000 16 RUN", "5 110000 16 RO|RUN", "5 120000 16 RUN", "5 130000 48 XP|RUN", "5 160000 16 RUN",
            ])
        #expect(
            lines(try RuntimeDivision(regions: [region], images: [image])) == [
                "5 100000 1 XP|RUN", "5 101000 36 RO|RUN", "5 125000 59 XP|RUN", "5 160000 16 RUN",
            ])
    }

    @Test func `a region at the end of the address space is as good as any`() throws {
        let image = RuntimeImage(
            range: Self.range(.max - 0x1FFF, .max), code: [.init(range: Self.range(.max - 0xFFF, .max))])
        #expect(
            lines(try RuntimeDivision(regions: [Self.region(.max - 0x2FFF, .max)], images: [image])) == [
                "5 ffffffffffffd000 1 RUN", "5 ffffffffffffe000 1 XP|RUN", "5 fffffffffffff000 1 RO|RUN",
            ])
    }

    @Test func `what does not fit together is refused`() {
        let region = Self.region(0x10_0000, 0x10_FFFF)
        func error(_ regions: [MemoryRegion], _ images: [RuntimeImage] = [], _ granularity: UInt64 = 4096)
            -> RuntimeDivisionError?
        {
            do throws(RuntimeDivisionError) {
                _ = try RuntimeDivision(regions: regions, images: images, granularity: granularity)
                return nil
            } catch { return error }
        }
        let inside = RuntimeImage(range: Self.range(0x10_2000, 0x10_3FFF), code: [])
        #expect(error([]) == .empty)
        #expect(error([Self.region(0x1000, 0x1FFF, .conventional)]) == .empty)
        #expect(error([Self.region(0x10_0000, 0x10_0FFF)], [], 65536) == .regionMisaligned(Self.range(0x10_0000, 0x10_0FFF)))
        #expect(error([Self.region(0x10_0800, 0x10_0FFF)]) == .regionMisaligned(Self.range(0x10_0800, 0x10_0FFF)))
        #expect(error([region, region]) == .regionsUnordered(region.range))
        #expect(error([region, Self.region(0x1000, 0x1FFF)]) == .regionsUnordered(Self.range(0x1000, 0x1FFF)))
        #expect(error([region], [inside, inside]) == .imagesUnordered(inside.range))
        for outside in [
            Self.range(0xF_F000, 0x10_0FFF), Self.range(0x10_F000, 0x11_0000), Self.range(0x20_0000, 0x20_0FFF),
            Self.range(0, 0xFFF),
        ] {
            #expect(error([region], [RuntimeImage(range: outside, code: [])]) == .imageOutside(outside))
        }
        for bad in [Self.range(0x10_1FFF, 0x10_2FFF), Self.range(0x10_3000, 0x10_4000)] {
            #expect(error([region], [RuntimeImage(range: inside.range, code: [.init(range: bad)])]) == .section(bad))
        }
        let twice = RuntimeImage.CodeSection(range: Self.range(0x10_2000, 0x10_2FFF))
        #expect(error([region], [RuntimeImage(range: inside.range, code: [twice, twice])]) == .section(twice.range))
    }

    /// What each page holds, by a byte-by-byte (in steps of 256) look at everything.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `random images give what a look at every unit gives`(seed: UInt64) throws {
        let step: UInt64 = 256
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let granularity: UInt64 = random.pick([4096, 8192, 65536])
            var (regions, images): ([MemoryRegion], [RuntimeImage]) = ([], [])
            var address: UInt64 = 1 << 20
            for _ in 0..<1 + random.below(4) {
                address += granularity * UInt64(random.below(3))
                let end = address + granularity * UInt64(1 + random.below(5))
                regions.append(Self.region(address, end - 1, random.chance(70) ? .runtimeServicesCode : .runtimeServicesData))
                var next = address
                while next < end, random.chance(70) {
                    // Rounded to pages mostly, as loaders do.
                    let unit: UInt64 = random.chance(70) ? 4096 : step
                    next = (next + unit * UInt64(random.below(4)) + unit - 1) / unit * unit
                    guard next + step < end else { break }
                    let last = next + step * UInt64(1 + random.below(Int(min((end - next) / step, 200)))) - 1
                    var image = RuntimeImage(range: Self.range(next, last), code: [])
                    var section = next + unit * UInt64(random.below(3))
                    while section <= last, random.chance(70) {
                        let sectionLast = min(last, section + step * UInt64(1 + random.below(40)) - 1)
                        image.code.append(.init(range: Self.range(section, sectionLast), isWritable: random.oneIn(6)))
                        section = (sectionLast + 1 + unit - 1) / unit * unit + unit * UInt64(random.below(2))
                    }
                    images.append(image)
                    next = last + 1
                }
                address = end
            }
            let division = try RuntimeDivision(regions: regions, images: images, granularity: granularity)
            check(division, regions, images, granularity: granularity, step: step)
            try roundTrip(division, descriptorSize: random.pick([40, 48, 56]))
        }
    }

    private func check(
        _ division: RuntimeDivision, _ regions: [MemoryRegion], _ images: [RuntimeImage], granularity: UInt64, step: UInt64
    ) {
        var expected: [UInt64: (MemoryType, MemoryAttributes)] = [:]
        for region in regions {
            for unit in stride(from: region.range.start.rawValue, through: region.range.last.rawValue, by: Int(granularity)) {
                var (hasCode, hasData, hasUnknown) = (false, false, false)
                for byte in stride(from: unit, to: unit + granularity, by: Int(step)) {
                    let address = PhysicalAddress(byte)
                    if let image = images.first(where: { $0.range.contains(address) }) {
                        if let section = image.code.first(where: { $0.range.contains(address) }) {
                            if section.isWritable { hasUnknown = true } else { hasCode = true }
                        } else if !image.code.contains(where: {
                            $0.range.last.rawValue / 4096 == byte / 4096 && $0.range.last < address
                        }) {
                            hasData = true
                        }
                    } else if !images.contains(where: { $0.range.last.rawValue / 4096 == byte / 4096 && $0.range.last < address })
                    {
                        if region.type == .runtimeServicesCode { hasUnknown = true } else { hasData = true }
                    }
                }
                let attributes: MemoryAttributes =
                    hasUnknown || hasCode == hasData
                    ? .runtime : hasCode ? [.runtime, .readOnly] : [.runtime, .executeProtected]
                expected[unit] = (region.type, attributes)
            }
        }
        var covered = 0
        var previous: MemoryDescriptor?
        for entry in division.entries {
            if let previous {
                #expect(previous.range.flatMap(\.end).map { $0 <= entry.start } == true)
                #expect(
                    previous.range?.end != entry.start || previous.type != entry.type || previous.attributes != entry.attributes,
                    "equal neighbours are one")
            }
            previous = entry
            for unit in stride(
                from: entry.start.rawValue, to: entry.start.rawValue + entry.pages.rawValue * 4096, by: Int(granularity))
            {
                covered += 1
                #expect(expected[unit].map { $0 == (entry.type, entry.attributes) } == true, "\(regions) \(images) \(entry)")
            }
        }
        #expect(covered == expected.count)
    }

    private func roundTrip(_ division: RuntimeDivision, descriptorSize: Int) throws {
        for version in [
            MemoryAttributesTableEncoding.Version.one, .two(supportsForwardControlFlowGuard: false),
            .two(supportsForwardControlFlowGuard: true),
        ] {
            let encoding = MemoryAttributesTableEncoding(version, descriptorSize: descriptorSize)
            var bytes = [UInt8](repeating: 0xEE, count: encoding.byteCount(entries: division.entries.count) + 8)
            let written = unsafe bytes.withUnsafeMutableBytes { buffer in
                var raw = unsafe buffer.mutableBytes
                return encoding.encode(division, into: &raw)
            }
            #expect(written == bytes.count - 8)
            #expect(bytes.suffix(8) == [UInt8](repeating: 0xEE, count: 8)[...])
            let table = try MemoryAttributesTable(validating: unsafe bytes.span.bytes)
            let (number, hasGuard, count) = (table.version, table.supportsForwardControlFlowGuard, table.entries.count)
            #expect(number == (version == .one ? 1 : 2))
            #expect(hasGuard == (version == .two(supportsForwardControlFlowGuard: true)))
            #expect(count == division.entries.count)
            for index in 0..<count {
                let entry = table.entries[index]
                #expect(entry == division.entries[index])
            }
            // One byte short, and nothing is written.
            var short = [UInt8](repeating: 0xEE, count: bytes.count - 9)
            let refused = unsafe short.withUnsafeMutableBytes { buffer in
                var raw = unsafe buffer.mutableBytes
                return encoding.encode(division, into: &raw)
            }
            #expect(refused == nil && short.allSatisfy { $0 == 0xEE })
        }
    }
}
