public import GuestLayout
import MemoryMap

extension LayoutTrial.Settings {
    /// Puts what goes into the guest into the request for its layout, so that the plan has room for it.
    ///
    /// - Parameter kernel: What the kernel's header says.
    public func complete(_ request: inout X86LayoutRequest, kernel: KernelImage) {
        request.payload = .kernel(kernel)
        completeCommon(&request)
        request.commandLineByteCount = UInt64(commandLine.utf8.count)
        request.setupDataByteCounts = setupData.map { UInt64($0.data.count) }
    }

    /// As for x86-64; the command line has no place of its own there.
    public func complete(_ request: inout AArch64LayoutRequest, kernel: KernelImage) {
        request.payload = .kernel(kernel)
        completeCommon(&request)
    }

    private func completeCommon(_ request: inout some LayoutRequest) {
        request.initialRAMDiskByteCount = initrd.isEmpty ? nil : UInt64(initrd.count)
        request.virtualProcessorCount = UInt64(max(processors, 0))
    }
}
