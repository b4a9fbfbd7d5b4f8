public import FileTree
public import OCI
import Shipping

/// What an update brings, for people: packages, configuration, where the bytes go, and what to look out for.
public struct UpdateSummary: Sendable {
    /// A file that changed.
    public struct FileShare: Hashable, Sendable {
        /// Where it is.
        public let path: TreePath
        /// What happened to it.
        public let change: Change
        /// How much of the update it is.
        public let share: Share
    }

    /// A directory with all that is in it but what has a row of its own.
    public struct DirectoryShare: Hashable, Sendable {
        /// Where it is.
        public let path: TreePath
        /// How much of the update it is.
        public let share: Share
    }

    /// One kind of change.
    public struct ChangeShare: Hashable, Sendable {
        /// The kind.
        public let change: Change
        /// How many paths changed so, directories included.
        public let pathCount: Int
        /// How much of the update it is.
        public let share: Share
    }

    /// Files of one kind.
    public struct KindShare: Hashable, Sendable {
        /// What they are; nil for what has no content: links, directories, empty files.
        public let kind: ContentKind?
        /// How much of the update they are.
        public let share: Share

        /// One word for the kind.
        public var word: String { kind?.word ?? ContentKind.noWord }
        /// What they are, for people.
        public var phrase: String { kind?.phrase ?? ContentKind.noPhrase }
    }

    /// A layer of the new image that changed, or one that only the old one has.
    public struct LayerShare: Hashable, Sendable {
        /// Which layers belong together; the place in the pairs of the images is `index`.
        public let pair: LayerPair
        /// Which pair of the images' layers it is.
        public let index: Int
        /// The command that made the layer, not yet safe to print.
        public let createdBy: String
        /// The uncompressed layer's bytes and what it adds to a package; files are not counted.
        public let share: Share
    }

    /// How well an image's layers use their bytes, as dive counts them.
    public struct Use: Hashable, Sendable {
        /// From 0 to 1.
        public let score: Double
        /// Bytes of paths that stand in more than one layer.
        public let wastedByteCount: UInt64

        /// `98.1%`, rounded down: 100 % is when nothing is wasted.
        public var percent: String { "\((score * 1000).rounded(.down) / 10)%" }
    }

    /// Packages that changed, the costliest first.
    public let packages: [PackageChange]
    /// How many packages did not change.
    public let unchangedPackageCount: Int
    /// Whether all lists of packages could be read.
    public let hasAllPackages: Bool
    /// What could not be read, though the images have it: foreign layers and lists of packages, and why.
    public let unreadParts: [String]
    /// What changed and belongs to no package.
    public let unpackaged: Share
    /// What changed in the configuration.
    public let configuration: ConfigDiff
    /// How many paths had each change.
    public let counts: ChangeCounts
    /// All that changed in the files.
    public let total: Share
    /// The costliest files, no more than `fileLimit`.
    public let files: [FileShare]
    /// Directories that together hold all that changed, so chosen that none is much of it and has parts that are more.
    public let directories: [DirectoryShare]
    /// Each kind of change that there is.
    public let changes: [ChangeShare]
    /// Each kind of file that is any of it; together they are all that changed.
    public let kinds: [KindShare]
    /// Layers that changed, lowest first.
    public let layers: [LayerShare]
    /// How well the old image uses its bytes.
    public let oldUse: Use
    /// How well the new image uses its bytes.
    public let newUse: Use
    /// What to look out for, the gravest first.
    public let findings: [Finding]
    /// Whether all files were looked at in which keys could be.
    public let hasLookedAtAllFiles: Bool
    /// The old image's packages, and what belongs to them.
    public let oldPackages: PackageInventory
    /// The new image's packages, and what belongs to them.
    public let newPackages: PackageInventory
    /// The costs that rows were given; nil if none are known.
    public let costs: UpdateCosts?

    /// What a package takes for no file of the new image: for what higher layers hide, for layers that travel as they are,
    /// and for how blobs were compressed. Nil as long as costs are not exact.
    public var unlistedCost: UInt64? {
        guard let costs, let files = total.cost else { return nil }
        let rest = costs.package.without(costs.documents).without(files)
        return rest.isExact ? rest.byteCount : nil
    }

    /// No more files are listed one by one.
    public static let fileLimit = 1000
    /// No more directories are told apart.
    public static let directoryLimit = 12

    /// How many packages changed in some way.
    public func packageCount(_ change: PackageChange.Change) -> Int { packages.count { $0.change == change } }
}

/// All that was read to sum an update up: what it takes to make a summary without a look at the images' files.
public struct UpdateFacts: Sendable {
    /// The old image.
    public let old: ImageIndex
    /// The new image.
    public let new: ImageIndex
    /// How their layers belong together.
    public let pairs: [LayerPair]
    /// The old image's packages.
    public let oldPackages: PackageInventory
    /// The new image's packages.
    public let newPackages: PackageInventory
    /// What files of the new image hold that the old one does not.
    public let keys: [EntryID: KeyMarkers.Kind]
    /// Whether all lists of packages could be read.
    public let hasAllPackages: Bool
    /// What could not be read, though the images have it: foreign layers and lists of packages, and why.
    public let unreadParts: [String]
    /// Whether all files were looked at in which keys could be.
    public let hasLookedAtAllFiles: Bool

    /// What was read of two images.
    public init(
        old: ImageIndex, new: ImageIndex, pairs: [LayerPair], oldPackages: PackageInventory,
        newPackages: PackageInventory, keys: [EntryID: KeyMarkers.Kind], hasAllPackages: Bool,
        unreadParts: [String] = [], hasLookedAtAllFiles: Bool
    ) {
        self.old = old
        self.new = new
        self.pairs = pairs
        self.oldPackages = oldPackages
        self.newPackages = newPackages
        self.keys = keys
        self.hasAllPackages = hasAllPackages
        self.unreadParts = unreadParts
        self.hasLookedAtAllFiles = hasLookedAtAllFiles
    }
}
