import BootHandoff
import KernelMemory
import Machine
import MemoryMap
import MemoryReport

/// Stops the machine because the BootInfo cannot be believed.
func stopKernel(_ error: BootInfoError) -> Never {
    let code: StaticString =
        switch error {
        case .wrongMagic: "badBootInfoMagic"
        case .unsupportedVersion: "unsupportedBootInfoVersion"
        case .outsideMemoryMap, .notLoaderMemory: "badBootInfoPointer"
        default: "badBootInfo"
        }
    stopKernel(code) { text in
        text.write("the BootInfo is refused: ")
        text.write(error)
    }
}

extension TextSink where Self: ~Copyable {
    mutating func write(_ error: BootInfoError) {
        switch error {
        case .truncated(let needed, let available): write("bytes needed and there: ", UInt64(needed), UInt64(available))
        case .wrongMagic(let value):
            write("it begins with ")
            write(hexadecimal: value, digits: 16)
            write(" and not with ")
            write(hexadecimal: BootInfo.magic, digits: 16)
        case .unsupportedVersion(let version):
            write("it has version ")
            write(decimal: UInt64(version))
            write(", and this kernel reads version ")
            write(decimal: UInt64(BootInfo.version))
        case .wrongSize(let size): write("its size is ", UInt64(size))
        case .unknownFlags(let flags): write("it has unknown flags ", UInt64(flags))
        case .reservedNotZero(let offset, _): write("a reserved byte is not zero, at offset ", UInt64(offset))
        case .badDescriptorSize(let size): write("the memory map's descriptor size is ", size)
        case .badMemoryMapSize(let size, let descriptorSize):
            write("the memory map's size is no multiple of its descriptors': ", size, descriptorSize)
        case .unknownPixelFormat(let format): write("unknown pixel format ", UInt64(format))
        case .badPixelMasks: write("pixel masks that overlap or are empty")
        case .meaninglessValue(let field, let value):
            write(field.name)
            write(" has no meaning beside the other fields: ", value)
        case .missing(let field):
            write(field.name)
            write(" is missing")
        case .wrapping(let field, let address, let byteCount):
            write(field.name)
            write(" passes the end of the address space: ", address, byteCount)
        case .misaligned(let field, let address, let alignment):
            write(field.name)
            write(" is not aligned as it must be: ", address, alignment)
        case .outsideMemoryMap(let field, let range):
            write(field.name)
            write(" leads out of the memory map: ")
            write(range)
        case .notLoaderMemory(let field, let range):
            write(field.name)
            write(" leads to memory that the map does not give to the loader: ")
            write(range)
        case .overlapping(let first, let firstRange, let second, let secondRange):
            write(first.name)
            write(" ")
            write(firstRange)
            write(" and ")
            write(second.name)
            write(" ")
            write(secondRange)
            write(" share memory")
        case .framebufferInUsableMemory(let range):
            write("the framebuffer lies in usable memory: ")
            write(range)
        case .badResolution(let width, let height, _): write("the screen's size is ", UInt64(width), UInt64(height))
        case .framebufferTooSmall(_, let available): write("the framebuffer is too small: ", available)
        }
    }

    mutating func write(_ error: RuntimeFailure) {
        switch error {
        case .regionTooHigh(let range):
            write("a runtime region lies too far up: ")
            write(range)
        case .paging(let error): write("the runtime regions cannot be mapped: ", error)
        }
    }

    private mutating func write(_ text: StaticString, _ values: UInt64...) {
        write(text)
        for index in values.indices {
            if index > 0 { write(", ") }
            write(hexadecimal: values[index])
        }
    }

    mutating func write(_ text: StaticString, _ error: PagingError) {
        write(text)
        write(error)
    }
}
