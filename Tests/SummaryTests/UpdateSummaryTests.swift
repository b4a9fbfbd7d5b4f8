import Bytes
import FileTree
import Hashing
import OCI
import Shipping
import Summary
import Testing

private func file(
    _ path: String, _ content: String = "", count: Int = 1, kind: EntryKind = .file, mode: UInt16 = 0o644,
    attributes: [String: [UInt8]] = [:], content contentKind: ContentKind? = nil
) throws -> Entry {
    let bytes = Array(String(repeating: content, count: count).utf8)
    let isFile = kind == .file
    return Entry(
        path: try #require(TreePath(path)), kind: kind, mode: mode, size: isFile ? UInt64(bytes.count) : 0,
        extendedAttributes: attributes.map { ExtendedAttribute(name: Array($0.utf8), value: $1) },
        digest: isFile ? Digest.of(bytes) : nil, contentKind: contentKind)
}

private func image(_ layers: [[Entry]]) -> ImageIndex {
    let summaries = layers.enumerated().map { index, entries in
        let digest = Digest.of(Array("\(entries)".utf8))
        return LayerSummary(
            index: index, digest: digest, diffID: digest, blobByteCount: 0, byteCount: 1000,
            compression: .none, createdBy: "RUN \(index)")
    }
    let summary = ImageSummary(
        source: "a.tar", names: [], imageID: Digest.of([]), archiveByteCount: 0, layers: summaries)
    return ImageIndex(summary: summary, listings: layers.map { LayerListing(entries: $0) })
}

private func package(_ name: String, _ version: String, _ place: String = "") -> Package {
    Package(kind: .debian, name: name, version: version, place: place)
}

private struct Pair {
    var old: [[Entry]]
    var new: [[Entry]]
    var oldPackages: [(Package, [EntryID])] = []
    var newPackages: [(Package, [EntryID])] = []
    var keys: [EntryID: KeyMarkers.Kind] = [:]
    var costs: UpdateCosts?
    var ignored = IgnoreRules()

    func summary() -> UpdateSummary {
        let (old, new) = (image(old), image(new))
        func inventory(_ packages: [(Package, [EntryID])]) -> PackageInventory {
            packages.reduce(into: PackageInventory()) { $0.add($1.0, files: $1.1) }
        }
        let facts = UpdateFacts(
            old: old, new: new, pairs: LayerAlignment.align(old, new), oldPackages: inventory(oldPackages),
            newPackages: inventory(newPackages), keys: keys, hasAllPackages: true, hasLookedAtAllFiles: true)
        return UpdateSummary(
            facts, tree: DiffTree(old: old.stack, new: new.stack, ignoring: ignored),
            configuration: ConfigDiff(old: ImageConfiguration(), new: ImageConfiguration()), costs: costs,
            everything: ignored.isEmpty ? nil : DiffTree(old: old.stack, new: new.stack))
    }
}

private func text(_ path: TreePath) -> String { String(decoding: path.bytes, as: UTF8.self) }

private func id(_ ordinal: Int, layer: Int = 0) -> EntryID { EntryID(layer: layer, ordinal: ordinal) }

struct UpdateSummaryTests {
    @Test func `what there is to look out for does not depend on what is ignored`() throws {
        var pair = Pair(
            old: [[try file("bin/su", "1"), try file("etc/open", "1")]],
            new: [[try file("bin/su", "1", mode: 0o4755), try file("etc/open", "1", mode: 0o666)]])
        let findings = pair.summary().findings.map(\.kind)
        #expect(findings.count == 2)
        pair.ignored = IgnoreRules(fields: .mode)
        let summary = pair.summary()
        #expect(summary.counts.changed == 0 && summary.findings.map(\.kind) == findings)
    }

    // MARK: - Packages

    @Test func `packages are paired by name, and what changed of each is counted once`() throws {
        let pair = Pair(
            old: [
                [
                    try file("bin/a", "1", count: 10), try file("bin/b", "2"), try file("bin/c", "3"),
                    try file("etc/d", "4"),
                ]
            ],
            new: [
                [
                    try file("bin/a", "9", count: 20), try file("bin/b", "2", mode: 0o755),
                    try file("bin/e", "5", count: 7),
                    try file("etc/d", "44"), try file("free", "x"),
                ]
            ],
            oldPackages: [
                (package("a", "1"), [id(0)]), (package("b", "1"), [id(1)]), (package("c", "1"), [id(2)]),
                (package("d", "1"), [id(3)]),
            ],
            newPackages: [
                (package("d", "1"), [id(3)]), (package("b", "1"), [id(1)]), (package("a", "2"), [id(0)]),
                (package("e", "1"), [id(2)]),
            ])
        let summary = pair.summary()
        let rows = summary.packages.map {
            "\($0.change) \($0.package.name) \($0.oldVersion ?? "-") \($0.newVersion ?? "-") "
                + "\($0.share.fileCount) \($0.share.byteCount) \($0.share.removedByteCount)"
        }
        #expect(
            rows == [
                "updated a 1 2 1 20 0", "added e - 1 1 7 0", "removed c 1 - 1 0 1", "altered d 1 1 1 2 0",
            ])
        #expect(summary.unchangedPackageCount == 1)
        #expect(summary.unpackaged.fileCount == 1)
        #expect(summary.packages.first?.paths.map(text) == ["bin/a"])
    }

    @Test func `of several packages of one name each keeps its own place`() throws {
        let pair = Pair(
            old: [[]], new: [[]],
            oldPackages: [
                (package("x", "1", "a"), []), (package("x", "2", "b"), []), (package("y", "1", "a"), []),
            ],
            newPackages: [
                (package("x", "2", "b"), []), (package("x", "3", "a"), []), (package("y", "1", "c"), []),
            ])
        let summary = pair.summary()
        #expect(summary.packages.map { "\($0.oldVersion ?? "-") \($0.newVersion ?? "-")" } == ["1 3"])
        #expect(summary.unchangedPackageCount == 2)
    }

    // MARK: - Where the bytes go

    @Test func `costs decide the order, and every row adds up`() throws {
        var pair = Pair(
            old: [[]],
            new: [
                [
                    try file("big/one", "1", count: 1000), try file("small/two", "2", count: 10),
                    try file("three", "3"),
                ]
            ])
        #expect(pair.summary().files.map { text($0.path) } == ["big/one", "small/two", "three"])
        pair.costs = UpdateCosts(
            entries: [
                id(0): Figure(exact: 5), id(1): Figure(400, bounds: 300...600), id(2): Figure(exact: 1),
            ],
            layers: [0: Figure(406, bounds: 306...606)], documents: Figure(exact: 100),
            package: Figure(506, bounds: 406...706))
        let summary = pair.summary()
        #expect(summary.files.map { text($0.path) } == ["small/two", "big/one", "three"])
        #expect(summary.total.cost == Figure(406, bounds: 306...606))
        #expect(summary.directories.reduce(0) { $0 + ($1.share.cost?.byteCount ?? 0) } == 406)
        #expect(
            summary.changes.map { "\($0.change) \($0.share.fileCount) \($0.share.cost?.byteCount ?? 0)" } == [
                "added 3 406"
            ])
        #expect(summary.layers.map(\.share.cost?.byteCount) == [406])
    }

    @Test func `directories are opened as long as a part is much of them`() throws {
        let files =
            try (0..<40).map { try file("usr/lib/x/\($0)", "x", count: 10) }
            + (0..<30).map { try file("usr/share/doc/\($0)/copyright", "y", count: 10) }
            + [file("usr/bin/a", "z", count: 300)]
        let rows = Pair(old: [[]], new: [files]).summary().directories
        #expect(rows.map { text($0.path) } == ["usr/lib/x", "usr/share/doc", "usr/bin"])
        #expect(rows.map(\.share.byteCount) == [400, 300, 300])
    }

    @Test func `kinds of files share all that changed, links, directories and metadata included`() throws {
        let both = [
            try file("bin/sh", "1", count: 50, content: .program), try file("etc", kind: .directory),
            try file("etc/same", "same", content: .text),
        ]
        var pair = Pair(
            old: [
                both + [
                    try file("bin/old", "2", count: 30, content: .program),
                    try file("a", "3", content: .text),
                    try file("folder", "4", count: 9, content: .data),
                ]
            ],
            new: [
                [
                    try file("bin/sh", "5", count: 60, content: .program),
                    try file("etc", kind: .directory, mode: 0o700),
                    try file("etc/same", "same", mode: 0o600, content: .text),
                    // What was a text is an archive now: as the new image has it.
                    try file("a", "6", count: 7, content: .archive), try file("link", kind: .symlink),
                    try file("none"), try file("folder/x", "7", count: 2, content: .data),
                ]
            ])
        func rows() -> [String] {
            pair.summary().kinds.map {
                "\($0.word) \($0.share.fileCount) \($0.share.byteCount) \($0.share.removedByteCount) "
                    + "\($0.share.cost?.byteCount ?? 0)"
            }
        }
        #expect(rows() == ["program 2 60 30 0", "archive 1 7 0 0", "data 1 2 0 0", "none 2 0 0 0"])
        pair.costs = UpdateCosts(
            entries: [
                id(0): Figure(exact: 100), id(1): Figure(exact: 1), id(2): Figure(exact: 2),
                id(3): Figure(exact: 30), id(4): Figure(exact: 4), id(6): Figure(exact: 5),
            ],
            layers: [:], documents: .zero, package: Figure(exact: 142))
        // Of a file that is only touched, what that costs is of its kind.
        #expect(
            rows() == [
                "program 2 60 30 100", "text 0 0 0 2", "archive 1 7 0 30", "data 1 2 0 5", "none 2 0 0 5",
            ])
        let summary = pair.summary()
        var sum = summary.kinds[0].share
        for row in summary.kinds.dropFirst() {
            sum.fileCount += row.share.fileCount
            sum.byteCount += row.share.byteCount
            sum.removedByteCount += row.share.removedByteCount
            sum.cost = sum.cost.map { $0 + (row.share.cost ?? .zero) }
        }
        #expect(sum == summary.total)
    }

    // MARK: - What to look out for

    private func findings(_ pair: Pair) -> [String] {
        pair.summary().findings.map {
            "\($0.kind.rawValue): \($0.places.map { text($0.path) }.joined(separator: " "))"
        }
    }

    @Test func `what gains rights is told, and what had them is not`() throws {
        let capability: [String: [UInt8]] = ["security.capability": [1]]
        let pair = Pair(
            old: [
                [
                    try file("bin/had", "1", mode: 0o4755), try file("bin/gets", "2", mode: 0o755),
                    try file("bin/su", "3", mode: 0o4755), try file("tmp", kind: .directory, mode: 0o1777),
                    try file("open", "5"), try file("ping", "6"),
                ]
            ],
            new: [
                [
                    try file("bin/had", "1", mode: 0o4755), try file("bin/gets", "2", mode: 0o2755),
                    try file("bin/su", "33", mode: 0o4755), try file("tmp", kind: .directory, mode: 0o1777),
                    try file("open", "5", mode: 0o666), try file("drop", kind: .directory, mode: 0o777),
                    try file("ping", "6", attributes: capability),
                    try file("link", kind: .symlink, mode: 0o777),
                ]
            ])
        #expect(
            findings(pair) == [
                "setuid: bin/gets", "capabilities: ping", "world-writable: drop open",
                "setuid-content: bin/su",
            ])
    }

    @Test func `accounts count when they say something else, not when they are only touched`() throws {
        var touched = try file("etc/group", "g")
        touched.modified = Timestamp(seconds: 99)
        let pair = Pair(
            old: [
                [
                    try file("etc/shadow", "root:*"), try file("etc/group", "g"),
                    try file("etc/sudoers.d/a", "x"),
                ]
            ],
            new: [
                [
                    try file("etc/shadow", "root:!"), touched, try file("home/u/.ssh/authorized_keys", "k"),
                    try file("opt/etc/shadow", "no"),
                ]
            ])
        #expect(findings(pair) == ["accounts: etc/shadow etc/sudoers.d/a home/u/.ssh/authorized_keys"])
    }

    @Test func `what a later layer removes is still shipped, a key above all`() throws {
        let whiteout = try file("secret", kind: .whiteout)
        let pair = Pair(
            old: [[try file("was", "hidden")], [try file("was", kind: .whiteout)]],
            new: [
                [try file("was", "hidden"), try file("secret", "key", count: 5), try file("shown.pem", "c")],
                [try file("was", kind: .whiteout), whiteout],
            ],
            keys: [id(1): .privateKey, id(2): .certificate])
        let found = pair.summary().findings
        #expect(
            findings(pair) == ["private-keys: secret", "certificates: shown.pem", "hidden: secret"])
        #expect(found.first?.places.first?.layer == 0)
        #expect(found.last?.byteCount == 15)
    }
}
