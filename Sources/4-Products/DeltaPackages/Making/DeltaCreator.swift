import Bytes
public import Delta
import FileTree
public import FileIO
public import Images
public import OCI
import Locks
public import Work

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

/// A package that was made.
public struct CreatedPackage: Sendable {
    /// The package file's size.
    public let byteCount: UInt64
    /// What it makes of what.
    public let document: DeltaDocument
    /// What it brings for each layer.
    public let plan: DeltaPlan
    /// How many bytes of the new archive belong to none of its images: signatures, attestations, charts, blobs that were
    /// left there. They are in the package, compressed.
    public let otherByteCount: UInt64
    /// The layers of the new image, numbered from 0, that are made of old blobs, so that receivers must hold those.
    public let layersOfOldBlobs: [Int]
}

/// Makes delta packages for a pair of images, or of archives of several, and tells what they cost.
///
/// Everything that takes long is done on the pool of long work, when it is first needed and once for the pair. Any
/// thread may ask, several at a time.
public final class DeltaCreator: Sendable {
    let old: ImageSet
    let new: ImageSet
    /// What was picked, if the new image is one of picked changes.
    let partial: DeltaDocument.Partial?
    /// The layers of both images, side by side; of several, image by image.
    public let pairs: [LayerPair]
    let references: OldReferences
    private let sharedPlan: Shared<DeltaPlan>
    private let sharedSpares: Shared<SpareRepacks>
    let similarFiles: Shared<SimilarFiles>
    private let layerPlans: [Shared<LayerPlan>]
    private let archive: Shared<ArchiveContents>
    private let archiveRecipes: [DeltaLevel: Shared<ArchiveRecipe>]
    private let made = Locked<[DeltaLevel: [Int: LayerRecipe]]>([:])

    /// Prepares a pair of images; nothing is read yet.
    ///
    /// - Parameters:
    ///   - old: The image to start from.
    ///   - new: The image to make.
    ///   - oldForm: What receivers hold of the old images; nil if that is not known: unchanged layers are then described for
    ///     those who hold them in another form, where that takes few bytes, and old blobs are made use of where no model knows
    ///     an encoder.
    ///   - jobs: How many layers or files to look at at a time while planning.
    public convenience init(
        old: OpenedImage, new: OpenedImage, oldForm: OldForm? = nil,
        jobs: Int = Machine.processorCount
    ) {
        self.init(old: ImageSet(old), new: ImageSet(new), oldForm: oldForm, jobs: jobs)
    }

    /// Prepares a pair of archives, or of images; nothing is read yet.
    ///
    /// - Parameters:
    ///   - old: The images to start from: what any of them holds, the receiver has.
    ///   - new: The images to make, with all of their archive.
    ///   - oldForm: What receivers hold of the old images; nil if that is not known: unchanged layers are then described for
    ///     those who hold them in another form, where that takes few bytes, and old blobs are made use of where no model knows
    ///     an encoder.
    ///   - jobs: How many layers or files to look at at a time while planning.
    public convenience init(
        old: ImageSet, new: ImageSet, oldForm: OldForm? = nil,
        jobs: Int = Machine.processorCount
    ) {
        self.init(old: old, new: new, partial: nil, oldForm, jobs: jobs)
    }

    /// Prepares an image and what was picked of the changes to another; nothing is read yet.
    ///
    /// - Parameters:
    ///   - old: The image to start from.
    ///   - picked: The image to make.
    ///   - oldForm: What receivers hold of the old images; nil if that is not known: unchanged layers are then described for
    ///     those who hold them in another form, where that takes few bytes, and old blobs are made use of where no model knows
    ///     an encoder.
    ///   - jobs: How many layers or files to look at at a time while planning.
    public convenience init(
        old: OpenedImage, picked: PickedImage, oldForm: OldForm? = nil,
        jobs: Int = Machine.processorCount
    ) {
        self.init(
            old: ImageSet(old), new: ImageSet(picked.image), partial: picked.partial, oldForm, jobs: jobs)
    }

    private init(
        old: ImageSet, new: ImageSet, partial: DeltaDocument.Partial?, _ oldForm: OldForm?, jobs: Int
    ) {
        self.old = old
        self.new = new
        self.partial = partial
        let pairing = ImagePairing(old, new)
        let pairs = pairing.pairs(new)
        self.pairs = pairs
        let references = OldReferences(old.layers)
        self.references = references
        let homes = pairing.homes(new, pairs)
        let probe = EncodingProbe(
            old: old, new: new, oldLayers: oldForm == .content ? [] : homes.map(\.layer), oldForm: oldForm)
        let sharedSpares = Shared { try await probe.spares(jobs: jobs, $0) }
        self.sharedSpares = sharedSpares
        sharedPlan = Shared {
            // Where receivers hold the content alone, what cannot be described of it must travel.
            let spares = oldForm == .content ? try await sharedSpares.value($0) : SpareRepacks()
            return try await DeltaPlan(probe, spares: spares, jobs: jobs, reporter: $0)
        }
        let similar = Shared { _ in SimilarFiles(old, new, references) }
        similarFiles = similar
        let sketches = Shared { _ in
            try await SketchIndex(of: similar.value().leftBehind, in: references, jobs: jobs)
        }
        layerPlans = homes.enumerated().map { layer, home in
            Shared { _ in
                let similar = try await similar.value()
                var plan = LayerPlan(new, layer: layer, home: home, similar: similar)
                if !similar.leftBehind.isEmpty, !plan.doubtfulEntries.isEmpty {
                    try plan.findAncestors(in: await sketches.value(), references)
                }
                return plan
            }
        }
        let archive = Shared { _ in try ArchiveContents(new.archive()) }
        self.archive = archive
        archiveRecipes = Dictionary(
            uniqueKeysWithValues: DeltaLevel.allCases.map { level in
                (level, Shared { _ in try await ArchiveRecipe(archive.value(), of: new, level: level) })
            })
    }

    /// What a package brings for each layer.
    ///
    /// - Parameter reporter: Told how far probing compressed layers has come.
    /// - Returns: The plan.
    /// - Throws: As `checkIsPossible` does, `FileError` if the images can no longer be read, `CancellationError` when its
    ///   task was cancelled.
    public func plan(_ reporter: Reporter = .silent) async throws -> DeltaPlan {
        try checkIsPossible()
        return try await sharedPlan.value(reporter)
    }

    /// Descriptions of the blobs that both images hold, by layer of the new image: for receivers whose old image holds
    /// these layers in another form.
    func spares(_ reporter: Reporter = .silent) async throws -> [Int: LayerRepack] {
        try await sharedSpares.value(reporter).repacks
    }

    /// How the entries of a layer will be made.
    func plan(ofLayer layer: Int) async throws -> LayerPlan { try await layerPlans[layer].value() }

    /// Forgets what layers are planned with: it takes megabytes where there are hundreds of thousands of files. It is found
    /// out again for a layer that was not planned yet.
    public func forgetPlanning() { similarFiles.forget() }

    /// How the archive is made of layers and documents.
    func archiveRecipe(_ level: DeltaLevel) async throws -> ArchiveRecipe {
        guard let recipe = archiveRecipes[level] else {
            return try await ArchiveRecipe(archive.value(), of: new, level: level)
        }
        return try await recipe.value()
    }

    /// Makes the recipe of one layer, unless it was made before at that level.
    ///
    /// - Parameters:
    ///   - layer: Index of a layer that the plan wants a recipe for.
    ///   - options: How to make it.
    ///   - reporter: Told how many more bytes of the layer are coded.
    /// - Returns: The recipe, which is kept for who asks next.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func recipe(
        ofLayer layer: Int, _ options: DeltaOptions, _ reporter: Reporter = .silent
    ) async throws -> LayerRecipe {
        if let known = made.withLock({ $0[options.level]?[layer] }) {
            reporter.advance(by: new.layers[layer].tar.byteCount)
            return known
        }
        let maker = LayerRecipeMaker(
            plan: try await plan(ofLayer: layer), references: references, level: options.level,
            method: options.level.matchMethod, jobs: options.jobs, reporter: reporter)
        let recipe = try await WorkPool.shared.run { try await maker.make() }
        made.withLock { $0[options.level, default: [:]][layer] = recipe }
        return recipe
    }

    /// Makes the recipes of all layers that need one, one after the other.
    ///
    /// - Parameters:
    ///   - options: How to make them.
    ///   - reporter: Told how far probing and coding have come.
    /// - Returns: The recipes, lowest layer first.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func recipes(
        _ options: DeltaOptions, _ reporter: Reporter = .silent
    ) async throws -> [LayerRecipe] {
        let layers = try await plan(reporter).recipeLayers
        reporter.begin(.comparing, total: byteCount(of: layers))
        var recipes: [LayerRecipe] = []
        for layer in layers { recipes.append(try await recipe(ofLayer: layer, options, reporter)) }
        return recipes
    }

    /// How many bytes some layers of the new image have when they are not compressed.
    public func byteCount(of layers: [Int]) -> UInt64 {
        layers.reduce(0) { $0.addingClamped(new.layers[$1].tar.byteCount) }
    }
}
