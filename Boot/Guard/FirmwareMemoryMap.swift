import Machine
import MemoryMap
import MemoryReport
import UEFI

extension BootServices {
    /// The firmware's memory map of this moment, checked.
    func currentMemoryMap() throws(GuardFailure) -> PhysicalMemoryMap {
        var needed = getMemoryMap(into: nil, capacity: 0)
        for _ in 0..<4 {
            guard needed.status == .bufferTooSmall, (40...4096).contains(needed.descriptorSize), needed.byteCount < 1 << 30 else {
                throw GuardFailure(.memory, "the memory map cannot be had", firmware: needed.status)
            }
            let capacity = needed.byteCount + 16 * needed.descriptorSize
            let buffer: PhysicalAddress
            do throws(UEFIStatus) { buffer = try allocatePool(byteCount: capacity) } catch {
                throw GuardFailure(.memory, "no memory for the memory map", firmware: error)
            }
            defer { try? freePool(at: buffer) }
            let answer = getMemoryMap(into: buffer, capacity: capacity)
            if answer.status == .bufferTooSmall {
                needed = answer
                continue
            }
            guard !answer.status.isError, answer.byteCount <= capacity,
                let range = PhysicalRange(start: buffer, byteCount: answer.byteCount)
            else { throw GuardFailure(.memory, "the memory map cannot be had", firmware: answer.status) }
            do throws(MemoryMapError) {
                return try IdentityMappedMemory().withBytes(of: range) { (bytes) throws(MemoryMapError) in
                    try PhysicalMemoryMap(
                        MemoryMapView(
                            validating: bytes, descriptorSize: Int(answer.descriptorSize),
                            descriptorVersion: answer.descriptorVersion))
                }
            } catch {
                throw GuardFailure(.memory) { text in
                    text.write("the firmware's memory map is refused: ")
                    text.write(error)
                }
            }
        }
        throw GuardFailure(.memory) { $0.write("the firmware's memory map outgrew its buffer four times") }
    }
}

extension BootServices {
    /// What the memory of a range is capable of, which is the same for all of it where the firmware allocated it as one.
    func attributes(of range: PhysicalRange) throws(UEFIStatus) -> MemoryAttributes {
        do throws(GuardFailure) {
            for region in try currentMemoryMap().regions where region.range.contains(range) { return region.attributes }
        } catch {
            throw error.status
        }
        throw .deviceError
    }
}
