import Bytes
import Explorer
import FileIO
import FoundationEssentials
import Hashing

/// Where it is kept how pairs of images were left.
protocol ViewMemory: Sendable {
    /// How a pair was left; nil if that is not known.
    ///
    /// - Throws: Why it cannot be read although something is there.
    func view(of pair: ImagePair) throws -> ViewState?

    /// Keeps how a pair was left.
    ///
    /// - Throws: `FileError` or what the system says, if that cannot be written.
    func keep(_ view: ViewState) throws
}

/// Views in the user's state folder: `$XDG_STATE_HOME/silt/views`, one file for each pair.
struct ViewFolder: ViewMemory {
    private let path: String

    /// Older pairs are forgotten.
    static let pairLimit = 64

    /// The folder that the environment names; nil if it names none.
    init?(environment: [String: String]) {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            path = state + "/silt/views"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            path = home + "/.local/state/silt/views"
        } else {
            return nil
        }
    }

    func view(of pair: ImagePair) throws -> ViewState? {
        let path = file(pair)
        guard FileKind.at(path) == .file else { return nil }
        do {
            let file = try RandomAccessFile(path: path)
            guard file.byteCount <= UInt64(ViewState.byteCountLimit) else {
                throw ViewStateError.unknownFormat
            }
            let view = try ViewState(parsing: file.read(at: 0, count: Int(file.byteCount)))
            guard view.pair == pair else { throw ViewStateError.unknownFormat }
            return view
        } catch let error as ViewStateError {
            throw DamagedView(path: path, reason: error)
        }
    }

    func keep(_ view: ViewState) throws {
        // Names of files are nobody else's business.
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let file = try OutputFile(path: file(view.pair), replacesExisting: true)
        try file.write(view.bytes)
        try file.sync()
        try file.commit()
        forgetOldest()
    }

    private func file(_ pair: ImagePair) -> String {
        let name = Digest.of(Array("\(pair.old) \(pair.new)".utf8))
        return "\(path)/\(name.hex).view"
    }

    private func forgetOldest() {
        let names = ((try? FileKind.names(inFolder: path)) ?? []).filter { $0.hasSuffix(".view") }
        guard names.count > Self.pairLimit else { return }
        let dated = names.map { name in
            let facts = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            return (date: facts?[.modificationDate] as? Date ?? .distantPast, name: name)
        }
        let oldest = dated.sorted { $0.date < $1.date }.prefix(names.count - Self.pairLimit)
        NewFolder.removeFiles(oldest.map { "\(path)/\($0.name)" })
    }
}

/// A file in which it should be kept how a pair was left, and is not.
private struct DamagedView: Error, CustomStringConvertible {
    let path: String
    let reason: ViewStateError

    var description: String { "'\(FileName.text(path))' is ignored: \(reason)" }
}
