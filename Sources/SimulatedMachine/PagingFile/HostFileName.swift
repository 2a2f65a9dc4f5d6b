import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Names in the host's file system.
enum HostFileName {
    /// Takes the name away; the file lives on as long as it is open.
    static func remove(_ path: FilePath) {
        // The C string lives as long as the closure that gets it; a name that is not there is as good as removed.
        _ = unsafe path.withPlatformString { unsafe unlink($0) }
    }
}
