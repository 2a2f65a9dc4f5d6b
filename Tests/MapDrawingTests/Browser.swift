import Subprocess
import SystemPackage

/// A browser of the Chromium family without a window, where one is installed.
enum Browser {
    private static let names = ["chromium", "chromium-browser", "google-chrome", "chrome"]

    /// The browser's program.
    static let program: FilePath? = {
        let folders = ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome"]
        for folder in folders {
            for name in names {
                let path = FilePath(folder).appending(name)
                if let file = try? FileDescriptor.open(path, .readOnly) {
                    defer { try? file.close() }
                    if !tellsHowToInstall(file) { return path }
                }
            }
        }
        return nil
    }()

    /// Whether a program is none but a script that stands for what a snap would bring.
    private static func tellsHowToInstall(_ file: FileDescriptor) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 1 << 12)
        // The system fills the array's own storage and says how much of it.
        let count = (try? unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0) }) ?? 0
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.hasPrefix("#!") && text.contains("snap install")
    }

    static var isInstalled: Bool { program != nil }

    enum Ground: String {
        case light = "1"
        case dark = "0"
    }

    struct Failure: Error {
        var output: String
    }

    /// Opens `page` and gives the document as it is when its scripts have run.
    static func document(_ page: String, ground: Ground = .light, runsScripts: Bool = true) async throws -> String {
        try await withFolder { folder in
            try write(runsScripts ? page : withoutScripts(page), to: folder.appending("page.html"))
            return try await run(folder, ["--dump-dom"], ground)
        }
    }

    /// Draws `page` and gives the bytes of the picture, a PNG file.
    static func picture(_ page: String, ground: Ground = .light, runsScripts: Bool = true) async throws -> [UInt8] {
        try await withFolder { folder in
            try write(runsScripts ? page : withoutScripts(page), to: folder.appending("page.html"))
            let picture = folder.appending("picture.png")
            _ = try await run(folder, ["--screenshot=\(picture)"], ground)
            let file = try FileDescriptor.open(picture, .readOnly)
            defer { try? file.close() }
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                // The system fills the array's own storage and says how much of it.
                let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
                guard count > 0 else { return bytes }
                bytes += buffer[..<count]
            }
        }
    }

    /// `page` for a browser that may not run its scripts. Scripts that the browser itself is told not to run would take its own with
    /// them, by which it gives the document.
    private static func withoutScripts(_ page: String) -> String {
        page.replacing("script-src 'unsafe-inline'", with: "script-src 'none'")
    }

    private static func run(_ folder: FilePath, _ what: [String], _ ground: Ground) async throws -> String {
        guard let program else { throw Failure(output: "no browser") }
        // `timeout` ends a browser that hangs, and all that it started; on a busy host one that does not may take minutes.
        let arguments =
            [
                "-k", "5", "1800", program.string, "--headless", "--no-sandbox", "--disable-gpu", "--disable-gpu-watchdog",
                "--hide-scrollbars",
                "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--disable-background-networking",
                "--user-data-dir=\(folder.appending("profile"))", "--window-size=1240,1600",
                "--blink-settings=preferredColorScheme=\(ground.rawValue)",
            ] + what + ["file://\(folder.appending("page.html"))"]
        let result = try await Subprocess.run(
            .name("timeout"), arguments: Arguments(arguments), output: .string(limit: 1 << 26), error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else { throw Failure(output: result.standardError) }
        return result.standardOutput
    }

    private static func write(_ text: String, to path: FilePath) throws {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
    }

    private static func withFolder<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
        let made = try await Subprocess.run(.name("mktemp"), arguments: ["-d"], output: .string(limit: 4_096))
        let folder = FilePath(made.standardOutput.filter { $0 != "\n" })
        guard folder.isAbsolute else { throw Failure(output: "no folder for the page") }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(folder)) } catch { result = .failure(error) }
        _ = try? await Subprocess.run(.name("rm"), arguments: ["-rf", folder.string], output: .discarded)
        return try result.get()
    }
}
