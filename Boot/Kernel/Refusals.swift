import BootHandoff
import KernelBoot

/// Stops the machine because the BootInfo cannot be believed.
func stopKernel(_ error: BootInfoError) -> Never {
    stopKernel(error.code) { $0.write(error) }
}
