import MemoryGuard
import MemoryMap
import UEFI
import UEFIMemory
import UEFIStatus

// Strata's memory services as the firmware's interface has them: numbers in, a status out. Nil where the call is the firmware's
// to answer.

extension StrataSide {
    mutating func allocatePages(kind: UInt32, type: UInt32, pages: UInt64, wanted: UInt64) -> Outcome? {
        let placement: PagePlacement
        switch kind {
        case 0: placement = .anywhere
        case 1: placement = .upTo(PhysicalAddress(wanted))
        case 2:
            // Memory that begins outside of the arena: the firmware will find that part of it is taken where it reaches into it.
            guard arena.contains(PhysicalAddress(wanted)) else { return nil }
            placement = .at(PhysicalAddress(wanted))
        default: return .answered(.invalidParameter, nil)
        }
        do throws(MemoryServiceError) {
            return .answered(.success, try memory.allocatePages(placement, MemoryType(type), PageCount(pages)))
        } catch {
            // Where there is no room, or none so low, the firmware may have some.
            return error == .outOfResources ? nil : .answered(error.uefiStatus, nil)
        }
    }

    mutating func freePages(_ start: PhysicalAddress, _ pages: PageCount, _ range: PhysicalRange?) -> EFIStatus? {
        guard arena.contains(start) || range.map({ arena.overlaps($0) }) ?? true else { return nil }
        do throws(MemoryServiceError) {
            try memory.freePages(at: start, pages)
            return .success
        } catch {
            return error.uefiStatus
        }
    }

    mutating func allocatePool(type: UInt32, size: UInt64) -> Outcome? {
        do throws(MemoryServiceError) {
            return .answered(.success, try memory.allocatePool(MemoryType(type), byteCount: size))
        } catch {
            return error == .outOfResources ? nil : .answered(error.uefiStatus, nil)
        }
    }

    mutating func freePool(_ address: PhysicalAddress) -> EFIStatus? {
        guard arena.contains(address) else { return nil }
        do throws(MemoryServiceError) {
            try memory.freePool(at: address)
            return .success
        } catch {
            return error.uefiStatus
        }
    }
}
