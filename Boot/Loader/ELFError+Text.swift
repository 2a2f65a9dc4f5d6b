import ExecutableImage
import MemoryReport

// What goes wrong in the core's modules, in words for the console.

extension TextSink where Self: ~Copyable {
    mutating func write(_ error: ELFError) {
        let explanation = error.explanation
        for byte in explanation.utf8 { write(byte) }
    }
}
