import Subprocess
import SystemPackage
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Programs in C and C++, one at a time, that are compiled against the library's header, linked with it and run: each counts its own checks.
@Suite(.serialized) struct ProgramTests {
    /// Where the package is, by this file.
    private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    private static let sources = root.appending("Tests/StrataVMTests/Programs")

    /// The folder of the built products, in which the test bundle lies as well.
    private static var products: FilePath {
        FilePath(CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]).removingLastComponent()
    }

    @Test(
        arguments: [
            "allocation.c", "environment.c", "extension.c", "forks.c", "forms.c", "heaps.c", "holes.c", "hostile.c", "images.c",
            "large_pages.c", "layout.cpp", "mappings.c", "modules.c", "movable_memory.c", "native.c", "pipes.c",
            "placeholders.c", "process.c", "protection.c", "sections.c", "segment.c", "sharing.c", "signals.c", "stacks.c",
            "synchronization.c", "threads.c", "write_watch.c",
        ], ["-O0", "-O2"])
    func program(_ name: String, optimization: String) async throws {
        // The limit on mappings takes seconds to reach, once is enough.
        guard name != "mappings.c" || optimization == "-O2" else { return }
        try await Self.check(name, optimization: optimization)
    }

    /// Write watches as the processor's faults tell of them, as the kernel keeps track of them, and as the library chooses itself.
    @Test(arguments: ["write_watch.c", "write_watch_model.c", "write_watch_refused.c", "signals.c"], ["faults", "kernel", ""])
    func writeWatch(_ name: String, way: String) async throws {
        try await Self.check(name, optimization: "-O2", environment: way.isEmpty ? [:] : ["STRATA_WRITE_WATCH": way])
    }

    /// Builds a program and runs it.
    private static func check(
        _ name: String, optimization: String, environment: [Environment.Key: String] = [:]
    ) async throws {
        var environment = environment
        environment["SWIFT_BACKTRACE"] = "enable=no"
        // A name that nothing else has: the tests run at once, and some of them run the same program.
        let number = UInt64.random(in: .min ... .max)
        let program = products.appending("strata-vm-test-\(name)-\(String(number, radix: 36))")
        defer { _ = unsafe program.withPlatformString { unsafe unlink($0) } }
        let compiler = name.hasSuffix(".cpp") ? ["clang++", "-std=c++17"] : ["clang", "-std=c11"]
        let libraries = products.string
        let built = try await run(
            .name(compiler[0]),
            arguments: Arguments(
                Array(compiler[1...]) + [
                    optimization, "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
                    "-I", root.appending("Sources/CStrataVM/include").string, sources.appending(name).string,
                    "-o", program.string, "-L", libraries, "-lstrata-vm", "-lpthread", "-Wl,-rpath,\(libraries)",
                ]), output: .discarded, error: .string(limit: 1 << 16))
        #expect(built.terminationStatus.isSuccess, "\(built.standardError)")
        let result = try await run(
            .path(program), environment: .inherit.updating(environment), output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16))
        #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)\(result.standardError)")
        #expect(result.standardOutput.hasSuffix(" 0 failures\n") == true)
    }

    /// The header alone, as every dialect that it is for, without a warning.
    @Test(arguments: [
        ["clang", "-std=c99"], ["clang", "-std=c11", "-pedantic"], ["clang", "-std=c99", "-fshort-wchar"],
        ["clang++", "-x", "c++", "-std=c++11"], ["clang++", "-x", "c++", "-std=c++20", "-fshort-wchar"],
    ])
    func header(_ compiler: [String]) async throws {
        let built = try await run(
            .name(compiler[0]),
            arguments: Arguments(
                Array(compiler[1...]) + [
                    "-Wall", "-Wextra", "-Werror", "-fsyntax-only", Self.root.appending("Sources/CStrataVM/layout.c").string,
                    "-I",
                    Self.root.appending("Sources/CStrataVM/include").string,
                ]), output: .discarded, error: .string(limit: 1 << 16))
        #expect(built.terminationStatus.isSuccess, "\(built.standardError)")
    }
}
