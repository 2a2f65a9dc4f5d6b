import ArgumentParser
import BootHandoff
import MachineRunner
import SystemPackage

/// What is run under Strata's memory services in place of the Strata kernel.
struct ProgramOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Runs a UEFI program under Strata's memory services; 'shell' is the UEFI Shell that the firmware holds.",
            valueName: "program.efi"))
    var run: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The program's load options, handed on as they are.", valueName: "text"))
    var args: String?

    @Option(
        help: ArgumentHelp(
            "Runs a Linux kernel through its EFI stub, with --cmdline and --initrd, under Strata's memory services.",
            valueName: "vmlinuz"))
    var kernel: String?

    @Option(help: ArgumentHelp("Puts a folder's contents on the program's boot volume.", valueName: "folder"))
    var volume: String?

    @Option(
        help: ArgumentHelp(
            "The memory taken from the firmware: a percentage of the largest free range, or mebibytes.", valueName: "N%|NM"),
        transform: { text in
            guard let arena = GuardConfiguration.Arena(text) else {
                throw ValidationError("--arena takes 1% to 95%, or a number of mebibytes such as 256M, not '\(text)'")
            }
            return arena
        })
    var arena: GuardConfiguration.Arena = .percent(75)

    @Flag(help: "Leaves the firmware's own memory services in place and counts the program's calls.")
    var countOnly = false

    @Flag(help: "Measures the firmware's memory services and Strata's in one boot, by a clock that counts instructions.")
    var benchmark = false

    @Option(help: ArgumentHelp("Compares a number of random calls with a model, inside the firmware.", valueName: "calls"))
    var selfTest: UInt32?

    /// What the Guard is asked for, nil where the Strata kernel is booted.
    func task(_ host: HostEnvironment) -> GuardOptions.Task? {
        if let run { return run == "shell" ? .shell : .program(host.absolute(FilePath(run))) }
        if let kernel { return .program(host.absolute(FilePath(kernel))) }
        if benchmark { return .benchmark(descriptors: 4096) }
        return selfTest.map { .selfTest(calls: $0) }
    }

    func validate() throws {
        let tasks = [run != nil, kernel != nil, benchmark, selfTest != nil].filter { $0 }.count
        guard tasks <= 1 else { throw ValidationError("--run, --kernel, --benchmark and --self-test exclude each other") }
        if let selfTest, !(1...999_999_999).contains(selfTest) {
            throw ValidationError("--self-test takes numbers from 1 to 999999999, not \(selfTest)")
        }
        if args != nil, run == nil { throw ValidationError("--args belongs to --run; a kernel is told by --cmdline") }
        if tasks == 0, volume != nil || countOnly {
            throw ValidationError("--volume and --count-only belong to --run or --kernel")
        }
    }
}

extension GuardConfiguration.Arena {
    /// Reads `75%` or `256M`.
    init?(_ text: String) {
        guard let number = UInt32(text.dropLast()), number > 0 else { return nil }
        switch text.last {
        case "%" where number <= 95: self = .percent(UInt8(number))
        case "M" where number <= 1 << 24: self = .mebibytes(number)
        default: return nil
        }
    }
}
