import Bytes
import Delta
import Foundation
import Hashing
import Images
import DeltaPackages
import TestSupport
import Testing

/// Packages that were made once and must be readable for ever; see `Golden/README.md`.
@Suite(.serialized) struct GoldenTests {
    /// What a package makes of the old image beside it.
    struct Golden: Sendable, CustomTestStringConvertible {
        /// The package, without `.silt`.
        let name: String
        /// The old image, without `.tar.zst`.
        var old = "old"
        /// The same old image in other forms.
        var otherOlds: [String] = []
        let layout: Layout
        var packing = Packing.plain
        var level = DeltaLevel.default
        var testDescription: String { name }
    }

    static let all = [
        Golden(name: "docker-fast", layout: .dockerSkopeo, level: .fast),
        Golden(name: "docker", layout: .dockerLegacy), Golden(name: "oci", layout: .ociArchive),
        // Streams that are coded by contexts.
        Golden(name: "oci-best", layout: .ociArchive, level: .best),
        // One layer is the old blob, or is compressed anew where the old image holds it otherwise; the other always is.
        Golden(
            name: "oci-gzip", old: "old-gzip", otherOlds: ["old-gzip-plain"], layout: .docker25,
            packing: .gzip(9)),
        // Blobs that are carried whole, and the same described.
        Golden(name: "oci-zstd", layout: .ociArchive, packing: .zstd),
        Golden(name: "oci-zstd-described", layout: .ociArchive, packing: .zstd),
        // Blobs by klauspost/compress's level "better", which nothing here makes: `kzstd-1.17.4 7` of the fixtures did.
        Golden(name: "oci-zstd-better", layout: .ociArchive, packing: .zstd),
        // Layers cut by file, with two tables, as `kchunked` of the fixtures made them.
        Golden(name: "oci-zstd-chunked", layout: .ociArchive, packing: .zstd),
        // A blob that is made of an old blob's tokens.
        Golden(name: "oci-old-blob", old: "old-odd", layout: .ociArchive, packing: .oddGzip),
        // Images, Debian packages and what else has compressed members.
        Golden(name: "members", old: "old-members", layout: .ociArchive),
        // Programs in an archive, which are predicted.
        Golden(name: "members-programs", old: "old-members-programs", layout: .ociArchive),
        // Archives and compressed files in others.
        Golden(name: "members-nested", old: "old-members-nested", layout: .ociArchive),
        // Two platforms and a second image, in one archive.
        Golden(name: "several", old: "old-several", layout: .ociArchive),
    ]

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    private static func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

    @Test(arguments: all)
    func `a package makes what it always made`(_ golden: Golden) async throws {
        let roundtrip = try Roundtrip()
        if ProcessInfo.processInfo.environment["RECORD"] == "1" { try await record(golden, roundtrip) }
        let sums = try String(contentsOf: Self.file("SHA256SUMS"), encoding: .utf8)
        for name in [golden.old] + golden.otherOlds {
            let old = try await ImageLoader.loadSet(ImageRequest(path: Self.file("\(name).tar.zst").path))
            let made = try roundtrip.apply(Self.file("\(golden.name).silt").path, to: old)
            #expect(sums.contains("\(Digest.of(made).hex)  \(golden.name).silt \(name).tar.zst\n"))
        }
    }

    /// Makes what is not there; what is there is a promise.
    private func record(_ golden: Golden, _ roundtrip: Roundtrip) async throws {
        try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
        let oldPath = Self.file("\(golden.old).tar.zst")
        if !FileManager.default.fileExists(atPath: oldPath.path) {
            let bytes =
                golden.old == "old-several"
                ? try GoldenImages.several(isNew: false)
                : try GoldenImages.image(golden, isNew: false).archive(
                    .docker25, golden.packing == .zstd ? .plain : golden.packing)
            try Data(try Packing.zstd.pack(bytes)).write(to: oldPath)
        }
        for name in golden.otherOlds {
            let otherPath = Self.file("\(name).tar.zst")
            guard !FileManager.default.fileExists(atPath: otherPath.path) else { continue }
            // What makes an image of itself makes it with plain layers, too.
            let old = try await roundtrip.load(oldPath.path)
            let plain = try roundtrip.apply(
                try await roundtrip.create(old, old, as: "self"), to: old, .docker)
            try Data(try Packing.zstd.pack(plain)).write(to: otherPath)
        }
        let path = Self.file("\(golden.name).silt").path
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let bytes =
            golden.old == "old-several"
            ? try GoldenImages.several(isNew: true)
            : try GoldenImages.image(golden, isNew: true).archive(golden.layout, golden.packing)
        let old = try await ImageLoader.loadSet(ImageRequest(path: oldPath.path))
        let new = try await ImageLoader.loadSet(ImageRequest(path: roundtrip.scratch.write("new", bytes)))
        let made = roundtrip.scratch.path("d.silt")
        _ = try await DeltaCreator(old: old, new: new).create(
            at: made, replacesExisting: false, options: DeltaOptions(level: golden.level))
        try FileManager.default.copyItem(atPath: made, toPath: path)
        let digest = Digest.of(try roundtrip.scratch.read("new")).hex
        let lines = ([golden.old] + golden.otherOlds).map { "\(digest)  \(golden.name).silt \($0).tar.zst\n" }
        let sums = Self.file("SHA256SUMS")
        try ((try? String(contentsOf: sums, encoding: .utf8)) ?? "").appending(lines.joined()).write(
            to: sums, atomically: true, encoding: .utf8)
        Issue.record("recorded \(golden.name)")
    }
}

/// The images behind the golden packages; they may change, the packages may not.
private enum GoldenImages {
    static func image(_ golden: GoldenTests.Golden, isNew: Bool) throws -> ImageBuilder {
        switch golden.old {
        case "old-members": ImageBuilder([.init("ADD images", try images(isNew: isNew))])
        case "old-members-programs": ImageBuilder([.init("ADD archive", archive(isNew: isNew))])
        case "old-members-nested": ImageBuilder([.init("ADD archives", try nested(isNew: isNew))])
        default: image(isNew: isNew)
        }
    }

    private static func image(isNew: Bool) -> ImageBuilder {
        let base: [TarEntry] = [.directory("etc"), .file("etc/motd", "hello")]
        let all =
            files(isNew: isNew) + members(isNew: isNew) + programs(isNew: isNew) + objects(isNew: isNew)
        let entries = all.map { entry in
            entry.with { $0.modified += isNew ? 60 : 0 }
        }
        return ImageBuilder([.init("ADD base", base), .init("RUN build", entries)])
    }

    /// An index of two platforms that share a layer, and an image of its own.
    static func several(isNew: Bool) throws -> [UInt8] {
        let shared = ImageBuilder.Layer("ADD base", [.file("etc/motd", "hello")])
        func image(_ architecture: String, _ seed: UInt64) -> ImageBuilder {
            let text = Content.text(seed, 900)
            let entry = TarEntry.file("app", isNew ? Content.mutated(text, seed: seed + 1) : text)
            var image = ImageBuilder([shared, .init("COPY", [entry])])
            image.architecture = architecture
            return image
        }
        var layout = LayoutBuilder()
        let platforms = try [image("amd64", 21), image("arm64", 31)].map {
            try layout.store($0, [LayoutBuilder.platform("linux", $0.architecture)])
        }
        layout.entries = [
            layout.store(index: platforms, [LayoutBuilder.name("app:\(isNew ? 2 : 1)")]),
            try layout.store(image("amd64", 41), [LayoutBuilder.name("tool:\(isNew ? 2 : 1)")]),
        ]
        return layout.archive
    }

    /// Files whose compressed members lie elsewhere than in gzip and zip files.
    private static func images(isNew: Bool) throws -> [TarEntry] {
        func edited(_ seed: UInt64) -> [UInt8] {
            let text = Content.text(seed, 3_000)
            return isNew ? Content.mutated(text, seed: seed + 1) : text
        }
        let members = try [6, 9].map { try Packing.gzip($0).pack(edited(60 + UInt64($0))) }
        return [
            .file("icon.png", PNGBuilder.file(edited(50), level: isNew ? 9 : 6)),
            .file("photo.png", PNGBuilder.file(edited(52), chunkByteCount: isNew ? 400 : 300)),
            .file(
                "modules",
                [0xda, 0xda, 0xfe, 0xca] + PNGBuilder.stream(edited(62), level: 6)
                    + PNGBuilder.stream(edited(64))),
            .file("stored.png", PNGBuilder.file(edited(54), level: 0, chunkByteCount: 1000)),
            .file(
                "tool.deb",
                ArchiveBuilder.file([("control.tar.gz", members[0]), ("data.tar.gz", members[1])])),
            .file("initrd", Array("070701".utf8) + Content.text(56, 300) + members[0]),
        ]
    }

    /// Compressed files, which are compared by what is in them.
    private static func members(isNew: Bool) -> [TarEntry] {
        let text = Content.text(6, 1_200)
        let zip = ZipBuilder.file([
            .init("a", isNew ? Content.mutated(text, seed: 7) : text), .init("b", Content.text(8, 900)),
            .init("c", isNew ? Content.text(9, 500) : Content.text(10, 500), hasDescriptor: true),
        ])
        return [.file("app.jar", zip)]
    }

    /// An archive of programs and a text.
    private static func archive(isNew: Bool) -> [TarEntry] {
        var functions = (0..<240).map { LinkedProgram.Function("f\($0)", 16 + $0 % 7 * 8) }
        let text = Content.text(70, 2_000)
        if isNew {
            functions[30].size += 12
            functions.append(functions.remove(at: 150))
            functions.insert(.init("new", 40), at: 4)
        }
        let programs = ELFBuilder.Machine.allCases.map {
            ZipBuilder.Member("\($0).so", LinkedProgram.file($0, functions, isGo: $0 == .x86))
        }
        let members = programs + [.init("text", isNew ? Content.mutated(text, seed: 71) : text)]
        return [.file("app.jar", ZipBuilder.file(isNew ? members.reversed() : members))]
    }

    /// Archives in archives, with programs and without, and what else holds compressed members in compressed ones.
    private static func nested(isNew: Bool) throws -> [TarEntry] {
        func edited(_ seed: UInt64) -> [UInt8] {
            let text = Content.text(seed, 2_000)
            return isNew ? Content.mutated(text, seed: seed + 1) : text
        }
        func zip(_ content: [UInt8], hasDescriptor: Bool = false) -> [UInt8] {
            ZipBuilder.file([
                .init("same", Content.text(80, 1_000), hasDescriptor: hasDescriptor),
                .init("changed", content, hasDescriptor: hasDescriptor),
            ])
        }
        let page = try Packing.gzip(9).pack(edited(81))
        let war = ZipBuilder.file([
            .init("same.jar", zip(Content.text(82, 500))),
            .init("app.jar", zip(edited(83), hasDescriptor: true)),
            .init("icon.png", PNGBuilder.file(edited(84), chunkByteCount: isNew ? 400 : 300)),
        ])
        let programs = archive(isNew: isNew).map { ZipBuilder.Member("app.jar", $0.content, level: 9) }
        let odd = try Packing.oddGzip.pack(Packing.oddGzip.pack(edited(85)))
        return [
            .file("app.war", war), .file("app.ear", ZipBuilder.file([.init("app.war", war, level: 1)])),
            .file("programs.war", ZipBuilder.file(programs)),
            .file("source.tar.gz", try Packing.gzip(6).pack([TarEntry.file("page.gz", page)].tar)),
            .file("odd.gz", odd),
        ]
    }

    /// Linked programs, whose references are predicted.
    private static func programs(isNew: Bool) -> [TarEntry] {
        var functions = (0..<60).map { LinkedProgram.Function("f\($0)", 16 + $0 % 7 * 8) }
        if isNew {
            functions[30].size += 12
            functions.append(functions.remove(at: 50))
            functions.insert(.init("new", 40), at: 4)
        }
        return ELFBuilder.Machine.allCases.map {
            .file("linked-\($0)", LinkedProgram.file($0, functions, isGo: $0 == .x86))
        }
    }

    /// Relocatable objects, which are predicted, and enough text for streams that are coded by contexts.
    private static func objects(isNew: Bool) -> [TarEntry] {
        var functions = (0..<120).map { LinkedProgram.Function("f\($0)", 16 + $0 % 7 * 8) }
        if isNew {
            functions[30].size += 12
            functions.append(functions.remove(at: 50))
            for place in [4, 40, 90] { functions.insert(.init("new\(place)", 400), at: place) }
        }
        let members = stride(from: 0, to: functions.count, by: 20).map { start in
            let part = Array(functions[start..<min(start + 20, functions.count)])
            return (name: "object-\(part[0].name)", functions: part)
        }
        let text = Content.text(12, 3_000)
        return ELFBuilder.Machine.allCases.map { .file("lib\($0).a", ObjectFile.archive($0, members)) } + [
            .file("object.o", ObjectFile.object(.x86, functions)),
            .file("words", isNew ? Content.mutated(text, seed: 13, edits: 150) : text),
        ]
    }

    private static func files(isNew: Bool) -> [TarEntry] {
        let text = Content.text(1, 1_500)
        let page = isNew ? Content.mutated(Content.text(2, 800), seed: 3) : Content.text(2, 800)
        let sizes = [isNew ? 40 : 16, 16, 24, 32]
        let attribute: [UInt8] = isNew ? [1] : [2]
        return [
            .file("text", isNew ? Content.mutated(text, seed: 4) : text),
            .file("program", ELFBuilder.program(.x86, seed: 1, sizes: sizes)),
            .file("arm", ELFBuilder.program(.arm, seed: 1, sizes: sizes)),
            .file("page.gz", (try? Packing.gzip(6).pack(page)) ?? []),
            .symlink("link", to: isNew ? "text" : "program"),
            .file(isNew ? "new/place" : "old/place", Content.random(5, 600)),
            .file(String(repeating: "n", count: 130), "x").attribute("user.a", attribute),
            .file(String(repeating: "g", count: 130), isNew ? "gnu" : "old").with { $0.style = .gnu },
            .file("padded", "x").with { $0.padding = isNew ? 7 : 0 },
        ] + (isNew ? [.file("added", Content.text(14, 300)), .file("empty")] : [])
    }
}
