import Foundation
import MemoryMap
import SeededRandom
import Testing

@testable import UEFIMemory

@Suite("Memory services against a model")
struct ModelTests {
    static let types: [MemoryType] = [
        .reserved, .loaderCode, .loaderData, .bootServicesCode, .bootServicesData, .runtimeServicesCode, .runtimeServicesData,
        .unusable,
        .acpiReclaim, .acpiNVS, .palCode, MemoryType(0x7000_0001), MemoryType(0x8000_0000), MemoryType(0xFFFF_FFFF),
    ]

    /// How many calls a seed is good for: more with `STRATA_MODEL_CALLS`.
    static let calls = ProcessInfo.processInfo.environment["STRATA_MODEL_CALLS"].flatMap { Int($0) } ?? 20_000

    /// Why an allocation should not have been refused, judged by the map.
    private func unjustified(
        _ error: MemoryServiceError, _ placement: PagePlacement, _ pages: UInt64, _ unit: UInt64,
        _ services: borrowing MemoryServices
    ) throws -> String? {
        for row in try services.map() where row.type == .conventional {
            let start = row.start.rawValue >> 12
            let end = start + row.pages.rawValue
            switch placement {
            case .anywhere:
                // A page may be wanted for records.
                if end / unit * unit >= (start + unit - 1) / unit * unit + pages + 1 { return "refused although there is room" }
            case .upTo(let limit):
                let end = min(end, (limit.rawValue + 1) >> 12)
                if end / unit * unit >= (start + unit - 1) / unit * unit + pages + 1 { return "refused although there is room" }
            case .at(let address):
                let wanted = address.rawValue >> 12
                if error == .notFound, wanted % unit == 0, wanted >= start, wanted + pages <= end {
                    return "not found although free"
                }
            }
        }
        return nil
    }

    @Test(arguments: [(UInt64(1), UInt64(1)), (2, 1), (3, 16), (4, 16)])
    func `random calls do what a model says`(seed: UInt64, granularity: UInt64) throws {
        let pages: UInt64 = seed % 2 == 0 ? 256 : 2048
        var services = try Arena.services(from: 0x100, pages: pages, granularity: granularity)
        let beginning = try services.map()
        var model = PageModel(first: 0x100, count: Int(pages))
        var random = SeededGenerator(seed: seed)
        for call in 0..<Self.calls {
            let problem = try step(&services, &model, &random, granularity)
            #expect(problem == nil, "call \(call) with seed \(seed)")
            if problem != nil { return }
            if call % 64 == 0 {
                let broken = services.brokenInvariant()
                #expect(broken == nil, "after call \(call) with seed \(seed)")
                let disagreement = model.disagreement(with: try services.map())
                #expect(disagreement == nil, "after call \(call) with seed \(seed)")
                if broken != nil || disagreement != nil { return }
            }
        }
        for buffer in model.buffers { try services.freePool(at: PhysicalAddress(buffer.address)) }
        for allocation in model.allocations {
            try services.freePages(at: Arena.page(allocation.start), PageCount(allocation.pages))
        }
        #expect(services.brokenInvariant() == nil)
        #expect(try services.map() == beginning)
    }

    /// The key is another one exactly where the map is, for every call; with bins, odd regions and memory that runs out.
    @Test(arguments: [(UInt64(11), UInt64(1)), (12, 1), (13, 16), (14, 16), (15, 1), (16, 16)])
    func `the key changes when the map does`(seed: UInt64, granularity: UInt64) throws {
        let pages: UInt64 = seed < 13 ? 24 : 256
        var services = try Arena.services(from: 0x100, pages: pages, granularity: granularity)
        try services.add(Arena.range(0x400, 100), as: .system, attributes: .writeBack)
        try services.add(Arena.range(0x464, 4), as: .occupied(.memoryMappedIO), attributes: .uncacheable)
        try services.add(Arena.range(0x468, 30), as: .unaccepted)
        services.acceptMemory = { _ in true }
        if pages > 100 {
            try services.placeBins(
                MemoryTypeInformation([
                    MemoryTypeInformation.Entry(type: .runtimeServicesData, pages: PageCount(20)),
                    MemoryTypeInformation.Entry(type: .acpiReclaim, pages: PageCount(9)),
                    MemoryTypeInformation.Entry(type: .bootServicesData, pages: PageCount(5)),
                ]))
        }
        var model = PageModel(first: 0x100, count: 0x400)
        var random = SeededGenerator(seed: seed)
        var map = try services.map()
        var keys: Set<UInt64> = [services.mapKey]
        for call in 0..<4_000 {
            let key = services.mapKey
            let problem = try step(&services, &model, &random, granularity, exactly: false)
            let now = try services.map()
            let broken = services.brokenInvariant()
            #expect(problem == nil && broken == nil, "call \(call) with seed \(seed)")
            let isRight =
                (now == map) == (services.mapKey == key) && (services.mapKey == key || keys.insert(services.mapKey).inserted)
            #expect(isRight, "call \(call) with seed \(seed)")
            if problem != nil || broken != nil || !isRight { return }
            if call % 16 == 0 {
                let disagreement = model.disagreement(with: now)
                #expect(disagreement == nil, "after call \(call) with seed \(seed)")
            }
            map = now
        }
    }

    private func step(
        _ services: inout MemoryServices, _ model: inout PageModel, _ random: inout SeededGenerator, _ granularity: UInt64,
        exactly: Bool = true
    ) throws -> String? {
        let type = random.pick(Self.types)
        let unit = services.granule(of: type)
        let grows = random.chance(model.buffers.count + model.allocations.count < 80 ? 60 : 45)
        switch (grows, random.chance(60)) {
        case (true, true):
            let size = UInt64(random.below(1 << (1 + random.below(16))))
            guard let address = try? services.allocatePool(type, byteCount: size) else { return nil }
            if !address.isAligned(to: 16) { return "not aligned" }
            for buffer in model.buffers {
                if address.rawValue < buffer.address + max(buffer.byteCount, 1), buffer.address < address.rawValue + max(size, 1)
                {
                    return "a buffer over another one"
                }
            }
            model.buffers.append(PageModel.Buffer(address: address.rawValue, byteCount: size, type: type))
        case (true, false):
            let count = UInt64(1 + random.below(1 << (1 + random.below(6))))
            let rounded = (count + unit - 1) / unit * unit
            let limit = model.first + UInt64(random.below(model.owners.count))
            let placements: [PagePlacement] = [.anywhere, .upTo(PhysicalAddress(limit << 12 | 0xFFF)), .at(Arena.page(limit))]
            let placement = random.pick(placements)
            let key = services.mapKey
            let found: PhysicalAddress
            do throws(MemoryServiceError) {
                found = try services.allocatePages(placement, type, PageCount(count))
            } catch {
                if services.mapKey != key { return "a call that failed changed the key" }
                return try unjustified(error, placement, rounded, unit, services)
            }
            let address = found
            if exactly, services.mapKey == key { return "the key stayed" }
            let start = address.rawValue >> 12
            if start % unit != 0 { return "not aligned" }
            if case .upTo = placement, start + rounded - 1 > limit { return "above the limit" }
            if case .at = placement, start != limit { return "not at the address" }
            return model.allocated(start, rounded, type)
        case (false, true):
            guard !model.buffers.isEmpty else { return nil }
            let index = random.below(model.buffers.count)
            let buffer = model.buffers[index]
            if random.oneIn(8) {
                let offset = UInt64(1 + random.below(64))
                if (try? services.freePool(at: PhysicalAddress(buffer.address + offset))) != nil,
                    !model.buffers.contains(where: { $0.address == buffer.address + offset })
                {
                    return "freed the middle of a buffer"
                }
                model.buffers.removeAll { $0.address == buffer.address + offset }
                return nil
            }
            model.buffers.swapAt(index, model.buffers.count - 1)
            model.buffers.removeLast()
            try services.freePool(at: PhysicalAddress(buffer.address))
            guard (try? services.freePool(at: PhysicalAddress(buffer.address))) == nil else { return "freed twice" }
        case (false, false):
            guard !model.allocations.isEmpty else { return nil }
            let allocation = random.pick(model.allocations)
            let unit = services.granule(of: allocation.type)
            var (start, count) = (allocation.start, allocation.pages)
            if random.chance(40) {
                start += UInt64(random.below(Int(allocation.pages))) / unit * unit
                count = UInt64(1 + random.below(Int(allocation.pages) + 4))
            }
            let rounded = (count + unit - 1) / unit * unit
            let isFreeable = model.isFreeable(start, rounded)
            let key = services.mapKey
            do throws(MemoryServiceError) {
                try services.freePages(at: Arena.page(start), PageCount(count))
                if !isFreeable { return "freed what is none" }
                model.freed(start, rounded)
            } catch {
                if isFreeable { return "did not free: \(error)" }
                if services.mapKey != key { return "a call that failed changed the key" }
            }
        }
        return nil
    }
}
