import CLibFuzzer

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What libFuzzer calls: the input, and how many bytes it has. The result is always 0.
public typealias FuzzTest = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

/// Hands the command line and the test over to libFuzzer.
public func runFuzzer(_ test: FuzzTest) -> Never {
    var count = CommandLine.argc
    // libFuzzer permutes the arguments as `main` functions may; they live as long as the process.
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
    exit(unsafe LLVMFuzzerRunDriver(&count, &arguments, test))
}

/// Calls `body` with an input of libFuzzer.
public func withInput(_ data: UnsafePointer<UInt8>?, _ count: Int, _ body: (Span<UInt8>) -> Void) -> CInt {
    // libFuzzer promises `count` bytes at `data`, good until the test returns.
    body(unsafe Span(_unsafeElements: UnsafeBufferPointer(start: data, count: count)))
    return 0
}

/// Ends the process where something that must hold does not: libFuzzer then keeps the input.
public func require(_ condition: Bool, _ what: StaticString) {
    guard condition else { fatalError("violated: \(what)") }
}
