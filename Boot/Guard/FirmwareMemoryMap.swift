import FirmwareConsole
import MemoryMap
import UEFI
import UEFIStatus

extension BootServices {
    /// What the memory of a range is capable of, which is the same for all of it where the firmware allocated it as one.
    func attributes(of range: PhysicalRange) throws(EFIStatus) -> MemoryAttributes {
        do throws(GuardFailure) {
            let map = try currentMemoryMap(for: GuardStage.memory)
            for region in map.regions where region.range.contains(range) { return region.attributes }
        } catch {
            throw error.status
        }
        throw .deviceError
    }
}
