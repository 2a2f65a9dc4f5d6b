import Foundation
import MemoryMap
import MemoryReport
import Testing

@Suite struct PaletteTests {
    /// Linear light as it is seen with all cones and without the red, the green or the blue ones (Machado and others, 2009).
    static let sights: [[[Double]]] = [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ]

    static func lab(_ color: RGBColor, _ sight: [[Double]]) -> [Double] {
        let light = [color.red, color.green, color.blue].map { part in
            let value = Double(part) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        let seen = sight.map { row in min(1, max(0, zip(row, light).map(*).reduce(0, +))) }
        let xyz = [
            (0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.9505,
            0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2],
            (0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.089,
        ].map { $0 > 0.008856 ? cbrt($0) : 7.787 * $0 + 16 / 116 }
        return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])]
    }

    @Test(arguments: 0..<4)
    func `Any two colours differ, whichever cones one lacks`(sight: Int) {
        let categories = MemoryCategory.allCases
        for (index, one) in categories.enumerated() {
            for other in categories[..<index] {
                let (a, b) = (Self.lab(one.color, Self.sights[sight]), Self.lab(other.color, Self.sights[sight]))
                let difference = zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
                #expect(difference >= (sight == 3 ? 22 : 29), "\(one) and \(other)")
            }
        }
    }

    @Test func `Colours stand out from a dark background, and symbols and labels are distinct`() {
        for category in MemoryCategory.allCases where category != .hole {
            #expect(Self.lab(category.color, Self.sights[0])[0] >= 30)
        }
        #expect(Set(MemoryCategory.allCases.map(\.symbol)).count == MemoryCategory.allCases.count)
        #expect(Set(MemoryCategory.allCases.map(\.label.description)).count == MemoryCategory.allCases.count)
        #expect(MemoryCategory.allCases.allSatisfy { $0.label.description.count <= 16 && (0x21..<0x7F).contains($0.symbol) })
        #expect(MemoryCategory.allCases.enumerated().allSatisfy { $0.offset == Int($0.element.rawValue) })
    }

    @Test func `Every type has a category`() {
        let all = (UInt32(0)...15).map { MemoryCategory(MemoryType($0)) }
        #expect(
            all == [
                .reserved, .loader, .loader, .bootServices, .bootServices, .runtimeServices, .runtimeServices, .usable, .unusable,
                .acpi, .acpi,
                .memoryMappedIO, .memoryMappedIO, .reserved, .persistent, .unaccepted,
            ])
        #expect(MemoryCategory(MemoryType(.max)) == .other && MemoryCategory(MemoryType(16)) == .other)
    }

    @Test func `Memory of specific purpose is not shown as usable`() throws {
        #expect(MemoryCategory(.conventional, [.writeBack, .specificPurpose]) == .softReserved)
        #expect(MemoryCategory(.conventional, .writeBack) == .usable)
        // Firmware's own use of it goes before what it is kept for.
        #expect(MemoryCategory(.bootServicesData, .specificPurpose) == .bootServices)
        let range = try #require(PhysicalRange(start: PhysicalAddress(0), byteCount: 1 << 20))
        let map = try PhysicalMemoryMap(regions: [
            MemoryRegion(range: range, type: .conventional, attributes: .specificPurpose)
        ])
        #expect(ScaledBar(map, cells: 16).windows.allSatisfy { $0.cells.allSatisfy { $0 == .softReserved } })
    }
}
