import Bytes
import Delta
@testable import DeltaPackages
import FileIO
import FileTree
import Foundation
import Hashing
import Images
import OCI
import TestSupport
import Testing

/// Images of picked changes.
struct PickedImageTests {
    private let roundtrip: Roundtrip
    private let scratch: Scratch

    init() throws {
        roundtrip = try Roundtrip()
        scratch = roundtrip.scratch
    }

    // MARK: - Any picks

    /// Layers of random entries over few names: files, links of both kinds, devices, whiteouts, opaque directories.
    private func layer(_ random: inout SplitMix64) -> [TarEntry] {
        let names = ["a", "b", "c", "d-", "d"]
        func path() -> String { (0...random.below(3)).map { _ in random.pick(names) }.joined(separator: "/") }
        var files: [String] = []
        return (0..<random.below(9) + 1).map { _ in
            let path = path()
            var entry: TarEntry
            switch random.below(13) {
            case 0...2: entry = .directory(path)
            case 3: entry = .symlink(path, to: random.pick(["a", "/b", "c/d", "../a", "nowhere"]))
            case 4 where !files.isEmpty: entry = .hardLink(path, to: random.pick(files))
            case 5: entry = TarEntry(path, flag: "6")
            case 6:
                entry = TarEntry(path, flag: "3").with { $0.deviceMajor = 5 }
                entry.deviceMinor = UInt64(random.below(3_000_000))
            case 7:
                let parts = path.split(separator: "/")
                entry = .file((parts.dropLast() + [".wh." + parts[parts.count - 1]]).joined(separator: "/"))
            case 8: entry = .file(path + "/.wh..wh..opq")
            default:
                files.append(path)
                entry = .file(path, Content.text(UInt64(random.below(4)), random.below(3) * 300))
            }
            entry.mode = random.pick([0o644, 0o755, 0o4755])
            entry.uid = random.pick([0, 0, 1000, 3_000_000])
            entry.modified = random.pick([1_700_000_000, 1_700_000_000, 1_800_000_000, -5])
            if random.below(9) == 0 { entry.records.append(("MSWINDOWS.rawsd", random.bytes(1))) }
            if random.below(5) == 0 { entry = entry.attribute("user.x", random.bytes(random.below(4))) }
            return entry
        }
    }

    /// More names of what is there.
    private static func names(of layers: [[TarEntry]], _ random: inout SplitMix64) -> [TarEntry]? {
        let files = layers.flatMap { $0 }.filter { entry in
            entry.flag != UInt8(ascii: "5") && !String(decoding: entry.path, as: UTF8.self).contains(".wh.")
        }
        guard !files.isEmpty else { return nil }
        return (0...random.below(3)).map { number in
            let file = random.pick(files)
            let target = String(decoding: file.path, as: UTF8.self)
            var entry = TarEntry.hardLink(random.pick(["a", "d", "n\(number)", "b/n"]), to: target)
            // Mostly as the file is, which then does not change.
            (entry.mode, entry.uid, entry.modified) = (file.mode, file.uid, file.modified)
            if random.below(4) == 0 { entry.uid = random.pick([0, 1000]) }
            return entry
        }
    }

    /// A pair of images, the new one with some of the old one's layers; nil if no runtime would unpack them.
    private func pair(_ random: inout SplitMix64) async throws -> (old: OpenedImage, new: OpenedImage)? {
        let oldLayers = (0...random.below(3)).map { _ in layer(&random) }
        var newLayers = oldLayers.map { random.below(3) == 0 ? layer(&random) : $0 }
        if random.below(2) == 0 { newLayers.append(layer(&random)) }
        if random.below(4) == 0 { newLayers.removeFirst() }
        if random.below(3) > 0, let names = Self.names(of: newLayers, &random) { newLayers.append(names) }
        do {
            let images = [oldLayers, newLayers].map { layers in
                ImageBuilder(layers.enumerated().map { .init("RUN \($0)", $1) })
            }
            return (
                try await roundtrip.open(images[0], .ociArchive, as: "old"),
                try await roundtrip.open(images[1], .ociArchive, as: "new")
            )
        } catch is ImageError {
            return nil
        }
    }

    /// What a path is, apart from where it is stored and of which names a file has it is the first.
    private struct Meaning: Equatable {
        let kind: EntryKind
        let mode: UInt16
        let uid: Int64
        let gid: Int64
        let size: UInt64
        let modified: Timestamp
        let target: [UInt8]
        let attributes: [ExtendedAttribute]
        let device: [UInt64]
        let digest: Digest?

        init(_ entry: Entry) {
            kind = entry.kind == .hardLink ? .file : entry.kind
            mode = entry.mode
            uid = entry.uid
            gid = entry.gid
            size = entry.size
            modified = entry.modified
            target = entry.kind == .symlink ? entry.linkTarget : []
            attributes = entry.extendedAttributes
            device = [entry.deviceMajor, entry.deviceMinor]
            // A file without content has a digest, a link to it may have none.
            digest = entry.size > 0 ? entry.digest : nil
        }
    }

    /// All paths of merged layers; a directory that nothing but its contents makes has no meaning.
    private func tree(_ layers: [LayerListing]) -> [TreePath: Meaning?] {
        let tree = LayerStack(layers).tree
        return Dictionary(
            uniqueKeysWithValues: tree.nodes.indices.map { index in
                (tree.path(of: index), tree.entry(of: index).map(Meaning.init))
            })
    }

    /// The paths of each file, link, device or pipe with several names.
    private func linkSets(_ layers: [LayerListing]) -> Set<Set<TreePath>> {
        let tree = LayerStack(layers).tree
        var sets: [Int: Set<TreePath>] = [:]
        for index in tree.nodes.indices {
            if let original = tree.original(of: index) {
                sets[original, default: []].insert(tree.path(of: index))
            }
        }
        return Set(sets.values)
    }

    /// What sets picks make: those of the new image that have a picked name, and what is left of the others.
    private func linkSets(
        _ picks: PickSet, _ tree: DiffTree, _ old: OpenedImage, _ new: OpenedImage
    ) -> Set<Set<TreePath>> {
        let picked = Set(picks.all.map { tree.path(of: $0) })
        let taken = linkSets(new.index.listings).filter { !$0.isDisjoint(with: picked) }
        let changed = taken.reduce(picked) { $0.union($1) }
        let left = linkSets(old.index.listings).map { $0.subtracting(changed) }.filter { $0.count > 1 }
        return taken.union(left)
    }

    @Test(arguments: 0..<10)
    func `any picks make the old tree with the picked changes`(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        var caseCount = 0
        var requiredCount = 0
        var setCount = 0
        var companionCount = 0
        for attempt in 0..<600 where caseCount < 50 {
            guard let (old, new) = try await pair(&random) else { continue }
            let maker = PickedImageMaker(PickList(), old: old, new: new)
            let changed = maker.tree.nodes.indices.filter { maker.tree.nodes[$0].change != .unchanged }
            let share = random.below(4) + 1
            let picks = PickSet(maker.needs, picking: changed.filter { _ in random.below(4) < share })
            guard !picks.isEmpty, !picks.isEverything(in: maker.tree) else { continue }
            caseCount += 1
            requiredCount += picks.required.count
            let picked = try maker.make(picks)
            #expect(picked.partial?.pickedCount == picks.count)
            var expected: [TreePath: Meaning?] = [:]
            for index in maker.tree.nodes.indices {
                let node = maker.tree.nodes[index]
                let path = maker.tree.path(of: index)
                if picks.contains(index) {
                    // A directory that nothing but its contents made is made by itself.
                    let implied = index == 0 ? nil : Meaning(Entry(path: path, kind: .directory, mode: 0o755))
                    if node.isInNew {
                        expected[path] = .some(maker.tree.newEntry(node).map(Meaning.init) ?? implied)
                    }
                } else if node.isInOld {
                    expected[path] = .some(maker.tree.oldEntry(node).map(Meaning.init))
                }
            }
            let made = tree(picked.image.index.listings)
            #expect(made == expected, "seed \(seed), attempt \(attempt)")
            let sets = linkSets(picks, maker.tree, old, new)
            #expect(linkSets(picked.image.index.listings) == sets, "seed \(seed), attempt \(attempt)")
            setCount += sets.count
            companionCount += maker.needs.originals(of: picks).keys.count { !picks.contains($0) }
            #expect(picked.image.layers.count == old.layers.count + 1)
            if attempt % 20 == 0 { try await check(picked, from: old, made) }
        }
        #expect(caseCount == 50)
        #expect(requiredCount > 10)
        #expect(setCount > 10 && companionCount > 0)
    }

    /// A package of it makes it of the old image.
    private func check(
        _ picked: PickedImage, from old: OpenedImage, _ tree: [TreePath: Meaning?]
    ) async throws {
        let path = scratch.path("p.silt")
        let package = try await DeltaCreator(old: old, picked: picked).create(
            at: path, replacesExisting: true, options: DeltaOptions(level: .fast))
        #expect(package.document.new.partial == picked.partial)
        let made = try await roundtrip.load(scratch.write("made", roundtrip.apply(path, to: old)))
        #expect(made.index.summary.imageID == picked.image.index.summary.imageID)
        #expect(made.index.summary.names == picked.image.index.summary.names)
        #expect(self.tree(made.index.listings) == tree)
    }

    // MARK: - Lists of picks

    private func picks(_ lines: String...) throws -> PickList {
        try PickList(parsing: Array(lines.joined(separator: "\n").utf8))
    }

    private func sample() async throws -> (old: OpenedImage, new: OpenedImage) {
        (
            try await roundtrip.open(SampleImages.old, .docker25, as: "old"),
            try await roundtrip.open(SampleImages.new, .docker25, as: "new")
        )
    }

    @Test func `everything picked is the new image, byte for byte`() async throws {
        let (old, new) = try await sample()
        let exact = try scratch.read(
            try await roundtrip.create(old, new).split(separator: "/").last.map(String.init) ?? "")
        let picked = try await PickedImage.make(picks("+ **", "config *"), old: old, new: new)
        #expect(picked.partial == nil)
        _ = try await DeltaCreator(old: old, picked: picked).create(
            at: scratch.path("all.silt"), replacesExisting: false,
            options: DeltaOptions(level: .fast, jobs: 2))
        #expect(try scratch.read("all.silt") == exact)
    }

    @Test(arguments: ["+ /", "+ ."])
    func `the root means everything in it`(rule: String) async throws {
        let (old, new) = try await sample()
        #expect(try await PickedImage.make(picks(rule, "config *"), old: old, new: new).partial == nil)
    }

    @Test func `a list that only leaves out picks all else, the configuration too`() async throws {
        let old = try await roundtrip.open(three(1), .docker25, as: "old")
        let new = try await roundtrip.open(reconfigured(three(2)), .docker25, as: "new")
        let rule = "- /f1"
        let picked = try await PickedImage.make(picks(rule), old: old, new: new)
        #expect(picked.partial?.configKeys == ["*"] && picked.partial?.pickedCount == 2)
        #expect(
            try ImageConfiguration(parsing: picked.image.config).document["config"]?["User"] == .string("me"))
        // Who names keys means those, and who picks paths means nothing else.
        let user = try await PickedImage.make(picks(rule, "config User"), old: old, new: new)
        #expect(user.partial?.configKeys == ["User"])
        let paths = try await PickedImage.make(picks("+ **", rule), old: old, new: new)
        #expect(paths.partial?.configKeys == [])
    }

    @Test func `an image of picks has its own id and name, and says what it is`() async throws {
        let (old, new) = try await sample()
        let tree = DiffTree(old: old.index.stack, new: new.index.stack)
        let changed = try #require(
            tree.nodes.indices.first { tree.nodes[$0].change == .modified && !tree.nodes[$0].isDirectory })
        let rule = "+ /" + String(decoding: tree.path(of: changed).bytes, as: UTF8.self)
        let picked = try await PickedImage.make(picks(rule), old: old, new: new)
        let again = try await PickedImage.make(picks(rule), old: old, new: new)
        let summary = picked.image.index.summary
        #expect(summary.imageID == again.image.index.summary.imageID)
        #expect(![old, new].map(\.index.summary.imageID).contains(summary.imageID))
        #expect(summary.names == ["example.org/app:1-partial-\(summary.imageID.short.prefix(8))"])
        #expect(picked.partial?.imageID == new.index.summary.imageID)
        let config = try ImageConfiguration(parsing: picked.image.config)
        #expect(
            config.document["config"]?["Labels"]?["silt.partial"]
                == .string(new.index.summary.imageID.description))
        #expect(config.history.count == old.index.summary.configuration.history.count + 1)
        // The values are the old ones.
        #expect(
            config.document["config"]?["Env"] == old.index.summary.configuration.document["config"]?["Env"])
    }

    /// Three layers, of which the new image has others.
    private func three(_ version: Int) -> ImageBuilder {
        ImageBuilder(
            (1...3).map {
                .init("COPY \($0)", [.file("f\($0)", "content \($0) of \(version)"), .file("same\($0)")])
            },
            name: "app:\(version)")
    }

    @Test func `whole layers from the lowest up are the new image's own`() async throws {
        let old = try await roundtrip.open(three(1), .docker25, .gzip(6), as: "old")
        let new = try await roundtrip.open(three(2), .docker25, .gzip(6), as: "new")
        let picked = try await PickedImage.make(picks("layer 1", "layer 2"), old: old, new: new)
        #expect(picked.partial?.wholeLayers == 2)
        #expect(
            picked.image.index.summary.layers.map(\.digest)
                == new.index.summary.layers.prefix(2).map(\.digest) + [old.index.summary.layers[2].digest])
        #expect(
            picked.image.index.summary.configuration.history.count
                == old.index.summary.configuration.history.count)
        try await check(picked, from: old, tree(picked.image.index.listings))
        // One that is not the lowest is a layer of changes.
        let third = try await PickedImage.make(picks("layer 3"), old: old, new: new)
        #expect(third.partial?.wholeLayers == nil)
        #expect(third.image.layers.count == 4)
        #expect(third.image.index.listings[3].entries.map(\.path) == [TreePath("f3")])
    }

    @Test(arguments: 0..<4)
    func `whole layers make nothing that neither image has, and what is told of them is so`(seed: UInt64)
        async throws
    {
        var random = SplitMix64(seed: 1_000 + seed)
        var (caseCount, wholeCount) = (0, 0)
        for attempt in 0..<600 where caseCount < 50 {
            guard let (old, new) = try await pair(&random), !new.layers.isEmpty else { continue }
            let count = random.below(new.layers.count) + 1
            let picked: PickedImage
            do {
                picked = try await PickedImage.make(
                    PickList(layers: Set(1...count), configKeys: []), old: old, new: new)
            } catch is PickError {
                continue
            }
            guard let partial = picked.partial else { continue }
            caseCount += 1
            wholeCount += partial.wholeLayers == nil ? 0 : 1
            let (before, after) = (tree(old.index.listings), tree(new.index.listings))
            let made = tree(picked.image.index.listings)
            for path in Set(before.keys).union(after.keys).union(made.keys) {
                // A directory that nothing but its contents made is made by itself.
                let isImplied =
                    made[path]??.kind == .directory && [before[path], after[path]].contains(.some(.none))
                #expect(
                    isImplied || made[path] == before[path] || made[path] == after[path],
                    "seed \(seed), attempt \(attempt), \(path)")
            }
            let rest = DiffTree(old: picked.image.index.stack, new: new.index.stack)
            let changes = DiffTree(old: old.index.stack, new: new.index.stack)
            let left = changes.nodes.indices.count { index in
                let node = changes.nodes[index]
                guard node.change != .unchanged, !node.isMovedAway else { return false }
                return rest.index(of: changes.path(of: index)).map { rest.nodes[$0].change != .unchanged }
                    ?? false
            }
            #expect(partial.pickedCount == partial.changeCount - left, "seed \(seed), attempt \(attempt)")
        }
        #expect(caseCount == 50)
        #expect(wholeCount > 5)
    }

    /// The image with other values in its configuration.
    private func reconfigured(_ image: ImageBuilder) -> ImageBuilder {
        var image = image
        image.otherConfig = Array(
            String(decoding: image.config, as: UTF8.self)
                .replacing(
                    #""Env":["PATH=/usr/bin:/bin"]"#,
                    with: #""Env":["A=1","PATH=/bin"],"User":"me","Labels":{"x":"1"}"#
                ).utf8)
        return image
    }

    @Test func `keys of the configuration are picked one by one`() async throws {
        let old = try await roundtrip.open(three(1), .docker25, as: "old")
        let new = try await roundtrip.open(reconfigured(three(1)), .docker25, as: "new")
        func config(_ lines: String...) async throws -> JSONValue? {
            let list = try PickList(parsing: Array(lines.joined(separator: "\n").utf8))
            let picked = try await PickedImage.make(list, old: old, new: new)
            #expect(picked.image.layers.count == 3)
            return try ImageConfiguration(parsing: picked.image.config).document["config"]
        }
        let path = try await config("config Env PATH")
        #expect(path?["Env"]?.text == #"["PATH=/bin"]"# && path?["User"] == nil)
        let user = try await config("config User", "config Labels x")
        #expect(user?["Env"]?.text == #"["PATH=/usr/bin:/bin"]"# && user?["User"] == .string("me"))
        #expect(user?["Labels"]?["x"] == .string("1"))
        await #expect { try await config("config Cmd") } throws: {
            "\($0)".contains("what can: ") && "\($0)".contains("Env PATH")
        }
    }

    @Test func `lists that do not fit are refused by name`() async throws {
        let (old, new) = try await sample()
        let other = Digest.of([1])
        for (list, part) in [
            (try picks("old \(other)", "+ **"), "another old image, \(other.short)"),
            (try picks("new \(other)", "+ **"), "another new image"), (try picks("layer 99"), "no layer 99"),
            (try picks("+ /nowhere"), "nothing is picked"),
        ] {
            await #expect { try await PickedImage.make(list, old: old, new: new) } throws: {
                "\($0)".contains(part)
            }
        }
    }
}
