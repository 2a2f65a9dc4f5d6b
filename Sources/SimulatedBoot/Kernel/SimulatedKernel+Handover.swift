import BootHandoff
import KernelBoot
import KernelMemory
import MemoryMap
import MemoryReport
import SimulatedMachine

extension SimulatedKernel {
    /// Has the processor fetch the first instruction and touch the stack, as the entry does.
    func checkEntry() throws(SimulatedFailure) {
        _ = try translate(entry.instruction, .execute)
        _ = try translate(VirtualAddress(entry.stack.rawValue - 8), .write)
    }

    /// The BootInfo, read where the loader's register says.
    func readInformation() throws(SimulatedFailure) -> BootInfo {
        guard entry.bootInfo.isAligned(to: BootInfo.alignment),
            let place = PhysicalRange(start: entry.bootInfo, byteCount: UInt64(BootInfo.byteCount))
        else {
            throw SimulatedFailure(.kernel(code: "badBootInfoAddress")) { text in
                text.write("there can be no BootInfo at ")
                text.write(hexadecimal: entry.bootInfo.rawValue)
            }
        }
        let bytes = try read(place)
        do throws(BootInfoError) { return try BootInfo(decoding: bytes.span.rawBytes) } catch { throw Self.refusal(error) }
    }

    /// Compares every pointer with the memory map.
    func validate(_ information: BootInfo, against map: PhysicalMemoryMap) throws(SimulatedFailure) {
        guard let place = PhysicalRange(start: entry.bootInfo, byteCount: UInt64(BootInfo.byteCount)) else { return }
        do throws(BootInfoError) {
            try information.validate(at: place, against: map, policy: boot.architecture.policy)
        } catch {
            throw Self.refusal(error)
        }
    }

    /// The bytes of a range at its physical addresses, through the page tables; none of no range.
    func read(_ range: PhysicalRange?) throws(SimulatedFailure) -> [UInt8] {
        guard let range else { return [] }
        var bytes: [UInt8] = []
        var cursor = range.start.rawValue
        while true {
            let last = min(cursor | (PageCount.pageSize - 1), range.last.rawValue)
            let place = try translate(VirtualAddress(cursor), .read)
            guard let piece = PhysicalRange(start: place, byteCount: last - cursor + 1) else { break }
            bytes += try firmware.read(piece)
            if last == range.last.rawValue { break }
            cursor = last + 1
        }
        return bytes
    }

    func translate(_ address: VirtualAddress, _ access: MemoryAccess) throws(SimulatedFailure) -> PhysicalAddress {
        do throws(TranslationFault) {
            return try mmu.translate(address, for: access, by: .supervisor, in: firmware.memory).physicalAddress
        } catch {
            throw SimulatedFailure(.kernel(code: "fault")) { text in
                text.write("the processor faults at ")
                text.write(hexadecimal: address.rawValue)
                text.write(": ")
                text.write(words: "\(error.cause)")
            }
        }
    }

    static func refusal(_ error: BootInfoError) -> SimulatedFailure {
        SimulatedFailure(.kernel(code: error.code)) { $0.write(error) }
    }

    static func failure(_ what: StaticString, _ error: PagingError) -> SimulatedFailure {
        SimulatedFailure(.kernel(code: "paging")) { $0.write(what, error) }
    }
}

extension SimulatedBoot.Architecture {
    /// What the Linux of this architecture makes of the map.
    var policy: HandoffPolicy {
        switch self {
        case .x86_64: .linuxX86
        case .aarch64: .linuxARM64
        }
    }
}

/// Frames for page tables: the upper end of a run that nobody else uses, taken downwards.
struct FreeFrames: PageTableFrames {
    private var remaining: PhysicalRange?
    private var freed: [PhysicalAddress] = []

    mutating func supply(_ range: PhysicalRange?) { remaining = range }

    mutating func allocateFrame() -> PhysicalAddress? {
        if let frame = freed.popLast() { return frame }
        guard let range = remaining else { return nil }
        let frame = range.last.alignedDown(to: PageCount.pageSize)
        guard frame >= range.start else { return nil }
        remaining = frame.rawValue == 0 ? nil : PhysicalRange(start: range.start, last: PhysicalAddress(frame.rawValue - 1))
        return frame
    }

    mutating func freeFrame(_ frame: PhysicalAddress) { freed.append(frame) }
}
