import Foundation

/// Real logs that may lie beside the checkout, never in it: tests that need them are skipped without.
enum Corpus {
    /// The folder, from `STRATA_CORPUS` or found beside a folder above this file.
    static let folder: URL? = {
        if let path = ProcessInfo.processInfo.environment["STRATA_CORPUS"] { return existing(URL(fileURLWithPath: path)) }
        var parent = URL(fileURLWithPath: #filePath)
        while parent.path != "/" {
            parent.deleteLastPathComponent()
            if let found = existing(parent.appendingPathComponent("shared/corpus")) { return found }
        }
        return nil
    }()

    static var isThere: Bool { folder != nil }

    static func bytes(_ name: String) throws -> [UInt8] {
        guard let folder else { return [] }
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    static let files: [String] = {
        guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return [] }
        return names.filter { $0.first?.isNumber ?? false }.sorted()
    }()

    private static func existing(_ url: URL) -> URL? {
        FileManager.default.fileExists(atPath: url.appendingPathComponent("EXPECT.tsv").path) ? url : nil
    }
}
