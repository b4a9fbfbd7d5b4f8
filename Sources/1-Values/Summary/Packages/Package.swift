public import FileTree

/// A piece of software that an image says it holds, by its own lists.
public struct Package: Hashable, Sendable {
    /// Who keeps the list.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case debian, alpine, rpm, python, npm, java, go

        /// What its packages are called, in the plural.
        public var plural: String {
            switch self {
            case .debian: "Debian packages"
            case .alpine: "Alpine packages"
            case .rpm: "rpm packages"
            case .python: "Python packages"
            case .npm: "npm packages"
            case .java: "jars"
            case .go: "Go modules"
            }
        }
    }

    /// Who keeps the list.
    public let kind: Kind
    /// Its name as the list spells it, not yet safe to print.
    public let name: String
    /// Its version as the list spells it, not yet safe to print.
    public let version: String
    /// What tells packages of one kind and name apart: an architecture, a directory or a file, not yet safe to print.
    public let place: String

    /// A package of those facts.
    public init(kind: Kind, name: String, version: String, place: String = "") {
        self.kind = kind
        self.name = name
        self.version = version
        self.place = place
    }

    /// A package of bytes that should be text; nil without a name.
    init?(_ kind: Kind, name: some Sequence<UInt8>, version: some Sequence<UInt8>, place: [UInt8] = []) {
        func text(_ bytes: some Sequence<UInt8>, limit: Int) -> String {
            String(decoding: Array(bytes.prefix(limit)), as: UTF8.self)
        }
        self.init(
            kind: kind, name: text(name, limit: Self.nameLimit),
            version: text(version, limit: Self.nameLimit),
            place: text(place, limit: 4096))
        if self.name.isEmpty { return nil }
    }

    /// Longer names and versions are cut: nobody has them, and they are shown in a line.
    private static let nameLimit = 256
}

/// All packages of an image, and which file belongs to which.
public struct PackageInventory: Hashable, Sendable {
    /// The packages, in the order in which they were found.
    public private(set) var packages: [Package] = []
    /// For each entry that belongs to a package, its index in `packages`.
    public private(set) var owners: [EntryID: Int] = [:]

    /// An inventory without packages.
    public init() {}

    /// Adds a package.
    ///
    /// - Parameters:
    ///   - package: The package.
    ///   - files: What belongs to it; what belongs to another already stays with that one.
    public mutating func add(_ package: Package, files: some Sequence<EntryID>) {
        for file in files where owners[file] == nil { owners[file] = packages.count }
        packages.append(package)
    }
}
