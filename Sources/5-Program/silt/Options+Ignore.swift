import ArgumentParser
import FileTree
import OCI

/// What does not matter when two images are compared.
struct IgnoreOptions: ParsableArguments, Sendable {
    /// A kind of difference that can be left out.
    enum Part: String, CaseIterable {
        case times, mode, owner, xattrs, links, devices, history, config

        /// What it stands for in files.
        var fields: MetadataFields {
            switch self {
            case .times: .time
            case .mode: .mode
            case .owner: .owner
            case .xattrs: .attributes
            case .links: .linkTarget
            case .devices: .device
            case .history, .config: []
            }
        }

        /// What it stands for in the configuration.
        var significances: Set<ConfigDiff.Significance> {
            switch self {
            case .times: [.time]
            case .history: [.provenance, .time]
            case .config: [.meaning, .provenance, .time]
            case .mode, .owner, .xattrs, .links, .devices: []
            }
        }
    }

    @Option(
        name: .customLong("ignore"),
        help: ArgumentHelp(
            "What does not matter, with commas between: times, mode, owner, xattrs, links (their targets), devices, "
                + "history (how the image was made) or config.", valueName: "parts"),
        transform: Self.parts)
    var partLists: [[Part]] = []

    @Option(
        name: .customLong("ignore-path"),
        help: ArgumentHelp(
            "Paths to leave out, with all that is in them: * and ? stay in a name, ** crosses directories, a pattern "
                + "without a slash matches at any depth, one that ends with a slash matches directories only. May be given "
                + "several times.", valueName: "glob"),
        transform: Self.pattern)
    var paths: [PathPattern] = []

    /// All parts that were named, once each.
    var parts: [Part] { Part.allCases.filter { part in partLists.contains { $0.contains(part) } } }

    /// Whether everything matters.
    var isEmpty: Bool { parts.isEmpty && paths.isEmpty }

    /// What to leave out of trees.
    var rules: IgnoreRules {
        IgnoreRules(fields: parts.reduce(into: []) { $0.formUnion($1.fields) }, paths: paths)
    }

    /// What to leave out of configurations.
    var significances: Set<ConfigDiff.Significance> {
        parts.reduce(into: []) { $0.formUnion($1.significances) }
    }

    private static func parts(_ text: String) throws -> [Part] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let part = Part(rawValue: String(word)) else {
                let words = Part.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(word)' cannot be ignored; what can: \(words)")
            }
            return part
        }
    }

    static func pattern(_ text: String) throws -> PathPattern {
        guard let pattern = PathPattern(text) else {
            throw ValidationError(
                "'\(text)' is no pattern: it is empty, leaves a bracket open or has too many parts")
        }
        return pattern
    }
}
