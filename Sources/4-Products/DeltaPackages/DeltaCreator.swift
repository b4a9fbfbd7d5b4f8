import Bytes
import Compression
public import Delta
import FileTree
import FileIO
public import Images
public import OCI
import Synchronization

/// How to make a delta package.
public struct DeltaOptions: Sendable {
    /// How hard to compress.
    public var level: DeltaLevel
    /// How many files to work on at a time.
    public var jobs: Int
    /// Whether to apply the package once before it gets its name.
    public var checks: Bool

    /// Options with the usual defaults.
    public init(level: DeltaLevel = .default, jobs: Int = 2, checks: Bool = true) {
        self.level = level
        self.jobs = jobs
        self.checks = checks
    }
}

/// What a creator tells while it works.
public enum CreateEvent: Sendable {
    /// Layers are compared: bytes done, of how many.
    case coding(done: UInt64, total: UInt64)
    /// A layer's recipe is finished.
    case layer(LayerRecipe)
    /// The finished package is applied once: bytes made, of how many.
    case checking(done: UInt64, total: UInt64)
}

/// A package that was made.
public struct CreatedPackage: Sendable {
    /// The package file's size.
    public let byteCount: UInt64
    /// What it makes of what.
    public let document: DeltaDocument
}

/// Makes delta packages for a pair of images.
public final class DeltaCreator: Sendable {
    let old: OpenedImage
    let new: OpenedImage
    private let references: OldReferences
    private let similar: SimilarFiles
    private let partners: [Int?]
    private let knownEncodings = Mutex<LayerEncodings?>(nil)

    /// Prepares a pair of images.
    public init(old: OpenedImage, new: OpenedImage) {
        self.old = old
        self.new = new
        references = OldReferences(old.layers)
        similar = SimilarFiles(old, new, references)
        var partners = [Int?](repeating: nil, count: new.layers.count)
        for pair in Self.align(old.index, new.index) {
            if let index = pair.new { partners[index] = pair.old }
        }
        self.partners = partners
    }

    /// Puts the layers of two images side by side, looking at what they hold where need be.
    public static func align(_ old: ImageIndex, _ new: ImageIndex) -> [LayerPair] {
        LayerAlignment.align(old: old.summary.layers, new: new.summary.layers) { oldIndex, newIndex in
            old.listings[oldIndex].overlap(with: new.listings[newIndex])
        }
    }

    /// The new layers that a package must bring a recipe for, lowest first.
    public var changedLayers: [Int] {
        let known = Set(old.index.summary.layers.map(\.diffID))
        var seen = known
        return new.index.summary.layers.filter { seen.insert($0.diffID).inserted }.map(\.index)
    }

    /// How every layer's blob is made of its tar; found out once, since it may take compressing the layer.
    func encodings() throws -> LayerEncodings {
        if let known = knownEncodings.withLock(\.self) { return known }
        let encodings = try LayerEncodings(old: old, new: new)
        knownEncodings.withLock { $0 = encodings }
        return encodings
    }

    /// The new layers that a package carries whole because no recipe can make their compressed blobs.
    public func carriedLayers() throws -> [Int] { try encodings().carried }

    /// About how much the entries of a layer will cost that are not simply taken from the old image: a quick look.
    ///
    /// - Parameter layer: Index of a changed layer.
    /// - Returns: Bytes for each such entry, by its place in the layer.
    /// - Throws: `FileError` if the images can no longer be read.
    public func quickCosts(ofLayer layer: Int) throws -> [Int: UInt64] {
        try LayerRecipeBuilder(
            new, layer: layer, partner: partners[layer], references: references, similar: similar,
            level: .fast,
            jobs: 1
        ) { _ in }.quickCosts()
    }

    /// Makes the recipes of some layers, one after the other; those already made are taken as they are.
    public func recipes(
        _ options: DeltaOptions, layers: [Int], made: [LayerRecipe] = [],
        events: @escaping @Sendable (CreateEvent) -> Void = { _ in }
    ) async throws -> [LayerRecipe] {
        let total = layers.reduce(UInt64(0)) { $0 + new.layers[$1].tar.byteCount }
        let done = Mutex(UInt64(0))
        let progress: @Sendable (UInt64) -> Void = { count in
            let sum = done.withLock { value in
                value += count
                return value
            }
            events(.coding(done: min(sum, total), total: total))
        }
        var recipes: [LayerRecipe] = []
        for layer in layers {
            if let known = made.first(where: { $0.layer == layer }) {
                recipes.append(known)
                progress(new.layers[layer].tar.byteCount)
                continue
            }
            var builder = LayerRecipeBuilder(
                new, layer: layer, partner: partners[layer], references: references, similar: similar,
                level: options.level, jobs: options.jobs, progress: progress)
            let recipe = try await builder.build()
            recipes.append(recipe)
            events(.layer(recipe))
        }
        return recipes
    }
}

/// The program's version and that of the libraries whose output packages depend on.
public enum ToolVersion {
    /// The program's own version.
    public static let number = "0.1.0"

    /// `silt 0.1.0 (zlib 1.2.13)`: rebuilding a gzip blob needs the same deflate.
    public static var description: String { "silt \(number) (zlib \(Zlib.version))" }
}
