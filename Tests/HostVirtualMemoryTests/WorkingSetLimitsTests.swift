import Testing

@testable import HostVirtualMemory

@Suite struct WorkingSetLimitsTests {
    private static let page: UInt64 = 0x1000

    @Test func limitsAreCheckedBeforeTheyAreSet() throws {
        let machine = 1_000_000 * Self.page
        var limits = WorkingSetLimits()
        #expect(limits.minimum == 50 * Self.page && limits.maximum == 345 * Self.page && limits.flags.rawValue == 0xA)
        #expect(try limits.set(minimum: 100 * Self.page, maximum: 200 * Self.page, .hardMinimum, available: machine))
        #expect(limits.lockable == 92 * Self.page && limits.flags == [.hardMinimum, .softMaximum])
        let before = limits
        for bits in 0...UInt32(0x1F) {
            let flags = WorkingSetLimits.Flags(rawValue: bits)
            guard bits & 3 == 3 || bits & 12 == 12 || bits > 0xF else { continue }
            #expect(throws: WorkingSetLimitError.flags) {
                try limits.set(minimum: 60 * Self.page, maximum: 70 * Self.page, flags, available: machine)
            }
        }
        for (minimum, maximum) in [(101, 100), (12, 12), (UInt64.max >> 12, 100)] as [(UInt64, UInt64)] {
            #expect(throws: WorkingSetLimitError.range) {
                try limits.set(minimum: minimum * Self.page, maximum: maximum * Self.page, [], available: machine)
            }
        }
        #expect(throws: WorkingSetLimitError.tooLarge) {
            try limits.set(minimum: machine + Self.page, maximum: .max, [], available: machine)
        }
        #expect(limits == before)
        // What is not all possible becomes what is.
        #expect(try !limits.set(minimum: 1, maximum: 13 * Self.page, [], available: machine))
        #expect(limits.minimum == 20 * Self.page && limits.maximum == 20 * Self.page && limits.isMinimumHard)
        #expect(try !limits.set(minimum: 30 * Self.page, maximum: .max, .softMinimum, available: machine))
        #expect(limits.minimum == 30 * Self.page && limits.maximum == machine && !limits.isMinimumHard)
        // Even where the machine has next to nothing.
        #expect(try !limits.set(minimum: 0, maximum: .max, [], available: 0))
        #expect(limits.minimum == limits.maximum && limits.lockable == 12 * Self.page)
    }
}
