public import FileTree

/// What an update does to a package.
public struct PackageChange: Hashable, Sendable {
    /// What happened to it.
    public enum Change: String, Hashable, Sendable, CaseIterable {
        case added, removed
        /// It has another version.
        case updated
        /// Its version is the same, and its files are not.
        case altered

        /// One column that tells the change without colour.
        public var marker: String {
            switch self {
            case .added: "+"
            case .removed: "-"
            case .updated, .altered: "~"
            }
        }
    }

    /// The package as the new image has it, or the old one where the new one has not.
    public let package: Package
    /// The old version; nil if it is new.
    public let oldVersion: String?
    /// The new version; nil if it was removed.
    public let newVersion: String?
    /// What happened to it.
    public let change: Change
    /// Its files that changed, and what they cost.
    public let share: Share
    /// Those of its files that changed, the costliest first; no more than are ever looked at one by one.
    public let paths: [TreePath]
}

/// Pairs the packages of two images.
struct PackagePairing {
    /// For each new package, the old one that it was; nil if it is new.
    private(set) var oldOfNew: [Int?]
    /// Old packages that are gone, in their order.
    private(set) var removed: [Int] = []

    /// The first of these that finds a partner pairs two packages.
    private static let keys: [@Sendable (Package) -> [String]] = [
        { [$0.kind.rawValue, $0.name, $0.place, $0.version] }, { [$0.kind.rawValue, $0.name, $0.place] },
        { [$0.kind.rawValue, $0.name, $0.version] }, { [$0.kind.rawValue, $0.name] },
    ]

    init(old: [Package], new: [Package]) {
        var oldOfNew: [Int?] = Array(repeating: nil, count: new.count)
        var isPaired = Array(repeating: false, count: old.count)
        for key in Self.keys {
            // The lists are turned around, so that the first of several is taken from the end.
            var waiting: [[String]: [Int]] = [:]
            for index in old.indices.reversed() where !isPaired[index] {
                waiting[key(old[index]), default: []].append(index)
            }
            guard !waiting.isEmpty else { break }
            for index in new.indices where oldOfNew[index] == nil {
                guard let partner = waiting[key(new[index])]?.popLast() else { continue }
                oldOfNew[index] = partner
                isPaired[partner] = true
            }
        }
        self.oldOfNew = oldOfNew
        removed = old.indices.filter { !isPaired[$0] }
    }
}
