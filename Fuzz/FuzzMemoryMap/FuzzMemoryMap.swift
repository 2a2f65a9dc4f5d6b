import FuzzDriver
import MemoryMap

/// The input is a descriptor size and a descriptor version of four bytes each, and then the table. One that is accepted has to
/// keep what the map and its summary promise.
@main
struct FuzzMemoryMap {
    static func main() {
        unsafe runFuzzer { data, count in
            unsafe withInput(data, count) { FuzzMemoryMap.test($0) }
        }
    }

    static func test(_ input: Span<UInt8>) {
        guard input.count >= 8 else { return }
        let descriptorSize = Int(Int32(bitPattern: number(input, at: 0)))
        do throws(MemoryMapError) {
            let view = try MemoryMapView(
                validating: input.extracting(8..<input.count), descriptorSize: descriptorSize,
                descriptorVersion: number(input, at: 4))
            require(view.count * descriptorSize == input.count - 8, "the rows fill the table")
            check(view)
        } catch {
            // Refusing is what most inputs deserve.
        }
    }

    private static func number(_ input: Span<UInt8>, at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(input[offset + $1]) << UInt32(8 * $1) }
    }

    private static func check(_ view: borrowing MemoryMapView) {
        do throws(MemoryMapError) {
            let map = try PhysicalMemoryMap(view)
            check(map)
            var pages: UInt64 = 0
            for index in 0..<view.count { pages += view[index].pages.rawValue }
            require(pages == map.regions.reduce(0) { $0 + $1.pages.rawValue }, "no page is lost or counted twice")
            require(map.descriptorCount == view.count, "every row is in the map")
            for policy in HandoffPolicy.allCases { check(MemoryMapSummary(map, policy: policy), pages: pages, rows: view.count) }
        } catch {
            guard case .overlap(let offset, let other, let address) = error else {
                fatalError("violated: a checked table has no other error than an overlap")
            }
            for place in [offset, other] {
                guard let range = view[place / view.descriptorSize].range else { fatalError("violated: a row has a range") }
                require(range.contains(address), "both rows describe the address at which they overlap")
            }
            require(offset != other, "a row does not overlap itself")
        }
    }

    private static func check(_ map: PhysicalMemoryMap) {
        for (region, next) in zip(map.regions, map.regions.dropFirst()) {
            require(region.range.last < next.range.start, "regions ascend")
            require(
                region.range.end != next.range.start || region.type != next.type || region.attributes != next.attributes,
                "neighbours of one kind are merged")
        }
        for region in map.regions {
            require(map.region(containing: region.range.start) == region, "the first byte is found")
            require(map.region(containing: region.range.last) == region, "the last byte is found")
        }
        for hole in map.holes { require(!map.overlaps(hole), "a hole is empty") }
    }

    private static func check(_ summary: MemoryMapSummary, pages: UInt64, rows: Int) {
        require(summary.byType.reduce(0) { $0 + $1.pages.rawValue } == pages, "the types add up")
        require(summary.byType.reduce(0) { $0 + $1.descriptors } == rows, "the rows add up")
        require(summary.byType.reduce(0) { $0 + $1.regions } == summary.regionCount, "the regions add up")
        let fates = MemoryFate.allCases.reduce(0) { $0 + summary.pages($1).rawValue }
        require(fates == pages, "the fates add up")
        require((summary.largestUsableNow?.pages ?? .zero) <= summary.usableNow, "the largest part is no larger than the whole")
        require(
            (summary.largestUsableAfterExit?.pages ?? .zero) <= summary.usableAfterExit,
            "the largest part is no larger than the whole")
    }
}
