public import Bytes

/// What to pick of the changes between two images: rules that can be kept in a file.
public struct PickList: Hashable, Sendable {
    /// A rule over paths; of the rules that match a change, the last one counts.
    public struct Rule: Hashable, Sendable {
        /// Whether what matches is picked, or left out again.
        public var picks: Bool
        /// Which changes are meant; empty for all.
        public var changes: Set<Change>
        /// Which paths, with all that is in them.
        public var pattern: PathPattern

        /// A rule of those parts.
        public init(picks: Bool, changes: Set<Change> = [], pattern: PathPattern) {
            self.picks = picks
            self.changes = changes
            self.pattern = pattern
        }
    }

    /// The old image that the list was made for; nil for any.
    public var oldImageID: Digest?
    /// The new image that the list was made for; nil for any.
    public var newImageID: Digest?
    /// Rules over paths, in order.
    public var rules: [Rule]
    /// Numbers of new layers of which everything is picked, 1 for the lowest.
    public var layers: Set<Int>
    /// Keys of the configuration whose new values are taken, as reports name them; `*` for all.
    public var configKeys: [String]
    /// Whether it says all that it was made for: no pattern matches just a path of more than 59 names.
    public internal(set) var isComplete = true

    /// A list of those rules.
    public init(
        oldImageID: Digest? = nil, newImageID: Digest? = nil, rules: [Rule] = [], layers: Set<Int> = [],
        configKeys: [String] = []
    ) {
        self.oldImageID = oldImageID
        self.newImageID = newImageID
        self.rules = rules
        self.layers = layers
        self.configKeys = configKeys
    }

    /// Whether it only leaves out: everything else is picked then.
    var picksAllElse: Bool { layers.isEmpty && !rules.isEmpty && rules.allSatisfy { !$0.picks } }

    /// The keys whose new values are taken: those that are named, or all if it only leaves out paths.
    public var takenKeys: [String] { configKeys.isEmpty && picksAllElse ? ["*"] : configKeys }

    /// Whether it picks nothing and leaves nothing out.
    public var isEmpty: Bool { rules.isEmpty && layers.isEmpty && configKeys.isEmpty }
}

/// Why a list of picks cannot be read.
public struct PickListError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// What is wrong with it.
    public let reason: String

    public var description: String { "line \(line): \(reason)" }
}

/// The file format: a line for each rule. `+ GLOB` picks, `- GLOB` leaves out; markers behind the sign, as in `+~ GLOB`,
/// say which changes are meant. `layer N`, `config KEY`, `old DIGEST`, `new DIGEST`; `#` begins a remark.
extension PickList {
    private static let signature = "silt picks 1"

    /// Reads a list.
    ///
    /// - Parameter bytes: The file's bytes; names may be no UTF-8.
    /// - Throws: `PickListError`.
    public init(parsing bytes: [UInt8]) throws(PickListError) {
        self.init()
        let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Where the first line ends so, every line does; elsewhere it is part of a name.
        let ending = UInt8(ascii: "\r")
        let endsTwice = lines.count > 1 && lines[0].last == ending
        for (index, line) in lines.enumerated() {
            do {
                try take(endsTwice && line.last == ending ? line.dropLast() : line)
            } catch {
                throw PickListError(line: index + 1, reason: error.reason)
            }
        }
    }

    private struct Reason: Error { let reason: String }

    private mutating func take(_ line: ArraySlice<UInt8>) throws(Reason) {
        guard let first = line.first, first != UInt8(ascii: "#"), !line.elementsEqual(Self.signature.utf8)
        else {
            return
        }
        let end = line.firstIndex(of: UInt8(ascii: " ")) ?? line.endIndex
        let word = line[..<end]
        let rest = line[end...].dropFirst()
        guard !rest.isEmpty else { throw Reason(reason: "'\(Self.shown(line))' says nothing to pick") }
        if first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
            var changes: Set<Change> = []
            for marker in word.dropFirst() {
                guard let change = Change.allCases.first(where: { $0.marker.utf8.elementsEqual([marker]) })
                else {
                    throw Reason(reason: "'\(Self.shown(word))' has an unknown marker")
                }
                changes.insert(change)
            }
            guard let pattern = PathPattern(rest) else {
                throw Reason(reason: "'\(Self.shown(rest))' is no pattern")
            }
            rules.append(Rule(picks: first == UInt8(ascii: "+"), changes: changes, pattern: pattern))
            return
        }
        let text = String(decoding: rest, as: UTF8.self)
        switch String(decoding: word, as: UTF8.self) {
        case "layer":
            guard let number = Int(text), number > 0 else {
                throw Reason(reason: "'\(Self.shown(rest))' is no number of a layer")
            }
            layers.insert(number)
        case "config": configKeys.append(text)
        case "old": oldImageID = try Self.digest(text)
        case "new": newImageID = try Self.digest(text)
        default: throw Reason(reason: "'\(Self.shown(line))' is no rule")
        }
    }

    private static func digest(_ text: String) throws(Reason) -> Digest {
        guard let digest = Digest(text) else {
            throw Reason(reason: "'\(shown(Array(text.utf8)[...]))' is no digest")
        }
        return digest
    }

    private static func shown(_ bytes: ArraySlice<UInt8>) -> String { EscapedText.of(bytes, limit: 100) }

    /// The list as a file.
    public var bytes: [UInt8] {
        var lines = [Array(Self.signature.utf8)]
        if let oldImageID { lines.append(Array("old \(oldImageID)".utf8)) }
        if let newImageID { lines.append(Array("new \(newImageID)".utf8)) }
        for rule in rules {
            let markers = Change.allCases.filter(rule.changes.contains).map(\.marker).joined()
            // A line's end cannot stand in a line.
            let parts = rule.pattern.text.split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let pattern = parts.joined(separator: "\\x0a".utf8)
            lines.append(Array("\(rule.picks ? "+" : "-")\(markers) ".utf8) + pattern)
        }
        lines += layers.sorted().map { Array("layer \($0)".utf8) }
        lines += configKeys.map { Array("config \($0)".utf8) }
        return Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
    }
}
