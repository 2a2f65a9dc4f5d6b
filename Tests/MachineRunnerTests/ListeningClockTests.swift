import Testing

@testable import MachineRunner

@Suite struct ListeningClockTests {
    /// Listens in the steps of a host that has time.
    private func listen(_ clock: inout ListeningClock, from start: Duration, to end: Duration) -> [MachineSession.Timer] {
        var up: [MachineSession.Timer] = []
        var now = start
        while now < end {
            now = min(now + .milliseconds(20), end)
            up += clock.listened(until: now)
        }
        return up
    }

    @Test func tellsTimesInTheirOrderAndOnce() {
        var clock = ListeningClock()
        clock.arm(.limit, for: .seconds(3))
        clock.arm(.powerOff, for: .seconds(1))
        clock.arm(.screenshot, for: .seconds(2))
        #expect(listen(&clock, from: .zero, to: .milliseconds(999)) == [])
        #expect(listen(&clock, from: .milliseconds(999), to: .milliseconds(2500)) == [.powerOff, .screenshot])
        clock.arm(.quit, for: .milliseconds(500))
        #expect(listen(&clock, from: .milliseconds(2500), to: .seconds(9)) == [.limit, .quit])
    }

    /// Ten seconds in which nothing was heard are no ten seconds of an emulator's silence.
    @Test func gapsDoNotCount() {
        var clock = ListeningClock()
        clock.arm(.limit, for: .seconds(1))
        for second in 1...9 { #expect(clock.listened(until: .seconds(second * 10)) == []) }
        #expect(clock.listened(until: .seconds(90)) == [], "no time passes at one moment")
        #expect(clock.listened(until: .seconds(80)) == [], "nor backwards")
        #expect(clock.listened(until: .seconds(100)) == [.limit])
        #expect(clock.listened(until: .seconds(200)) == [])
    }
}
