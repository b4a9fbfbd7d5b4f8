import Bytes
import Canvas
import ContentDiff
import Explorer
import FileTree
import Hashing
import OCI
import Summary
import Shipping
import TestSupport

/// A pair of images made in code: what the screens show.
struct Fixture {
    var old: [LayerListing]
    var new: [LayerListing]
    var oldSummary: ImageSummary
    var newSummary: ImageSummary
    var pairs: [LayerPair]
    /// Whether lists of packages are in the images.
    var hasPackages = true

    func tree(_ scope: Scope, ignoring rules: IgnoreRules = IgnoreRules()) -> DiffTree {
        switch scope {
        case .squashed: DiffTree(old: old, new: new, ignoring: rules)
        case .side(let side): DiffTree(old: side == .old ? old : new, new: side == .old ? old : new)
        case .pair(let row):
            DiffTree(
                old: old, new: new, oldIndex: pairs[row].old, newIndex: pairs[row].new, ignoring: rules)
        }
    }

    /// What a file holds: a text whose size says nothing about it, with one line that differs, or bytes.
    func content(_ key: ContentKey) -> FileContent {
        func lines(_ id: EntryID?, _ change: String) -> [UInt8] {
            guard id != nil else { return [] }
            return Array(
                (1...60).map { number in
                    switch number {
                    case 20: "    for line in \(change):\n"
                    case 21: "\t\ttotal += line.price * line.count  # é\u{1b}[2J\n"
                    case 45: change == "lines" ? "    old = \(change)\n" : ""
                    default: "    step(\(number))\n"
                    }
                }.joined().utf8)
        }
        let entry =
            key.new.map { new[$0.layer].entries[$0.ordinal] }
            ?? key.old.map { old[$0.layer].entries[$0.ordinal] }
        let name = entry.map { String(decoding: $0.path.name, as: UTF8.self) } ?? ""
        if name.contains(".so") {
            let before = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
            var after = before
            after.insert(contentsOf: [0xf3, 0x0f, 0x1e, 0xfa], at: 400)
            after[600] ^= 1
            return .bytes(
                ByteDiff(
                    old: key.old == nil ? [] : before, new: key.new == nil ? [] : after,
                    copies: [.init(old: 0, new: 0, count: 400), .init(old: 400, new: 404, count: 600)]),
                packing: nil)
        }
        if name == "README" { return .failed("layer 3 ends early: 'app/README' needs 7 more bytes") }
        let text = try? TextDiff(old: lines(key.old, "lines"), new: lines(key.new, "lines if lines else ()"))
        return text.map { .text($0, encoding: "utf-8") } ?? .failed("no text")
    }

    /// What the update brings: packages that were updated, altered, added and removed, and files of none.
    func summary(_ request: SummaryRequest) -> UpdateSummary {
        func inventory(_ listings: [LayerListing], _ packages: [(Package, [String])]) -> PackageInventory {
            var ids: [TreePath: EntryID] = [:]
            for (layer, listing) in listings.enumerated() {
                for (ordinal, entry) in listing.entries.enumerated() {
                    ids[entry.path] = EntryID(layer: layer, ordinal: ordinal)
                }
            }
            return (hasPackages ? packages : []).reduce(into: PackageInventory()) { inventory, package in
                inventory.add(package.0, files: package.1.compactMap { ids[Self.path($0)] })
            }
        }
        func debian(_ name: String, _ version: String) -> Package {
            Package(kind: .debian, name: name, version: version, place: "amd64")
        }
        let ssl = ["usr/lib/ssl/libssl.so.3", "usr/lib/ssl/libcrypto.so.3", "usr/lib/ssl/libssl.so"]
        let facts = UpdateFacts(
            old: ImageIndex(summary: oldSummary, listings: old),
            new: ImageIndex(summary: newSummary, listings: new), pairs: pairs,
            oldPackages: inventory(
                old,
                [
                    (debian("libc6", "2.36-9"), ["usr/lib/libc.so.6"]), (debian("libssl3", "3.0.11-1"), ssl),
                    (debian("liblegacy", "1"), ["usr/lib/legacy.so"]),
                    (
                        Package(kind: .python, name: "shop\u{1b}", version: "1.5", place: "app"),
                        ["app/main.py"]
                    ),
                ]),
            newPackages: inventory(
                new,
                [
                    (debian("libc6", "2.36-9"), ["usr/lib/libc.so.6"]), (debian("libssl3", "3.0.14-1"), ssl),
                    (debian("iputils-ping", "3:20221126-1"), ["bin/ping"]),
                    (
                        debian("libquic-with-a-name-that-is-longer-than-its-column", "0.9"),
                        ["usr/lib/quic.so"]
                    ),
                    (
                        Package(kind: .python, name: "shop\u{1b}", version: "1.5", place: "app"),
                        ["app/main.py"]
                    ),
                ]),
            keys: [EntryID(layer: 2, ordinal: 7): .privateKey], hasAllPackages: false,
            hasLookedAtAllFiles: true)
        return UpdateSummary(
            facts, tree: tree(.squashed), configuration: request.configuration, costs: request.updateCosts)
    }

    static let totals = Totals(
        archive: Figure(exact: 170_412_032), pull: Figure(exact: 60_482_113),
        delta: Figure(1_104_200, bounds: 700_000...4_200_000),
        documents: Figure(guess: 2_300))

    /// Costs of every new file that was added or modified: a tenth of its size; exact or not.
    func costs(isExact: Bool) -> [EntryID: Figure] {
        var costs: [EntryID: Figure] = [:]
        for node in tree(.squashed).nodes where node.change == .modified || node.change == .added {
            guard let id = node.new else { continue }
            let cost = new[id.layer].entries[id.ordinal].size / 10
            costs[id] = isExact ? Figure(exact: cost) : Figure(guess: cost)
        }
        return costs
    }

    /// A small web application on a base image: every kind of change, every kind of name.
    static let application = makeApplication()

    private static func makeApplication() -> Fixture {
        let base = [
            directory("bin"), link("bin/sh", to: "dash"), file("bin/dash", 125_688, mode: 0o755),
            file("bin/su", 71_912, mode: 0o4755), directory("etc"), file("etc/hostname", 12),
            file("etc/passwd", 1_201),
            directory("tmp", mode: 0o1777), directory("usr"), directory("usr/lib"),
            file("usr/lib/libc.so.6", 1_922_136, mode: 0o755),
        ]
        let oldPackages = [
            directory("usr/lib/ssl"), file("usr/lib/ssl/libssl.so.3", 684_216, version: 1),
            file("usr/lib/ssl/libcrypto.so.3", 4_709_464, version: 1),
            link("usr/lib/ssl/libssl.so", to: "libssl.so.3"), file("usr/lib/legacy.so", 98_304),
            file("usr/lib/engine-1.2.so", 120_000),
        ]
        let newPackages = [
            directory("usr/lib/ssl"), file("usr/lib/ssl/libssl.so.3", 684_312, version: 2),
            file("usr/lib/ssl/libcrypto.so.3", 4_713_560, version: 2),
            link("usr/lib/ssl/libssl.so", to: "libssl.so.3"),
            file("usr/lib/engine-1.3.so", 120_000, content: "usr/lib/engine-1.2.so"),
            file("usr/lib/quic.so", 310_000),
        ]
        let oldApplication = [
            directory("app"), file("app/main.py", 18_004, version: 1), file("app/README", 900),
            directory("app/static"), file("app/static/logo.svg", 4_100),
            file("app/static/très-long-name-of-a-stylesheet-that-does-not-fit.css", 30_101, version: 1),
            file("app/日本語の名前.txt", 77, version: 1),
            file(
                [0x61, 0x70, 0x70, 0x2f, 0xff, 0x1b, 0x5b, 0x32, 0x4a, 0x2e, 0x62, 0x69, 0x6e], 10, version: 1
            ),
        ]
        let newApplication = [
            directory("app"), file("app/main.py", 18_231, version: 2), file("app/README", 900, mode: 0o600),
            directory("app/static"), file("app/static/logo.svg", 4_100),
            file("app/static/très-long-name-of-a-stylesheet-that-does-not-fit.css", 30_500, version: 2),
            file("app/日本語の名前.txt", 81, version: 2),
            file(
                [0x61, 0x70, 0x70, 0x2f, 0xff, 0x1b, 0x5b, 0x32, 0x4a, 0x2e, 0x62, 0x69, 0x6e], 11, version: 2
            ),
        ]
        let ping = Entry(
            path: path("bin/ping"), kind: .file, mode: 0o755, size: 76_672,
            extendedAttributes: [
                ExtendedAttribute(name: Array("security.capability".utf8), value: [1, 0, 0, 2])
            ],
            digest: Digest.of(Array("ping".utf8)), contentKind: .program)
        let old = [base, oldPackages, [file("etc/build", 33, version: 1)], oldApplication].map(
            LayerListing.init(entries:))
        let new = [base, newPackages, newApplication, [ping]].map(LayerListing.init(entries:))
        let commands = [
            "/bin/sh -c #(nop) ADD file:0123 in / ",
            "RUN /bin/sh -c apt-get update && apt-get install -y openssl # buildkit",
        ]
        return Fixture(
            old: old, new: new,
            oldSummary: summary(
                "shop:1.4", old, commands + ["RUN date > /etc/build", "COPY . /app # buildkit"],
                size: 169_900_544,
                #"{"os":"linux","config":{"Env":["PATH=/bin","DEBUG=0"],"Cmd":["/app/main.py"],"User":"app"}}"#
            ),
            newSummary: summary(
                "shop:1.5", new,
                commands + ["COPY . /app # buildkit", "RUN apt-get install -y iputils-ping"],
                size: 170_412_032,
                #"{"os":"linux","config":{"Env":["PATH=/bin","DEBUG=1"],"Cmd":["/app/main.py"],"Labels":{"v":"1.5"}}}"#
            ),
            pairs: [
                LayerPair(old: 0, new: 0, change: .same), LayerPair(old: 1, new: 1, change: .changed),
                LayerPair(old: 2, new: nil, change: .removed), LayerPair(old: 3, new: 2, change: .changed),
                LayerPair(old: nil, new: 3, change: .added),
            ])
    }

    /// An image of one layer with so many files, a quarter of which changed.
    static func large(_ count: Int) -> Fixture {
        func entries(_ version: Int) -> [Entry] {
            (0..<count).map { index in
                file("usr/share/d\(index / 100)/f\(index)", 1000, version: index % 4 == 0 ? version : 0)
            }
        }
        let old = [LayerListing(entries: entries(1))]
        let new = [LayerListing(entries: entries(2))]
        return Fixture(
            old: old, new: new, oldSummary: summary("big:1", old, ["COPY . /"], size: 1),
            newSummary: summary("big:2", new, ["COPY . /"], size: 1),
            pairs: [LayerPair(old: 0, new: 0, change: .changed)])
    }

    private static func summary(
        _ name: String, _ layers: [LayerListing], _ commands: [String], size: UInt64,
        _ configuration: String = "{}"
    ) -> ImageSummary {
        ImageSummary(
            source: name + ".tar", names: [name], imageID: Digest.of(Array(name.utf8)),
            platform: Platform(os: "linux", architecture: "amd64"), archiveByteCount: size,
            layers: layers.enumerated().map { index, listing in
                let digest = Digest.of(Array("\(listing.entries.map(\.digest))".utf8))
                let bytes = listing.entries.reduce(10_240) { $0 + $1.size + 512 }
                return LayerSummary(
                    index: index, digest: digest, diffID: digest, blobByteCount: bytes, byteCount: bytes,
                    compression: .none,
                    createdBy: commands[index], entryCount: listing.entries.count)
            },
            configuration: (try? ImageConfiguration(parsing: Array(configuration.utf8)))
                ?? ImageConfiguration())
    }

    private static func path(_ name: String) -> TreePath { TreePath(name) ?? .root }

    private static func file(
        _ name: String, _ size: UInt64, mode: UInt16 = 0o644, version: Int = 0, content: String? = nil
    ) -> Entry {
        file(Array(name.utf8), size, mode: mode, version: version, content: content ?? name)
    }

    private static func file(
        _ name: [UInt8], _ size: UInt64, mode: UInt16 = 0o644, version: Int = 0, content: String = "raw"
    ) -> Entry {
        Entry(
            path: TreePath(tarName: name) ?? .root, kind: .file, mode: mode, size: size,
            modified: Timestamp(seconds: 1_741_529_100),
            digest: Digest.of(Array("\(content) \(version)".utf8)), contentKind: kind(of: name))
    }

    private static func kind(of name: [UInt8]) -> ContentKind {
        guard let text = String(validating: name, as: UTF8.self) else { return .data }
        return text.contains(".so") || text.contains("bin/") ? .program : .text
    }

    private static func directory(_ name: String, mode: UInt16 = 0o755) -> Entry {
        Entry(path: path(name), kind: .directory, mode: mode, modified: Timestamp(seconds: 1_741_529_100))
    }

    private static func link(_ name: String, to target: String) -> Entry {
        Entry(
            path: path(name), kind: .symlink, mode: 0o777, modified: Timestamp(seconds: 1_741_529_100),
            linkTarget: Array(target.utf8))
    }
}
