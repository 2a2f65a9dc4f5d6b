import Machine
import MemoryMap
import MemoryReport
import UEFI

/// How a program's use of the memory services ended.
enum ProgramEnding {
    case exitedBootServices

    /// It returned, or called Exit.
    case returned(status: UEFIStatus)

    /// It reset the machine or switched it off.
    case reset(status: UEFIStatus)
}

/// Everything that a memory service needs while a program runs.
@safe
struct GuardState: ~Copyable {
    let tables: ServiceTables
    let firmware: BootServices
    var counts = ServiceCounts()
    private var serial: SerialPort
    private var isReported = false

    /// A buffer of the firmware's for the last map, and that map.
    private let snapshotBuffer: PhysicalRange
    private var snapshot: (byteCount: UInt64, descriptorSize: UInt64, descriptorVersion: UInt32)?

    init(tables: ServiceTables, serial: SerialPort, snapshotBuffer: PhysicalRange) {
        unsafe self.tables = tables
        firmware = unsafe tables.firmware
        self.serial = serial
        self.snapshotBuffer = snapshotBuffer
    }

    /// Takes the map of this moment for the report; it is the one that an operating system was given where its key is accepted.
    mutating func takeSnapshot() {
        let answer = firmware.getMemoryMap(into: snapshotBuffer.start, capacity: snapshotBuffer.byteCount ?? 0)
        snapshot = answer.status.isError ? nil : (answer.byteCount, answer.descriptorSize, answer.descriptorVersion)
    }

    /// Tells on the serial line what the program did, once.
    mutating func report(_ ending: ProgramEnding) {
        guard !isReported else { return }
        isReported = true
        serial.newline()
        serial.writeEvent("end", from: .guard) { event in
            switch ending {
            case .exitedBootServices:
                event.string("how", "exitBootServices")
                event.null("status")
            case .returned(let status):
                event.string("how", "returned")
                event.hexadecimal("status", status.rawValue)
            case .reset(let status):
                event.string("how", "reset")
                event.hexadecimal("status", status.rawValue)
            }
        }
        for service in Service.allCases {
            let count = counts[service]
            serial.writeEvent("service", from: .guard) { event in
                event.string("name", service.name)
                event.number("calls", count.calls)
                event.number("failures", count.failures)
                event.number("forwarded", count.forwarded)
                event.number("bytes", count.bytes)
            }
        }
        if let snapshot, let range = PhysicalRange(start: snapshotBuffer.start, byteCount: snapshot.byteCount) {
            var serial = serial
            IdentityMappedMemory().withBytes(of: range) { bytes in
                serial.writeMapEvents(
                    bytes, descriptorSize: Int(snapshot.descriptorSize), descriptorVersion: snapshot.descriptorVersion,
                    from: .guard)
            }
        }
        serial.writeEvent("finished", from: .guard)
    }
}
