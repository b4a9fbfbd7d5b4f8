import Bytes
import Delta
import FileIO
import Hashing
import Images
import OCI
import DeltaPackages
import TestSupport
import Testing

struct ApplyingTests {
    private let roundtrip: Roundtrip
    private let package: DeltaPackage
    private let expected: [UInt8]
    private var scratch: Scratch { roundtrip.scratch }

    init() async throws {
        roundtrip = try Roundtrip()
        let old = try await roundtrip.open(SampleImages.old, .docker25, as: "old")
        let new = try await roundtrip.open(SampleImages.new, .docker25, as: "new")
        package = try DeltaPackage.open(try await roundtrip.create(old, new))
        expected = try SampleImages.new.archive(.docker25)
    }

    /// An old image as `silt apply` opens it.
    private func trusted(_ path: String) async throws -> OpenedImage {
        try await ImageLoader.load(ImageRequest(path: path, hashesFiles: false, trustsLayers: true))
    }

    // MARK: - Old images that are taken on trust

    @Test(arguments: Layout.allCases, Packing.layers)
    func `an image whose layers are trusted has the entries of one whose layers are read`(
        layout: Layout, packing: Packing
    ) async throws {
        let path = try SampleImages.old.save(layout, packing, to: "any", in: scratch)
        let read = try await roundtrip.load(path)
        let trusted = try await trusted(path)
        #expect(trusted.layers.map(\.spans) == read.layers.map(\.spans))
        #expect(trusted.layers.map(\.isChecked) == read.layers.map { _ in packing != .plain })
        #expect(trusted.index.summary == read.index.summary)
        #expect(try roundtrip.apply(package.path, to: trusted) == expected)
    }

    /// The old image with a byte changed in a layer, and the configuration it had before.
    private func lying(about layer: Int, at text: [UInt8]) throws -> String {
        var image = SampleImages.old
        image.otherConfig = image.config
        let tar = image.layers[layer].tar
        let place = try #require(tar.indices.first { tar[$0...].starts(with: text) })
        image.layers[layer].tar[place] ^= 1
        return try image.save(.dockerLegacy, to: "lying", in: scratch)
    }

    @Test(arguments: [OutputFormat.same, .oci, .docker])
    func `an old layer that is not what its configuration says is told by name`(format: OutputFormat)
        async throws
    {
        // One layer is copied whole, of the other a file is taken.
        for (layer, text) in [(0, Array("root:x:0:0".utf8)), (1, Content.random(4, 3_000))] {
            let path = try lying(about: layer, at: text)
            let old = try await trusted(path)
            #expect {
                try roundtrip.apply(package.path, to: old, format)
            } throws: { error in
                guard case ImageError.wrongDigest(path, let name, let stated, _) = error else { return false }
                return name.hasPrefix("layer \(layer + 1) ")
                    && stated == SampleImages.old.layers[layer].diffID.description
            }
        }
    }

    @Test func `an old layer with a broken header is told by its digest, too`() async throws {
        let path = try lying(about: 1, at: Array("lib/".utf8))
        await #expect {
            try await trusted(path)
        } throws: { error in
            guard case ImageError.wrongDigest(path, let name, _, _) = error else { return false }
            return name.hasPrefix("layer 2 ")
        }
    }

    // MARK: - Interrupted runs

    /// Applies to a file until its first layer is there; returns how many bytes were kept.
    private func interrupt() async throws -> UInt64 {
        let applier = try DeltaApplier(package: package, old: try await trusted(scratch.path("old")))
        let (path, origin) = (scratch.path("made"), package.manifestDigest)
        return try await Task {
            let file = try OutputFile(path: path, replacesExisting: false, continuing: origin)
            #expect(throws: CancellationError.self) {
                try applier.apply(to: file) { _, _ in withUnsafeCurrentTask { $0?.cancel() } }
            }
            return file.keep()
        }.value
    }

    /// Applies to the end; returns after how many bytes it continued.
    private func finish() async throws -> UInt64? {
        let applier = try DeltaApplier(package: package, old: try await trusted(scratch.path("old")))
        let file = try OutputFile(
            path: scratch.path("made"), replacesExisting: false, continuing: package.manifestDigest)
        try applier.apply(to: file)
        try file.commit()
        return file.continued?.byteCount
    }

    private static let leftovers = [".made.silt-partial", ".made.silt-state"]

    @Test func `an interrupted run is continued after its last layer, and leaves nothing in the end`()
        async throws
    {
        let before = scratch.names
        let kept = try await interrupt()
        #expect(kept > 0 && kept < UInt64(expected.count))
        #expect(scratch.names == (before + Self.leftovers).sorted())
        #expect(try scratch.read(Self.leftovers[0]) == Array(expected.prefix(Int(kept))))
        // Interrupted at once, it has what it had.
        #expect(try await interrupt() >= kept)
        #expect(try await finish() ?? 0 >= kept)
        #expect(try scratch.read("made") == expected)
        #expect(scratch.names == (before + ["made"]).sorted())
    }

    @Test(arguments: [
        "a byte", "cut", "longer", "state cut", "state of another package", "no state", "no file",
    ])
    func `a partial file that is not what was kept is made anew`(what: String) async throws {
        let before = scratch.names
        let kept = try await interrupt()
        var partial = try scratch.read(Self.leftovers[0])
        var state = String(decoding: try scratch.read(Self.leftovers[1]), as: UTF8.self)
        var expectation: UInt64?
        switch what {
        case "a byte": partial[partial.count / 2] ^= 1
        case "cut": partial.removeLast()
        case "longer":
            // What a crash left behind the last checkpoint counts for nothing.
            partial += [1, 2, 3]
            expectation = kept
        case "state cut": state.removeLast(20)
        case "state of another package":
            state = state.split(separator: " ", omittingEmptySubsequences: false).enumerated()
                .map { $0.offset == 1 ? Digest.of([1]).description : String($0.element) }
                .joined(separator: " ")
        case "no state": state = ""
        default: partial = []
        }
        try scratch.write(Self.leftovers[0], partial)
        try scratch.write(Self.leftovers[1], Array(state.utf8))
        #expect(try await finish() == expectation)
        #expect(try scratch.read("made") == expected)
        #expect(scratch.names == (before + ["made"]).sorted())
    }

    @Test func `a run that finds another at work makes a file of its own`() async throws {
        let before = scratch.names
        do {
            let first = try OutputFile(
                path: scratch.path("made"), replacesExisting: false, continuing: package.manifestDigest)
            #expect(try await finish() == nil)
            #expect(try scratch.read("made") == expected)
            #expect(throws: FileError.exists(path: scratch.path("made"))) { try first.commit() }
        }
        #expect(scratch.names == (before + ["made"]).sorted())
    }

    @Test func `a run that fails leaves nothing, even if one before it was interrupted`() async throws {
        let before = scratch.names
        _ = try await interrupt()
        let old = try await trusted(try lying(about: 1, at: Content.random(4, 3_000)))
        do {
            let file = try OutputFile(
                path: scratch.path("made"), replacesExisting: false, continuing: package.manifestDigest)
            #expect(throws: ImageError.self) {
                try DeltaApplier(package: package, old: old).apply(to: file)
            }
        }
        #expect(scratch.names == (before + ["lying"]).sorted())
    }
}
