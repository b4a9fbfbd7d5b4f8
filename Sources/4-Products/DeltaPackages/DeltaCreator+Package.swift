import Bytes
public import Delta
import FileIO
import Hashing
import Images
import OCI

extension DeltaCreator {
    /// Makes a package.
    ///
    /// - Parameters:
    ///   - path: Where it goes; it appears there only when it is complete and checked.
    ///   - replacesExisting: Whether a file that is there may be replaced.
    ///   - options: How to make it.
    ///   - made: Recipes that were made before with the same level.
    ///   - events: Told what goes on.
    /// - Returns: What was made.
    /// - Throws: `FileError`, `PackageError` if the check fails, `CancellationError` when its task was cancelled.
    public func create(
        at path: String, replacesExisting: Bool, options: DeltaOptions, made: [LayerRecipe] = [],
        events: @escaping @Sendable (CreateEvent) -> Void = { _ in }
    ) async throws -> CreatedPackage {
        let output = try OutputFile(path: path, replacesExisting: replacesExisting)
        let carried = try encodings().carried
        let layers = changedLayers.filter { !carried.contains($0) }
        let recipes = try await recipes(options, layers: layers, made: made, events: events)
        let document = try assemble(recipes, level: options.level) { try output.write($0) }
        try output.sync()
        if options.checks {
            let package = try DeltaPackage.open(output.temporaryPath, shownAs: path)
            try DeltaApplier(package: package, old: old).apply(.same, into: { _ in }) {
                events(.checking(done: $0, total: $1))
            }
        }
        let byteCount = output.byteCount
        try output.commit()
        return CreatedPackage(byteCount: byteCount, document: document)
    }

    /// The size of the package that those recipes go into.
    ///
    /// - Parameters:
    ///   - recipes: The recipes of all changed layers but the carried ones.
    ///   - level: The level they were made with.
    /// - Returns: Bytes.
    /// - Throws: `FileError` if the images can no longer be read.
    public func packageByteCount(_ recipes: [LayerRecipe], level: DeltaLevel) throws -> UInt64 {
        var byteCount: UInt64 = 0
        _ = try assemble(recipes, level: level) { byteCount += UInt64($0.count) }
        return byteCount
    }

    /// Puts a package together and gives out its bytes.
    private func assemble(
        _ recipes: [LayerRecipe], level: DeltaLevel, into sink: @escaping ([UInt8]) throws -> Void
    ) throws -> DeltaDocument {
        let encodings = try encodings()
        let summary = new.index.summary
        let archive = try new.archive()
        let documents = [new.config] + (new.manifest.map { [$0] } ?? [])
        let archiveRecipe = try ArchiveRecipe(
            archive, layers: summary.layers.map(\.digest), documents: documents.map { Digest.of($0) },
            level: level)

        var blobs = recipes.map {
            PackageWriter.Blob($0.bytes, digest: $0.digest, mediaType: PackageMediaType.recipe)
        }
        blobs += encodings.carried.map { layer in
            PackageWriter.Blob(
                new.layers[layer].blob, digest: summary.layers[layer].digest, mediaType: PackageMediaType.blob
            )
        }
        blobs.append(PackageWriter.Blob(archiveRecipe.bytes, mediaType: PackageMediaType.recipe))
        blobs.append(PackageWriter.Blob(new.config, mediaType: MediaType.ociConfig))
        var subject: Descriptor?
        if let manifest = new.manifest {
            let blob = PackageWriter.Blob(manifest, mediaType: MediaType.ociManifest)
            blobs.append(blob)
            subject = blob.descriptor
        }
        let document = DeltaDocument(
            formatVersion: DeltaDocument.formatVersion, tool: ToolVersion.description,
            old: DeltaDocument.Old(
                names: old.index.summary.names, imageID: old.index.summary.imageID,
                layers: old.index.summary.layers.map(\.diffID),
                archiveByteCount: old.index.summary.archiveByteCount),
            new: DeltaDocument.New(
                names: summary.names, imageID: summary.imageID, manifestDigest: summary.manifestDigest,
                platform: summary.platform?.description, layers: layers(encodings, recipes),
                archive: DeltaDocument.Archive(
                    digest: archiveRecipe.archiveDigest, byteCount: archive.byteCount,
                    recipe: Digest.of(archiveRecipe.bytes), documents: documents.map { Digest.of($0) })))
        try PackageWriter(document: document, blobs: blobs, subject: subject).write(into: sink)
        return document
    }

    private func layers(_ encodings: LayerEncodings, _ recipes: [LayerRecipe]) -> [DeltaDocument.Layer] {
        let oldIDs = Set(old.index.summary.layers.map(\.diffID))
        let newLayers = new.index.summary.layers
        return zip(newLayers, encodings.encodings).map { layer, encoding in
            let recipe = recipes.first { newLayers[$0.layer].diffID == layer.diffID }
            let tar: DeltaDocument.TarOrigin =
                if oldIDs.contains(layer.diffID) {
                    .old
                } else if let recipe, encoding != .carried {
                    .recipe(recipe.digest)
                } else {
                    .blob
                }
            return DeltaDocument.Layer(
                diffID: layer.diffID, byteCount: layer.byteCount ?? 0, digest: layer.digest,
                blobByteCount: layer.blobByteCount, tar: tar, encoding: encoding)
        }
    }
}
