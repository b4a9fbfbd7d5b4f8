/// The machines an image runs on (OCI image spec, "Image Index").
public struct Platform: Hashable, Sendable, CustomStringConvertible {
    /// `linux`, …
    public var os: String
    /// `amd64`, `arm64`, …
    public var architecture: String
    /// `v7`, `v8`, … where the architecture has variants.
    public var variant: String?
    /// The version of the system that is needed, as Windows images state it.
    public var osVersion: String?
    /// What the system must be capable of, sorted.
    public var osFeatures: [String]

    /// A platform of those names.
    public init(
        os: String, architecture: String, variant: String? = nil, osVersion: String? = nil,
        osFeatures: [String] = []
    ) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
        self.osVersion = osVersion
        self.osFeatures = osFeatures.sorted()
    }

    /// Parses `os[(version[+feature…])]/architecture[/variant]`, as containerd writes it; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, !parts.contains("") else { return nil }
        var os = parts[0]
        var details: [String] = []
        if let open = os.firstIndex(of: "(") {
            guard os.hasSuffix(")") else { return nil }
            details = os[os.index(after: open)...].dropLast()
                .split(separator: "+", omittingEmptySubsequences: false).map(String.init)
            os = String(os[..<open])
        }
        guard !os.isEmpty, !details.dropFirst().contains("") else { return nil }
        let version = details.first.flatMap { $0.isEmpty ? nil : $0 }
        self.init(
            os: os, architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil, osVersion: version,
            osFeatures: Array(details.dropFirst()))
    }

    /// `os[(version[+feature…])]/architecture[/variant]`.
    public var description: String {
        let details = ([osVersion ?? ""] + osFeatures).joined(separator: "+")
        let system = details.isEmpty ? os : "\(os)(\(details))"
        return ([system, architecture] + (variant.map { [$0] } ?? [])).joined(separator: "/")
    }

    /// Whether this platform is what was asked for; what was not asked for does not matter.
    ///
    /// Of a version, as many numbers count as were given: `10.0.20348` asks for any build of it.
    /// Names that mean the same machine count as one, as they do for docker and containerd.
    public func satisfies(_ wanted: Platform) -> Bool {
        func isMatched(_ version: String) -> Bool {
            osVersion == version || osVersion?.hasPrefix(version + ".") ?? false
        }
        let (own, other) = (normalized, wanted.normalized)
        return own.os == other.os && own.architecture == other.architecture
            && (wanted.variant == nil && !wanted.namesVariant || own.variant == other.variant)
            && (wanted.osVersion.map(isMatched) ?? true)
            && Set(wanted.osFeatures).isSubset(of: osFeatures)
    }

    /// Whether the architecture's name says of which variant it is.
    private var namesVariant: Bool { ["armhf", "armel"].contains(architecture.lowercased()) }

    /// The platform by the names that image indexes use (containerd's `platforms.Normalize`).
    private var normalized: Platform {
        var normal = self
        normal.os = os.lowercased()
        if normal.os == "macos" { normal.os = "darwin" }
        let version = variant?.lowercased().drop { $0 == "v" }
        normal.variant = version.flatMap { $0.isEmpty ? nil : "v\($0)" }
        switch architecture.lowercased() {
        case "i386": (normal.architecture, normal.variant) = ("386", nil)
        case "x86_64", "x86-64", "amd64":
            normal.architecture = "amd64"
            if normal.variant == "v1" { normal.variant = nil }
        case "aarch64", "arm64":
            normal.architecture = "arm64"
            if normal.variant == "v8" { normal.variant = nil }
        case "armhf": (normal.architecture, normal.variant) = ("arm", "v7")
        case "armel": (normal.architecture, normal.variant) = ("arm", "v6")
        case "arm":
            normal.architecture = "arm"
            if normal.variant == nil { normal.variant = "v7" }
        case let other: normal.architecture = other
        }
        return normal
    }
}

extension Platform: Codable {
    private enum CodingKeys: String, CodingKey {
        case os, architecture, variant
        case osVersion = "os.version"
        case osFeatures = "os.features"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            os: try container.decode(String.self, forKey: .os),
            architecture: try container.decode(String.self, forKey: .architecture),
            variant: try container.decodeIfPresent(String.self, forKey: .variant),
            osVersion: try container.decodeIfPresent(String.self, forKey: .osVersion),
            osFeatures: try container.decodeIfPresent([String].self, forKey: .osFeatures) ?? [])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(os, forKey: .os)
        try container.encode(architecture, forKey: .architecture)
        try container.encodeIfPresent(variant, forKey: .variant)
        try container.encodeIfPresent(osVersion, forKey: .osVersion)
        if !osFeatures.isEmpty { try container.encode(osFeatures, forKey: .osFeatures) }
    }
}

/// A platform as lists of images state it, which may leave anything out.
public struct PartialPlatform: Decodable, Sendable {
    private enum CodingKeys: String, CodingKey {
        case os, architecture, variant
        case osVersion = "os.version"
        case osFeatures = "os.features"
    }

    private let os: String?
    private let architecture: String?
    private let variant: String?
    private let osVersion: String?
    private let osFeatures: [String]?

    /// The platform; nil if it lacks a system or an architecture.
    public var platform: Platform? {
        guard let os, let architecture, !os.isEmpty, !architecture.isEmpty else { return nil }
        return Platform(
            os: os, architecture: architecture, variant: variant.flatMap { $0.isEmpty ? nil : $0 },
            osVersion: osVersion.flatMap { $0.isEmpty ? nil : $0 }, osFeatures: osFeatures ?? [])
    }
}
