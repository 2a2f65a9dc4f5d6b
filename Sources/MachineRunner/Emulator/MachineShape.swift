/// What QEMU puts together.
struct MachineShape: Sendable {
    var architecture: MachineArchitecture
    var memory: MemorySize
    var processors: Int

    /// Whether an AArch64 machine describes itself by ACPI tables.
    var offersACPI = true

    /// Whether the machine's clock counts instructions, one a nanosecond, so that what is measured in it repeats exactly.
    var countsInstructions = false
}

extension MachineConfiguration {
    var shape: MachineShape {
        MachineShape(architecture: architecture, memory: memory, processors: processors, offersACPI: offersACPI)
    }
}
