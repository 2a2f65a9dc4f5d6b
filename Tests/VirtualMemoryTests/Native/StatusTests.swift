import Testing

@testable import VirtualMemory

/// Native statuses and the Win32 errors that stand for them.
@Suite struct StatusTests {
    static let table: [(UInt32, UInt32)] = [
        (0xC000_000D, 87), (0xC000_00EF, 87), (0xC000_00F0, 87), (0xC000_00F1, 87), (0xC000_00F2, 87), (0xC000_00F3, 87),
        (0xC000_00F4, 87), (0xC000_00F5, 87), (0xC000_00F6, 87), (0xC000_00F7, 87), (0xC000_0087, 87), (0xC000_0018, 487),
        (0xC000_0019, 487),
        (0xC000_002D, 487), (0xC000_00A0, 487), (0xC000_009F, 487), (0xC000_001A, 87), (0xC000_001B, 87), (0xC000_0045, 87),
        (0xC000_004E, 87), (0xC000_0017, 8), (0xC000_0040, 8), (0xC000_012D, 1455), (0xC000_0007, 1454), (0xC000_02C8, 635),
        (0xC000_00A1, 1453), (0xC000_0220, 1132), (0xC000_001F, 5), (0xC000_0022, 5), (0xC000_0021, 5), (0xC000_0005, 998),
        (0x8000_0001, 0x8000_0001), (0xC000_0008, 6), (0xC000_0061, 1314), (0xC000_011E, 1006), (0xC000_0020, 193),
        (0xC000_012F, 193), (0x8000_000D, 299), (0xC000_0006, 999), (0x4000_0003, 700), (0xC000_002A, 158), (0xC000_009A, 1450),
        (0xC000_0004, 24), (0xC000_00BB, 50),
    ]

    @Test(arguments: table) func translation(status: UInt32, error: UInt32) throws {
        let status = try #require(NTStatus(rawValue: status))
        #expect(Win32Error(status).rawValue == error)
    }
}
