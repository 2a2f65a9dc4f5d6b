import BootHandoff
import MemoryMap
import UEFIMemory
import UEFIStatus

/// The firmware's services as the exit sequence sees them.
struct SimulatedExit: BootServicesExitFirmware {
    private let firmware: SimulatedFirmware

    /// How many more times the map is changed between its reading and the exit.
    private var mapChangesLeft: UInt16

    /// Each adds a descriptor: more than the buffers' first slack.
    private static let pagesPerMapChange = 24

    init(_ firmware: SimulatedFirmware, mapChanges: UInt16) {
        self.firmware = firmware
        mapChangesLeft = mapChanges
    }

    mutating func getMemoryMap(into buffer: PhysicalAddress, capacity: UInt64) -> MemoryMapAnswer {
        let size = UInt64(MemoryServices.descriptorSize)
        let bytes = firmware.mapBytes()
        guard UInt64(bytes.count) <= capacity else {
            return .bufferTooSmall(needed: UInt64(bytes.count), descriptorSize: size)
        }
        do throws(SimulatedFailure) { try firmware.write(bytes, at: buffer) } catch {
            return .failure(status: EFIStatus.invalidParameter.rawValue)
        }
        return .success(
            byteCount: UInt64(bytes.count), key: firmware.services.mapKey, descriptorSize: size,
            descriptorVersion: MemoryDescriptor.Layout.version)
    }

    mutating func allocatePages(_ count: PageCount) -> FirmwareAllocation {
        do throws(MemoryServiceError) {
            return .success(try firmware.services.allocatePages(.anywhere, .loaderData, count))
        } catch {
            return .failure(status: error.uefiStatus.rawValue)
        }
    }

    mutating func freePages(at address: PhysicalAddress, _ count: PageCount) -> UInt64 {
        do throws(MemoryServiceError) {
            try firmware.services.freePages(at: address, count)
            return 0
        } catch {
            return error.uefiStatus.rawValue
        }
    }

    mutating func allocatePool(byteCount: UInt64) -> FirmwareAllocation {
        do throws(MemoryServiceError) {
            return .success(try firmware.services.allocatePool(.loaderData, byteCount: byteCount))
        } catch {
            return .failure(status: error.uefiStatus.rawValue)
        }
    }

    mutating func freePool(at address: PhysicalAddress) -> UInt64 {
        do throws(MemoryServiceError) {
            try firmware.services.freePool(at: address)
            return 0
        } catch {
            return error.uefiStatus.rawValue
        }
    }

    mutating func exitBootServices(key: UInt64) -> UInt64 {
        if mapChangesLeft > 0 {
            mapChangesLeft -= 1
            // Pages of types that alternate, not given back: the key is stale, and the map outgrows its buffers.
            for index in 0..<Self.pagesPerMapChange {
                let type: MemoryType = index % 2 == 0 ? .loaderData : MemoryType(0x8000_0000)
                _ = try? firmware.services.allocatePages(.anywhere, type, PageCount(1))
            }
        }
        return firmware.exitBootServices(key: key)
    }

    mutating func copy(from source: PhysicalAddress, to destination: PhysicalAddress, byteCount: UInt64) {
        guard let source = PhysicalRange(start: source, byteCount: byteCount),
            let destination = PhysicalRange(start: destination, byteCount: byteCount)
        else { return }
        // Both are allocations of the sequence's own.
        try? firmware.memory.copy(source, to: destination)
    }
}

extension SimulatedFirmware {
    /// ExitBootServices; returns the status.
    func exitBootServices(key: UInt64) -> UInt64 {
        finalMap = mapBytes()
        do throws(ExitBootServicesError) { try end.exitBootServices(key: key) } catch { return error.uefiStatus.rawValue }
        while true {
            switch end.nextStep(&events, &services) {
            case .notify, .stopTimer: continue
            case .endBootServices: beginRuntime()
            case .finished(let error): return error?.uefiStatus.rawValue ?? 0
            }
        }
    }

    private func beginRuntime() {
        let bytes = finalMap
        do throws(MemoryMapError) {
            let view = try MemoryMapView(
                validating: bytes.span, descriptorSize: MemoryServices.descriptorSize,
                descriptorVersion: MemoryDescriptor.Layout.version)
            _ = addressing.beginRuntime(with: view)
        } catch {
            // SetVirtualAddressMap stays unsupported.
        }
    }

    /// SetVirtualAddressMap; returns the status's name.
    func setVirtualAddressMap(_ table: [UInt8], descriptorSize: UInt) -> StaticString {
        do throws(SetVirtualAddressMapError) {
            try addressing.setVirtualAddressMap(
                table.span.rawBytes, descriptorSize: descriptorSize, descriptorVersion: MemoryDescriptor.Layout.version)
        } catch {
            return error.uefiStatus.name
        }
        while let step = addressing.nextStep(&events) {
            if step == .relocateImages { convertPointers() }
        }
        return EFIStatus.success.name
    }
}
