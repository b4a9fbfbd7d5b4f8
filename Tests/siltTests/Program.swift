import Foundation
import TestSupport

/// The program that was built beside the tests.
enum Program {
    static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()
        .appendingPathComponent("silt").path

    static func run(
        _ arguments: String..., input: [UInt8] = [], in scratch: Scratch
    ) throws -> Command.Result {
        try Command(path: path).run(
            arguments, input: input, folder: scratch.path,
            environment: ["XDG_CONFIG_HOME": scratch.path, "COLUMNS": "80"])
    }
}

/// Compares text with `Output/NAME` beside the tests; `RECORD=1` rewrites it and fails.
func expectOutput(_ text: String, _ name: String) throws -> String {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Output/\(name)")
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: path, atomically: true, encoding: .utf8)
        return "recorded, run again without RECORD"
    }
    return try String(contentsOf: path, encoding: .utf8)
}
