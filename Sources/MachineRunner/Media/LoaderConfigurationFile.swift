/// The text of `strata\boot.conf`.
enum LoaderConfigurationFile {
    static func bytes(for options: BootOptions) throws(MachineError) -> [UInt8] {
        var lines = ["kernel = \\strata\\kernel.elf", "verify = \(options.allowsUnverifiedKernel ? "optional" : "required")"]
        if options.initrd != nil { lines.append("initrd = \\strata\\initrd.img") }
        if !options.commandLine.isEmpty { lines.append("cmdline = \(options.commandLine)") }
        lines += options.injections.map { "inject = \($0)" }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }
}
