import MemoryMap
import Testing

@Suite struct HandoffTests {
    @Test(
        arguments: [
            (0, .reserved), (1, .usable), (2, .usable), (3, .usable), (4, .usable), (5, .keptByFirmware), (6, .keptByFirmware),
            (7, .usable), (8, .unusable), (9, .acpiReclaimable), (10, .keptByFirmware), (11, .memoryMappedIO),
            (12, .memoryMappedIO),
            (13, .reserved), (14, .persistent), (15, .unaccepted), (16, .reserved), (0x7000_0000, .reserved),
            (0x8000_0000, .reserved),
        ] as [(UInt32, MemoryFate)])
    func `x86 Linux takes what boot services leave, and arm64 Linux ACPI tables and persistent memory too`(
        number: UInt32, fate: MemoryFate
    ) {
        let type = MemoryType(number)
        #expect(HandoffPolicy.linuxX86.fate(of: type, attributes: .allCachePolicies) == fate)
        let taken = type == .acpiReclaim || type == .persistent
        #expect(HandoffPolicy.linuxARM64.fate(of: type, attributes: .allCachePolicies) == (taken ? .usable : fate))
    }

    @Test(arguments: [HandoffPolicy.linuxX86, .linuxARM64])
    func `Memory that cannot be write-back is not used`(policy: HandoffPolicy) {
        for number in UInt32(0)...20 {
            #expect(policy.fate(of: MemoryType(number), attributes: [.uncacheable, .writeCombining]) != .usable)
        }
        #expect(policy.fate(of: .conventional, attributes: []) == .reserved)
        #expect(policy.fate(of: .acpiReclaim, attributes: []) == .acpiReclaimable)
        #expect(policy.fate(of: .persistent, attributes: []) == .persistent)
    }

    @Test(arguments: [HandoffPolicy.linuxX86, .linuxARM64])
    func `Memory of specific purpose is set aside, where it would have been used`(policy: HandoffPolicy) {
        let attributes: MemoryAttributes = [.allCachePolicies, .specificPurpose]
        for number in UInt32(0)...20 {
            let type = MemoryType(number)
            let plain = policy.fate(of: type, attributes: .allCachePolicies)
            #expect(policy.fate(of: type, attributes: attributes) == (plain == .usable ? .softReserved : plain))
        }
    }

    @Test func `FreeBSD goes by the types alone, XNU leaves what its boot loader keeps for the kernel`() {
        for number in UInt32(0)...20 {
            let type = MemoryType(number)
            let isTaken = [1, 2, 3, 4, 7].contains(number)
            for attributes in [[], .allCachePolicies, [.allCachePolicies, .specificPurpose]] as [MemoryAttributes] {
                #expect((HandoffPolicy.freeBSD.fate(of: type, attributes: attributes) == .usable) == isTaken)
                #expect((HandoffPolicy.xnu.fate(of: type, attributes: attributes) == .usable) == isTaken)
            }
            #expect(HandoffPolicy.xnu.fate(of: type, attributes: [.allCachePolicies, .keptForKernel]) != .usable)
        }
    }

    @Test func `Only RAM can be usable, kept, soft reserved or unaccepted`() {
        for policy in HandoffPolicy.allCases {
            for type in PageModel.types where !type.isRAM {
                let fate = policy.fate(of: type, attributes: .allCachePolicies)
                #expect([.reserved, .memoryMappedIO, .unusable].contains(fate))
            }
        }
    }
}
