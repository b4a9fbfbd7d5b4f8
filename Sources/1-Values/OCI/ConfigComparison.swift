import Bytes

/// Walks two configurations side by side.
struct ConfigComparison {
    private(set) var differences: [ConfigDiff.Row] = []
    private(set) var unchanged: [ConfigDiff.Row] = []
    private(set) var omittedCount = 0

    /// Where a value stands.
    private struct Place {
        let section: String
        var name = ""
        var significance: ConfigDiff.Significance
        /// Whether the section is a part of `config` that a specification knows.
        var isInConfig = false
        /// The key of what can be taken of the part by itself.
        var member: [UInt8]?

        func adding(_ part: String) -> Place {
            var place = self
            place.name += part
            return place
        }

        /// Something in a part that can be taken by itself: its name is given back as a key, so it is told whole.
        func holding(_ key: [UInt8]) -> Place {
            var place = adding(ConfigComparison.name(key, limit: .max))
            place.member = key
            return place
        }
    }

    // The keys of both documents in the order in which people ask for them.
    private static let topKeys = ["architecture", "variant", "os", "os.version", "os.features"]
    private static let provenanceKeys = [
        "author", "comment", "docker_version", "id", "parent", "container", "container_config",
        "throwaway",
    ]
    private static let configKeys = [
        "Entrypoint", "Cmd", "Env", "User", "WorkingDir", "ExposedPorts", "Volumes", "Labels", "Healthcheck",
        "StopSignal", "StopTimeout", "Shell", "OnBuild", "ArgsEscaped", "Hostname", "Domainname",
        "MacAddress",
        "NetworkDisabled", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce",
        "Memory",
        "MemorySwap", "CpuShares",
    ]
    /// Maps whose keys are the user's: that one is there says something even if its value is empty.
    private static let mapKeys: Set = ["ExposedPorts", "Volumes", "Labels"]

    /// How deep a part that no specification knows is taken apart; what is deeper is one value.
    private static let depthLimit = 8

    mutating func compare(_ old: JSONValue, _ new: JSONValue) {
        for key in Self.topKeys { field(key, old, new, Place(section: key, significance: .meaning)) }
        compareConfig(old["config"] ?? .null, new["config"] ?? .null)
        // The diff ids are the layers.
        fields(
            old["rootfs"] ?? .null, new["rootfs"] ?? .null, except: ["diff_ids"],
            Place(section: "rootfs", significance: .meaning))
        for key in Self.provenanceKeys {
            field(key, old, new, Place(section: key, significance: .provenance))
        }
        field("created", old, new, Place(section: "created", significance: .time))
        compareHistory(old["history"] ?? .null, new["history"] ?? .null)
        unknownFields(
            old, new, known: Self.topKeys + Self.provenanceKeys + ["config", "rootfs", "created", "history"],
            in: "")
    }

    private mutating func compareConfig(_ old: JSONValue, _ new: JSONValue) {
        guard Self.canBeObject(old), Self.canBeObject(new) else {
            return leaf(old, new, Place(section: "config", significance: .meaning))
        }
        for key in Self.configKeys {
            let place = Place(section: key, significance: .meaning, isInConfig: true)
            if key == "Env" {
                compareEnvironment(old[key], new[key], place)
            } else if Self.mapKeys.contains(key), Self.canBeObject(old[key]), Self.canBeObject(new[key]) {
                eachMember(old[key] ?? .null, new[key] ?? .null) { comparison, key, old, new in
                    comparison.leaf(old, new, place.holding(key))
                }
            } else if key == "Healthcheck", Self.canBeObject(old[key]), Self.canBeObject(new[key]) {
                eachMember(old[key] ?? .null, new[key] ?? .null) { comparison, key, old, new in
                    // Zero means as the base image has it, which is what an absent field means.
                    comparison.walk(
                        Self.orAbsent(old, zeroToo: true), Self.orAbsent(new, zeroToo: true),
                        place.adding(Self.name(key)), depth: 0)
                }
            } else {
                field(key, old, new, place)
            }
        }
        // The id of the image it was built on.
        field("Image", old, new, Place(section: "Image", significance: .provenance))
        unknownFields(old, new, known: Self.configKeys + ["Image"], in: ".config")
    }

    // MARK: - Environment

    private mutating func compareEnvironment(_ old: JSONValue?, _ new: JSONValue?, _ place: Place) {
        guard let oldVariables = Self.variables(old), let newVariables = Self.variables(new) else {
            return walk(Self.orAbsent(old), Self.orAbsent(new), place, depth: 0)
        }
        func table(_ variables: [(name: [UInt8], value: JSONValue)]) -> JSONValue {
            // Of a name that is there twice, programs see the first or the last value: both are told.
            let groups = Dictionary(grouping: variables, by: \.name)
            let members = groups.map { name, group in
                JSONValue.Member(
                    key: name, value: group.count == 1 ? group[0].value : .array(group.map(\.value)))
            }
            return .object(members.sorted { $0.key.lexicographicallyPrecedes($1.key) })
        }
        let oldTable = table(oldVariables)
        let newTable = table(newVariables)
        eachMember(oldTable, newTable) { comparison, name, old, new in
            comparison.leaf(old, new, place.holding(name))
        }
        let oldOrder = oldVariables.map(\.name).filter { newTable[$0] != nil }
        let newOrder = newVariables.map(\.name).filter { oldTable[$0] != nil }
        if oldOrder != newOrder, oldOrder.count == newOrder.count {
            let place = Place(section: "Env", name: "(order)", significance: .meaning)
            leaf(.array(oldOrder.map(JSONValue.string)), .array(newOrder.map(JSONValue.string)), place)
        }
    }

    /// Names and values of `NAME=value`; a name without a value has `null`. Nil if it is no list of texts.
    private static func variables(_ value: JSONValue?) -> [(name: [UInt8], value: JSONValue)]? {
        guard let value, !value.isEmpty else { return [] }
        guard case .array(let items) = value else { return nil }
        var variables: [(name: [UInt8], value: JSONValue)] = []
        for item in items {
            guard case .string(let text) = item else { return nil }
            variables.append(variable(text))
        }
        return variables
    }

    /// Name and value of a variable.
    static func variable(_ text: [UInt8]) -> (name: [UInt8], value: JSONValue) {
        // Windows has variables whose names begin with an equals sign.
        guard let end = text.dropFirst().firstIndex(of: UInt8(ascii: "=")) else { return (text, .null) }
        return (Array(text[..<end]), .string(Array(text[(end + 1)...])))
    }

    // MARK: - History

    /// Pairs the entries from both ends as long as they tell the same but for the time, and what is left in between
    /// one by one if that is equally many.
    private mutating func compareHistory(_ old: JSONValue, _ new: JSONValue) {
        let place = Place(section: "history", significance: .provenance)
        guard let oldEntries = Self.entries(old), let newEntries = Self.entries(new) else {
            return walk(Self.orAbsent(old), Self.orAbsent(new), place, depth: 0)
        }
        let shorter = min(oldEntries.count, newEntries.count)
        var start = 0
        while start < shorter, Self.tellTheSame(oldEntries[start], newEntries[start]) { start += 1 }
        var tail = 0
        while tail < shorter - start,
            Self.tellTheSame(oldEntries[oldEntries.count - 1 - tail], newEntries[newEntries.count - 1 - tail])
        {
            tail += 1
        }
        for index in 0..<start { entry(oldEntries[index], newEntries[index], index, place) }
        let oldMiddle = oldEntries[start..<(oldEntries.count - tail)]
        let newMiddle = newEntries[start..<(newEntries.count - tail)]
        if oldMiddle.count == newMiddle.count {
            for index in oldMiddle.indices { entry(oldEntries[index], newEntries[index], index, place) }
        } else {
            for index in oldMiddle.indices { leaf(oldEntries[index], nil, place.adding("\(index + 1)")) }
            for index in newMiddle.indices { leaf(nil, newEntries[index], place.adding("\(index + 1)")) }
        }
        for place in 0..<tail {
            let newIndex = newEntries.count - tail + place
            entry(
                oldEntries[oldEntries.count - tail + place], newEntries[newIndex], newIndex,
                Place(section: "history", significance: .provenance))
        }
    }

    private static func entries(_ value: JSONValue) -> [JSONValue]? {
        if value.isEmpty { return [] }
        if case .array(let entries) = value { return entries }
        return nil
    }

    private static func tellTheSame(_ old: JSONValue, _ new: JSONValue) -> Bool {
        func withoutTime(_ entry: JSONValue) -> [JSONValue.Member] {
            entry.members.filter { $0.key != Array("created".utf8) && orAbsent($0.value) != nil }
        }
        return withoutTime(old) == withoutTime(new)
    }

    private mutating func entry(_ old: JSONValue, _ new: JSONValue, _ index: Int, _ place: Place) {
        fields(old, new, except: [], place.adding("\(index + 1)"))
    }

    // MARK: - Parts in general

    /// A field of a known object.
    private mutating func field(_ key: String, _ old: JSONValue, _ new: JSONValue, _ place: Place) {
        walk(Self.orAbsent(old[key]), Self.orAbsent(new[key]), place, depth: 0)
    }

    /// All fields of a known object.
    private mutating func fields(_ old: JSONValue, _ new: JSONValue, except: [String], _ place: Place) {
        guard Self.canBeObject(old), Self.canBeObject(new) else { return leaf(old, new, place) }
        let except = except.map { Array($0.utf8) }
        eachMember(old, new) { comparison, key, old, new in
            guard !except.contains(key) else { return }
            let name = place.name.isEmpty ? Self.name(key) : " " + Self.name(key)
            var place = place.adding(name)
            if place.section == "history", key.elementsEqual("created".utf8) { place.significance = .time }
            comparison.walk(Self.orAbsent(old), Self.orAbsent(new), place, depth: 0)
        }
    }

    /// What no specification knows, by its place in the document.
    private mutating func unknownFields(
        _ old: JSONValue, _ new: JSONValue, known: [String], in prefix: String
    ) {
        let known = Set(known.map { Array($0.utf8) })
        eachMember(old, new) { comparison, key, old, new in
            guard !known.contains(key) else { return }
            let isBuildNote = key.starts(with: "moby.buildkit.".utf8)
            let place = Place(
                section: prefix + Self.step(key), significance: isBuildNote ? .provenance : .meaning)
            comparison.walk(Self.orAbsent(old), Self.orAbsent(new), place, depth: 0)
        }
    }

    /// Goes through two objects by their keys.
    private mutating func eachMember(
        _ old: JSONValue, _ new: JSONValue,
        _ visit: (inout ConfigComparison, [UInt8], JSONValue?, JSONValue?) -> Void
    ) {
        let old = old.members
        let new = new.members
        var oldNext = 0
        var newNext = 0
        while oldNext < old.count || newNext < new.count {
            let oldMember = oldNext < old.count ? old[oldNext] : nil
            let newMember = newNext < new.count ? new[newNext] : nil
            if let oldMember, let newMember, oldMember.key == newMember.key {
                visit(&self, oldMember.key, oldMember.value, newMember.value)
                oldNext += 1
                newNext += 1
            } else if let oldMember,
                newMember.map({ oldMember.key.lexicographicallyPrecedes($0.key) }) ?? true
            {
                visit(&self, oldMember.key, oldMember.value, nil)
                oldNext += 1
            } else if let newMember {
                visit(&self, newMember.key, nil, newMember.value)
                newNext += 1
            }
        }
    }

    /// Takes values apart as far as both sides allow.
    private mutating func walk(_ old: JSONValue?, _ new: JSONValue?, _ place: Place, depth: Int) {
        switch (old, new) {
        case (.object, .object) where depth < Self.depthLimit:
            eachMember(old ?? .null, new ?? .null) { comparison, key, old, new in
                comparison.walk(old, new, place.adding(Self.step(key)), depth: depth + 1)
            }
        case (.array(let oldItems), .array(let newItems))
        where depth < Self.depthLimit && (oldItems + newItems).contains { !$0.members.isEmpty }:
            for index in 0..<max(oldItems.count, newItems.count) {
                walk(
                    index < oldItems.count ? oldItems[index] : nil,
                    index < newItems.count ? newItems[index] : nil, place.adding("[\(index)]"),
                    depth: depth + 1)
            }
        default: leaf(old, new, place)
        }
    }

    /// Compares two values as wholes.
    private mutating func leaf(_ old: JSONValue?, _ new: JSONValue?, _ place: Place) {
        let change: ConfigDiff.Change
        switch (old, new) {
        case (nil, nil): return
        case (nil, _): change = .added
        case (_, nil): change = .removed
        case (let old?, let new?):
            // Other numbers are compared as they are spelled: Go takes neither 1.0 nor 1e2 for a whole number.
            let isSame = old == new || old.isEmpty && new.isEmpty || old.isZero && new.isZero
            change = isSame ? .unchanged : .changed
        }
        let row = ConfigDiff.Row(
            section: place.section, name: place.name, change: change, old: old, new: new,
            significance: place.significance, isInConfig: place.isInConfig, member: place.member)
        if change == .unchanged {
            if unchanged.count < ConfigDiff.rowLimit { unchanged.append(row) }
        } else if differences.count < ConfigDiff.rowLimit {
            differences.append(row)
        } else {
            omittedCount += 1
        }
    }

    private static func canBeObject(_ value: JSONValue?) -> Bool {
        switch value {
        case nil, .null, .object: true
        default: false
        }
    }

    /// Nil for a value that means the same as none in a field of a known object.
    private static func orAbsent(_ value: JSONValue?, zeroToo: Bool = false) -> JSONValue? {
        guard let value, !value.isEmpty, value != .string(""), value != .bool(false) else { return nil }
        return zeroToo && value.isZero ? nil : value
    }

    private static func name(_ key: [UInt8], limit: Int = 200) -> String {
        // What is called `""` must not look like what has no name.
        if key.elementsEqual("\"\"".utf8) { return "\\x22\\x22" }
        return key.isEmpty ? "\"\"" : EscapedText.of(key, limit: limit)
    }

    /// A step down from an object, as jq writes it.
    private static func step(_ key: [UInt8]) -> String {
        let isWord = key.first.map { !(0x30...0x39).contains($0) } ?? false
        let text = EscapedText.json(key.count > 200 ? Array(key.prefix(200)) + Array("…".utf8) : key)
        let isPlain = key.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x5f, 0x61...0x7a: true
            default: false
            }
        }
        return isWord && isPlain ? "." + String(decoding: key.prefix(200), as: UTF8.self) : "[\(text)]"
    }
}
