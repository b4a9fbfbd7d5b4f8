import Bytes
import Compression
public import Delta
import FileTree
import Files
public import ImageFiles
public import Images
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
    private let old: OpenedImage
    private let new: OpenedImage
    private let references: OldReferences
    private let similar: SimilarFiles
    private let partners: [Int?]

    /// Prepares a pair of images.
    public init(old: OpenedImage, new: OpenedImage) {
        self.old = old
        self.new = new
        references = OldReferences(old.layers)
        similar = SimilarFiles(old, references)
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

    /// Makes the recipes of all changed layers, one after the other; those already made are taken as they are.
    public func recipes(
        _ options: DeltaOptions, made: [LayerRecipe] = [], events: @escaping @Sendable (CreateEvent) -> Void = { _ in }
    ) async throws -> [LayerRecipe] {
        let layers = changedLayers
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
            let recipe = try await LayerRecipeBuilder(
                new, layer: layer, partner: partners[layer], references: references, similar: similar,
                level: options.level, jobs: options.jobs, progress: progress
            ).build()
            recipes.append(recipe)
            events(.layer(recipe))
        }
        return recipes
    }

    /// Makes a package.
    ///
    /// - Parameters:
    ///   - path: Where it goes; it appears there only when it is complete and checked.
    ///   - replacesExisting: Whether a file that is there may be replaced.
    ///   - options: How to make it.
    ///   - made: Recipes that were made before with the same level.
    ///   - events: Told what goes on.
    public func create(
        at path: String, replacesExisting: Bool, options: DeltaOptions, made: [LayerRecipe] = [],
        events: @escaping @Sendable (CreateEvent) -> Void = { _ in }
    ) async throws -> CreatedPackage {
        let output = try OutputFile(path: path, replacesExisting: replacesExisting)
        let (encodings, carried) = try encodings()
        let recipes = try await recipes(options, made: made, events: events)

        let archive = try new.container.archive ?? PackedImage.ociArchive(new)
        let documents = [new.config] + (new.manifest.map { [$0] } ?? [])
        let archiveRecipe = try ArchiveRecipe(
            archive, layers: new.index.summary.layers.map(\.digest), documents: documents.map { Digest.of($0) },
            level: options.level)

        let document = document(
            encodings, recipes, archive: archiveRecipe, archiveByteCount: archive.byteCount,
            documents: documents.map { Digest.of($0) })
        let used = Set(document.new.layers.compactMap { if case .recipe(let digest) = $0.tar { digest } else { nil } })
        var blobs = recipes.filter { used.contains($0.digest) }
            .map { PackageWriter.Blob($0.bytes, digest: $0.digest, mediaType: PackageMediaType.recipe) }
        blobs += carried.map { layer in
            PackageWriter.Blob(
                new.layers[layer].blob, digest: new.index.summary.layers[layer].digest, mediaType: PackageMediaType.blob)
        }
        let recipeBlob = PackageWriter.Blob(archiveRecipe.bytes, mediaType: PackageMediaType.recipe)
        blobs.append(recipeBlob)
        blobs.append(PackageWriter.Blob(new.config, mediaType: MediaType.ociConfig))
        var subject: Descriptor?
        if let manifest = new.manifest {
            let blob = PackageWriter.Blob(manifest, mediaType: MediaType.ociManifest)
            blobs.append(blob)
            subject = blob.descriptor
        }
        try PackageWriter(document: document, blobs: blobs, subject: subject).write(to: output)
        try output.sync()
        if options.checks {
            let package = try DeltaPackage.open(output.temporaryPath)
            try DeltaApplier(package: package, old: old).apply(.same, into: { _ in }) {
                events(.checking(done: $0, total: $1))
            }
        }
        let byteCount = output.byteCount
        try output.commit()
        return CreatedPackage(byteCount: byteCount, document: document)
    }

    /// How every layer's blob is made of its tar, and the layers whose blobs must be carried whole.
    private func encodings() throws -> (encodings: [DeltaDocument.Encoding], carried: [Int]) {
        var encodings: [DeltaDocument.Encoding] = []
        var carried: [Int] = []
        for (layer, file) in zip(new.index.summary.layers, new.layers) {
            if layer.compression == .none {
                encodings.append(.none)
            } else if old.index.summary.layers.contains(where: { $0.diffID == layer.diffID && $0.digest == layer.digest }) {
                encodings.append(.old)
            } else if layer.compression == .gzip, let found = try GzipProbe.parameters(of: file.blob, tar: file.tar) {
                encodings.append(.gzip(level: found.level, header: Hex.string(found.header.bytes)))
            } else {
                encodings.append(.carried)
                carried.append(layer.index)
            }
        }
        return (encodings, carried)
    }

    private func document(
        _ encodings: [DeltaDocument.Encoding], _ recipes: [LayerRecipe], archive: ArchiveRecipe,
        archiveByteCount: UInt64, documents: [Digest]
    ) -> DeltaDocument {
        let oldIDs = old.index.summary.layers.map(\.diffID)
        let newLayers = new.index.summary.layers
        let layers = zip(newLayers, encodings).map { layer, encoding in
            let tar: DeltaDocument.TarOrigin
            if oldIDs.contains(layer.diffID) {
                tar = .old
            } else if encoding == .carried {
                tar = .blob
            } else {
                let recipe = recipes.first { newLayers[$0.layer].diffID == layer.diffID }
                tar = recipe.map { .recipe($0.digest) } ?? .blob
            }
            return DeltaDocument.Layer(
                diffID: layer.diffID, byteCount: layer.byteCount ?? 0, digest: layer.digest,
                blobByteCount: layer.blobByteCount, tar: tar, encoding: encoding)
        }
        return DeltaDocument(
            formatVersion: DeltaDocument.formatVersion, tool: ToolVersion.description,
            old: DeltaDocument.Old(
                names: old.index.summary.names, imageID: old.index.summary.imageID, layers: oldIDs,
                archiveByteCount: old.index.summary.archiveByteCount),
            new: DeltaDocument.New(
                names: new.index.summary.names, imageID: new.index.summary.imageID,
                manifestDigest: new.index.summary.manifestDigest, platform: new.index.summary.platform?.description,
                layers: layers,
                archive: DeltaDocument.Archive(
                    digest: archive.archiveDigest, byteCount: archiveByteCount, recipe: Digest.of(archive.bytes),
                    documents: documents)))
    }
}

/// The program's version and that of the libraries whose output packages depend on.
public enum ToolVersion {
    /// The program's own version.
    public static let number = "0.1.0"

    /// `silt 0.1.0 (zlib 1.2.13)`: rebuilding a gzip blob needs the same deflate.
    public static var description: String { "silt \(number) (zlib \(Zlib.version))" }
}
