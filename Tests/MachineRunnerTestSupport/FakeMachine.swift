import Foundation
import MachineRunner
import SystemPackage

/// A folder with all that a run looks for: images, firmware and a program that plays QEMU; its temporary directory is its own.
public final class FakeMachine: Sendable {
    /// What the program does instead of emulating.
    public enum Behavior: Sendable {
        /// Writes the log, then says that the guest powered off (or another reason).
        case boots(SerialScript, reason: String = "guest-shutdown")

        /// Writes the log and runs on, but ends when it is told to.
        case runsOn(SerialScript)

        /// Writes the log, then hears nothing any more, SIGTERM included.
        case hangs(SerialScript)

        /// Says its last words on the standard error and ends.
        case refuses(String, status: Int)

        /// Writes the log and ends without a word.
        case dies(SerialScript, status: Int)

        /// Says this on its monitor and runs on.
        case babbles(String)

        /// Never greets.
        case silent
    }

    public let folder: FilePath

    public var temporary: FilePath { folder.appending("tmp") }
    public var emulator: FilePath { folder.appending("qemu") }
    public var images: FilePath { folder.appending("images") }
    public var firmware: FilePath { folder.appending("firmware") }

    /// The program, which lies in the checkout: one that this process writes could not be started while a child that another
    /// test is about to start still has it open for writing ("text file busy").
    private static let program = FilePath(#filePath).removingLastComponent().appending("qemu.sh")

    public init(_ behavior: Behavior, architecture: MachineArchitecture = .x86_64, canTakePictures: Bool = true) throws {
        folder = FilePath(NSTemporaryDirectory()).appending("strata-tests-\(UUID().uuidString)")
        for path in [temporary, images.appending(architecture.rawValue), firmware] {
            try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        }
        let place = images.appending(architecture.rawValue)
        for name in [architecture.loaderFileName, "kernel.elf", "kernel.elf.sha256"] {
            try put("content of \(name)", at: place.appending(name))
        }
        for name in ["OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd", "AAVMF_CODE.fd", "AAVMF_VARS.fd"] {
            try put("content of \(name)", at: firmware.appending(name))
        }
        try put(Self.script(of: behavior, canTakePictures: canTakePictures), at: folder.appending("behavior"))
        try FileManager.default.createSymbolicLink(atPath: emulator.string, withDestinationPath: Self.program.string)
        if let log = Self.log(of: behavior) { try put(log, at: folder.appending("canned.log")) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder.string) }

    public func put(_ text: String, at path: FilePath) throws {
        try text.write(toFile: path.string, atomically: false, encoding: .utf8)
    }

    public func read(_ name: String) -> String? {
        try? String(contentsOfFile: folder.appending(name).string, encoding: .utf8)
    }

    public var variables: [String: String] {
        [
            "STRATA_QEMU": emulator.string, "STRATA_FIRMWARE": firmware.string, "STRATA_IMAGES": images.string,
            "TMPDIR": temporary.string, "PATH": "/usr/bin:/bin",
        ]
    }

    public var host: HostEnvironment {
        HostEnvironment(variables: variables, currentDirectory: folder, executableDirectory: nil)
    }

    public func configuration(_ architecture: MachineArchitecture = .x86_64, timeout: Duration = .seconds(600)) throws
        -> MachineConfiguration
    {
        MachineConfiguration(
            architecture: architecture, memory: try MemorySize("64M"), images: try ImageSet.locate(for: architecture, in: host),
            timeout: timeout, host: host)
    }

    /// What a run left behind: temporary files, and the program where it still runs.
    public var leftovers: [String] {
        var found = (try? FileManager.default.contentsOfDirectory(atPath: temporary.string)) ?? ["no temporary directory"]
        for pid in (read("pids") ?? "").split(separator: "\n").compactMap({ Int32($0) }) where runs(pid) {
            found.append("process \(pid)")
        }
        return found
    }

    /// Whether a process is this machine's: its number may be another's by now.
    private func runs(_ pid: Int32) -> Bool {
        guard let words = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/cmdline")) else { return false }
        return words.range(of: Data(folder.string.utf8)) != nil
    }

    private static func log(of behavior: Behavior) -> String? {
        switch behavior {
        case .boots(let script, _), .runsOn(let script), .hangs(let script), .dies(let script, _): script.text
        case .refuses, .babbles, .silent: nil
        }
    }

    /// What the program does once it has noted how it was called, in the shell's words.
    private static func script(of behavior: Behavior, canTakePictures: Bool) -> String {
        let greet = #"echo '{"QMP": {"version": {}, "capabilities": []}}'; read line; echo '{"return": {}, "id": 1}'"#
        let write = #"cat "$here/canned.log" > "$serial""#
        let picture =
            canTakePictures
            ? #"path=${line#*\"filename\":\"}; path=${path%%\"*}; echo PNG > "$path"; echo '{"return": {}, "id": 2}'"#
            : #"echo '{"id": 2, "error": {"class": "GenericError", "desc": "no screen here"}}'"#
        let serve = """
            while read line; do
              echo "$line" >> "$here/commands"
              case "$line" in
                *screendump*) \(picture) ;;
                *quit*) echo '{"return": {}, "id": 3}'; exit 0 ;;
              esac
            done
            """
        return switch behavior {
        case .boots(_, let reason):
            """
            \(greet)
            \(write)
            echo '{"event": "RTC_CHANGE", "data": {"offset": 0}}'
            echo '{"event": "SHUTDOWN", "data": {"guest": true, "reason": "\(reason)"}}'
            \(serve)
            """
        case .runsOn: "\(greet)\n\(write)\n\(serve)"
        case .hangs: "\(greet)\n\(write)\ntrap '' TERM INT\nwhile :; do sleep 1; done"
        case .refuses(let words, let status): "cat >&2 <<'WORDS'\n\(words)\nWORDS\nexit \(status)"
        case .dies(_, let status): "\(greet)\n\(write)\nexit \(status)"
        case .babbles(let words): "cat <<'WORDS'\n\(words)\nWORDS\n\(serve)"
        case .silent: "sleep 600"
        }
    }
}

extension FilePath {
    public static func rename(_ source: FilePath, to target: FilePath) throws {
        try FileManager.default.moveItem(atPath: source.string, toPath: target.string)
    }
}
