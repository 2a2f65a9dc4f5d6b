import Testing

@testable import MachineRunner

/// What all sessions do alike, seen in the two that talk to no loader.
@Suite("Sessions")
struct SerialSessionTests {
    private func endsOnce(_ session: consuming some SerialSession) {
        #expect(session.start() == [.arm(.limit, .seconds(9))])
        #expect(session.handle(.monitor(.greeting), at: .zero) == [.send(.negotiate)])
        #expect(session.handle(.monitor(.greeting), at: .zero) == [])
        // The machine begins when nothing of it can be missed any more, and once.
        #expect(session.handle(.monitor(.result(id: 1)), at: .zero) == [.send(.proceed)])
        #expect(session.handle(.monitor(.result(id: 1)), at: .zero) == [])
        #expect(
            session.handle(.monitor(.shutdown(reason: "guest-reset")), at: .zero) == [
                .send(.quit), .arm(.quit, EmulatorLife.patience),
            ])
        for input: MachineSession.Input in [
            .timer(.limit), .timer(.powerOff), .timer(.screenshot), .monitor(.panicked), .monitorGarbage("x"),
            .monitor(.error(id: QMPCommand.negotiate.id, description: "no")),
        ] {
            #expect(session.handle(input, at: .seconds(9)) == [])
        }
        #expect(session.handle(.timer(.quit), at: .seconds(9)) == [.kill])
        #expect(session.handle(.monitorClosed, at: .seconds(9)) == [])
        #expect(session.handle(.timer(.quit), at: .seconds(9)) == [])
    }

    private func killsWhatNeverGreeted(_ session: consuming some SerialSession) {
        #expect(session.handle(.timer(.limit), at: .seconds(9)) == [.kill])
        #expect(session.handle(.monitor(.greeting), at: .seconds(9)) == [])
    }

    @Test func endOnceAndForAll() {
        endsOnce(MachineSession(limit: .seconds(9), screenshotPath: nil, report: { _ in }))
        endsOnce(GuardSession(limit: .seconds(9), report: { _ in }))
        endsOnce(PreparedSession(limit: .seconds(9), lastWords: nil, report: { _ in }))
    }

    @Test func killAnEmulatorThatNeverGreeted() {
        killsWhatNeverGreeted(MachineSession(limit: .seconds(9), screenshotPath: nil, report: { _ in }))
        killsWhatNeverGreeted(GuardSession(limit: .seconds(9), report: { _ in }))
        killsWhatNeverGreeted(PreparedSession(limit: .seconds(9), lastWords: nil, report: { _ in }))
    }

    @Test func tellWhyThereIsNoReport() {
        var guarded = GuardSession(limit: .seconds(9), serialLimit: 10, report: { _ in })
        _ = guarded.handle(.monitor(.greeting), at: .zero)
        #expect(guarded.handle(.serial(Array("0123456789".utf8)), at: .zero) == [])
        #expect(guarded.handle(.serial([0x0A]), at: .zero) == [.send(.quit), .arm(.quit, EmulatorLife.patience)])
        #expect(guarded.failure == .serialFlood(limit: 10))
        #expect(guarded.recentLines == ["0123456789"])

        var prepared = PreparedSession(limit: .seconds(9), lastWords: nil, report: { _ in })
        _ = prepared.handle(.monitor(.greeting), at: .zero)
        _ = prepared.handle(.monitorGarbage("what"), at: .zero)
        _ = prepared.handle(.monitor(.shutdown(reason: "guest-shutdown")), at: .zero)
        #expect(prepared.failure == .monitorFailed(reason: "it said 'what'"))
        #expect(prepared.ending == nil)
    }

    @Test func aPreparedMachineEndsForItsReason() {
        for (reason, ending): (String, PreparedRun.Ending) in [
            ("guest-shutdown", .poweredOff), ("guest-reset", .reset), ("host-error", .other("host-error")),
        ] {
            var session = PreparedSession(limit: .seconds(9), lastWords: "bye", report: { _ in })
            _ = session.handle(.monitor(.greeting), at: .zero)
            #expect(session.handle(.serial(Array("good bye\n".utf8)), at: .zero).count == 1)
            _ = session.handle(.monitor(.shutdown(reason: reason)), at: .zero)
            #expect(session.ending == ending)
            #expect(session.lines == ["good bye"])
        }
        var session = PreparedSession(limit: .seconds(9), lastWords: nil, report: { _ in })
        _ = session.handle(.monitor(.panicked), at: .zero)
        #expect(session.ending == .other("guest-panic"))
    }

    @Test func theGuardsMapIsPutTogetherInOrder() throws {
        var record = GuardRecord()
        let chunk = MapChunk(offset: 0, hex: "0011")
        #expect(throws: BootEventError.unexpectedOfGuard(event: "mapData")) { try record.record(.mapData(chunk)) }
        let header = MapHeader(descriptorSize: 48, descriptorVersion: 1, byteCount: 3)
        try record.record(.map(header))
        #expect(throws: BootEventError.unexpectedOfGuard(event: "map")) { try record.record(.map(header)) }
        try record.record(.mapData(chunk))
        #expect(throws: BootEventError.mapChunkMisplaced(offset: 0, expected: 2)) { try record.record(.mapData(chunk)) }
        #expect(throws: BootEventError.mapChunkTooLong(end: 4, byteCount: 3)) {
            try record.record(.mapData(MapChunk(offset: 2, hex: "2233")))
        }
        try record.record(.mapData(MapChunk(offset: 2, hex: "22")))
        #expect(record.map.bytes == [0x00, 0x11, 0x22])
    }
}
