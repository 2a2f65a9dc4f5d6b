import Machine
import MemoryGuard
import MemoryMap
import MemoryReport
import UEFI
import UEFIMemory
import UEFIStatus

/// How a program's use of the memory services ended.
enum ProgramEnding {
    case exitedBootServices

    /// It returned, or called Exit.
    case returned(status: EFIStatus)

    /// It reset the machine or switched it off.
    case reset(status: EFIStatus)
}

/// Strata's services and the firmware's map around them.
struct StrataSide: ~Copyable {
    /// Where Strata's memory is.
    let arena: PhysicalRange
    var memory: MemoryServices
    var firmware: FirmwareSide
    var key: CombinedMapKey

    /// The key of the map as it is, once the firmware's part of it was refreshed.
    mutating func currentKey() -> UInt64 {
        key.update(outer: firmware.key, inner: memory.mapKey)
        return key.value
    }

    /// Writes the whole map into `bytes`, in rows of the firmware's descriptor size; returns the number of rows that there are, of
    /// which those are written that fit.
    func writeMap(into bytes: inout MutableRawSpan) -> Int {
        var writer = RowWriter(descriptorSize: Int(firmware.descriptorSize))
        for region in firmware.map.below { writer.append(region, to: &bytes) }
        writer.changeOwner(&bytes)
        memory.forEachRegion { writer.append($0.start, $0.pages, $0.type, $0.attributes, to: &bytes) }
        writer.changeOwner(&bytes)
        for region in firmware.map.above { writer.append(region, to: &bytes) }
        return writer.finish(&bytes)
    }

    /// The number of rows of the whole map.
    func rowCount() -> Int {
        var nothing = MutableRawSpan()
        return writeMap(into: &nothing)
    }

    /// At least as many as there are rows.
    var rowBound: Int { firmware.map.count + memory.usage.extents }
}

/// Everything that a memory service needs while a program runs.
@safe
struct GuardState: ~Copyable {
    let tables: ServiceTables
    let firmware: BootServices
    var counts = ServiceCounts()
    private var serial: SerialPort
    private var isReported = false

    /// Strata's services, used where they lie: they are never copied; nil where calls are handed on and counted.
    @unsafe let strata: UnsafeMutablePointer<StrataSide>?

    /// Whether a call of ExitBootServices is under way in the firmware: the map that was given has to stay true.
    var isExiting = false
    var refusedWhileExiting: UInt64 = 0

    /// Memory of the firmware's that is the Guard's own, which no program may free.
    let own: [PhysicalRange]

    /// A buffer of the firmware's for the last map, and that map.
    private let snapshotBuffer: PhysicalRange
    private var snapshot: (byteCount: UInt64, descriptorSize: UInt64, descriptorVersion: UInt32)?

    init(
        tables: ServiceTables, strata: UnsafeMutablePointer<StrataSide>?, serial: SerialPort, own: [PhysicalRange],
        snapshotBuffer: PhysicalRange
    ) {
        unsafe self.tables = tables
        firmware = unsafe tables.firmware
        unsafe self.strata = strata
        self.serial = serial
        self.own = own
        self.snapshotBuffer = snapshotBuffer
    }

    /// Whether pages from `start` on are the Guard's own, in part at least.
    func isOwn(_ range: PhysicalRange) -> Bool {
        for one in own where one.overlaps(range) { return true }
        return snapshotBuffer.overlaps(range)
    }

    /// Takes the map of this moment for the report; it is the one that an operating system was given where its key is accepted.
    mutating func takeSnapshot() {
        guard unsafe strata == nil else { return takeStrataSnapshot() }
        let answer = firmware.getMemoryMap(into: snapshotBuffer.start, capacity: snapshotBuffer.byteCount ?? 0)
        snapshot = answer.status.isError ? nil : (answer.byteCount, answer.descriptorSize, answer.descriptorVersion)
    }

    private mutating func takeStrataSnapshot() {
        let buffer = snapshotBuffer
        let rows = IdentityMappedMemory().withMutableBytes(of: buffer) { bytes in
            unsafe strata?.pointee.writeMap(into: &bytes) ?? 0
        }
        guard let size = unsafe strata?.pointee.firmware.descriptorSize,
            let version = unsafe strata?.pointee.firmware.descriptorVersion
        else { return }
        // Of a map that does not fit there is no snapshot.
        let byteCount = UInt64(rows) * size
        snapshot = byteCount <= buffer.byteCount ?? 0 ? (byteCount, size, version) : nil
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
        reportMemory()
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

    private mutating func reportMemory() {
        guard unsafe strata != nil else { return }
        let refused = refusedWhileExiting
        let strata = unsafe strata
        serial.writeEvent("memory", from: .guard) { event in
            guard let usage = unsafe strata?.pointee.memory.usage else { return }
            event.number("peakPages", usage.peakPages)
            event.number("livePages", usage.pages)
            event.number("bookkeepingPages", usage.bookkeepingPages)
            event.number("livePoolBlocks", usage.poolBuffers)
            event.number("livePoolBytes", usage.poolBytes)
            event.number("extents", usage.extents)
            event.number("peakExtents", usage.peakExtents)
            event.number("refusedWhileExiting", refused)
        }
    }
}
