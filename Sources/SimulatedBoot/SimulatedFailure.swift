import MemoryMap
import MemoryReport
public import SimulatedMachine
public import UEFIMemory

/// Why a simulated machine cannot be powered on.
public enum SimulatedMachineError: Error, Hashable, Sendable {
    /// There is less memory than the firmware itself takes.
    case tooLittleMemory(PageCount, needed: PageCount)

    /// The memory reaches above what the machine's processor can address, or what the simulation maps.
    case tooMuchMemory(PageCount, most: PageCount)

    /// The host cannot give the memory.
    case memory(MappedMemory.Failure)

    /// The firmware's memory services do not start.
    case services(MemoryResourceError)

    /// The sentence for people.
    public var explanation: String {
        switch self {
        case .tooLittleMemory(let memory, let needed):
            "a simulated machine needs \(needed.rawValue * 4) KiB of memory for its firmware, and was given \(memory.rawValue * 4) KiB"
        case .tooMuchMemory(let memory, let most):
            "a simulated machine has at most \(most.rawValue >> 18) GiB of memory, and was given \(memory.rawValue >> 18) GiB"
        case .services(let error): "the simulated firmware does not start: \(error)"
        case .memory(.unusableRanges): "the memory of the machine is laid out in a way that cannot be mapped"
        case .memory(.refused(let code)): "the host cannot map the machine's memory (error \(code)); give it less"
        }
    }
}

/// Why the loader or the kernel of a simulated machine gave up: told on its serial line.
struct SimulatedFailure: Error {
    enum Teller {
        /// The loader, at the stage of this name.
        case loader(stage: StaticString)

        /// The kernel, for the reason of this name.
        case kernel(code: StaticString)
    }

    let teller: Teller
    let message: [UInt8]

    init(_ teller: Teller, _ write: (inout ByteBuffer) -> Void) {
        var text = ByteBuffer()
        write(&text)
        self.teller = teller
        message = text.bytes
    }

    init(_ teller: Teller, _ message: StaticString) { self.init(teller) { $0.write(message) } }
}

/// What is said and not yet taken away.
struct SerialBuffer: TextSink {
    private var bytes: [UInt8] = []

    mutating func write(_ byte: UInt8) { bytes.append(byte) }

    mutating func take() -> [UInt8] {
        defer { bytes.removeAll() }
        return bytes
    }

    /// One sentence of the loader's.
    mutating func say(_ write: (inout SerialBuffer) -> Void) {
        self.write("strata loader: ")
        write(&self)
        self.write("\n")
    }

    mutating func tell(_ failure: SimulatedFailure) {
        switch failure.teller {
        case .loader(let stage):
            say { text in
                text.write("error: ")
                text.write(utf8: failure.message.span)
            }
            writeEvent("error", from: .loader) { event in
                event.string("stage", stage)
                event.string("message", utf8: failure.message.span)
            }
        case .kernel(let code):
            write("\nKERNEL STOPS: ")
            write(utf8: failure.message.span)
            write("\n")
            writeEvent("error", from: .kernel) { event in
                event.string("code", code)
                event.string("message", utf8: failure.message.span)
            }
        }
    }
}

extension TextSink where Self: ~Copyable {
    mutating func write(words: String) {
        for byte in words.utf8 { write(byte) }
    }
}
