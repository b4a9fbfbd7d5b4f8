import Bytes
import Delta
import FileIO
import Foundation
import Hashing
import Images
import OCI
import DeltaPackages
import Locks
import TestSupport
import Testing
import Work

/// What a package may hold besides one delta that this version knows.
struct PackageFileTests {
    private let roundtrip: Roundtrip
    private let old: OpenedImage
    private let parts: PackageParts
    private let expected: [UInt8]

    init() async throws {
        roundtrip = try Roundtrip()
        old = try await roundtrip.open(SampleImages.old, .docker25, as: "old")
        let new = try await roundtrip.open(SampleImages.new, .docker25, as: "new")
        parts = try PackageParts(try await roundtrip.create(old, new))
        expected = try SampleImages.new.archive(.docker25)
    }

    private func write(_ parts: PackageParts, as name: String = "made.silt") throws -> String {
        try roundtrip.scratch.write(name, parts.bytes())
    }

    @Test func `a package is the same taken apart and put together`() throws {
        #expect(try roundtrip.apply(try write(parts), to: old) == expected)
    }

    @Test func `documents as long as those of images of thousands of layers are read`() throws {
        var parts = parts
        try parts.changeLayer(1) { $0["note"] = String(repeating: "x", count: 6_000_000) }
        #expect(try roundtrip.apply(try write(parts), to: old) == expected)
    }

    // MARK: - What this version does not know

    @Test func `an unknown encoding is told by name, and matters only where it is needed`() throws {
        var parts = parts
        try parts.changeLayer(2) {
            $0["encoding"] = ["kind": "zstd-\u{1b}seekable", "level": 3] as [String: Any]
        }
        let path = try write(parts)
        let package = try DeltaPackage.open(path)
        #expect(package.unknownNeeds == [#"layer 3 is encoded as 'zstd-\x1bseekable'"#])
        #expect {
            try roundtrip.apply(path, to: old)
        } throws: { error in
            "\(error)"
                == #"'\#(path)': layer 3 is encoded as 'zstd-\x1bseekable', which this version does not know; a newer silt is needed"#
        }
        #expect(
            try roundtrip.apply(path, to: old, .docker)
                == roundtrip.apply(try write(self.parts), to: old, .docker))
    }

    @Test func `an unknown origin is told by name`() throws {
        var parts = parts
        try parts.changeLayer(1) { $0["tar"] = ["kind": "chunks"] }
        let path = try write(parts)
        for format in [OutputFormat.same, .docker] {
            #expect(throws: PackageError.unknownNeeds(path: path, needs: ["layer 2 comes from 'chunks'"])) {
                try roundtrip.apply(path, to: old, format)
            }
        }
    }

    @Test func `a feature that the document requires is told by name`() throws {
        var parts = parts
        try parts.changeDocument { $0["requires"] = ["partial"] }
        let path = try write(parts)
        #expect(throws: PackageError.unknownNeeds(path: path, needs: ["it requires 'partial'"])) {
            try DeltaPackage.open(path)
        }
    }

    @Test func `unknown keys are passed over`() throws {
        var parts = parts
        try parts.changeDocument { $0["comment"] = ["a": [1, 2]] }
        try parts.changeLayer(0) { $0["comment"] = "layer" }
        try parts.changeManifest { $0["annotations"] = ["a": "b"] }
        #expect(try roundtrip.apply(try write(parts), to: old) == expected)
    }

    @Test func `another version of the package is told`() throws {
        var parts = parts
        parts.listed[0]["artifactType"] = "application/vnd.silt.delta.v2"
        let path = try write(parts)
        #expect {
            try DeltaPackage.open(path)
        } throws: { error in
            "\(error)"
                == "'\(path)' was made by another version of silt (format 2, this one reads 1); a newer silt is needed"
        }
        var older = self.parts
        try older.changeDocument { $0["formatVersion"] = 0 }
        let other = try write(older, as: "older.silt")
        #expect {
            try DeltaPackage.open(other)
        } throws: { error in
            "\(error)".hasSuffix(
                " was made by another version of silt (format 0, this one reads 1); make it anew")
        }
    }

    @Test func `another version of a recipe is told, and is no damage`() throws {
        var parts = parts
        let recipes = parts.blobs.values.filter { $0.starts(with: "SLTR".utf8) }
        var others: [String: String] = [:]
        for recipe in recipes {
            var other = recipe
            other[4] = 9
            let descriptor = parts.add(other, mediaType: "application/vnd.silt.recipe.v1")
            others[Digest.of(recipe).description] = Digest.of(other).description
            try parts.changeManifest { $0["layers"] = ($0["layers"] as? [Any] ?? []) + [descriptor] }
        }
        try parts.changeDocument { document in
            var new = document["new"] as? [String: Any] ?? [:]
            var archive = new["archive"] as? [String: Any] ?? [:]
            archive["recipe"] = others[archive["recipe"] as? String ?? ""]
            new["archive"] = archive
            document["new"] = new
        }
        let path = try write(parts)
        let error = PackageError.unknownRecipeVersion(path: path, version: 9)
        #expect(!error.isDamage)
        #expect(throws: error) { try roundtrip.apply(path, to: old) }
        let package = try DeltaPackage.open(path)
        #expect(throws: error) { try package.recipeHeader(package.document.new.archive.recipe) }
    }

    // MARK: - What else an index lists

    @Test func `what refers to a delta is listed, and nothing of it is read`() throws {
        var parts = parts
        let missing: [String: Any] = [
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 7,
            "digest": Digest.of([1]).description,
        ]
        let signature = missing.merging(["artifactType": "application/vnd.example.signature"]) { $1 }
        let index = missing.merging(["mediaType": "application/vnd.oci.image.index.v1+json"]) { $1 }
        parts.listed = [signature, missing] + parts.listed + [index]
        let path = try write(parts)
        let file = try PackageFile.open(path)
        #expect(file.deltas.count == 1)
        #expect(file.others.map(\.artifactType) == ["application/vnd.example.signature", nil, nil])
        #expect(try roundtrip.apply(path, to: old) == expected)
    }

    @Test func `a delta is known by its manifest, too`() throws {
        var parts = parts
        parts.listed[0]["artifactType"] = nil
        #expect(try roundtrip.apply(try write(parts), to: old) == expected)
    }

    // MARK: - Bundles

    /// A package that makes the sample's new image of the old one, and another of another.
    private func bundle(_ other: ImageBuilder, to otherNew: ImageBuilder) async throws -> PackageFile {
        var parts = parts
        let from = try await roundtrip.open(other, .docker25, as: "other")
        let to = try await roundtrip.open(otherNew, .docker25, as: "other-new")
        parts.add(try PackageParts(try await roundtrip.create(from, to, as: "other.silt")))
        return try PackageFile.open(try write(parts))
    }

    @Test func `of several deltas the one is taken that the old image has the layers for`() async throws {
        let other = ImageBuilder([.init("COPY", [.file("a", Content.text(1, 400))])])
        let file = try await bundle(other, to: SampleImages.new)
        #expect(file.deltas.count == 2)
        #expect(throws: PackageError.self) { try file.onlyDelta() }
        for (image, layout) in [(SampleImages.old, Layout.ociArchive), (other, .dockerLegacy)] {
            let old = try await roundtrip.open(image, layout, as: "from")
            var made: [UInt8] = []
            try DeltaApplier(package: file.delta(from: ImageSet(old)), old: old).apply(.same) { made += $0 }
            #expect(made == expected)
        }
        let none = try await roundtrip.open(SampleImages.tiny, as: "none")
        #expect {
            try file.delta(from: ImageSet(none))
        } throws: { error in
            guard case PackageError.wrongOldImage = error else { return false }
            return "\(error)".contains("example.org/app:1")
        }
    }

    @Test func `who has the new image already is told so, unless another one is wanted`() async throws {
        var third = SampleImages.new
        third.layers.removeLast()
        third.name = "example.org/app:3"
        let file = try await bundle(SampleImages.old, to: third)
        let made = ImageSet(try await roundtrip.open(third, .ociArchive, as: "made"))
        for name in [nil, "example.org/app:3"] {
            #expect(throws: PackageError.alreadyNew(path: file.path, image: made.source)) {
                try file.delta(from: made, making: name)
            }
        }
        #expect {
            try file.delta(from: made, making: "example.org/app:2")
        } throws: { error in
            if case PackageError.wrongOldImage = error { true } else { false }
        }
    }

    @Test func `where several start from the old image, the new one is chosen by name`() async throws {
        var third = SampleImages.new
        third.layers.removeLast()
        third.name = "example.org/app:3"
        let file = try await bundle(SampleImages.old, to: third)
        #expect {
            try file.delta(from: ImageSet(old))
        } throws: { error in
            guard case PackageError.ambiguous = error else { return false }
            return "\(error)".contains("'example.org/app:2' (linux/amd64), 'example.org/app:3' (linux/amd64)")
        }
        for name in ["example.org/app:2", "example.org/app:3"] {
            #expect(try file.delta(from: ImageSet(old), making: name).document.new.images[0].names == [name])
        }
        #expect {
            try file.delta(from: ImageSet(old), making: "example.org/app:4")
        } throws: { error in
            guard case PackageError.noSuchImage = error else { return false }
            return "\(error)".contains("makes no image 'example.org/app:4'; it makes: 'example.org/app:2'")
        }
        // Two ways to the same archive are no choice.
        let same = try await bundle(SampleImages.old, to: SampleImages.new)
        #expect(same.deltas.count == 2)
        _ = try same.delta(from: ImageSet(old))
    }

    // MARK: - Reading

    @Test func `reading tells how far it is, and can be cancelled`() async throws {
        let path = try write(parts)
        let last = Locked<Work.Progress?>(nil)
        _ = try DeltaPackage.open(path, Reporter { news in last.withLock { $0 = news } })
        let progress = try #require(last.withLock { $0 })
        #expect(progress.phase == .checking && progress.isFinished && progress.done > 0)
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try DeltaPackage.open(path)
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }

    // MARK: - Packages that claim too much

    /// A package whose archive is 2^59 zeros, as it says.
    private func zeros() throws -> PackageParts {
        let byteCount = UInt64(1) << 59
        var numbers = ByteWriter()
        numbers.varint(byteCount)
        numbers.varint(0)
        var recipe = ByteWriter()
        recipe.raw("SLTR".utf8)
        recipe.byte(1)
        for number in [byteCount, 0, 1, 1, 0, UInt64(numbers.bytes.count), UInt64(numbers.bytes.count)] {
            recipe.varint(number)
        }
        recipe.raw(numbers.bytes)
        var parts = parts
        let descriptor = parts.add(recipe.bytes, mediaType: "application/vnd.silt.recipe.v1")
        try parts.changeManifest { manifest in
            manifest["layers"] = (manifest["layers"] as? [[String: Any]] ?? []) + [descriptor]
        }
        try parts.changeDocument { document in
            var new = document["new"] as? [String: Any] ?? [:]
            var archive = new["archive"] as? [String: Any] ?? [:]
            archive["byteCount"] = byteCount
            archive["recipe"] = descriptor["digest"]
            new["archive"] = archive
            document["new"] = new
        }
        return parts
    }

    @Test func `an image that is far larger than what it is made of is refused`() throws {
        let path = try write(try zeros())
        let applier = try DeltaApplier(package: try DeltaPackage.open(path), old: old)
        #expect {
            try applier.check(.same)
        } throws: { error in
            guard case PackageError.tooLarge(path, 1 << 59, _) = error else { return false }
            return "\(error)".contains("576,460,752,303,423,488 bytes")
        }
        try applier.check(.same, limit: 1 << 59)
        try applier.check(.docker)
        #expect(throws: PackageError.self) { try applier.check(.docker, limit: 1_000) }
        #expect {
            try OutputFile(
                path: roundtrip.scratch.path("out"), replacesExisting: false,
                expecting: applier.byteCount(of: .same))
        } throws: { error in
            guard case FileError.noRoom(_, 1 << 59, _) = error else { return false }
            return "\(error)".contains("are free there")
        }
        #expect(!roundtrip.scratch.names.contains("out"))
        // It makes nothing but zeros for as long as it is let.
        struct Enough: Error {}
        var made = 0
        #expect(throws: Enough.self) {
            try applier.apply(.same) {
                made += $0.count
                if made > 1 << 20 { throw Enough() }
            }
        }
    }
}
