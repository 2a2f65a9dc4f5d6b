import MemoryMap
import SeededRandom
import Testing

@testable import UEFIMemory

@Suite("SetVirtualAddressMap and ConvertPointer")
struct RuntimeAddressingTests {
    private static let base: UInt64 = 0xFFFF_8000_0000_0000

    /// Code at 1 MiB, data right behind it, firmware registers at 4 GiB - 16 MiB; RAM around.
    private static let finalMap = [
        row(.conventional, 0x1000, 0xFF), row(.runtimeServicesCode, 0x10_0000, 4, .runtime),
        row(.runtimeServicesData, 0x10_4000, 8, .runtime), row(.conventional, 0x10_C000, 0x100),
        row(.memoryMappedIO, 0xFF00_0000, 0x10, [.runtime, .uncacheable]),
    ]

    private static func row(
        _ type: MemoryType, _ start: UInt64, _ pages: UInt64, _ attributes: MemoryAttributes = [], at virtual: UInt64 = 0
    ) -> MemoryDescriptor {
        MemoryDescriptor(
            type: type, start: PhysicalAddress(start), virtualStart: VirtualAddress(virtual), pages: PageCount(pages),
            attributes: attributes)
    }

    /// The rows with the RUNTIME attribute, each at its physical address above the base.
    private static var goodTable: [MemoryDescriptor] {
        finalMap.filter { $0.attributes.contains(.runtime) }.map { row in
            var row = row
            row.virtualStart = VirtualAddress(row.start.rawValue + base)
            return row
        }
    }

    private func bytes(_ rows: [MemoryDescriptor], size: Int = 48) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xAA, count: rows.count * size)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            var raw = unsafe buffer.mutableBytes
            for index in rows.indices { _ = rows[index].encode(into: &raw, at: index * size) }
        }
        return bytes
    }

    private func atRuntime(
        _ rows: [MemoryDescriptor] = finalMap, pieces: Int = 64
    ) throws -> RuntimeAddressing {
        var addressing = RuntimeAddressing(pieceCapacity: pieces)
        let bytes = bytes(rows)
        let isBegun = addressing.beginRuntime(
            with: try MemoryMapView(validating: bytes.span, descriptorSize: 48, descriptorVersion: 1))
        #expect(isBegun)
        return addressing
    }

    private func set(
        _ addressing: inout RuntimeAddressing, _ rows: [MemoryDescriptor], size: Int = 48, version: UInt32 = 1
    ) -> SetVirtualAddressMapError? { set(&addressing, bytes(rows, size: size), UInt(size), version) }

    private func set(
        _ addressing: inout RuntimeAddressing, _ bytes: [UInt8], _ size: UInt, _ version: UInt32 = 1
    ) -> SetVirtualAddressMapError? {
        do throws(SetVirtualAddressMapError) {
            try addressing.setVirtualAddressMap(unsafe bytes.span.bytes, descriptorSize: size, descriptorVersion: version)
            return nil
        } catch { return error }
    }

    private func convert(_ addressing: RuntimeAddressing, _ pointer: UInt64?, _ disposition: UInt = 0) -> Result<
        UInt64, ConvertPointerError
    > {
        do throws(ConvertPointerError) {
            return .success(try addressing.convertPointer(pointer, disposition: disposition))
        } catch { return .failure(error) }
    }

    private func finish(_ addressing: inout RuntimeAddressing) {
        var events = EventNotifications()
        while addressing.nextStep(&events) != nil {}
    }

    @Test func `the steps follow each other, and pointers convert as long as they last`() throws {
        var addressing = RuntimeAddressing()
        var events = EventNotifications()
        _ = try events.register(.virtualAddressChange, at: .callback, context: 1)
        _ = try events.register(.virtualAddressChange, at: .notify, context: 2)
        _ = try events.register(.exitBootServices, at: .notify, context: 3)
        // Before runtime there is nothing to change.
        #expect(addressing.mode == .boot)
        #expect(set(&addressing, Self.goodTable) == .unsupported)
        #expect(convert(addressing, 0x10_0000) == .failure(.notFound))
        addressing = try atRuntime()
        #expect(addressing.nextStep(&events) == nil)
        #expect(convert(addressing, 0x10_0000) == .failure(.notFound))
        #expect(set(&addressing, Self.goodTable) == nil)

        var steps: [VirtualAddressChangeStep] = []
        while let step = addressing.nextStep(&events) {
            steps.append(step)
            #expect(addressing.mode == .changing)
            #expect(convert(addressing, 0x10_0123) == .success(0x10_0123 + Self.base))
            #expect(set(&addressing, Self.goodTable) == .unsupported)
        }
        let contexts = steps.compactMap { if case .notify(let notification) = $0 { notification.context } else { nil } }
        #expect(contexts == [2, 1])
        #expect(Array(steps.dropFirst(2)) == [.relocateImages, .convertRuntimeServices, .convertSystemTable])

        #expect(addressing.mode == .virtual)
        #expect(convert(addressing, 0x10_0123) == .failure(.notFound))
        #expect(set(&addressing, Self.goodTable) == .unsupported)
        #expect(addressing.nextStep(&events) == nil)
    }

    @Test func `pointers convert by their region only`() throws {
        var addressing = try atRuntime()
        var table = Self.goodTable
        table[1].virtualStart = VirtualAddress(0x7000_0000)
        #expect(set(&addressing, table.reversed()) == nil)
        for (pointer, expected) in [
            (0x10_0000, 0x10_0000 + Self.base), (0x10_3FFF, 0x10_3FFF + Self.base), (0x10_4000, 0x7000_0000),
            (0x10_BFFF, 0x7000_7FFF), (0xFF00_FFFF, 0xFF00_FFFF + Self.base),
        ] as [(UInt64, UInt64)] {
            #expect(convert(addressing, pointer) == .success(expected))
        }
        for pointer in [1, 0xF_FFFF, 0x10_C000, 0xFEFF_FFFF, 0xFF01_0000, 0x7000_0000, .max] as [UInt64] {
            #expect(convert(addressing, pointer) == .failure(.notFound))
        }
        #expect(convert(addressing, nil) == .failure(.invalidParameter))
        #expect(convert(addressing, nil, RuntimeAddressing.optionalPointer) == .failure(.invalidParameter))
        #expect(convert(addressing, 0) == .failure(.invalidParameter))
        #expect(convert(addressing, 0, 2) == .failure(.invalidParameter))
        #expect(convert(addressing, 0, RuntimeAddressing.optionalPointer) == .success(0))
        // Ranges stay in one piece.
        let whole = try #require(PhysicalRange(start: PhysicalAddress(0x10_4000), pages: PageCount(8)))
        let converted = try addressing.convert(whole)
        #expect(converted.start.rawValue == 0x7000_0000 && converted.byteCount == 0x8000)
        let across = try #require(PhysicalRange(start: PhysicalAddress(0x10_3000), pages: PageCount(2)))
        #expect(throws: ConvertPointerError.notFound) { try addressing.convert(across) }
    }

    @Test func `a range whose middle lies elsewhere is no piece`() throws {
        var addressing = try atRuntime()
        var table = [
            Self.row(.runtimeServicesCode, 0x10_0000, 4, .runtime, at: Self.base),
            Self.row(.runtimeServicesCode, 0x10_4000, 4, .runtime, at: Self.base + 0x100_0000),
            Self.row(.runtimeServicesCode, 0x10_8000, 4, .runtime, at: Self.base + 0x8000),
        ]
        table.append(Self.goodTable[2])
        #expect(set(&addressing, table) == nil)
        let across = try #require(PhysicalRange(start: PhysicalAddress(0x10_0000), pages: PageCount(12)))
        #expect(throws: ConvertPointerError.notFound) { try addressing.convert(across) }
    }

    @Test func `tables that are none are refused`() throws {
        var addressing = try atRuntime()
        let good = bytes(Self.goodTable)
        for size in [0, 8, 39, 44, UInt(Int.max), .max] {
            #expect(set(&addressing, good, size) == .invalidParameter(.table(.descriptorSize(Int(exactly: size) ?? .max))))
        }
        for version in [0, 2, .max] as [UInt32] {
            #expect(set(&addressing, good, 48, version) == .invalidParameter(.table(.descriptorVersion(version))))
        }
        #expect(set(&addressing, Array(good.dropLast()), 48) == .invalidParameter(.table(.truncated(offset: 96, byteCount: 47))))
        var table = Self.goodTable
        table[1].pages = .zero
        #expect(set(&addressing, table) == .invalidParameter(.table(.zeroPages(offset: 48, start: table[1].start))))
        table[1].pages = PageCount(1 << 52)
        #expect(
            set(&addressing, table)
                == .invalidParameter(.table(.wraps(offset: 48, start: table[1].start, pages: PageCount(1 << 52)))))
        table = Self.goodTable
        table[0].start = PhysicalAddress(0x10_0800)
        #expect(set(&addressing, table) == .invalidParameter(.table(.misaligned(offset: 0, start: table[0].start))))
        table = Self.goodTable
        table[2].virtualStart = VirtualAddress(0x123)
        #expect(set(&addressing, table) == .invalidParameter(.virtualMisaligned(offset: 96, VirtualAddress(0x123))))
        table[2].virtualStart = VirtualAddress(0xFFFF_FFFF_FFFF_F000)
        #expect(
            set(&addressing, table) == .invalidParameter(.virtualWraps(offset: 96, VirtualAddress(0xFFFF_FFFF_FFFF_F000))))
        table[2].virtualStart = VirtualAddress(Self.base + 0x10_3000)
        #expect(
            set(&addressing, table)
                == .invalidParameter(.virtualOverlap(offset: 96, at: VirtualAddress(Self.base + 0x10_3000))))
        // The same row twice shares both kinds of addresses; the physical ones are told.
        table = Self.goodTable + [Self.goodTable[1]]
        #expect(set(&addressing, table) == .invalidParameter(.overlap(offset: 144, at: PhysicalAddress(0x10_4000))))
        table[3].virtualStart = VirtualAddress(Self.base)
        #expect(set(&addressing, table) == .invalidParameter(.overlap(offset: 144, at: PhysicalAddress(0x10_4000))))
        // After all that nothing has changed: the good table is accepted.
        #expect(addressing.mode == .physical)
        #expect(set(&addressing, Self.goodTable) == nil)
    }

    @Test func `a runtime region without a virtual address is told`() throws {
        var addressing = try atRuntime()
        let whole = try #require(PhysicalRange(start: PhysicalAddress(0x10_0000), pages: PageCount(12)))
        #expect(set(&addressing, [UInt8](), 48) == .noMapping(whole))
        for missing in 0..<3 {
            var table = Self.goodTable
            let range = try #require(table.remove(at: missing).range)
            #expect(set(&addressing, table) == .noMapping(range))
            // Listed, but with no address or without the attribute, is no better.
            table = Self.goodTable
            table[missing].virtualStart = VirtualAddress(0)
            #expect(set(&addressing, table) == .noMapping(range))
            table = Self.goodTable
            table[missing].attributes.remove(.runtime)
            #expect(set(&addressing, table) == .noMapping(range))
        }
        var table = Self.goodTable
        table[1].pages = PageCount(7)
        let last = try #require(PhysicalRange(start: PhysicalAddress(0x10_B000), pages: PageCount(1)))
        #expect(set(&addressing, table) == .noMapping(last))
        table = Self.goodTable
        table[0].start = PhysicalAddress(0x10_1000)
        table[0].pages = PageCount(3)
        let first = try #require(PhysicalRange(start: PhysicalAddress(0x10_0000), pages: PageCount(1)))
        #expect(set(&addressing, table) == .noMapping(first))
    }

    @Test func `memory that the map does not describe is told`() throws {
        var addressing = try atRuntime()
        for (start, pages) in [(0, 1), (0xFE00_0000, 1), (0xFF00_F000, 2), (0x20_0000, 0x100)] as [(UInt64, UInt64)] {
            for attributes in [[], MemoryAttributes.runtime] {
                let stray = Self.row(.runtimeServicesData, start, pages, attributes, at: 0x4000_0000)
                let range = try #require(stray.range)
                #expect(set(&addressing, [stray] + Self.goodTable) == .notFound(offset: 0, range))
            }
        }
        // Rows of memory that is in the map and not the runtime services' are let be, as Linux gives those of boot services.
        let other = Self.row(.conventional, 0x10_C000, 0x10, [], at: 0x4000_0000)
        let marked = Self.row(.conventional, 0x2000, 0x10, .runtime, at: 0x5000_0000)
        #expect(set(&addressing, [other, marked] + Self.goodTable) == nil)
        #expect(convert(addressing, 0x10_C000) == .failure(.notFound))
        #expect(convert(addressing, 0x2000) == .failure(.notFound))
    }

    @Test func `rows may divide or join the regions, as far as there is room`() throws {
        // One row for two regions and the RAM behind them.
        var addressing = try atRuntime()
        let joined = [Self.row(.runtimeServicesData, 0xF_F000, 0x20, .runtime, at: 0x6000_0000), Self.goodTable[2]]
        #expect(set(&addressing, joined) == nil)
        #expect(convert(addressing, 0x10_5678) == .success(0x6000_6678))
        #expect(convert(addressing, 0xF_F000) == .failure(.notFound))
        // A row for each page, which continue each other: one piece.
        addressing = try atRuntime(pieces: 2)
        var pages = (0..<12).map { Self.row(.runtimeServicesCode, 0x10_0000 + $0 << 12, 1, .runtime, at: 0x6000_0000 + $0 << 12) }
        pages.append(Self.goodTable[2])
        #expect(set(&addressing, pages) == nil)
        addressing = try atRuntime(pieces: 2)
        #expect(set(&addressing, pages.reversed()) == nil)
        // Virtual addresses in reverse: twelve pieces.
        addressing = try atRuntime(pieces: 12)
        for index in 0..<12 { pages[index].virtualStart = VirtualAddress(0x6000_0000 + UInt64(11 - index) << 12) }
        #expect(set(&addressing, pages) == .invalidParameter(.tooManyPieces))
        addressing = try atRuntime(pieces: 13)
        #expect(set(&addressing, pages) == nil)
        #expect(convert(addressing, 0x10_0004) == .success(0x6000_B004))
    }

    @Test func `a map that outgrows its room leaves the services where they are`() throws {
        var addressing = RuntimeAddressing(map: RuntimeAddressMap(capacity: 1))
        let bytes = bytes(Self.finalMap)
        let isBegun = addressing.beginRuntime(
            with: try MemoryMapView(validating: bytes.span, descriptorSize: 48, descriptorVersion: 1))
        #expect(!isBegun)
        #expect(set(&addressing, Self.goodTable) == .unsupported)
    }

    @Test func `a map without runtime regions needs no addresses`() throws {
        var addressing = try atRuntime([Self.finalMap[0]])
        #expect(set(&addressing, [UInt8](), 48) == .invalidParameter(.table(.empty)))
        #expect(set(&addressing, [Self.finalMap[0]]) == nil)
        finish(&addressing)
        #expect(addressing.mode == .virtual)
    }

    /// What a page-by-page reading of the table says.
    private enum Verdict: Equatable {
        case success
        case invalid
        case noMapping(UInt64)
        case notFound(offset: Int)
    }

    /// - Returns: the verdict, and each runtime page's virtual page.
    private func naive(_ map: [MemoryDescriptor], _ table: [MemoryDescriptor], size: Int) -> (Verdict, [UInt64: UInt64]) {
        var described: Set<UInt64> = []
        var runtime: Set<UInt64> = []
        for row in map {
            for page in 0..<row.pages.rawValue {
                described.insert(row.start.rawValue >> 12 + page)
                if row.attributes.contains(.runtime) { runtime.insert(row.start.rawValue >> 12 + page) }
            }
        }
        var mapping: [UInt64: UInt64] = [:]
        var used: Set<UInt64> = []
        for (index, row) in table.enumerated() {
            let pages = (0..<row.pages.rawValue).map { row.start.rawValue >> 12 + $0 }
            guard pages.allSatisfy(described.contains) else { return (.notFound(offset: index * size), [:]) }
            guard row.attributes.contains(.runtime), row.virtualStart.rawValue != 0 else { continue }
            guard row.virtualStart.rawValue % 4096 == 0 else { return (.invalid, [:]) }
            for (offset, page) in pages.enumerated() where runtime.contains(page) {
                let virtual = row.virtualStart.rawValue >> 12 + UInt64(offset)
                guard mapping[page] == nil, used.insert(virtual).inserted else { return (.invalid, [:]) }
                mapping[page] = virtual
            }
        }
        if let hole = runtime.subtracting(mapping.keys).min() { return (.noMapping(hole << 12), [:]) }
        return (.success, mapping)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `random tables get the verdict of a page-by-page reading`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var counts: [String: Int] = [:]
        for _ in 0..<400 {
            var (map, page): ([MemoryDescriptor], UInt64) = ([], UInt64(1 + random.below(4)))
            for _ in 0..<1 + random.below(8) {
                let pages = UInt64(1 + random.below(6))
                map.append(
                    Self.row(
                        random.chance(50) ? .runtimeServicesCode : .runtimeServicesData, page << 12, pages,
                        random.chance(60) ? .runtime : []))
                page += pages + (random.chance(40) ? UInt64(random.below(3)) : 0)
            }
            // A good table out of pieces of the regions, some joined by their addresses, and up to two mistakes in it.
            var table: [MemoryDescriptor] = []
            for row in map where row.attributes.contains(.runtime) || random.chance(20) {
                var rest = row
                while random.chance(30), rest.pages > PageCount(1) {
                    var part = rest
                    part.pages = PageCount(UInt64(1 + random.below(Int(rest.pages.rawValue) - 1)))
                    rest.start = PhysicalAddress(rest.start.rawValue + part.pages.rawValue << 12)
                    rest.pages = PageCount(rest.pages.rawValue - part.pages.rawValue)
                    table.append(part)
                }
                table.append(rest)
            }
            let scattered = random.chance(30)
            for index in table.indices {
                let place = scattered ? UInt64(index) << 20 : table[index].start.rawValue
                table[index].virtualStart = VirtualAddress(Self.base + place)
            }
            if random.chance(50) { table.shuffle(using: &random) }
            for _ in 0..<random.below(3) where !table.isEmpty {
                let index = random.below(table.count)
                switch random.below(7) {
                case 0: table.remove(at: index)
                case 1: table[index].pages = PageCount(UInt64(1 + random.below(8)))
                case 2: table[index].start = PhysicalAddress(UInt64(random.below(40)) << 12)
                case 3: table[index].virtualStart = VirtualAddress(Self.base + UInt64(random.below(40)) << 12)
                case 4: table[index].attributes.formSymmetricDifference(.runtime)
                case 5: table.append(table[index])
                default: table[index].virtualStart = VirtualAddress(random.chance(50) ? 0 : 0x1800)
                }
            }
            guard !table.isEmpty else { continue }
            var addressing = try atRuntime(map)
            let size = random.pick([40, 48, 64])
            let error = set(&addressing, table, size: size)
            let (expected, mapping) = naive(map, table, size: size)
            let verdict: Verdict =
                switch error {
                case nil: .success
                case .invalidParameter: .invalid
                case .noMapping(let range): .noMapping(range.start.rawValue)
                case .notFound(let offset, _): .notFound(offset: offset)
                case .unsupported: .invalid
                }
            #expect(verdict == expected, "\(map)\n\(table)")
            counts["\(verdict)".prefix { $0 != "(" }.description, default: 0] += 1
            if verdict == .success {
                for page in 0..<page + 2 where page > 0 {
                    let address = page << 12 + UInt64(random.below(4096))
                    let converted = try? convert(addressing, address).get()
                    #expect(converted == mapping[page].map { $0 << 12 + address % 4096 })
                }
            } else {
                #expect(addressing.mode == .physical)
            }
        }
        #expect(counts.count == 4 && counts.values.allSatisfy { $0 > 5 }, "\(counts)")
    }
}
