import Bytes
import Delta
import FileIO
import Foundation
import Images
import TestSupport

/// The packages that must be readable for ever, and the old image that they change.
struct Golden {
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
enum SampleLayers {
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

    /// The entries of the old layer or the new one.
    static func entries(isNew: Bool) throws -> [TarEntry] {
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
        return entries.map { entry in entry.with { $0.modified += isNew ? 60 : 0 } }
    }

    /// The old layer's tar or the new one's.
    static func tar(isNew: Bool) throws -> [UInt8] { try entries(isNew: isNew).tar }
}
