import Testing

@testable import UEFIMemory

@Suite("The end of boot services")
struct BootServicesEndTests {
    /// Memory services of one number: the key, which each allocation changes.
    private struct Memory: ExitableMemory {
        enum State { case open, locked, ended }

        var mapKey: UInt64 = 1
        var runtimeRegionsAreAligned = true
        var state = State.open

        mutating func allocate() -> Bool {
            guard state == .open else { return false }
            mapKey += 1
            return true
        }

        mutating func lockAllocations() { state = .locked }
        mutating func unlockAllocations() { state = .open }
        mutating func endBootServices() { state = .ended }
    }

    /// A firmware with two events of each group; the functions with these contexts allocate.
    private struct Firmware: ~Copyable {
        var end = BootServicesEnd()
        var events = EventNotifications(capacity: 16)
        var memory = Memory()
        var allocating: Set<UInt64> = []
        var refusedAllocations = 0
        var nestedExit: (context: UInt64, error: ExitBootServicesError?)?
        var log: [String] = []

        init() throws {
            for (index, group) in [
                EventGroup.beforeExitBootServices, .exitBootServices, .exitBootServicesFailed, .virtualAddressChange,
            ].enumerated() {
                _ = try events.register(group, at: .callback, context: UInt64(10 * index + 1))
                _ = try events.register(group, at: .notify, context: UInt64(10 * index + 2))
            }
        }

        mutating func exit(key: UInt64) -> ExitBootServicesError? {
            do throws(ExitBootServicesError) { try end.exitBootServices(key: key) } catch { return error }
            while true {
                switch end.nextStep(&events, &memory) {
                case .notify(let notification):
                    log.append("\(notification.context) \(end.phase) \(memory.state)")
                    if allocating.contains(notification.context), !memory.allocate() { refusedAllocations += 1 }
                    if nestedExit?.context == notification.context {
                        do throws(ExitBootServicesError) { try end.exitBootServices(key: memory.mapKey) } catch {
                            nestedExit?.error = error
                        }
                    }
                case .stopTimer: log.append("stop timer \(end.phase)")
                case .endBootServices: log.append("end \(end.phase) \(memory.state)")
                case .finished(let error): return error
                }
            }
        }
    }

    @Test func `a right key ends boot services in order`() throws {
        var firmware = try Firmware()
        #expect(firmware.exit(key: 1) == nil)
        #expect(
            firmware.log == [
                "2 running open", "1 running open", "stop timer exitAttempted", "12 exiting locked", "11 exiting locked",
                "end ended ended",
            ])
        #expect(firmware.end.attempts == 1)
        // There are no boot services any more to call.
        firmware.log = []
        #expect(firmware.exit(key: 1) == .unsupported)
        #expect(firmware.log == [] && firmware.end.attempts == 1)
    }

    @Test func `a wrong key leaves memory services, and first notifications are not repeated`() throws {
        var firmware = try Firmware()
        #expect(firmware.exit(key: 7) == .invalidParameter)
        #expect(
            firmware.log == [
                "2 running open", "1 running open", "stop timer exitAttempted", "22 exitAttempted open", "21 exitAttempted open",
            ])
        #expect(firmware.end.phase == .exitAttempted)
        let (isAllocated, key) = (firmware.memory.allocate(), firmware.memory.mapKey)
        #expect(isAllocated && key == 2)
        firmware.log = []
        #expect(firmware.exit(key: 1) == .invalidParameter)
        #expect(firmware.log == ["22 exitAttempted open", "21 exitAttempted open"])
        firmware.log = []
        #expect(firmware.exit(key: 2) == nil)
        #expect(firmware.log == ["12 exiting locked", "11 exiting locked", "end ended ended"])
        #expect(firmware.end.attempts == 3)
    }

    @Test func `runtime regions that are not aligned are refused`() throws {
        var firmware = try Firmware()
        firmware.memory.runtimeRegionsAreAligned = false
        #expect(firmware.exit(key: 1) == .invalidParameter)
        #expect(firmware.end.phase == .exitAttempted)
        #expect(firmware.memory.state == .open)
        firmware.memory.runtimeRegionsAreAligned = true
        #expect(firmware.exit(key: 1) == nil)
    }

    @Test func `an allocation before the decision makes the key stale`() throws {
        var firmware = try Firmware()
        firmware.allocating = [1]
        #expect(firmware.exit(key: 1) == .invalidParameter)
        #expect(firmware.exit(key: 2) == nil)
        #expect(firmware.refusedAllocations == 0)
    }

    @Test func `an allocation after the decision is refused, and the map stays`() throws {
        var firmware = try Firmware()
        firmware.allocating = [11, 12]
        #expect(firmware.exit(key: 1) == nil)
        #expect(firmware.refusedAllocations == 2)
        #expect(firmware.memory.mapKey == 1)
    }

    @Test(arguments: [1, 2, 11, 12, 21] as [UInt64])
    func `a call out of a notification is refused`(context: UInt64) throws {
        var firmware = try Firmware()
        firmware.nestedExit = (context, nil)
        #expect(firmware.exit(key: context == 21 ? 5 : 1) == (context == 21 ? .invalidParameter : nil))
        #expect(firmware.nestedExit?.error == .invalidParameter)
        #expect(firmware.end.attempts == 1)
    }

    @Test func `each phase permits what the specification lists`() {
        let classes: [BootServiceClass] = [.allocation, .memoryMap, .exit, .other]
        let permitted = [
            BootServicesPhase.running: [true, true, true, true], .exitAttempted: [true, true, true, false],
            .exiting: [false, true, false, false], .ended: [false, false, false, false],
        ]
        for (phase, expected) in permitted { #expect(classes.map(phase.permits) == expected, "\(phase)") }
    }
}
