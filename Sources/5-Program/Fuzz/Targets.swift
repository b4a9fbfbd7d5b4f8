import Bytes
import Compression
import Recompression
import Delta
import FileIO
import Foundation
import Images
import DeltaPackages
import TestSupport

/// The packages that must be readable for ever, and the old image that they change.
private struct Golden {
    let packages: [[UInt8]]
    let oldPath: String

    init() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../Tests/DeltaPackagesTests/Golden")
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        packages = try files.filter { $0.hasSuffix(".silt") }.map {
            Array(try Data(contentsOf: folder.appendingPathComponent($0)))
        }
        oldPath = folder.appendingPathComponent("old.tar.zst").path
    }

    /// What a compressed file holds.
    static func decompressed(_ bytes: [UInt8]) throws -> [UInt8] {
        let scratch = try Scratch()
        let file = try RandomAccessFile(path: scratch.write("packed", bytes))
        var plain: [UInt8] = []
        try BlobReader.forEachPart(of: FileRegion(file), limit: 1 << 30) { plain += $0 }
        return plain
    }

    /// The layers of the old image.
    func oldLayers() throws -> [[UInt8]] {
        let members = try LayerParts(
            try Self.decompressed(Array(try Data(contentsOf: URL(fileURLWithPath: oldPath))))
        ).members
        return members.filter { $0.name.hasPrefix("blobs/") && !$0.content.starts(with: "{".utf8) }.map(
            \.content)
    }
}

/// Layers before and after an update that has everything that recipes can say.
private enum SampleLayers {
    private static func linked(_ machine: ELFBuilder.Machine, isNew: Bool) -> [UInt8] {
        var functions = (0..<30).map { LinkedProgram.Function("f\($0)", 16 + $0 % 7 * 8) }
        if isNew { functions.insert(.init("new", 40), at: 4) }
        return LinkedProgram.file(machine, functions, isGo: true)
    }

    private static func archive(_ machine: ELFBuilder.Machine, isNew: Bool) -> [UInt8] {
        var functions = (0..<20).map { LinkedProgram.Function("f\($0)", 16 + $0 % 7 * 8) }
        if isNew { functions.insert(.init("new", 40), at: 4) }
        return ObjectFile.archive(machine, [("first-object", functions), ("other-object", functions)])
    }

    static func tar(isNew: Bool) throws -> [UInt8] {
        // Enough literals for coding by contexts.
        let words =
            isNew ? Content.mutated(Content.text(6, 2_000), seed: 7, edits: 60) : Content.text(6, 2_000)
        let text = isNew ? Content.mutated(Content.text(3, 900), seed: 4) : Content.text(3, 900)
        let sizes = [16, isNew ? 48 : 32, 48, 16, 80]
        let zip = [ZipBuilder.Member("a", text), .init("b", Content.text(5, 400), hasDescriptor: true)]
        let entries: [TarEntry] = [
            .directory("d"), .file("d/text", text), .file("d/same", Content.random(1, 700)),
            .file("x86", ELFBuilder.program(.x86, seed: 5, sizes: sizes)),
            .file("arm", ELFBuilder.program(.arm, seed: 5, sizes: sizes)),
            .file("linked-x86", linked(.x86, isNew: isNew)), .file("linked-arm", linked(.arm, isNew: isNew)),
            .file("x86.a", archive(.x86, isNew: isNew)), .file("arm.a", archive(.arm, isNew: isNew)),
            .file("words", words),
            .file("z.gz", try Packing.gzip(6).pack(text)), .file("a.zip", ZipBuilder.file(zip)),
            .file("long", "x").attribute("user.a", [1, isNew ? 5 : 2, 3]), .symlink("link", to: "text"),
            .file(String(repeating: "g", count: 150), "gnu").with { $0.style = .gnu },
            .file(isNew ? "new" : "gone", "brand new").with { $0.padding = 1 },
        ]
        return entries.map { entry in entry.with { $0.modified += isNew ? 60 : 0 } }.tar
    }
}

/// Follows mutated recipes.
struct RecipeTarget: Target {
    private let references: MemoryReferences
    private let recipes: [[UInt8]]
    private let parts: [RecipeParts]

    init(corpus: [[UInt8]]) throws {
        let golden = try Golden()
        references = try MemoryReferences(try golden.oldLayers() + [try SampleLayers.tar(isNew: false)])
        let new = try SampleLayers.tar(isNew: true)
        let made = try ([nil] + DeltaLevel.allCases).map { [references] in
            try Recipe.encode(new, references: references, level: $0)
        }
        for recipe in made where try Recipe.follow(recipe, references) != new {
            throw Finding("a recipe is wrong")
        }
        let old = try golden.packages.flatMap {
            try LayerParts(try Golden.decompressed($0)).members.map(\.content)
        }
        recipes = made + old.filter { $0.starts(with: "SLTR".utf8) } + corpus
        parts = recipes.compactMap { try? RecipeParts($0) }
    }

    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        if random.below(5) == 0 { return random.mutated(random.pick(recipes), with: random.pick(recipes)) }
        return try random.pick(parts).mutated(&random)
    }

    func run(_ input: [UInt8]) async throws { _ = try Recipe.follow(input, references) }
    func isDocumented(_ error: any Error) -> Bool { error is DeltaError }
}

/// Compares mutated compressed files; what a patch says of them must make them again.
struct UnpackTarget: Target {
    private let files: [[UInt8]]

    init(corpus: [[UInt8]]) throws {
        let (text, other) = (Content.text(1, 3_000), Content.text(2, 5_000))
        let edited = Content.mutated(text, seed: 3, edits: 4)
        let zips = [text, edited].flatMap { content in
            [false, true].map { hasDescriptor in
                ZipBuilder.file([
                    .init("a.class", content, level: 9, hasDescriptor: hasDescriptor),
                    .init("s", other, level: 0),
                    .init("same", other, hasDescriptor: hasDescriptor), .init("empty", []),
                ])
            }
        }
        let gzips = try [(text, 6), (edited, 6), (text, 1), (other, 9)].map {
            try Packing.gzip($0.1).pack($0.0)
        }
        let gnu = Deflate.compress(edited, .init(encoder: .gnuGzip, level: 6, memoryLevel: 9))
        let odd = [
            gzips[0] + gzips[3], Array(gzips[0].prefix(10)) + gnu + Array(gzips[1].suffix(8)),
            ZipBuilder.file([.init("z", zips[0], level: 0)]),
            ZipBuilder.file([.init("z", zips[3])], prefix: text),
        ]
        files = zips + gzips + odd + corpus
    }

    /// Two files behind the first one's size.
    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        var pair = [random.pick(files), random.pick(files)]
        if random.below(3) > 0 { pair[0] = random.mutated(pair[0], with: random.pick(files)) }
        pair[1] = random.mutated(pair[1], with: random.pick(files))
        var bytes = ByteWriter()
        bytes.block(pair[0])
        bytes.raw(pair[1])
        return bytes.bytes
    }

    func run(_ input: [UInt8]) async throws {
        var reader = ByteReader(input)
        let (old, new) = (Array(try reader.block()), Array(try reader.raw(reader.remaining)))
        let method = input.count % 4 == 0 ? MatchMethod.sorted : .hashed(depth: 8)
        guard let patch = try UnpackedPatch.between(old, new, method: method) else { return }
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let tar = [TarEntry.file("f", new)].tar
        let recipe = try Recipe.encode(tar, references: references, level: nil) { _, twin in
            twin.map { .unpackedPatch(reference: $0, patch) } ?? .new
        }
        guard try Recipe.follow(recipe, references) == tar else {
            throw Finding("it comes out as another file")
        }
    }

    func isDocumented(_ error: any Error) -> Bool { false }
}

/// Opens mutated image archives.
struct ArchiveTarget: Target {
    private static let images = [SampleImages.tiny, SampleImages.old, SampleImages.new]
    private let scratch: Scratch
    private let archives: [[UInt8]]

    init(_ scratch: Scratch, corpus: [[UInt8]]) throws {
        self.scratch = scratch
        archives =
            try Layout.files.flatMap { layout in
                try Packing.layers.map { try Self.images[0].archive(layout, $0) }
            } + corpus
    }

    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        let (layout, packing) = (random.pick(Layout.files), random.pick(Packing.layers))
        let outer = random.pick([Packing.plain, .plain] + Packing.archives)
        var image = random.pick(Self.images)
        switch random.below(5) {
        case 0: return random.mutated(tar: random.pick(archives), with: random.pick(archives))
        case 1:
            return random.mutated(
                try image.archive(layout, packing, outer: outer), with: random.pick(archives))
        case 2:
            // Any member: documents, compressed layers.
            var members = try image.members(layout, packing)
            let index = random.below(members.count)
            members.replace(
                index, with: random.mutated(members[index].content, with: random.pick(members).content))
            return try outer.pack(members.tar)
        default:
            let index = random.below(image.layers.count)
            image.layers[index].tar = random.mutated(
                tar: image.layers[index].tar, with: random.pick(Self.images).layers[0].tar)
            return try image.archive(layout, packing, outer: outer)
        }
    }

    func run(_ input: [UInt8]) async throws {
        let path = try scratch.write("image.tar", input)
        _ = try await ImageLoader.load(ImageRequest(path: path, jobs: 1, unpackedByteCountLimit: 64 << 20))
    }

    func isDocumented(_ error: any Error) -> Bool { error is ImageError }
}

/// Opens and applies mutated packages.
struct PackageTarget: Target {
    private let scratch: Scratch
    private let olds: [OpenedImage]
    private let packages: [[UInt8]]
    private let members: [[Member]]

    init(_ scratch: Scratch, corpus: [[UInt8]]) async throws {
        self.scratch = scratch
        let golden = try Golden()
        var packages = golden.packages
        var olds = [try await ImageLoader.load(ImageRequest(path: golden.oldPath))]
        // Blobs compressed anew.
        let images = [SampleImages.old, SampleImages.new].map(\.layers)
        let pair = try [false, true].map { isNew in
            ImageBuilder(images[isNew ? 1 : 0] + [.init("COPY", tar: try SampleLayers.tar(isNew: isNew))])
        }
        let old = try await ImageLoader.load(
            ImageRequest(path: pair[0].save(.docker25, .gzip(6), to: "old", in: scratch)))
        for (layout, packing) in [(Layout.docker25, Packing.gzip(6)), (.dockerLegacy, .plain)] {
            let new = try await ImageLoader.load(
                ImageRequest(path: pair[1].save(layout, packing, to: "\(layout)", in: scratch)))
            _ = try await DeltaCreator(old: old, new: new).create(
                at: scratch.path("p.silt"), replacesExisting: true, options: DeltaOptions(level: .fast))
            packages.append(try scratch.read("p.silt"))
        }
        olds.append(old)
        self.olds = olds
        self.packages = packages + corpus
        members = self.packages.compactMap { try? LayerParts(try Golden.decompressed($0)).members }
    }

    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        var members = random.pick(members)
        switch random.below(8) {
        case 0: return random.mutated(random.pick(packages), with: random.pick(packages))
        case 1: return random.mutated(tar: members.tar, with: random.pick(packages))
        default:
            let index = random.below(members.count)
            let content = members[index].content
            if random.below(4) > 0, let parts = try? RecipeParts(content) {
                members.replace(index, with: try parts.mutated(&random))
            } else {
                members.replace(index, with: random.mutated(content, with: random.pick(members).content))
            }
            return members.tar
        }
    }

    func run(_ input: [UInt8]) async throws {
        let package = try DeltaPackage.open(try scratch.write("d.silt", input))
        let format = input.count % 4 == 0 ? OutputFormat.docker : input.count % 4 == 1 ? .oci : .same
        let old = package.document.old.layers.count == olds[0].layers.count ? olds[0] : olds[1]
        var made = 0
        let applier = try DeltaApplier(package: package, old: old)
        try applier.apply(
            format,
            into: {
                made += $0.count
                guard format != .same || made <= applier.byteCount(of: .same) else {
                    throw Finding("it makes more than it says")
                }
                guard made <= EnoughMade.byteCount else { throw EnoughMade() }
            })
    }

    func isDocumented(_ error: any Error) -> Bool { error is PackageError }
}
