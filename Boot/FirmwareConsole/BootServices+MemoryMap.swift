import Machine
public import MemoryMap
import MemoryReport
public import UEFI
public import UEFIStatus

extension BootServices {
    /// The firmware's memory map of this moment, checked.
    ///
    /// The buffer leaves room for what its own allocation adds to the map, and grows a few times where that is not enough.
    ///
    /// - Parameter stage: which stage has failed where the map cannot be had.
    public func currentMemoryMap<Stage>(for stage: Stage) throws(ApplicationFailure<Stage>) -> PhysicalMemoryMap {
        var needed = getMemoryMap(into: nil, capacity: 0)
        for _ in 0..<4 {
            guard needed.status == .bufferTooSmall, (40...4096).contains(needed.descriptorSize), needed.byteCount < 1 << 30 else {
                throw ApplicationFailure(stage, "the memory map cannot be had", firmware: needed.status)
            }
            let capacity = needed.byteCount + 16 * needed.descriptorSize
            let buffer: PhysicalAddress
            do throws(EFIStatus) { buffer = try allocatePool(byteCount: capacity) } catch {
                throw ApplicationFailure(stage, "no memory for the memory map", firmware: error)
            }
            defer { try? freePool(at: buffer) }
            let answer = getMemoryMap(into: buffer, capacity: capacity)
            if answer.status == .bufferTooSmall {
                needed = answer
                continue
            }
            guard !answer.status.isError, answer.byteCount <= capacity,
                let range = PhysicalRange(start: buffer, byteCount: answer.byteCount)
            else { throw ApplicationFailure(stage, "the memory map cannot be had", firmware: answer.status) }
            do throws(MemoryMapError) {
                return try IdentityMappedMemory().withBytes(of: range) { (bytes) throws(MemoryMapError) in
                    try PhysicalMemoryMap(
                        MemoryMapView(
                            validating: bytes, descriptorSize: Int(answer.descriptorSize),
                            descriptorVersion: answer.descriptorVersion))
                }
            } catch {
                throw ApplicationFailure(stage) { text in
                    text.write("the firmware's memory map is refused: ")
                    text.write(error)
                }
            }
        }
        throw ApplicationFailure(stage, "the firmware's memory map outgrew its buffer four times")
    }
}
