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

    @Test func whatHasAnotherNameIsNotWasted() throws {
        let link = Entry(path: try #require(TreePath("b")), kind: .hardLink, linkTarget: Array("a".utf8))
        func found(_ layers: [[Entry]]) throws -> [Advice] {
            let listings = try LayerStack(resolving: layers.map { LayerListing(entries: $0) }).listings
            return advice(listings.map(\.entries))
        }
        let below = [try file("a", "x", count: 9), link]
        #expect(try found([below, [whiteout("a")]]).isEmpty)
        #expect(try found([below, [whiteout("b")]]).isEmpty)
        #expect(try found([below, [whiteout("a"), whiteout("b")]]).map(\.imageByteCount) == [9])
    }

    @Test func aLaterChmodIsToldFromAChown() throws {
        let found = advice([[try file("a", "x", count: 9)], [try file("a", "x", count: 9, mode: 0o755)]])
        #expect(found.map(\.kind) == [.rewritten])
        #expect(found.first?.remedy.contains("COPY --chmod") == true)
    }

    @Test func theSameFileTwiceIsCopiedTwice() throws {
        let found = advice([[try file("a", "x", count: 9)], [try file("a", "x", count: 9)]])
        #expect(found.map(\.finding) == ["layer 2 stores 1 file again, 9 B, just as layer 1 had it"])
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

    @Test func whatAPackageManagerWritesIsToldByItself() throws {
        let found = advice([
            [
                try file("var/lib/dpkg/status", "x", count: 100), try file("etc/ld.so.cache", "x", count: 40),
                try file("etc/hosts", "x", count: 7),
            ],
            [
                try file("var/lib/dpkg/status", "y", count: 120), try file("etc/ld.so.cache", "y", count: 50),
                try file("etc/hosts", "y", count: 8),
            ],
        ])
        #expect(found.map(\.kind) == [.replaced, .replaced])
        #expect(
            found.map(\.finding) == [
                "layer 2 stores 2 files of the package manager's again, 140 B, which layer 1 still ships",
                "layer 2 replaces 1 file, 7 B, which layer 1 still ships",
            ])
        #expect(found.first?.remedy.contains("in one RUN") == true)
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
        #expect(found.first?.finding == "2 files in layer 1, 10.0 kB, repeat the content of another")
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
        ("var/lib/apt/lists/partial/x", "apt"), ("etc/apk/cache/a.apk", "apk"), ("var/cache/yum/a", "yum"),
        ("var/cache/libdnf5/a", "dnf"), ("var/cache/zypp/a", "zypper"), ("var/cache/pacman/pkg/a", "pacman"),
        ("root/.cache/uv/a", "uv"), ("home/me/.cache/pypoetry/a", "Poetry"), ("opt/conda/pkgs/a", "Conda"),
        ("home/node/.npm/_logs/a", "npm"), ("usr/local/share/.cache/yarn/v6/a", "yarn"),
        ("root/.yarn/berry/cache/a", "yarn"), ("root/.local/share/pnpm/store/a", "pnpm"),
        ("home/me/.m2/repository/a", "Maven"), ("root/.gradle/caches/a", "Gradle"),
        ("go/pkg/mod/cache/a", "Go"), ("root/go/pkg/mod/cache/a", "Go"), ("root/.cache/go-build/a", "Go"),
        ("usr/local/cargo/registry/a", "Cargo"), ("home/me/.cargo/registry/a", "Cargo"),
        ("var/log/apt/history.log", "logs"), ("var/tmp/a", "temporary"),
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

    @Test func timesBesideChangesAreToldWithThem() throws {
        // To leave times alone would not have kept the layer from being pulled: another cut would have to come with it.
        let old = image([[try file("a", "x", count: 100), try file("b", "y", count: 10)]])
        let new = image([[try file("a", "x", count: 100, time: 9), try file("b", "z", count: 10)]])
        let found = UpdateAdvice.find(old: old, new: new)
        #expect(found.map(\.kind) == [.mixedLayer])
        #expect(found.first?.updateByteCount == 100)
        #expect(
            found.first?.finding
                == "in layer 1, 1 of 2 files changed, 10 B of 110 B; of 1 file, 100 B, only times changed")
        #expect(found.first?.remedy.contains("SOURCE_DATE_EPOCH") == true)
    }

    @Test func aRemovedFileIsAChange() throws {
        let old = image([[try file("a", "x", count: 100), try file("b", "y", count: 10)]])
        let new = image([[try file("a", "x", count: 100, time: 9)]])
        let found = UpdateAdvice.find(old: old, new: new)
        #expect(found.map(\.kind) == [.mixedLayer] && found.first?.updateByteCount == 100)
        #expect(found.first?.finding.contains("alone") == false)
    }

    @Test func aCutThatSavesLessThanATenthIsNotAdvised() throws {
        func pair(kept: Int) throws -> [Advice] {
            UpdateAdvice.find(
                old: image([[try file("a", "x", count: 900), try file("b", "y", count: kept)]]),
                new: image([[try file("a", "w", count: 900), try file("b", "y", count: kept)]]))
        }
        #expect(try pair(kept: 100).isEmpty)
        #expect(try pair(kept: 111).map(\.updateByteCount) == [111])
    }

    @Test func compiledPythonHoldsTheTimeOfItsSource() throws {
        func layers(_ source: String, _ compiled: String, time: Int64) throws -> [[Entry]] {
            [
                [try file("srv/a.py", source, count: 50, time: time)],
                [
                    try file("srv/__pycache__/a.cpython-311.pyc", compiled, count: 70, time: time),
                    try file("srv/a.pyc", compiled, count: 30, time: time),
                ],
            ]
        }
        // The source stayed the same: what was compiled of it did, too, but for the time in it.
        let old = image(try layers("s", "1", time: 1))
        let found = UpdateAdvice.find(old: old, new: image(try layers("s", "2", time: 2)))
        #expect(found.map(\.kind) == [.times, .times])
        #expect(found.map(\.updateByteCount) == [100, 50] && found.map(\.layer) == [1, 0])
        #expect(
            found.first?.finding
                == "layer 2 differs in modification times alone: 2 files, 100 B (2 compiled Python files hold their sources' times)"
        )
        #expect(found.first?.remedy.contains("--no-compile") == true)
        // Another source is another program.
        #expect(UpdateAdvice.find(old: old, new: image(try layers("t", "2", time: 2))).isEmpty)
    }

    @Test func equalImagesNeedNoAdvice() throws {
        let one = image([[try file("a", "x", count: 100)]])
        #expect(UpdateAdvice.find(old: one, new: one).isEmpty)
    }
}
