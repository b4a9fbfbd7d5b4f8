public import Bytes

/// What of a configuration can be picked, and what is left of it when some of it is.
extension ImageConfiguration {
    /// A key that names no difference, or none that can be taken by itself.
    public struct UnknownKey: Error, Equatable {
        /// The key.
        public let key: String
        /// What can be taken.
        public let choices: [String]
    }

    /// The keys that differ and can be picked: parts of `config`, and what can be taken of one by itself.
    ///
    /// - Parameter new: The configuration that values are taken from.
    /// - Returns: Each part that differs, and each variable, label, port and volume in it.
    public func pickableKeys(from new: ImageConfiguration) -> [String] {
        var seen: Set<String> = []
        return pickable(from: new).flatMap { [$0.section, Self.pickableUnit(of: $0)] }
            .filter { seen.insert($0).inserted }
    }

    /// The smallest parts that can be taken by themselves, of those that differ: a variable, a label, a port, else a part
    /// of `config` as a whole.
    ///
    /// - Parameter new: The configuration that values are taken from.
    /// - Returns: Their names, each once, in the order of the differences.
    public func pickableUnits(from new: ImageConfiguration) -> [String] {
        var seen: Set<String> = []
        return pickable(from: new).map(Self.pickableUnit).filter { seen.insert($0).inserted }
    }

    /// The smallest part that a difference belongs to and that can be taken by itself.
    public static func pickableUnit(of row: ConfigDiff.Row) -> String {
        row.member == nil ? row.section : row.key
    }

    /// Whether keys pick anything: all of a part in which nothing differs is nothing.
    public func picks(_ keys: [String], from new: ImageConfiguration) -> Bool {
        !keys.isEmpty && !pickable(from: new).isEmpty
    }

    /// Whether keys cover all that differs in meaning.
    public func isEverything(_ keys: [String], from new: ImageConfiguration) -> Bool {
        if keys.contains("*") { return true }
        let keys = Set(keys)
        let diff = ConfigDiff(old: self, new: new)
        return diff.omittedCount == 0
            && diff.differences.filter { $0.significance == .meaning }
                .allSatisfy { keys.contains($0.section) || keys.contains(Self.pickableUnit(of: $0)) }
    }

    /// The differences that a key can be given for.
    private func pickable(from new: ImageConfiguration) -> [ConfigDiff.Row] {
        ConfigDiff(old: self, new: new).differences.filter { $0.significance == .meaning && $0.isInConfig }
    }

    /// This configuration with values of another.
    ///
    /// - Parameters:
    ///   - keys: Whose new values are taken, from among `pickableKeys`; `*` for all of `config`.
    ///   - new: The configuration that they are taken from.
    /// - Returns: The configuration, with all else as it is.
    /// - Throws: `UnknownKey` for the first that is none of those.
    public func taking(_ keys: [String], from new: ImageConfiguration) throws(UnknownKey)
        -> ImageConfiguration
    {
        let wanted = Set(keys)
        let rows = pickable(from: new)
        let choices = Set(rows.flatMap { [$0.section, Self.pickableUnit(of: $0)] })
        if let key = keys.first(where: { $0 != "*" && !choices.contains($0) }) {
            throw UnknownKey(key: key, choices: pickableKeys(from: new))
        }
        let newConfig = new.document["config"] ?? .null
        guard !wanted.contains("*") else { return setting("config", newConfig) }
        var config = document["config"] ?? .null
        // By part, the new values of those of its members that are taken.
        var taken: [String: [[UInt8]: JSONValue?]] = [:]
        for row in rows {
            if wanted.contains(row.section) {
                config = config.setting(row.section, newConfig[row.section])
            } else if let member = row.member, wanted.contains(row.key) {
                taken[row.section, default: [:]].updateValue(row.new, forKey: member)
            }
        }
        for (part, values) in taken {
            let value =
                part == "Env"
                ? Self.environment(config[part], newConfig[part], taking: Set(values.keys))
                : (config[part] ?? .null).setting(values)
            config = config.setting(part, value)
        }
        return setting("config", config)
    }

    /// A list of variables with some of them as another list has them, in their old places.
    private static func environment(
        _ old: JSONValue?, _ new: JSONValue?, taking names: Set<[UInt8]>
    ) -> JSONValue {
        func items(_ value: JSONValue?) -> [JSONValue] {
            if case .array(let items)? = value { items } else { [] }
        }
        func name(_ value: JSONValue) -> [UInt8]? {
            guard case .string(let text) = value else { return nil }
            let name = ConfigComparison.variable(text).name
            return names.contains(name) ? name : nil
        }
        let newItems = items(new)
        var groups: [[UInt8]: [JSONValue]] = [:]
        for item in newItems { if let name = name(item) { groups[name, default: []].append(item) } }
        var taken: Set<[UInt8]> = []
        func group(_ item: JSONValue) -> [JSONValue] {
            guard let name = name(item) else { return [item] }
            return taken.insert(name).inserted ? groups[name] ?? [] : []
        }
        let kept = items(old).flatMap(group)
        return .array(kept + newItems.filter { name($0) != nil }.flatMap(group))
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

    /// The object with other values for some keys; nil takes a key out.
    fileprivate func setting(_ values: [[UInt8]: JSONValue?]) -> JSONValue {
        let others = members.filter { values[$0.key] == nil }
        let set = values.compactMap { key, value in value.map { Member(key: key, value: $0) } }
        return .object((others + set).sorted { $0.key.lexicographicallyPrecedes($1.key) })
    }
}
