import SystemPackage
import Testing

@testable import MachineRunner

@Suite("Talking to QEMU")
struct QEMUTests {
    @Test func readsItsMessages() {
        #expect(QMPMessage(line: #"{"QMP": {"version": {"qemu": {"micro": 22}}, "capabilities": ["oob"]}}"#) == .greeting)
        #expect(QMPMessage(line: #"{"return": {}, "id": 2}"#) == .result(id: 2))
        #expect(QMPMessage(line: #"{"return": {}}"#) == .result(id: nil))
        #expect(QMPMessage(line: #"{"return": [1, 2], "id": 3}"#) == .result(id: 3))
        #expect(
            QMPMessage(line: #"{"id": 2, "error": {"class": "GenericError", "desc": "no"}}"#) == .error(id: 2, description: "no"))
        #expect(
            QMPMessage(
                line: #"{"timestamp": {"seconds": 1}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}"#)
                == .shutdown(reason: "guest-reset"))
        #expect(QMPMessage(line: #"{"event": "SHUTDOWN"}"#) == .shutdown(reason: "unknown"))
        #expect(QMPMessage(line: #"{"event": "RTC_CHANGE", "data": {"offset": 0}}"#) == .other("RTC_CHANGE"))
        for line in ["", "hello", "[]", "{}", #"{"event": 7}"#, #"{"QMP""#, #"{"return": {}, "id": "x"}"#] {
            #expect(QMPMessage(line: line) == nil, "\(line)")
        }
    }

    @Test func quotesPaths() {
        #expect(QEMUCommandLine.escaped("/tmp/a,b,,c") == "/tmp/a,,b,,,,c")
        let command = String(decoding: QMPCommand.screenDump(path: #"/tmp/a"b\c.png"#).encoded(), as: UTF8.self)
        #expect(command.contains(#"a\"b\\c.png"#))
        #expect(command.hasSuffix("\n"))
    }

    @Test func aSessionEndsOnceAndForAll() {
        var session = MachineSession(limit: .seconds(9), screenshotPath: "/x.png", report: { _ in })
        #expect(session.start() == [.arm(.limit, .seconds(9))])
        #expect(session.handle(.monitor(.greeting), at: .zero) == [.send(.negotiate)])
        #expect(session.handle(.monitor(.greeting), at: .zero) == [])
        #expect(session.handle(.monitor(.result(id: 1)), at: .zero) == [.send(.proceed)])
        let ending = session.handle(.timer(.limit), at: .seconds(9))
        #expect(ending == [.send(.screenDump(path: "/x.png")), .arm(.screenshot, EmulatorLife.patience)])
        // Whatever comes now does not start the end anew or change its reason.
        for input: MachineSession.Input in [
            .timer(.limit), .timer(.powerOff), .monitor(.shutdown(reason: "guest-reset")), .monitor(.panicked),
            .monitorGarbage("x"), .monitor(.result(id: 1)),
        ] {
            #expect(session.handle(input, at: .seconds(9)) == [])
        }
        #expect(
            session.handle(.monitor(.result(id: 2)), at: .seconds(9)) == [
                .send(.quit), .arm(.quit, EmulatorLife.patience),
            ])
        #expect(session.handle(.timer(.screenshot), at: .seconds(9)) == [])
        #expect(session.handle(.timer(.quit), at: .seconds(9)) == [.kill])
        #expect(session.handle(.monitorClosed, at: .seconds(9)) == [])
        #expect(session.handle(.timer(.quit), at: .seconds(9)) == [])
        #expect(session.outcome == .failed(.timedOut(stage: .firmware, limit: .seconds(9), lastLines: [])))
    }

    @Test func theSerialLineIsBounded() {
        var session = MachineSession(limit: .seconds(9), screenshotPath: nil, serialLimit: 1000, report: { _ in })
        _ = session.handle(.monitor(.greeting), at: .zero)
        let bytes = [UInt8](repeating: 0x0A, count: 1000)
        #expect(session.handle(.serial(bytes), at: .zero) == [])
        #expect(session.handle(.serial([0x0A]), at: .zero) == [.send(.quit), .arm(.quit, EmulatorLife.patience)])
        #expect(session.outcome == .failed(.serialFlood(limit: 1000)))
    }

    @Test func aKernelThatIsDoneHasToPowerOff() {
        var session = MachineSession(limit: .seconds(9), screenshotPath: nil, report: { _ in })
        _ = session.handle(.monitor(.greeting), at: .zero)
        let refusal = #"{"strata":1,"source":"kernel","event":"error","code":"c","message":"m"}"# + "\r\n"
        #expect(session.handle(.serial(Array(refusal.utf8)), at: .zero) == [.arm(.powerOff, MachineSession.errorPatience)])
        #expect(session.handle(.timer(.powerOff), at: .zero) == [.send(.quit), .arm(.quit, EmulatorLife.patience)])
        guard case .failed(.kernelRefused) = session.outcome else {
            Issue.record("\(session.outcome)")
            return
        }
    }

    @Test func aLoaderThatGaveUpReturnsToTheFirmware() {
        var session = MachineSession(limit: .seconds(9), screenshotPath: nil, report: { _ in })
        _ = session.handle(.monitor(.greeting), at: .zero)
        let error = #"{"strata":1,"source":"loader","event":"error","stage":"kernel","message":"no such file"}"# + "\r\n"
        #expect(session.handle(.serial(Array(error.utf8)), at: .zero) == [.arm(.powerOff, MachineSession.powerOffPatience)])
        #expect(session.handle(.serial(Array("  \r\n".utf8)), at: .zero) == [])
        // The firmware's first words end the run; nobody waits for the time to be up.
        #expect(
            session.handle(.serial(Array("BdsDxe: failed to start\r\n".utf8)), at: .zero) == [
                .send(.quit), .arm(.quit, EmulatorLife.patience),
            ])
        guard case .failed(.loaderFailed) = session.outcome else {
            Issue.record("\(session.outcome)")
            return
        }
    }
}
