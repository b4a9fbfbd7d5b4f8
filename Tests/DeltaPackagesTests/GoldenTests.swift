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
    /// What a package makes of the `old.tar.zst` beside it.
    struct Golden: Sendable, CustomTestStringConvertible {
        /// The folder, by the version of the recipes in it.
        var version = 1
        /// The package, without `.silt`.
        let name: String
        let layout: Layout
        let packing: Packing
        var level = DeltaLevel.default
        var testDescription: String { "v\(version)/\(name)" }
        var folder: URL { GoldenTests.folder.appendingPathComponent("v\(version)") }
    }

    static let all = [
        Golden(name: "docker-plain", layout: .dockerSkopeo, packing: .plain),
        Golden(name: "oci-plain", layout: .ociArchive, packing: .plain),
        // Carried whole: what zlib makes is no promise of ours.
        Golden(name: "oci-zstd", layout: .ociArchive, packing: .zstd),
        Golden(version: 2, name: "docker-plain", layout: .dockerSkopeo, packing: .plain),
        Golden(version: 2, name: "oci-plain", layout: .ociArchive, packing: .plain),
        Golden(version: 3, name: "docker-plain", layout: .dockerSkopeo, packing: .plain),
        Golden(version: 3, name: "oci-plain", layout: .ociArchive, packing: .plain),
        Golden(version: 4, name: "docker-plain", layout: .dockerSkopeo, packing: .plain),
        Golden(version: 4, name: "oci-plain", layout: .ociArchive, packing: .plain),
        // Streams that are coded by contexts.
        Golden(version: 4, name: "oci-best", layout: .ociArchive, packing: .plain, level: .best),
    ]

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    @Test(arguments: all)
    func `a package makes what it always made`(_ golden: Golden) async throws {
        let roundtrip = try Roundtrip()
        let oldPath = golden.folder.appendingPathComponent("old.tar.zst").path
        let package = golden.folder.appendingPathComponent("\(golden.name).silt").path
        if ProcessInfo.processInfo.environment["RECORD"] == "1" { try await record(golden, roundtrip) }
        let old = try await roundtrip.load(oldPath)
        let made = try roundtrip.apply(package, to: old)
        let digests = try String(
            contentsOf: golden.folder.appendingPathComponent("SHA256SUMS"), encoding: .utf8)
        #expect(digests.contains("\(Digest.of(made).hex)  \(golden.name).tar\n"))
    }

    /// Makes what is not there; what is there is a promise.
    private func record(_ golden: Golden, _ roundtrip: Roundtrip) async throws {
        let folder = golden.folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let oldPath = folder.appendingPathComponent("old.tar.zst")
        if !FileManager.default.fileExists(atPath: oldPath.path) {
            try Data(try GoldenImages.image(isNew: false, golden.version).archive(.docker25, outer: .zstd))
                .write(to: oldPath)
        }
        let path = folder.appendingPathComponent("\(golden.name).silt").path
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let old = try await roundtrip.load(oldPath.path)
        let new = try await roundtrip.open(
            GoldenImages.image(isNew: true, golden.version), golden.layout, golden.packing, as: "new")
        let made = try await roundtrip.create(old, new, options: .init(level: golden.level))
        try FileManager.default.copyItem(atPath: made, toPath: path)
        let sums = folder.appendingPathComponent("SHA256SUMS")
        let line = "\(Digest.of(try roundtrip.scratch.read("new")).hex)  \(golden.name).tar\n"
        try ((try? String(contentsOf: sums, encoding: .utf8)) ?? "").appending(line).write(
            to: sums, atomically: true, encoding: .utf8)
        Issue.record("recorded \(golden.name)")
    }
}

/// The images behind the golden packages; they may change, the packages may not.
private enum GoldenImages {
    static func image(isNew: Bool, _ version: Int) -> ImageBuilder {
        let base: [TarEntry] = [.directory("etc"), .file("etc/motd", "hello")]
        let added =
            (version < 2 ? [] : members(isNew: isNew)) + (version < 3 ? [] : programs(isNew: isNew))
            + (version < 4 ? [] : objects(isNew: isNew))
        let entries = (files(isNew: isNew) + added).map { entry in
            entry.with { $0.modified += isNew ? 60 : 0 }
        }
        return ImageBuilder([.init("ADD base", base), .init("RUN build", entries)])
    }

    /// What recipes of version 2 look into.
    private static func members(isNew: Bool) -> [TarEntry] {
        let text = Content.text(6, 1_200)
        let zip = ZipBuilder.file([
            .init("a", isNew ? Content.mutated(text, seed: 7) : text), .init("b", Content.text(8, 900)),
            .init("c", isNew ? Content.text(9, 500) : Content.text(10, 500), hasDescriptor: true),
        ])
        return [.file("app.jar", zip)]
    }

    /// What recipes of version 3 predict.
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

    /// What recipes of version 4 predict, and enough of it for streams that are coded by contexts.
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
        ]
    }
}
