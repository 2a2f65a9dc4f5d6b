#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The processor's time that programs took, in seconds, their own and the system's for them.
enum ProcessorTime {
    /// POSIX's numbers, which C libraries give Swift as different types.
    private static let (program, endedChildren) = (Int32(0), Int32(-1))

    /// This program's.
    static var own: Double {
        var usage = rusage()
        // The system fills in the structure that it is given.
        _ = unsafe getrusage(program, &usage)
        return seconds(usage)
    }

    /// That of the programs which it started and which have ended.
    static var children: Double {
        var usage = rusage()
        // As above.
        _ = unsafe getrusage(endedChildren, &usage)
        return seconds(usage)
    }

    private static func seconds(_ usage: rusage) -> Double {
        func value(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return value(usage.ru_utime) + value(usage.ru_stime)
    }
}
