import Bytes
public import Delta
import FileIO
import Hashing
import Images
import OCI
public import Work

extension DeltaCreator {
    /// Makes a package.
    ///
    /// - Parameters:
    ///   - path: Where it goes; it appears there only when it is complete and checked.
    ///   - replacesExisting: Whether a file that is there may be replaced.
    ///   - options: How to make it.
    ///   - reporter: Told how far probing, comparing and checking have come.
    /// - Returns: What was made.
    /// - Throws: `FileError`, `PackageError` if the check fails, `CancellationError` when its task was cancelled.
    public func create(
        at path: String, replacesExisting: Bool, options: DeltaOptions, _ reporter: Reporter = .silent
    ) async throws -> CreatedPackage {
        try await WorkPool.shared.run {
            try await self.write(path, replacesExisting: replacesExisting, options, reporter)
        }
    }

    private func write(
        _ path: String, replacesExisting: Bool, _ options: DeltaOptions, _ reporter: Reporter
    ) async throws -> CreatedPackage {
        try checkIsPossible()
        let output = try OutputFile(path: path, replacesExisting: replacesExisting)
        let made = try await recipes(options, reporter)
        let (plan, recipes) = try await plan().revised(made, new)
        let contents = try await contents(
            plan, recipes, spares: spares(reporter), carried: plan.carriedLayers, level: options.level)
        try contents.write { try output.write($0) }
        try output.sync()
        if options.checks {
            let package = try PackageFile.open(output.temporaryPath, shownAs: path).onlyDelta()
            try DeltaApplier(package: package, old: old).apply(.same, into: { _ in }) {
                reporter.report(Progress(.checking, done: $0, total: $1))
            }
        }
        let byteCount = output.byteCount
        try output.commit()
        return CreatedPackage(
            byteCount: byteCount, document: contents.document, plan: plan,
            otherByteCount: try await archiveRecipe(options.level).otherByteCount,
            layersOfOldBlobs: contents.document.new.layers.indices.filter {
                // A foreign layer that is in neither image is not made at all.
                !new.layers[$0].isAbsent && contents.document.new.layers[$0].neededOldBlob != nil
            })
    }

    /// What everything costs in the package that some recipes go into.
    ///
    /// - Parameters:
    ///   - recipes: The recipes of all layers that the plan wants one for.
    ///   - level: The level they were made at.
    /// - Returns: Exact figures.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func costs(_ recipes: [LayerRecipe], level: DeltaLevel) async throws -> PackageCosts {
        let (plan, recipes) = try await plan().revised(recipes, new)
        let contents = try await contents(
            plan, recipes, spares: spares(), carried: plan.carriedLayers, level: level)
        let total = try await WorkPool.shared.run {
            var byteCount: UInt64 = 0
            try contents.write { byteCount += UInt64($0.count) }
            return byteCount
        }
        let documents = try await guessOfDocuments(level)
        return PackageCosts(plan, new, recipes, documents: documents.low, total: total)
    }

    /// About how many bytes a package takes besides recipes and blobs of layers.
    ///
    /// - Parameter level: The level it is made at.
    /// - Returns: The size of a package without them, and about what naming each of them takes. Recipes stand between the
    ///   documents when all of it is compressed, which then find less of each other: up to 28 % more in the pairs of the corpus.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func guessOfDocuments(_ level: DeltaLevel) async throws -> CostGuess {
        let plan = try await plan()
        let contents = try await contents(plan, [], spares: nil, carried: [], level: level)
        let references = plan.recipeLayers.count + plan.carriedLayers.count + plan.repackLayers.count
        let byteCount = try await WorkPool.shared.run {
            var byteCount: UInt64 = 0
            try contents.write { byteCount += UInt64($0.count) }
            return byteCount + Self.referenceByteCount * UInt64(references)
        }
        let sum = Double(byteCount.addingClamped(EncodingProbe(old: old, new: new).spareGuess))
        return CostGuess(sum, low: sum * 0.9, high: sum * 1.3)
    }

    /// About what a digest takes that stands in a manifest, in a document and in a name, when all of it is compressed.
    private static let referenceByteCount: UInt64 = 48

    /// Puts the contents of a package together. Without `spares`, which are descriptions of blobs that both images hold,
    /// all descriptions are left out.
    private func contents(
        _ plan: DeltaPlan, _ recipes: [LayerRecipe], spares: [Int: LayerRepack]?, carried: [Int],
        level: DeltaLevel
    ) async throws -> PackageWriter {
        let archive = try await archiveRecipe(level)
        var blobs = recipes.map {
            PackageWriter.Blob($0.bytes, digest: $0.digest, mediaType: PackageMediaType.recipe)
        }
        blobs += carried.map { layer in
            PackageWriter.Blob(
                new.layers[layer].blob, digest: new.summaries[layer].digest, mediaType: PackageMediaType.blob
            )
        }
        if let spares {
            var seen: Set<Digest> = []
            blobs += plan.layers.compactMap { $0.repack ?? spares[$0.index] }.filter {
                seen.insert($0.digest).inserted
            }.map { PackageWriter.Blob($0.bytes, mediaType: PackageMediaType.repack) }
        }
        blobs.append(PackageWriter.Blob(archive.bytes, mediaType: PackageMediaType.recipe))
        let documents = new.documents.map { PackageWriter.Blob($0.bytes, mediaType: $0.mediaType) }
        blobs += documents
        // A package refers to one image; one of several images stands by itself.
        let manifests = documents.map(\.descriptor).filter { $0.mediaType == MediaType.ociManifest }
        let subject = manifests.count == 1 && new.images.count == 1 ? manifests.first : nil
        let document = DeltaDocument(
            formatVersion: DeltaDocument.formatVersion, tool: ToolVersion.description,
            old: DeltaDocument.Old(
                images: old.images.map { DeltaDocument.Image($0) }, layers: old.summaries.map(\.diffID),
                archiveByteCount: old.archiveByteCount),
            new: DeltaDocument.New(
                images: new.images.map { DeltaDocument.Image($0) },
                layers: layers(plan, recipes, spares ?? [:]),
                archive: DeltaDocument.Archive(
                    digest: archive.archiveDigest, byteCount: archive.archiveByteCount,
                    recipe: Digest.of(archive.bytes), documents: documents.map(\.descriptor.digest)),
                partial: partial))
        return PackageWriter(document: document, blobs: blobs, subject: subject, level: level)
    }

    private func layers(
        _ plan: DeltaPlan, _ recipes: [LayerRecipe], _ spares: [Int: LayerRepack]
    ) -> [DeltaDocument.Layer] {
        let digests = Dictionary(
            recipes.map { ($0.layer, $0.digest) }, uniquingKeysWith: { first, _ in first })
        return zip(new.summaries, plan.layers).map { layer, planned in
            let tar: DeltaDocument.TarOrigin =
                if planned.isTarKnown {
                    .old
                } else if let recipe = plan.recipeLayer(of: planned).flatMap({ digests[$0] }) {
                    .recipe(recipe)
                } else {
                    .blob
                }
            var encoding = planned.encoding
            if case .old = encoding { encoding = .old(repack: spares[planned.index]?.digest) }
            return DeltaDocument.Layer(
                diffID: layer.diffID, byteCount: layer.byteCount ?? 0, digest: layer.digest,
                blobByteCount: layer.blobByteCount, tar: tar, encoding: encoding)
        }
    }
}
