extension LoaderConfiguration {
    /// The keys of the file.
    enum Key: Int, ConfigurationKey {
        case kernel, checksum, initrd, commandLine, verify, resolution, inject

        var name: StaticString {
            switch self {
            case .kernel: "kernel"
            case .checksum: "checksum"
            case .initrd: "initrd"
            case .commandLine: "cmdline"
            case .verify: "verify"
            case .resolution: "resolution"
            case .inject: "inject"
            }
        }
    }

    /// The words that stand as values.
    enum Word {
        static var required: StaticString { "required" }
        static var optional: StaticString { "optional" }
        static var mapChanges: StaticString { "map-changes:" }
        static var badMagic: StaticString { "bad-magic" }
        static var badVersion: StaticString { "bad-version" }
        static var badPointer: StaticString { "bad-pointer" }
    }
}
