import BootHandoff
import Machine
import MemoryMap
import UEFI
import UEFIStatus

/// The boot services as the exit sequence sees them, with the faults that a test asks for.
struct ExitFirmware: BootServicesExitFirmware {
    private let firmware: Firmware

    /// How many more times the map is changed between its reading and the exit.
    private var mapChangesLeft: UInt16

    /// Each adds a descriptor: more than the buffers' first slack.
    private static let pagesPerMapChange = 24

    init(_ firmware: Firmware, mapChanges: UInt16) {
        self.firmware = firmware
        mapChangesLeft = mapChanges
    }

    mutating func getMemoryMap(into buffer: PhysicalAddress, capacity: UInt64) -> MemoryMapAnswer {
        let answer = firmware.services.getMemoryMap(into: capacity > 0 ? buffer : nil, capacity: capacity)
        switch answer.status {
        case .success:
            return .success(
                byteCount: answer.byteCount, key: answer.key, descriptorSize: answer.descriptorSize,
                descriptorVersion: answer.descriptorVersion)
        case .bufferTooSmall:
            return .bufferTooSmall(needed: answer.byteCount, descriptorSize: answer.descriptorSize)
        default:
            return .failure(status: answer.status.rawValue)
        }
    }

    mutating func allocatePages(_ count: PageCount) -> FirmwareAllocation {
        do throws(EFIStatus) {
            return .success(try firmware.services.allocatePages(count))
        } catch {
            return .failure(status: error.rawValue)
        }
    }

    mutating func freePages(at address: PhysicalAddress, _ count: PageCount) -> UInt64 {
        do throws(EFIStatus) {
            try firmware.services.freePages(at: address, count)
            return 0
        } catch {
            return error.rawValue
        }
    }

    mutating func allocatePool(byteCount: UInt64) -> FirmwareAllocation {
        do throws(EFIStatus) {
            return .success(try firmware.services.allocatePool(byteCount: byteCount))
        } catch {
            return .failure(status: error.rawValue)
        }
    }

    mutating func freePool(at address: PhysicalAddress) -> UInt64 {
        do throws(EFIStatus) {
            try firmware.services.freePool(at: address)
            return 0
        } catch {
            return error.rawValue
        }
    }

    mutating func exitBootServices(key: UInt64) -> UInt64 {
        if mapChangesLeft > 0 {
            mapChangesLeft -= 1
            // Pages of types that alternate make the key stale, as a driver's event would, and the map outgrow its buffers.
            // A type of the operating system's own has no bin in the firmware, so that the pages come to lie side by side.
            // They are not given back: the map must stay changed.
            for index in 0..<Self.pagesPerMapChange {
                let type: MemoryType = index % 2 == 0 ? .loaderData : MemoryType(0x8000_0000)
                _ = try? firmware.services.allocatePages(PageCount(1), type: type)
            }
        }
        return firmware.services.exitBootServices(image: firmware.image, key: key).rawValue
    }

    mutating func copy(from source: PhysicalAddress, to destination: PhysicalAddress, byteCount: UInt64) {
        guard let source = PhysicalRange(start: source, byteCount: byteCount),
            let destination = PhysicalRange(start: destination, byteCount: byteCount)
        else { return }
        IdentityMappedMemory().copy(source, to: destination)
    }
}
