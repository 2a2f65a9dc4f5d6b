extension LoaderConfiguration {
    /// The UTF-8 bytes of a literal. Allocates them.
    static func bytes(_ text: StaticString) -> [UInt8] {
        text.withUTF8Buffer { buffer in
            // A static string's bytes live as long as the program, and are only read here.
            unsafe [UInt8](buffer)
        }
    }

    /// The keys and words of the file.
    enum Word {
        static let kernel: StaticString = "kernel"
        static let checksum: StaticString = "checksum"
        static let initrd: StaticString = "initrd"
        static let commandLine: StaticString = "cmdline"
        static let verify: StaticString = "verify"
        static let required: StaticString = "required"
        static let optional: StaticString = "optional"
        static let resolution: StaticString = "resolution"
        static let inject: StaticString = "inject"
        static let mapChanges: StaticString = "map-changes:"
        static let badMagic: StaticString = "bad-magic"
        static let badVersion: StaticString = "bad-version"
        static let badPointer: StaticString = "bad-pointer"
    }
}
