import Bytes

/// What differs between two image configurations, key by key.
///
/// The layers' diff ids are left out: those are compared as layers. Everything else is here, keys that no
/// specification knows included, so that two configurations without a difference mean the same to every runtime.
public struct ConfigDiff: Hashable, Sendable {
    /// What happened to a value.
    public enum Change: String, Hashable, Sendable {
        case added, removed, changed, unchanged
    }

    /// What a difference matters to.
    public enum Significance: String, Hashable, Sendable {
        /// What the image is and what its containers do.
        case meaning
        /// By whom and how the image was made: the history, the author, the builder's own notes.
        case provenance
        /// When the image was made and, in its history, each layer.
        case time
    }

    /// One value of a configuration.
    public struct Row: Hashable, Sendable {
        /// The part of the configuration, ready to print: `Env`, `Cmd`, `history`, `created`; a part that no
        /// specification knows with its place in the document, as `.config.Foo`.
        public let section: String
        /// What in that part, ready to print: a variable, a label, a port, a field; empty where the part is one value.
        public let name: String
        /// What happened to it.
        public let change: Change
        /// The old value; nil if the old configuration has none.
        public let old: JSONValue?
        /// The new value; nil if the new configuration has none.
        public let new: JSONValue?
        /// What it matters to.
        public let significance: Significance
        /// Whether the section is a part of `config` that a specification knows.
        let isInConfig: Bool
        /// The bytes of a name that is the user's, of a variable, a label or the like; nil for others.
        let member: [UInt8]?

        /// Section and name.
        public var key: String {
            if member != nil { return "\(section) \(name)" }
            return name.isEmpty || name.hasPrefix(".") || name.hasPrefix("[")
                ? section + name : "\(section) \(name)"
        }

        /// The old value, ready to print; nil if there is none.
        public var oldText: String? { old.map { text($0, other: new) } }

        /// The new value, ready to print; nil if there is none.
        public var newText: String? { new.map { text($0, other: old) } }

        /// Strings are shown bare, unless they would then look like something else.
        private func text(_ value: JSONValue, other: JSONValue?) -> String {
            switch value {
            case .string(let bytes):
                if case .string? = other ?? .string("") {
                    return bytes.isEmpty ? "\"\"" : EscapedText.of(bytes)
                }
                return value.text
            case .number(let spelling) where section == "Healthcheck" && name != "Retries":
                // Go's durations are nanoseconds.
                let text = String(decoding: spelling, as: UTF8.self)
                guard let count = Int64(text) else { return value.text }
                return count % 1_000_000_000 == 0 ? "\(count / 1_000_000_000) s" : "\(count) ns"
            default: return value.text
            }
        }
    }

    /// Every value of either configuration that differs: what changes the meaning first, each part in one run.
    public let differences: [Row]
    /// Values that both have, in the same order.
    public let unchanged: [Row]
    /// How many differences there are beyond `rowLimit`.
    public let omittedCount: Int

    /// How many rows of either list are kept: a document of some megabytes can hold a million values.
    public static let rowLimit = 10_000

    /// Compares two configurations.
    ///
    /// As in Go, and with it in every runtime, null, an absent value and an empty list or map are the same; so are an
    /// absent field, an empty text and false. An empty label or variable is not an absent one.
    public init(old: ImageConfiguration, new: ImageConfiguration) {
        var comparison = ConfigComparison()
        comparison.compare(old.document, new.document)
        self.init(
            differences: [.meaning, .provenance, .time].flatMap { significance in
                comparison.differences.filter { $0.significance == significance }
            },
            unchanged: comparison.unchanged, omittedCount: comparison.omittedCount)
    }

    private init(differences: [Row], unchanged: [Row], omittedCount: Int) {
        self.differences = differences
        self.unchanged = unchanged
        self.omittedCount = omittedCount
    }

    /// The comparison without the differences that matter to one of these alone.
    public func leavingOut(_ significances: Set<Significance>) -> ConfigDiff {
        ConfigDiff(
            differences: differences.filter { !significances.contains($0.significance) },
            unchanged: unchanged,
            omittedCount: significances.contains(.meaning) ? 0 : omittedCount)
    }

    /// Whether nothing differs.
    public var isSame: Bool { differences.isEmpty && omittedCount == 0 }

    /// Whether nothing differs but when and how the images were made.
    public var isSameInMeaning: Bool {
        omittedCount == 0 && differences.allSatisfy { $0.significance != .meaning }
    }

    /// The parts that differ, with how many values of each: `Cmd, Env ~1, Labels +2 -1`. What changes the meaning
    /// comes first. Empty if nothing differs.
    public var summary: String {
        var parts: [(section: String, counts: [Change: Int], isOne: Bool)] = []
        for row in differences {
            let isHistoryTime = row.section == "history" && row.significance == .time
            let section = isHistoryTime ? "history times" : row.section
            if parts.last?.section != section { parts.append((section, [:], row.name.isEmpty)) }
            parts[parts.count - 1].counts[row.change, default: 0] += 1
        }
        let texts = parts.map { part in
            let marks = [(Change.added, "+"), (.removed, "-"), (.changed, "~")].compactMap { change, mark in
                part.counts[change].map { " \(mark)\($0)" }
            }
            return part.section + (part.isOne && marks.count == 1 ? "" : marks.joined())
        }
        return (texts + (omittedCount > 0 ? ["\(omittedCount) more"] : [])).joined(separator: ", ")
    }
}
