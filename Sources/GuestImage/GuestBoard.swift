public import GuestBoot
public import GuestLayout
public import MachineRunner
public import MemoryMap

/// A board of QEMU's around a planned guest: which of them can have the plan's memory, and how the file of that memory is laid out.
public struct GuestBoard: Sendable {
    /// The boards to choose from.
    public enum Model: String, CaseIterable, Hashable, Sendable {
        case pc
        case q35
        case microvm
        case virt
    }

    /// Why a board cannot have the plan's memory.
    public enum Fault: Error, Hashable, Sendable {
        /// The board is not one of the plan's architecture.
        case wrongArchitecture(Model)

        /// The plan has memory that does not follow on what lies below it; the board cannot leave out what is between.
        case hole(PhysicalRange)

        /// The board splits its memory at this address at the most, and the plan later.
        case split(Model, planned: PhysicalAddress, highest: PhysicalAddress)

        /// The plan's memory is no number of whole mebibytes.
        case notWholeMebibytes(byteCount: UInt64)

        /// The plan's entry is at the reset vector, which belongs to its own firmware.
        case firmware
    }

    public let model: Model

    /// The regions of memory in the order in which they lie in the file.
    public let regions: [PhysicalRange]

    /// The board as the runner takes it.
    public let board: PreparedMachine.Board

    /// Where `virt` has its memory from; the first gibibyte of it is not the plan's.
    public static let virtMemoryStart = PhysicalAddress(0x4000_0000)

    /// - Parameter interruptControllerVersion: 2 or 3, for `virt`.
    /// - Throws: `Fault`.
    public init(_ model: Model, for plan: LayoutPlan, interruptControllerVersion: Int = 3) throws(Fault) {
        guard (plan.architecture == .aarch64) == (model == .virt) else { throw .wrongArchitecture(model) }
        guard plan.entry?.mode != .reset else { throw .firmware }
        self.model = model
        let isVirt = model == .virt
        var low = isVirt ? PhysicalAddress(0x8000_0000) : PhysicalAddress(0)
        var high: PhysicalRange?
        for index in plan.regions.indices {
            guard let region = PhysicalRange(start: plan.regions[index].start, byteCount: plan.regions[index].byteCount) else {
                continue
            }
            // On AArch64 the firmware of a protected guest lies right before its memory.
            if isVirt, region.last < low { continue }
            if region.start == low, let end = region.end {
                low = end
            } else if !isVirt, region.start.rawValue == 1 << 32 {
                high = region
            } else {
                throw .hole(region)
            }
        }
        let start = isVirt ? Self.virtMemoryStart : PhysicalAddress(0)
        guard let below = PhysicalRange(start: start, byteCount: low.rawValue - start.rawValue) else {
            throw .notWholeMebibytes(byteCount: 0)
        }
        regions = [below] + (high.map { [$0] } ?? [])
        var total: UInt64 = 0
        for region in regions { total += region.byteCount ?? 0 }
        guard total % (1 << 20) == 0 else { throw .notWholeMebibytes(byteCount: total) }
        switch model {
        case .pc:
            board = .pc(lowMemoryLimit: high == nil ? max(low.rawValue, 0xD000_0000) : low.rawValue)
        case .q35:
            // The board's own rule, which an option can only lower.
            let highest: UInt64 = total >= 0xB000_0000 ? 0x8000_0000 : 0xB000_0000
            guard low.rawValue <= highest else {
                throw .split(model, planned: low, highest: PhysicalAddress(highest))
            }
            board = .q35(lowMemoryLimit: high == nil ? highest : low.rawValue)
        case .microvm:
            guard low.rawValue <= 0xC000_0000, high == nil || low.rawValue == 0xC000_0000 else {
                throw .split(model, planned: low, highest: PhysicalAddress(0xC000_0000))
            }
            board = .microvm
        case .virt: board = .virt(interruptControllerVersion: interruptControllerVersion)
        }
    }

    /// The chipset that the guest's tables describe; nil for a board without PCI.
    public var chipset: Chipset? {
        switch model {
        case .pc: .i440FX
        case .q35: .q35
        case .microvm, .virt: nil
        }
    }

    /// The console that a kernel is to be told of.
    public var console: String { model == .virt ? "ttyAMA0" : "ttyS0" }
}
