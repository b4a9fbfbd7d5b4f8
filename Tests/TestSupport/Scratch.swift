import Foundation

/// A folder for one test's files, removed when the test lets go of it.
public final class Scratch: Sendable {
    /// The folder.
    public let path: String

    /// Makes an empty folder.
    public init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "silt-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a name in the folder.
    public func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file, with the folders it lies in; returns its path.
    @discardableResult
    public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = URL(fileURLWithPath: path(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }

    /// Makes a folder; returns its path.
    @discardableResult
    public func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
        return path(name)
    }

    /// The bytes of a file.
    public func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// The names in the folder, sorted.
    public var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
}

/// Runs other programs.
public struct Command: Sendable {
    /// What a program left behind.
    public struct Result: Sendable {
        /// Its exit code.
        public let status: Int32
        /// What it wrote to standard output.
        public let output: [UInt8]
        /// What it wrote to standard error.
        public let errors: String

        /// Standard output as text.
        public var text: String { String(decoding: output, as: UTF8.self) }
    }

    private let program: String

    /// A program at a path.
    public init(path: String) { program = path }

    /// A program in `$PATH`; nil if it is not there.
    public init?(named name: String) {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let found = folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let found else { return nil }
        program = found
    }

    /// Runs it to its end.
    public func run(
        _ arguments: [String], input: [UInt8] = [], folder: String? = nil, environment: [String: String] = [:]
    ) throws -> Result {
        // Files, unlike pipes, cannot fill up while nobody reads them.
        let scratch = try Scratch()
        try scratch.write("in", input)
        try scratch.write("out", [])
        try scratch.write("err", [])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle(forReadingAtPath: scratch.path("in"))
        process.standardOutput = FileHandle(forWritingAtPath: scratch.path("out"))
        process.standardError = FileHandle(forWritingAtPath: scratch.path("err"))
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: try scratch.read("out"),
            errors: String(decoding: try scratch.read("err"), as: UTF8.self))
    }
}
