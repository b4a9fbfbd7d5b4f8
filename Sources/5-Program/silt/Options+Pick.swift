import ArgumentParser
import Bytes
import FileIO
import FileTree

/// Which changes a package is made of.
struct PickOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("pick"),
        help: ArgumentHelp(
            "Make a package of these changes only: paths, with all that is in them. May be given several times.",
            valueName: "glob"),
        transform: IgnoreOptions.pattern)
    var picked: [PathPattern] = []

    @Option(
        name: .customLong("skip"),
        help: ArgumentHelp(
            "Leave these changes out; without other picks, all else is picked, the configuration too.",
            valueName: "glob"),
        transform: IgnoreOptions.pattern)
    var skipped: [PathPattern] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Pick all that a layer of the new image changes, 1 for the lowest.", valueName: "number"))
    var layer: [Int] = []

    @Option(
        help: ArgumentHelp(
            "Take the new value of a key of the configuration, as diff names it; * for all.", valueName: "key"
        ))
    var config: [String] = []

    @Option(
        help: ArgumentHelp("A file with a list of picks, to which the other options add.", valueName: "file"))
    var picks: String?

    /// What to pick; nil if the package is to make the new image.
    ///
    /// - Throws: `UnreadablePicks` if the file is no list, `FileError` if it cannot be read.
    func list() throws -> PickList? {
        var list = try picks.map { try PickList(readingFile: $0) } ?? PickList()
        list.rules += picked.map { PickList.Rule(picks: true, pattern: $0) }
        list.rules += skipped.map { PickList.Rule(picks: false, pattern: $0) }
        list.layers.formUnion(layer)
        list.configKeys += config
        return list.isEmpty && picks == nil ? nil : list
    }
}

extension PickList {
    private static let byteCountLimit = 16 << 20

    /// Reads a list of picks.
    ///
    /// - Parameter path: The file.
    /// - Throws: `UnreadablePicks` if the file is no list, `FileError` if it cannot be read.
    init(readingFile path: String) throws {
        guard try FileKind(at: path) != .directory else {
            throw UnreadablePicks(path: path, reason: "it is a directory")
        }
        // It may be a pipe, as of a shell's <(…).
        let stream = try RandomAccessFile.Stream(path: path)
        var bytes: [UInt8] = []
        while case let part = try stream.next(), !part.isEmpty {
            bytes += part
            guard bytes.count <= Self.byteCountLimit else {
                throw UnreadablePicks(path: path, reason: "it is too large for a list of picks")
            }
        }
        do {
            try self.init(parsing: bytes)
        } catch {
            throw UnreadablePicks(path: path, reason: "\(error)")
        }
    }
}

/// A file that is no list of picks.
struct UnreadablePicks: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "'\(FileName.text(path))' is no list of picks: \(reason)" }
}
