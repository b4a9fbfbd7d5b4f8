import Bytes

/// A value of a configuration has a type that no runtime loads.
public struct OtherTypeError: Error, Equatable, CustomStringConvertible {
    /// Where it stands, as jq writes it.
    public let place: String
    /// What is there, ready to print.
    public let found: String
    /// What runtimes load, ready to print.
    public let wanted: String

    public var description: String {
        "has \(found) at '\(place)', where runtimes load nothing but \(wanted)"
    }
}

/// What a part of a configuration must be for runtimes to load it. Null is the same as nothing everywhere.
private indirect enum ConfigShape: Sendable {
    case text, flag
    /// A text that is a time.
    case time
    case list(ConfigShape)
    /// Docker takes a text for a list of one, others refuse it.
    case textOrTexts
    /// An object whose keys are the user's.
    case map(ConfigShape)
    /// An object with these keys; of others nothing is asked.
    case object([String: ConfigShape])

    /// The types of the OCI image specification, which all of Docker, containerd and Podman decode a configuration into. What
    /// Docker alone knows is not among them: the others load an image whatever it holds there.
    static let config: ConfigShape = .object([
        "created": .time, "author": .text, "architecture": .text, "variant": .text, "os": .text,
        "os.version": .text, "os.features": .list(.text),
        "config": .object([
            "User": .text, "ExposedPorts": .map(.object([:])), "Env": .list(.text),
            "Entrypoint": .textOrTexts, "Cmd": .textOrTexts, "Volumes": .map(.object([:])),
            "WorkingDir": .text, "Labels": .map(.text), "StopSignal": .text,
        ]),
        "rootfs": .object(["type": .text, "diff_ids": .list(.text)]),
        "history": .list(
            .object([
                "created": .time, "created_by": .text, "author": .text, "comment": .text,
                "empty_layer": .flag,
            ])),
    ])

    var name: String {
        switch self {
        case .text: "a string"
        case .flag: "true or false"
        case .time: "a time like 2026-01-31T12:00:00Z"
        case .list(.text): "a list of strings"
        case .list: "a list of objects"
        case .textOrTexts: "a list of strings or a string"
        case .map(.text): "an object of strings"
        case .map: "an object of objects"
        case .object: "an object"
        }
    }

    func check(_ value: JSONValue, at place: String) throws(OtherTypeError) {
        switch (self, value) {
        case (_, .null), (.text, .string), (.textOrTexts, .string), (.flag, .bool): return
        case (.time, .string(let text)):
            guard DocumentTime.isTime(text) else {
                throw OtherTypeError(
                    place: place, found: EscapedText.json(Array(text.prefix(80))), wanted: name)
            }
        case (.textOrTexts, .array): try Self.list(.text).check(value, at: place)
        case (.list(let shape), .array(let values)):
            for (index, value) in values.enumerated() { try shape.check(value, at: "\(place)[\(index)]") }
        case (.map(let shape), .object(let members)):
            for member in members {
                try shape.check(
                    member.value, at: "\(place)[\(EscapedText.json(Array(member.key.prefix(80))))]")
            }
        case (.object(let shapes), .object(let members)):
            for member in members {
                let key = String(decoding: member.key, as: UTF8.self)
                if let shape = shapes[key] { try shape.check(member.value, at: "\(place).\(key)") }
            }
        default: throw OtherTypeError(place: place, found: value.kind, wanted: name)
        }
    }
}

extension JSONValue {
    /// Refuses a configuration with a value of a type that no runtime loads: it would be shown as if it took effect.
    ///
    /// - Throws: `OtherTypeError` for the first that is found.
    public func checkConfigTypes() throws(OtherTypeError) { try ConfigShape.config.check(self, at: "") }

    /// What kind of value it is, ready to print.
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
