public import Bytes
import FileTree

/// The images whose comparison is shown.
public struct ImagePair: Hashable, Sendable {
    /// The old image's id.
    public let old: Digest
    /// The new image's id.
    public let new: Digest

    /// A pair of images by their ids.
    public init(old: Digest, new: Digest) {
        self.old = old
        self.new = new
    }
}

/// How the files of a pair of images were shown when somebody left them: what to begin with the next time.
///
/// What was picked is no part of it: a package of what was picked last week, made by somebody who does not see it, is
/// worse than picking again, and lists of picks can be written to files.
public struct ViewState: Hashable, Sendable {
    /// Whose files.
    public let pair: ImagePair
    var filter = Filter()
    var order = SortOrder.cost
    var isReversed = false
    var shape = Arrangement.Shape.tree
    var isOneSided = false
    /// What was typed to narrow the list; empty for nothing.
    var narrowing = ""
    /// Which directories were open.
    var opened: [TreePath] = []
    /// What the cursor was on.
    var cursor: TreePath?

    init(_ pair: ImagePair) { self.pair = pair }
}

/// Why a file holds no view that can be shown again.
public enum ViewStateError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownFormat
    case badLine(Int)

    public var description: String {
        switch self {
        case .unknownFormat: "it is no view of this version"
        case .badLine(let line): "line \(line) cannot be read"
        }
    }
}

/// The file format: a line for each fact. In paths, a backslash and a line break are written `\\` and `\n`.
extension ViewState {
    private static let signature = "silt view 1"
    /// No file is larger.
    public static let byteCountLimit = 1 << 20
    /// Directories beyond are not remembered.
    static let openedLimit = 4096

    /// The file's bytes.
    public var bytes: [UInt8] {
        var lines = [Self.signature, "old \(pair.old)", "new \(pair.new)", "order \(order.rawValue)"]
        lines.append(
            "show " + Change.allCases.filter(filter.shown.contains).map(\.word).joined(separator: " "))
        let words = [
            ("reversed", isReversed), ("flat", shape == .list), ("by-package", shape == .packages),
            ("one-sided", isOneSided),
        ]
        for (word, holds) in words where holds { lines.append(word) }
        if !narrowing.isEmpty { lines.append("narrow \(narrowing)") }
        var bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        if let cursor { bytes += Self.line("cursor ", cursor) }
        for path in opened.prefix(Self.openedLimit) {
            let line = Self.line("open ", path)
            guard bytes.count + line.count <= Self.byteCountLimit else { break }
            bytes += line
        }
        return bytes
    }

    /// Reads a file's bytes.
    ///
    /// - Throws: `ViewStateError` if it is damaged, or of another version.
    public init(parsing bytes: [UInt8]) throws(ViewStateError) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
        guard bytes.count <= Self.byteCountLimit, let first = lines.popFirst(),
            first.elementsEqual(Self.signature.utf8), let old = Self.digest("old ", lines.popFirst()),
            let new = Self.digest("new ", lines.popFirst())
        else { throw .unknownFormat }
        self.init(ImagePair(old: old, new: new))
        // The first three lines are read.
        for (index, line) in lines.enumerated() {
            guard take(line) else { throw .badLine(index + 4) }
        }
    }

    private mutating func take(_ line: ArraySlice<UInt8>) -> Bool {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
        let rest = parts.count == 2 ? parts[1] : []
        switch parts.first.map({ String(decoding: $0, as: UTF8.self) }) {
        case "order":
            guard let order = SortOrder(rawValue: String(decoding: rest, as: UTF8.self)) else { return false }
            self.order = order
        case "show":
            let words = rest.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            let changes = words.compactMap { word in Change.allCases.first { $0.word == word } }
            guard changes.count == words.count else { return false }
            filter.shown = Set(changes)
        case "reversed" where rest.isEmpty: isReversed = true
        case "flat" where rest.isEmpty: shape = .list
        case "by-package" where rest.isEmpty: shape = .packages
        case "one-sided" where rest.isEmpty: isOneSided = true
        case "narrow":
            guard let text = String(validating: rest, as: UTF8.self), !text.isEmpty else { return false }
            narrowing = text
        case "cursor":
            guard let path = Self.path(rest) else { return false }
            cursor = path
        case "open":
            guard let path = Self.path(rest), opened.count < Self.openedLimit else { return false }
            opened.append(path)
        default: return false
        }
        return true
    }

    private static func digest(_ word: String, _ line: ArraySlice<UInt8>?) -> Digest? {
        guard let line, line.starts(with: word.utf8) else { return nil }
        return Digest(String(decoding: line.dropFirst(word.utf8.count), as: UTF8.self))
    }

    private static func line(_ word: String, _ path: TreePath) -> [UInt8] {
        var line = Array(word.utf8)
        for byte in path.bytes {
            switch byte {
            case UInt8(ascii: "\\"): line += #"\\"#.utf8
            case UInt8(ascii: "\n"): line += #"\n"#.utf8
            default: line.append(byte)
            }
        }
        return line + [UInt8(ascii: "\n")]
    }

    private static func path(_ text: ArraySlice<UInt8>) -> TreePath? {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
            default: return nil
            }
        }
        // What is no path of a tree is refused here.
        return TreePath(tarName: bytes).flatMap { $0.bytes == bytes && !bytes.isEmpty ? $0 : nil }
    }
}
