import MemoryMap
import Testing

@Suite struct TypeTests {
    @Test func `Numbers are those of the specification`() {
        let types: [MemoryType] = [
            .reserved, .loaderCode, .loaderData, .bootServicesCode, .bootServicesData, .runtimeServicesCode, .runtimeServicesData,
            .conventional, .unusable, .acpiReclaim, .acpiNVS, .memoryMappedIO, .memoryMappedIOPortSpace, .palCode, .persistent,
            .unaccepted,
        ]
        #expect(types.map(\.rawValue) == Array(0...15))
        #expect(types == types.sorted())
    }

    @Test(
        arguments: [
            (0, MemoryType.Kind.standard), (15, .standard), (16, .reservedBySpecification),
            (0x6FFF_FFFF, .reservedBySpecification),
            (0x7000_0000, .oem), (0x7FFF_FFFF, .oem), (0x8000_0000, .operatingSystem), (0xFFFF_FFFF, .operatingSystem),
        ] as [(UInt32, MemoryType.Kind)])
    func `Ranges of numbers belong to their makers`(number: UInt32, kind: MemoryType.Kind) {
        #expect(MemoryType(number).kind == kind)
        #expect(MemoryType(number).hasOwnName == (kind == .standard))
    }

    @Test func `Names are distinct, short and at hand for every number`() {
        let names = (UInt32(0)...15).map { MemoryType($0).name.description }
        #expect(Set(names).count == 16)
        #expect(names.allSatisfy { $0.count <= 19 })
        #expect(MemoryType(7).name.description == "Conventional")
        #expect(MemoryType(4).name.description == "BootServicesData")
        #expect(MemoryType(16).name.description == "Unknown")
        #expect(MemoryType(0x7000_0000).name.description == "OEM")
        #expect(MemoryType(.max).name.description == "OS")
    }

    @Test func `RAM is what lies in memory, and never address space`() {
        let ram = (UInt32(0)...20).filter { MemoryType($0).isRAM }
        #expect(ram == [1, 2, 3, 4, 5, 6, 7, 9, 10, 14, 15])
        #expect(MemoryType(0x7000_0000).isRAM && MemoryType(0x8000_0000).isRAM)
        #expect((UInt32(0)...20).filter { MemoryType($0).isRuntimeServices } == [5, 6])
        #expect((UInt32(0)...20).filter { MemoryType($0).isMemoryMappedIO } == [11, 12])
    }

    @Test func `Attribute bits are those of the specification`() {
        let bits: [(MemoryAttributes, UInt64, String)] = [
            (.uncacheable, 0x1, "UC"), (.writeCombining, 0x2, "WC"), (.writeThrough, 0x4, "WT"), (.writeBack, 0x8, "WB"),
            (.uncacheableExported, 0x10, "UCE"), (.writeProtected, 0x1000, "WP"), (.readProtected, 0x2000, "RP"),
            (.executeProtected, 0x4000, "XP"), (.nonVolatile, 0x8000, "NV"), (.moreReliable, 0x1_0000, "MR"),
            (.readOnly, 0x2_0000, "RO"), (.specificPurpose, 0x4_0000, "SP"), (.cpuCrypto, 0x8_0000, "CC"),
            (.hotPluggable, 0x10_0000, "HP"), (.isaValid, 0x4000_0000_0000_0000, "ISA"),
            (.runtime, 0x8000_0000_0000_0000, "RUN"),
        ]
        #expect(bits.count == MemoryAttributes.namedCount)
        for (index, (attribute, value, name)) in bits.enumerated() {
            #expect(attribute.rawValue == value)
            #expect(MemoryAttributes.named(index).attribute == attribute)
            #expect(MemoryAttributes.named(index).name.description == name)
        }
        let named = bits.reduce(into: MemoryAttributes()) { $0.formUnion($1.0) }
        #expect(named.union(.isaSpecific) == .known)
        #expect(named.intersection(.isaSpecific) == [])
        #expect(MemoryAttributes.isaSpecific.rawValue == 0x0FFF_F000_0000_0000)
    }

    @Test func `Unknown bits are kept and told apart`() {
        let odd = MemoryAttributes(rawValue: 0x3000_0000_0000_0020 | 0x8_0000_0000_0000 | 0xF)
        #expect(odd.unknown.rawValue == 0x3000_0000_0000_0020)
        #expect(odd.isaField == 0x80)
        #expect(odd.contains(.writeBack))
        #expect(MemoryAttributes.known.unknown == [])
        #expect(MemoryAttributes(rawValue: .max).isaField == 0xFFFF)
    }
}
