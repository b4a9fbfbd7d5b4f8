import Bytes
import FileIO
import Hashing
import Processes
import Work

/// Runs tools on a pair of archives and takes what they need.
struct BenchRunner: Sendable {
    /// The archives as they were given.
    let old: String
    let new: String
    let newByteCount: UInt64
    private let folder: ScratchFolder

    /// This program.
    static let program = "/proc/self/exe"
    /// Where deltas, results and signatures of old archives go.
    var delta: String { folder.path + "/delta" }
    var result: String { folder.path + "/result" }
    var signature: String { folder.path + "/signature" }

    /// Prepares a pair.
    ///
    /// - Throws: `FileError` if one of them is no file that can be read.
    init(old: String, new: String) throws {
        // A name that begins with a dash is an option to other tools.
        self.old = old.hasPrefix("-") ? "./" + old : old
        self.new = new.hasPrefix("-") ? "./" + new : new
        _ = try RandomAccessFile(path: self.old)
        newByteCount = try RandomAccessFile(path: self.new).byteCount
        folder = try ScratchFolder()
    }

    /// Removes what tools have made.
    func removeFiles() { folder.remove() }

    /// Lets a tool make a delta and apply it.
    ///
    /// - Returns: What it took; for a tool that fails, why.
    /// - Throws: `FileError`, `CancellationError` when its task was cancelled.
    func measure(_ tool: BenchTool) async throws -> BenchReport.Row {
        defer { NewFolder.removeFiles([delta, result, signature]) }
        do {
            let making = try await run(tool.making)
            let byteCount = try RandomAccessFile(path: delta).byteCount
            let applying = try await run(tool.applying)
            let isSame = try await WorkPool.shared.run { try digest(result) == digest(new) }
            return BenchReport.Row(
                tool, bytes: byteCount, making: making, applying: applying,
                // An archive that is compressed as a whole comes out uncompressed; apply has checked what is in it.
                result: isSame ? "identical" : tool.isOurs ? "checked" : "another archive",
                commands: tool.making.map(shown), applyCommands: tool.applying.map(shown))
        } catch let error as ProcessError {
            return BenchReport.Row(
                tool, bytes: nil, making: nil, applying: nil, result: error.description,
                commands: tool.making.map(shown), applyCommands: tool.applying.map(shown))
        }
    }

    private func run(_ commands: [[String]]) async throws -> ProcessUsage {
        var usage = ProcessUsage(seconds: 0, memoryByteCount: 0)
        for command in commands {
            let arguments = Array(command.dropFirst())
            usage =
                usage + (try await WorkPool.shared.run { try await ChildProcess.run(command[0], arguments) })
        }
        return usage
    }

    private func digest(_ path: String) throws -> Digest {
        var hasher = DigestHasher()
        try FileRegion(RandomAccessFile(path: path)).forEachPart { hasher.update($0) }
        return hasher.finish()
    }

    /// A command as one would type it, with names for the files.
    private func shown(_ command: [String]) -> String {
        let names = [
            (old, "OLD"), (new, "NEW"), (delta, "DELTA"), (result, "RESULT"), (signature, "SIGNATURE"),
            (Self.program, ProgramName.text),
        ]
        return command.map { word in
            if let name = names.first(where: { $0.0 == word }) { return name.1 }
            return word.hasSuffix("=" + old) ? word.dropLast(old.count) + "OLD" : word
        }.joined(separator: " ")
    }
}
