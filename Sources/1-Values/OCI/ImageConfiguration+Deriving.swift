public import Bytes

/// What of a configuration can be picked, and what is left of it when some of it is.
extension ImageConfiguration {
    /// Parts of `config` whose members can be taken one by one.
    private static let maps: Set = ["Labels", "ExposedPorts", "Volumes"]

    /// The keys that differ and can be picked: those of `config`, by part and by part and name.
    ///
    /// - Parameter new: The configuration that values are taken from.
    /// - Returns: Each part that differs, and each name in it.
    public func pickableKeys(from new: ImageConfiguration) -> [String] {
        var seen: Set<String> = []
        return differences(from: new).flatMap { [$0.section, $0.key] }.filter { seen.insert($0).inserted }
    }

    /// The smallest parts that can be taken by themselves, of those that differ: a variable, a label, a port, else a part
    /// of `config` as a whole.
    ///
    /// - Parameter new: The configuration that values are taken from.
    /// - Returns: Their names, each once, in the order of the differences.
    public func pickableUnits(from new: ImageConfiguration) -> [String] {
        var seen: Set<String> = []
        return differences(from: new).map(Self.pickableUnit).filter { seen.insert($0).inserted }
    }

    /// The smallest part that a difference belongs to and that can be taken by itself.
    public static func pickableUnit(of row: ConfigDiff.Row) -> String {
        maps.contains(row.section) || row.section == "Env" ? row.key : row.section
    }

    /// Whether keys cover all that differs in meaning.
    public func isEverything(_ keys: [String], from new: ImageConfiguration) -> Bool {
        if keys.contains("*") { return true }
        let diff = ConfigDiff(old: self, new: new)
        return diff.omittedCount == 0
            && diff.differences.filter { $0.significance == .meaning }
                .allSatisfy { keys.contains($0.section) || keys.contains($0.key) }
    }

    private func differences(from new: ImageConfiguration) -> [ConfigDiff.Row] {
        let parts = Set(
            ((document["config"] ?? .null).members + (new.document["config"] ?? .null).members).map(\.key))
        return ConfigDiff(old: self, new: new).differences.filter {
            $0.significance == .meaning && parts.contains(Array($0.section.utf8))
        }
    }

    /// This configuration with values of another.
    ///
    /// - Parameters:
    ///   - keys: Whose new values are taken, from among `pickableKeys`; `*` for all of `config`.
    ///   - new: The configuration that they are taken from.
    /// - Returns: The configuration, with all else as it is.
    public func taking(_ keys: [String], from new: ImageConfiguration) -> ImageConfiguration {
        let newConfig = new.document["config"] ?? .null
        guard !keys.contains("*") else { return setting("config", newConfig) }
        var config = document["config"] ?? .null
        for key in keys {
            let parts = key.split(separator: " ", maxSplits: 1).map(String.init)
            guard let part = parts.first else { continue }
            guard parts.count == 2 else {
                config = config.setting(part, newConfig[part])
                continue
            }
            if Self.maps.contains(part) {
                let name = Array(parts[1].utf8)
                let member = newConfig[part]?.members.first {
                    EscapedText.of($0.key).utf8.elementsEqual(name)
                }
                let old = config[part]?.members.first { EscapedText.of($0.key).utf8.elementsEqual(name) }
                guard let memberKey = member?.key ?? old?.key else { continue }
                config = config.setting(part, (config[part] ?? .null).setting(memberKey, member?.value))
            } else if part == "Env" {
                config = config.setting(
                    part, Self.environment(config[part], newConfig[part], taking: parts[1]))
            } else {
                config = config.setting(part, newConfig[part])
            }
        }
        return setting("config", config)
    }

    /// A list of variables with one of them as another list has it.
    private static func environment(_ old: JSONValue?, _ new: JSONValue?, taking name: String) -> JSONValue {
        func isNamed(_ value: JSONValue) -> Bool {
            guard case .string(let bytes) = value else { return false }
            let end = bytes.dropFirst().firstIndex(of: UInt8(ascii: "=")) ?? bytes.endIndex
            return EscapedText.of(bytes[..<end]) == name
        }
        func items(_ value: JSONValue?) -> [JSONValue] {
            if case .array(let items)? = value { items } else { [] }
        }
        let taken = items(new).filter(isNamed)
        var items = items(old)
        let place = items.firstIndex(where: isNamed) ?? items.count
        let before = items[..<place]
        items = items[place...].filter { !isNamed($0) }
        return .array(before + taken + items)
    }

    /// What makes an image of other layers of a configuration.
    public struct Layers: Sendable {
        /// Diff ids, lowest first.
        public var diffIDs: [Digest]
        /// How the layers came to be, as the document has it.
        public var history: [JSONValue]
        /// When the image was made; nil to leave it out.
        public var created: JSONValue?
        /// A label that says what it is.
        public var label: (name: String, value: String)

        /// Layers of those facts.
        public init(
            diffIDs: [Digest], history: [JSONValue], created: JSONValue?, label: (name: String, value: String)
        ) {
            self.diffIDs = diffIDs
            self.history = history
            self.created = created
            self.label = label
        }
    }

    /// This configuration over other layers, with a label.
    public func over(_ layers: Layers) -> ImageConfiguration {
        let rootfs = (document["rootfs"] ?? .null)
            .setting("diff_ids", .array(layers.diffIDs.map { .string($0.description) }))
            .setting("type", .string("layers"))
        let config = document["config"] ?? .null
        let labels = (config["Labels"] ?? .null).setting(layers.label.name, .string(layers.label.value))
        return setting("rootfs", rootfs).setting("config", config.setting("Labels", labels))
            .setting("created", layers.created)
            .setting("history", layers.history.isEmpty ? nil : .array(layers.history))
    }

    /// How its layers came to be; empty if it does not say.
    public var history: [JSONValue] {
        if case .array(let entries)? = document["history"] { entries } else { [] }
    }

    /// The document's bytes: compact, keys sorted.
    public var bytes: [UInt8] { Array(document.text.utf8) }

    private func setting(_ key: String, _ value: JSONValue?) -> ImageConfiguration {
        ImageConfiguration(document: document.setting(key, value))
    }
}

extension JSONValue {
    /// An object with those members.
    public init(members: [(key: String, value: JSONValue)]) {
        self = members.reduce(.object([])) { $0.setting($1.key, $1.value) }
    }

    /// The object with another value for a key; nil takes the key out. What is no object becomes one.
    public func setting(_ key: String, _ value: JSONValue?) -> JSONValue { setting(Array(key.utf8), value) }

    func setting(_ key: [UInt8], _ value: JSONValue?) -> JSONValue {
        var members = members.filter { $0.key != key }
        if let value {
            let place = members.firstIndex { key.lexicographicallyPrecedes($0.key) } ?? members.count
            members.insert(Member(key: key, value: value), at: place)
        }
        return .object(members)
    }
}
