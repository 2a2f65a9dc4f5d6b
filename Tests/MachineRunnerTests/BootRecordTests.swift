import MachineRunner
import MachineRunnerTestSupport
import Testing

@Suite("Stages and order of events")
struct BootRecordTests {
    private func events(_ script: SerialScript) -> [BootEvent] {
        var reader = SerialLineReader()
        return reader.read(script.text.utf8).compactMap { try? $0.event?.get() }
    }

    private func event(_ json: String) throws -> BootEvent { try BootEvent(json: json.utf8) }

    /// The record after all events of a script, each a second after the one before.
    private func record(_ script: SerialScript) throws -> BootRecord {
        var record = BootRecord()
        for (second, event) in events(script).enumerated() { try record.record(event, at: .seconds(second + 1)) }
        return record
    }

    @Test func stagesFollowTheEvents() throws {
        let record = try record(SerialScript())
        #expect(record.ending == .finished)
        #expect(record.stage == .powerOff)
        #expect(record.endedStages.map(\.stage) == [.firmware, .loader, .exitBootServices, .kernel, .report])
        let stages = record.stages(until: .seconds(100))
        #expect(stages.first?.began == .zero)
        #expect(stages.last?.ended == .seconds(100))
        for (before, after) in zip(stages, stages.dropFirst()) { #expect(before.ended == after.began) }
        #expect(record.endedStages[0].duration == .seconds(1))
        #expect(record.endedStages[1].duration == .seconds(5))
    }

    @Test func everyEventOfOnceIsRefusedTheSecondTime() throws {
        let all = events(SerialScript())
        let several = ["kernel mapData", "kernel type", "kernel region"]
        for (index, event) in all.enumerated() where !several.contains(event.name.description) {
            var record = BootRecord()
            for event in all[...index] { try record.record(event, at: .zero) }
            #expect(throws: BootEventError.self, "\(event.name)") { try record.record(event, at: .zero) }
        }
    }

    @Test func eventsOutOfOrderAreRefusedAndChangeNothing() throws {
        var record = BootRecord()
        for event in events(SerialScript()).dropFirst() {
            #expect(throws: BootEventError.unexpected(event: event.name, stage: .firmware)) {
                try record.record(event, at: .seconds(1))
            }
        }
        #expect(record.stage == .firmware)
        #expect(record.endedStages.isEmpty)
        #expect(record.ending == nil)
    }

    @Test func theRawMapIsTakenPieceByPieceInOrder() throws {
        func piece(_ offset: UInt64, _ hex: String) throws -> BootEvent {
            try event(#"{"strata":1,"source":"kernel","event":"mapData","offset":\#(offset),"hex":"\#(hex)"}"#)
        }
        let before = try record(SerialScript().cut(before: "kernel", "map"))

        var record = before
        #expect(throws: BootEventError.mapSizeRefused(byteCount: .max, limit: BootRecord.maximumMapByteCount)) {
            try record.record(
                event(
                    #"{"strata":1,"source":"kernel","event":"map","descriptorSize":48,"descriptorVersion":1,"byteCount":18446744073709551615}"#
                ), at: .zero)
        }
        #expect(record.stage == .kernel)

        try record.record(
            event(#"{"strata":1,"source":"kernel","event":"map","descriptorSize":48,"descriptorVersion":1,"byteCount":6}"#),
            at: .zero)
        try record.record(piece(0, "00FFa0"), at: .zero)
        for (bad, error) in [
            (try piece(0, "00"), BootEventError.mapChunkMisplaced(offset: 0, expected: 3)),
            (try piece(.max, "00"), .mapChunkMisplaced(offset: .max, expected: 3)),
            (try piece(4, "00"), .mapChunkMisplaced(offset: 4, expected: 3)),
            (try piece(3, "001"), .mapChunkNotHexadecimal(offset: 3)), (try piece(3, "zz"), .mapChunkNotHexadecimal(offset: 3)),
            (try piece(3, "00000000"), .mapChunkTooLong(end: 7, byteCount: 6)),
        ] {
            #expect(throws: error) { try record.record(bad, at: .zero) }
        }
        try record.record(piece(3, "010203"), at: .zero)
        #expect(record.rawMap == [0, 0xFF, 0xA0, 1, 2, 3])
    }

    @Test func aFaultIsHeardAtAnyTime() throws {
        let fault = try event(SerialScript.fault)
        var record = BootRecord()
        try record.record(fault, at: .zero)
        #expect(throws: BootEventError.repeated(event: fault.name)) { try record.record(fault, at: .zero) }

        var done = try self.record(SerialScript())
        try done.record(fault, at: .zero)
        guard case .kernelFault = done.ending else {
            Issue.record("a fault after the last word is a fault")
            return
        }
    }
}
