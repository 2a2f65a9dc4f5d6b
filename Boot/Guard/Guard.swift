import BootHandoff
import CUEFI
import FirmwareConsole
import Machine
import MemoryGuard
import MemoryMap
import MemoryReport
import UEFI
import UEFIMemory
import UEFIStatus

/// Where the firmware starts the Guard, by way of a C function with the firmware's calling convention.
@c(guard_main)
func guardMain(_ image: EFI_HANDLE?, _ systemTable: UnsafeMutablePointer<EFI_SYSTEM_TABLE>?) -> UInt64 {
    guard let table = unsafe SystemTable(systemTable), let services = table.bootServices else {
        return EFIStatus.invalidParameter.rawValue
    }
    let heap: PhysicalRange
    do throws(EFIStatus) {
        let start = try services.allocatePages(GuardHeap.pages)
        guard let arena = PhysicalRange(start: start, pages: GuardHeap.pages) else { throw .outOfResources }
        GuardHeap.open(arena)
        heap = arena
    } catch {
        return error.rawValue
    }
    // Allocates: not before the heap is there.
    guard let systemTable = unsafe systemTable, let tables = unsafe ServiceTables(systemTable) else {
        return EFIStatus.invalidParameter.rawValue
    }
    var program = unsafe Guard(
        image: ImageHandle(image), systemTable: table, services: services, tables: tables, heap: heap)
    do throws(GuardFailure) {
        try program.run()
    } catch {
        return program.giveUp(error).rawValue
    }
}

/// The way from the firmware to a program under the Guard's memory services.
@safe
struct Guard {
    let image: ImageHandle
    let systemTable: SystemTable
    let services: BootServices
    let tables: ServiceTables
    private let heap: PhysicalRange
    var serial = SerialPort.standard

    init(
        image: ImageHandle, systemTable: SystemTable, services: BootServices, tables: ServiceTables, heap: PhysicalRange
    ) {
        self.heap = heap
        self.image = image
        self.systemTable = systemTable
        self.services = services
        unsafe self.tables = tables
    }

    /// Runs what the configuration names, and switches the machine off when it is over.
    mutating func run() throws(GuardFailure) -> Never {
        services.disableWatchdog()
        let map = try services.currentMemoryMap(for: GuardStage.memory)
        if let console = EarlyConsole.find(systemTable, in: map) { serial = SerialPort(console) }
        announce()
        let volume: Volume
        do throws(EFIStatus) { volume = try Volume(of: image, services: services) } catch {
            throw GuardFailure(.configuration, "the Guard was not started from a file system", firmware: error)
        }
        let configuration = try readConfiguration(from: volume)
        volume.close()
        report(configuration)

        let program: LoadedImage
        switch configuration.task {
        case .program(let path): program = try load(path)
        case .shell: program = try loadShell()
        case .selfTest(let calls): try selfTest(calls)
        case .benchmark(let descriptors): try benchmark(descriptors, configuration.arena, map)
        }
        program.setLoadOptions(try loadOptions(configuration.arguments))
        report(program)

        let strata = unsafe configuration.services == .strata ? try takeArena(configuration.arena, map) : nil
        unsafe try prepareState(strata)
        unsafe tables.replace()
        let status = program.start()
        withGuardState { state in
            _ = state.refresh()
            state.takeSnapshot()
            state.report(.returned(status: status))
        }
        // Memory of this program's may still be in use by drivers, which the firmware knows nothing of: there is no way back.
        systemTable.runtimeServices?.shutDown()
        Processor.halt()
    }

    /// Measures both memory services and switches the machine off.
    private mutating func benchmark(
        _ descriptors: UInt32, _ arena: GuardConfiguration.Arena, _ map: PhysicalMemoryMap
    ) throws(GuardFailure) -> Never {
        unsafe try prepareState(takeArena(arena, map))
        var serial = serial
        do throws(EFIStatus) {
            let benchmark = unsafe Benchmark(
                firmware: tables.firmware, strata: tables.strata, descriptors: Int(min(descriptors, 16_384)))
            try benchmark.run { name, firmware, strata, operations in
                serial.writeEvent("benchmark", from: .guard) { event in
                    event.string("name", name)
                    event.number("firmwareDescriptors", firmware.descriptors)
                    event.number("strataDescriptors", strata.descriptors)
                    event.number("operations", operations)
                    event.number("firmwarePicoseconds", firmware.picoseconds)
                    event.number("strataPicoseconds", strata.picoseconds)
                }
            }
        } catch {
            throw GuardFailure(.memory, "the benchmark had to stop", firmware: error)
        }
        finish()
    }

    /// Compares the services with a model, in an arena of at most 4,096 pages, and switches the machine off.
    private mutating func selfTest(_ calls: UInt32) throws(GuardFailure) -> Never {
        let seed: UInt64 = 0x5354_5241_5441
        let pages = PageCount(4_096)
        let memory: MemoryServices
        let range: PhysicalRange
        do throws(EFIStatus) {
            let start = try services.allocatePages(pages, type: .loaderCode)
            guard let arena = PhysicalRange(start: start, pages: pages) else { throw .outOfResources }
            memory = try Self.memoryServices(on: arena, attributes: .writeBack)
            range = arena
        } catch {
            throw GuardFailure(.memory, "no memory for the self-test", firmware: error)
        }
        var test = ServicesSelfTest(memory, on: range, seed: seed)
        var mismatch: ServicesSelfTest.Mismatch?
        do throws(ServicesSelfTest.Mismatch) { try test.run(calls: calls) } catch { mismatch = error }
        serial.writeEvent("selftest", from: .guard) { event in
            event.number("calls", UInt64(calls))
            event.number("seed", seed)
            event.number("mismatch", mismatch?.call)
            event.string("message", mismatch?.what.text)
        }
        finish()
    }

    /// Says the last word and switches the machine off.
    private mutating func finish() -> Never {
        serial.writeEvent("finished", from: .guard)
        systemTable.runtimeServices?.shutDown()
        Processor.halt()
    }

    /// Takes memory from the firmware and puts Strata's services on it.
    private mutating func takeArena(
        _ size: GuardConfiguration.Arena, _ map: PhysicalMemoryMap
    ) throws(GuardFailure) -> UnsafeMutablePointer<StrataSide> {
        let largest = map.largestRegion { $0.type == .conventional }?.pages ?? .zero
        let pages =
            switch size {
            case .percent(let percent): PageCount(largest.rawValue * UInt64(percent) / 100)
            case .mebibytes(let count): PageCount(UInt64(count) << 8)
            }
        do throws(EFIStatus) {
            // Loader code: programs run code in what they allocate, and firmware may forbid that in memory of other types.
            let start = try services.allocatePages(pages, type: .loaderCode)
            guard let arena = PhysicalRange(start: start, pages: pages) else { throw .outOfResources }
            let attributes = try services.attributes(of: arena)
            let side = try FirmwareSide(around: arena, unsafe tables.firmware)
            let strata = UnsafeMutablePointer<StrataSide>.allocate(capacity: 1)
            let memory = try Self.memoryServices(on: arena, attributes: attributes)
            let key = CombinedMapKey(outer: side.key, inner: memory.mapKey)
            unsafe strata.initialize(to: StrataSide(arena: arena, memory: memory, firmware: side, key: key))
            serial.writeEvent("arena", from: .guard) { event in
                event.hexadecimal("start", arena.start)
                event.number("pages", arena.pages)
            }
            return unsafe strata
        } catch {
            throw GuardFailure(.memory, status: error) { text in
                text.write("no arena of ")
                text.write(decimal: pages.rawValue)
                text.write(" pages, where the largest free range has ")
                text.write(decimal: largest.rawValue)
                text.write(": the firmware answers ")
                text.write(error.name)
            }
        }
    }

    /// Strata's memory services on pages that the Guard has allocated, and uses for nothing else.
    private static func memoryServices(
        on arena: PhysicalRange, attributes: MemoryAttributes
    ) throws(EFIStatus) -> MemoryServices {
        do throws(MemoryResourceError) {
            return try MemoryServices(
                memory: arena, attributes: attributes, window: unsafe MemoryWindow(identity: arena),
                runtimeGranularity: PageCount(UInt64(Processor.runtimeGranularity)))
        } catch {
            throw .outOfResources
        }
    }

    private func prepareState(_ strata: UnsafeMutablePointer<StrataSide>?) throws(GuardFailure) {
        let snapshot: PhysicalRange?
        do throws(EFIStatus) {
            snapshot = PhysicalRange(start: try services.allocatePages(PageCount(64)), pages: PageCount(64))
        } catch {
            throw GuardFailure(.memory, "no memory for the last memory map", firmware: error)
        }
        guard let snapshot else { throw GuardFailure(.memory, "no memory for the last memory map", firmware: .outOfResources) }
        let state = UnsafeMutablePointer<GuardState>.allocate(capacity: 1)
        unsafe state.initialize(
            to: GuardState(tables: tables, strata: strata, serial: serial, own: [heap], snapshotBuffer: snapshot))
        unsafe guardState = state
    }

    /// The program's load options: UTF-16 with a terminator, in memory that stays; nil where there are none.
    private func loadOptions(_ arguments: [UInt8]) throws(GuardFailure) -> PhysicalRange? {
        guard !arguments.isEmpty else { return nil }
        let units = FirmwarePath.terminatedUTF16(arguments.span)
        let byteCount = UInt64(units.count) * 2
        do throws(EFIStatus) {
            guard let range = PhysicalRange(start: try services.allocatePool(byteCount: byteCount), byteCount: byteCount) else {
                throw EFIStatus.outOfResources
            }
            IdentityMappedMemory().withMutableBytes(of: range) { bytes in
                for (index, unit) in units.enumerated() { bytes.storeBytes(of: unit, toByteOffset: index * 2, as: UInt16.self) }
            }
            return range
        } catch {
            throw GuardFailure(.memory, "no memory for the program's arguments", firmware: error)
        }
    }

    private func load(_ path: [UInt8]) throws(GuardFailure) -> LoadedImage {
        do throws(EFIStatus) {
            return try LoadedImage.load(FirmwarePath.terminatedUTF16(path.span), from: image, services: services)
        } catch {
            throw GuardFailure(.program, status: error) { text in
                text.write("cannot load ")
                text.write(utf8: path.span)
                switch error {
                case .notFound: text.write(": there is no such file on the boot volume")
                case .unsupported: text.write(": it is no UEFI image for this machine")
                default:
                    text.write(": the firmware answers ")
                    text.write(error.name)
                }
            }
        }
    }

    private func loadShell() throws(GuardFailure) -> LoadedImage {
        do throws(EFIStatus) {
            return try LoadedImage.loadShell(parent: image, services: services)
        } catch {
            throw GuardFailure(.program, "the firmware holds no shell", firmware: error)
        }
    }

    private func readConfiguration(from volume: Volume) throws(GuardFailure) -> GuardConfiguration {
        let read = try volume.configuration(GuardConfiguration.self, for: GuardStage.configuration, services: services)
        guard let configuration = read else {
            throw GuardFailure(.configuration) { text in
                text.write("there is no ")
                text.write(GuardConfiguration.path)
                text.write(" on the boot volume, or it is empty")
            }
        }
        return configuration
    }
}
