import Bytes
import FileTree
import Hashing
import OCI
import Routes
import Testing

private func file(
    _ path: String, _ content: String, count: Int = 1, mode: UInt16 = 0o644, uid: Int64 = 0, time: Int64 = 0
) throws -> Entry {
    let bytes = Array(String(repeating: content, count: count).utf8)
    return Entry(
        path: try #require(TreePath(path)), kind: .file, mode: mode, uid: uid, size: UInt64(bytes.count),
        modified: Timestamp(seconds: time), digest: Digest.of(bytes))
}

private func whiteout(_ path: String) throws -> Entry {
    Entry(path: try #require(TreePath(path)), kind: .whiteout)
}

private func image(_ layers: [[Entry]]) -> ImageIndex {
    let summaries = layers.enumerated().map { index, entries in
        let digest = Digest.of(Array("\(entries)".utf8))
        return LayerSummary(
            index: index, digest: digest, diffID: digest, blobByteCount: 0, compression: .none,
            createdBy: "RUN \(index)")
    }
    let summary = ImageSummary(
        source: "a.tar", names: [], imageID: Digest.of([]), archiveByteCount: 0, layers: summaries)
    return ImageIndex(summary: summary, listings: layers.map { LayerListing(entries: $0) })
}

private func advice(_ layers: [[Entry]]) -> [Advice] { ImageAdvice(image(layers)).advice }

struct ImageAdviceTests {
    @Test func aLaterChownStoresFilesAgain() throws {
        let found = advice([
            [try file("srv/a", "x", count: 1000), try file("srv/b", "y", count: 500)],
            [try file("srv/a", "x", count: 1000, uid: 5), try file("srv/b", "y", count: 500, uid: 5)],
        ])
        let row = try #require(found.first)
        #expect(found.count == 1)
        #expect(row.kind == .rewritten)
        #expect(row.layer == 1)
        #expect(row.fileCount == 2)
        #expect(row.imageByteCount == 1500)
        #expect(row.finding == "layer 2 stores 2 files again, 1.5 kB, and changes only owner")
        #expect(row.remedy.contains("COPY --chown"))
        #expect(row.examples.map(\.name).map { String(decoding: $0, as: UTF8.self) } == ["a", "b"])
    }

    @Test func aLaterChmodIsToldFromAChown() throws {
        let found = advice([[try file("a", "x", count: 9)], [try file("a", "x", count: 9, mode: 0o755)]])
        #expect(found.map(\.kind) == [.rewritten])
        #expect(found.first?.remedy.contains("COPY --chmod") == true)
    }

    @Test func theSameFileTwiceIsCopiedTwice() throws {
        let found = advice([[try file("a", "x", count: 9)], [try file("a", "x", count: 9)]])
        #expect(found.map(\.finding) == ["layer 2 stores 1 file again, 9 B, just as layer 1 had them"])
    }

    @Test func removedFilesAreStillShipped() throws {
        let found = advice([
            [try file("d/a", "x", count: 100)], [try file("d/b", "y", count: 50)], [try whiteout("d")],
        ])
        #expect(found.map(\.kind) == [.removed])
        #expect(found.first?.imageByteCount == 150)
        #expect(
            found.first?.finding == "layer 3 removes 2 files, 150 B, which layers 1 and 2 still ship")
    }

    @Test func replacedFilesAreStillShipped() throws {
        let found = advice([[try file("a", "x", count: 100)], [try file("a", "y", count: 50)]])
        #expect(found.map(\.kind) == [.replaced])
        #expect(found.first?.imageByteCount == 100)
    }

    @Test func aFileReplacedInItsOwnLayerIsNoMatter() throws {
        #expect(advice([[try file("a", "x", count: 100), try file("a", "y", count: 50)]]).isEmpty)
    }

    @Test func repeatedContentCountsOnceLess() throws {
        let found = advice([
            [
                try file("a", "x", count: 5000), try file("b", "x", count: 5000),
                try file("c", "x", count: 5000),
            ]
        ])
        #expect(found.map(\.kind) == [.repeated])
        #expect(found.first?.imageByteCount == 10000)
        // Hard links are one file.
        let digest = Digest.of(Array(String(repeating: "x", count: 5000).utf8))
        let link = Entry(
            path: try #require(TreePath("l")), kind: .hardLink, size: 5000, linkTarget: Array("a".utf8),
            digest: digest)
        #expect(advice([[try file("a", "x", count: 5000), link]]).isEmpty)
    }

    @Test(arguments: [
        ("var/lib/apt/lists/x_Packages", "apt"), ("var/cache/apt/pkgcache.bin", "apt"),
        ("var/cache/apk/a.tar.gz", "apk"), ("var/cache/dnf/a", "dnf"), ("root/.cache/pip/http/a", "pip"),
        ("root/.npm/_cacache/a", "npm"), ("root/.m2/repository/a.jar", "Maven"), ("srv/app/.git/HEAD", "git"),
        ("usr/lib/python3/__pycache__/a.pyc", "Python"), ("usr/lib/a.pyc", "Python"),
        ("var/log/dpkg.log", "logs"), ("tmp/build/a", "temporary"), ("home/me/.cache/pip/a", "pip"),
    ])
    func leftoversAreKnown(path: String, word: String) throws {
        let found = advice([[try file(path, "x", count: 7)]])
        #expect(found.map(\.kind) == [.leftovers])
        #expect(found.first?.imageByteCount == 7)
        #expect(found.first?.finding.contains(word) == true)
        #expect(found.first?.layer == 0)
    }

    @Test(arguments: ["usr/tmp/a", "srv/var/log/a", "usr/share/gitweb/a", "etc/a.pyconf"])
    func otherFilesAreNoLeftovers(path: String) throws {
        #expect(advice([[try file(path, "x", count: 7)]]).isEmpty)
    }

    @Test func theMostBytesComeFirst() throws {
        let found = advice([[try file("var/log/a", "x", count: 7), try file("tmp/a", "y", count: 70)]])
        #expect(found.map(\.imageByteCount) == [70, 7])
    }
}

struct UpdateAdviceTests {
    @Test func aChangedFileDragsItsLayerAlong() throws {
        let old = image([
            [try file("base", "b")],
            [try file("a", "x", count: 10), try file("b", "y", count: 1000), try file("c", "z", count: 500)],
        ])
        let new = image([
            [try file("base", "b")],
            [try file("a", "w", count: 12), try file("b", "y", count: 1000), try file("c", "z", count: 500)],
        ])
        let found = UpdateAdvice.find(old: old, new: new)
        #expect(found.map(\.kind) == [.mixedLayer])
        #expect(found.first?.layer == 1)
        #expect(found.first?.updateByteCount == 1500)
        #expect(found.first?.finding == "in layer 2, 1 of 3 files changed, 12 B of 1.5 kB")
    }

    @Test func aLayerOfWhichMostChangedIsLeftInPeace() throws {
        let old = image([[try file("a", "x", count: 1000), try file("b", "y", count: 10)]])
        let new = image([[try file("a", "w", count: 1000), try file("b", "y", count: 10)]])
        #expect(UpdateAdvice.find(old: old, new: new).isEmpty)
    }

    @Test func timesAloneMakeLayersUnequal() throws {
        let old = image([[try file("a", "x", count: 100), try file("b", "y", count: 10)]])
        let new = image([[try file("a", "x", count: 100, time: 9), try file("b", "y", count: 10)]])
        let found = UpdateAdvice.find(old: old, new: new)
        #expect(found.map(\.kind) == [.times])
        #expect(found.first?.updateByteCount == 110)
        #expect(found.first?.finding == "layer 1 differs in modification times alone: 2 files, 110 B")
        #expect(found.first?.remedy.contains("SOURCE_DATE_EPOCH") == true)
    }

    @Test func timesBesideChangesAreToldApart() throws {
        let old = image([[try file("a", "x", count: 100), try file("b", "y", count: 10)]])
        let new = image([[try file("a", "x", count: 100, time: 9), try file("b", "z", count: 10)]])
        let found = UpdateAdvice.find(old: old, new: new)
        #expect(found.map(\.kind) == [.times])
        #expect(found.first?.updateByteCount == 100)
        #expect(found.first?.fileCount == 1)
    }

    @Test func aRemovedFileIsAChange() throws {
        let old = image([[try file("a", "x", count: 100), try file("b", "y", count: 10)]])
        let new = image([[try file("a", "x", count: 100, time: 9)]])
        #expect(UpdateAdvice.find(old: old, new: new).first?.finding.contains("alone") == false)
    }

    @Test func equalImagesNeedNoAdvice() throws {
        let one = image([[try file("a", "x", count: 100)]])
        #expect(UpdateAdvice.find(old: one, new: one).isEmpty)
    }
}
