import Bytes
import Delta
import FileIO
import Foundation
import Hashing
import Images
import DeltaPackages
import TestSupport
import Testing

struct DamagedPackageTests {
    private let roundtrip: Roundtrip
    private let old: OpenedImage
    private let expected: [UInt8]
    private let package: [UInt8]

    /// A pair so small that its package can be damaged at every byte.
    init() async throws {
        roundtrip = try Roundtrip()
        let text = Content.text(1, 300)
        let oldImage = ImageBuilder([.init("", [.file("f", text), .file("g", "same")])])
        let newImage = ImageBuilder([
            .init(
                "",
                [
                    .file("f", Content.mutated(text, seed: 2, edits: 2)), .file("moved", text),
                    .file("h", "new"),
                ])
        ])
        old = try await roundtrip.open(oldImage, .dockerSkopeo, as: "old")
        let new = try await roundtrip.open(newImage, .dockerSkopeo, as: "new")
        expected = try newImage.archive(.dockerSkopeo)
        _ = try await roundtrip.create(old, new)
        package = try roundtrip.scratch.read("d.silt")
    }

    /// Opens and applies damaged bytes: an error of one line that names the file, or exactly the right bytes.
    private func isHarmless(_ damaged: [UInt8], _ what: String) throws -> Bool {
        let path = try roundtrip.scratch.write("damaged.silt", damaged)
        do {
            let made = try roundtrip.apply(path, to: old)
            #expect(made == expected, "\(what)")
            return true
        } catch let error as PackageError {
            let text = error.description
            // The applier tells a wrong result by what came out wrong.
            if case .wrongResult = error {
            } else {
                #expect(text.contains("damaged.silt"), "\(what): \(text)")
            }
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(what): \(text)")
        } catch {
            Issue.record("\(what): \(type(of: error)): \(error)")
        }
        return false
    }

    /// The package's tar.
    private func unpacked() throws -> [UInt8] {
        var plain: [UInt8] = []
        try BlobReader.forEachPart(
            of: FileRegion(try RandomAccessFile(path: roundtrip.scratch.path("d.silt"))), limit: 1 << 20
        ) { plain += $0 }
        return plain
    }

    @Test func `every prefix is refused`() throws {
        #expect(try isHarmless(package, "whole"))
        for count in package.indices { #expect(try !isHarmless(Array(package[..<count]), "\(count) bytes")) }
    }

    @Test func `every changed byte is refused or harmless`() throws {
        for index in package.indices {
            for value in [UInt8(1 << (index % 8)), 0xff] {
                var damaged = package
                damaged[index] ^= value
                _ = try isHarmless(damaged, "byte \(index) ^ \(value)")
            }
        }
    }

    @Test func `every changed byte inside the compressed package is refused or harmless`() throws {
        let plain = try unpacked()
        #expect(try isHarmless(plain, "unpacked"))
        var harmless = 0
        let places = plain.placesToDamage
        for index in places {
            var damaged = plain
            damaged[index] ^= 1 << UInt8(index % 8)
            if try isHarmless(damaged, "byte \(index)") { harmless += 1 }
        }
        // Padding and times in headers say nothing.
        #expect(harmless > 0 && harmless < places.count * 3 / 4)
    }

    /// The package with one text of its document replaced by another of the same length, all digests made right again.
    private func forged(_ old: String, _ new: String) throws -> [UInt8] {
        var members: [(name: String, content: String)] = []
        var rest = try unpacked()[...]
        while let first = rest.first, first != 0 {
            let size = Int(String(decoding: rest.dropFirst(124).prefix(11), as: UTF8.self), radix: 8) ?? 0
            // Latin-1 keeps every byte of what is no text.
            func text(_ bytes: some Sequence<UInt8>) -> String {
                String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
            }
            members.append((text(rest.prefix { $0 != 0 }), text(rest.dropFirst(512).prefix(size))))
            rest = rest.dropFirst(512 + (size + 511) / 512 * 512)
        }
        func bytes(_ text: String) -> [UInt8] {
            text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        }
        var replaced = [(old, new)]
        // The document names what is forged, the manifest the document, the index the manifest.
        for _ in 0..<3 {
            for index in members.indices where members[index].content.hasPrefix("{") {
                let before = members[index].content
                for (from, to) in replaced {
                    members[index].content = members[index].content.replacingOccurrences(of: from, with: to)
                }
                guard members[index].content != before, members[index].name != "index.json" else { continue }
                let digests = [before, members[index].content].map { Digest.of(bytes($0)).hex }
                members[index].name = "blobs/sha256/" + digests[1]
                replaced = [(digests[0], digests[1])]
            }
        }
        return members.map { Member($0.name, bytes($0.content)).entry }.tar
    }

    @Test func `a package that lies about what it makes is caught`() throws {
        let document = try DeltaPackage.open(roundtrip.scratch.path("d.silt")).document
        #expect(try isHarmless(try forged("nothing", "at all!"), "nothing forged"))
        let other = Digest.of([1, 2, 3]).hex
        func makes(_ text: String, _ what: String, _ format: OutputFormat) throws {
            let path = try roundtrip.scratch.write("forged.silt", try forged(text, other))
            #expect {
                try roundtrip.apply(path, to: old, format)
            } throws: { error in
                guard case PackageError.wrongResult(what, _, _) = error else { return false }
                return "\(error)".contains(text) && "\(error)".contains(other)
            }
        }
        try makes(document.new.archive.digest.hex, "the archive", .same)
        // The archive is right whatever the package says of its layers; other forms are made of those.
        let layer = document.new.layers[0].diffID.hex
        #expect(try isHarmless(try forged(layer, other), "the layer's digest"))
        let path = try roundtrip.scratch.write("forged.silt", try forged(layer, other))
        #expect(throws: PackageError.self) { try roundtrip.apply(path, to: old, .docker) }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let kind: String
        let bytes: @Sendable () throws -> [UInt8]

        init(_ name: String, _ kind: String, bytes: @escaping @Sendable () throws -> [UInt8]) {
            self.name = name
            self.kind = kind
            self.bytes = bytes
        }

        var testDescription: String { name }
    }

    /// A package of any document.
    private static func package(of document: String, artifactType: String = "application/vnd.silt.delta.v1")
        -> [UInt8]
    {
        let config = Array(document.utf8)
        let manifest = JSON.object([
            ("schemaVersion", 2), ("artifactType", .text(artifactType)),
            ("config", ImageBuilder.descriptor("application/vnd.silt.delta.v1+json", config)), ("layers", []),
        ]).bytes
        let index = JSON.object([
            ("manifests", [ImageBuilder.descriptor("application/vnd.oci.image.manifest.v1+json", manifest)])
        ]).bytes
        return [Member("index.json", index), Member(blob: manifest), Member(blob: config)].map(\.entry).tar
    }

    @Test(arguments: [
        Case("nothing", "notAPackage") { [] }, Case("noise", "notAPackage") { Content.random(1, 3_000) },
        Case("text", "notAPackage") { Array("hello".utf8) },
        Case("an image", "notAPackage") { try SampleImages.tiny.archive(.ociArchive) },
        Case("an image of before 2024", "notAPackage") { try SampleImages.tiny.archive(.dockerLegacy) },
        Case("another artifact", "notAPackage") { package(of: "{}", artifactType: "application/x") },
        Case("a document that is no JSON", "damaged") { package(of: "hello") },
        Case("a document without a version", "damaged") { package(of: "{}") },
        Case("a newer version", "unknownVersion") { package(of: #"{"formatVersion":2,"new":"things"}"#) },
        Case("a document of a wrong shape", "damaged") {
            package(of: #"{"formatVersion":1,"new":"things"}"#)
        },
    ])
    func `what is no package is refused by name`(_ item: Case) throws {
        let scratch = try Scratch()
        let path = try scratch.write("update.silt", try item.bytes())
        #expect {
            try DeltaPackage.open(path)
        } throws: { error in
            let kind =
                switch error {
                case PackageError.notAPackage: "notAPackage"
                case PackageError.damaged: "damaged"
                case PackageError.unknownVersion(_, "2"): "unknownVersion"
                default: "\(error)"
                }
            #expect(kind == item.kind, "\(error)")
            return "\(error)".contains(path) && !"\(error)".contains("\n")
        }
    }

    @Test func `an image given for the package is told as one`() throws {
        let scratch = try Scratch()
        let path = try scratch.write("old.tar", try SampleImages.tiny.archive(.dockerLegacy))
        #expect { try DeltaPackage.open(path) } throws: {
            "\($0)" == "'\(path)' is not a delta package: it is an image"
        }
    }

    @Test func `a package that is not there is told by name`() {
        #expect { try DeltaPackage.open("/nowhere/update.silt") } throws: {
            $0 is FileError && "\($0)".contains("/nowhere/update.silt")
        }
    }
}
