import BootHandoff
import KernelBoot
import KernelMemory
import Machine
import MemoryMap
import MemoryReport

/// Stops the machine because the BootInfo cannot be believed.
func stopKernel(_ error: BootInfoError) -> Never {
    stopKernel(error.code) { text in
        text.write("the BootInfo is refused: ")
        text.write(error.message)
        text.write(" (")
        text.write(error.field.name)
        text.write(" at offset ")
        text.write(decimal: error.offset)
        text.write(": ")
        text.write(hexadecimal: error.value)
        text.write(")")
    }
}

extension TextSink where Self: ~Copyable {
    mutating func write(_ error: RuntimeFailure) {
        switch error {
        case .regionTooHigh(let range):
            write("a runtime region lies too far up: ")
            write(range)
        case .paging(let error): write("the runtime regions cannot be mapped: ", error)
        }
    }

    mutating func write(_ text: StaticString, _ error: PagingError) {
        write(text)
        write(error)
    }
}
