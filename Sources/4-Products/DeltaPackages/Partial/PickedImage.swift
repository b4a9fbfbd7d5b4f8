import Bytes
import Hashing
public import Images
public import OCI
public import FileTree
import Work

/// What becomes of two images when some of the changes between them are picked.
///
/// Its layers are those of the old image and one of the picked changes; or, where whole layers are picked from the lowest
/// up, the new image's own and what the old one has above them. It is an image of its own, with an id and a name that
/// follow from the images and the picks.
public struct PickedImage: Sendable {
    /// The image; the new one itself if everything is picked.
    public let image: OpenedImage
    /// What was picked; nil if that is everything.
    public let partial: DeltaDocument.Partial?
    /// The rules of the list that no change matches.
    public fileprivate(set) var unmatchedRules: [PickList.Rule] = []
    /// The rules of the list that leave out what others need.
    public fileprivate(set) var overruled: [PickList.Overruled] = []
    /// The tree of both images' merged layers that `overruled` is about.
    public fileprivate(set) var listedTree: DiffTree?
    /// What it was made of; nil for the new image itself.
    let origin: Origin?

    /// What an image of picks was made of.
    struct Origin: Sendable {
        let tree: DiffTree
        let picks: PickSet
        let old: OpenedImage
        let new: OpenedImage
    }

    /// The tree of both images' merged layers that warnings are about; nil for the new image itself.
    public var tree: DiffTree? { origin?.tree }

    /// Picks by a list.
    ///
    /// - Parameters:
    ///   - list: What to pick.
    ///   - old: The old image.
    ///   - new: The new image.
    /// - Returns: What comes out.
    /// - Throws: `PickError` if the list does not fit the images or picks nothing, `ImageError.unsupported` for an entry
    ///   that cannot be taken by itself, `FileError` if the images can no longer be read.
    public static func make(_ list: PickList, old: OpenedImage, new: OpenedImage) async throws -> PickedImage
    {
        try await WorkPool.shared.run { try PickedImageMaker(list, old: old, new: new).make() }
    }

    /// Picks changes by their places.
    ///
    /// - Parameters:
    ///   - selection: What to pick.
    ///   - tree: The tree of both images' merged layers, in which nothing is ignored, if it is there already.
    ///   - pairs: Which layers belong together, if that is known.
    ///   - old: The old image.
    ///   - new: The new image.
    /// - Returns: What comes out.
    /// - Throws: As for a list.
    public static func make(
        _ selection: PickSelection, of tree: DiffTree? = nil, pairs: [LayerPair]? = nil, old: OpenedImage,
        new: OpenedImage
    ) async throws -> PickedImage {
        try await WorkPool.shared.run {
            let list = PickList(layers: selection.layers, configKeys: selection.configKeys)
            let maker = PickedImageMaker(list, old: old, new: new, tree: tree, pairs: pairs)
            try maker.check()
            return try maker.make(
                PickSet(maker.needs, picking: selection.nodes), wholeLayers: !selection.layers.isEmpty)
        }
    }
}

/// Puts a picked image together.
struct PickedImageMaker {
    private let list: PickList
    private let old: OpenedImage
    private let new: OpenedImage
    /// What the changes need.
    let needs: PickNeeds
    private let pairs: [LayerPair]

    /// What changed.
    var tree: DiffTree { needs.tree }

    init(
        _ list: PickList, old: OpenedImage, new: OpenedImage, tree: DiffTree? = nil,
        pairs: [LayerPair]? = nil
    ) {
        var list = list
        // Where nothing differs, no key is named.
        let configurations = (old.index.summary.configuration, new.index.summary.configuration)
        if list.configKeys.isEmpty, configurations.0.picks(list.takenKeys, from: configurations.1) {
            list.configKeys = list.takenKeys
        }
        self.list = list
        self.old = old
        self.new = new
        needs = PickNeeds(tree ?? DiffTree(old: old.index.stack, new: new.index.stack))
        self.pairs = pairs ?? LayerAlignment.align(old.index, new.index)
    }

    func make() throws -> PickedImage {
        try check()
        let layers = LayerOfChange(tree, partners: pairs.partners)
        let matches = list.matches(in: tree) { layers.number(of: $0) }
        let picks = PickSet(needs, picking: matches.nodes)
        var picked = try make(picks, wholeLayers: list.rules.isEmpty)
        picked.unmatchedRules = matches.unmatched
        picked.overruled = list.overruled(by: picks, in: tree)
        picked.listedTree = tree
        return picked
    }

    /// Makes the image of picks in the tree, and of the list's keys.
    ///
    /// - Parameters:
    ///   - picks: What to make.
    ///   - isOfWholeLayers: Whether the picks are just all that the list's layers change.
    /// - Returns: The image.
    /// - Throws: `PickError` if nothing is picked, `ImageError`, `FileError`.
    func make(_ picks: PickSet, wholeLayers isOfWholeLayers: Bool = false) throws -> PickedImage {
        let whole = isOfWholeLayers ? try wholeLayers() : nil
        let oldConfig = old.index.summary.configuration
        let newConfig = new.index.summary.configuration
        // Where nothing differs, nothing is not everything.
        guard whole != nil || !picks.isEmpty || oldConfig.picks(list.configKeys, from: newConfig) else {
            throw PickError.nothingPicked(
                patterns: list.rules.filter(\.picks).map {
                    EscapedText.line(String(decoding: $0.pattern.text, as: UTF8.self), limit: 200)
                })
        }
        let takesAllKeys = oldConfig.isEverything(list.configKeys, from: newConfig)
        if picks.isEverything(in: tree), takesAllKeys {
            return PickedImage(image: new, partial: nil, origin: nil)
        }
        let partial = DeltaDocument.Partial(
            names: new.index.summary.names, imageID: new.index.summary.imageID,
            pickedCount: whole?.changeCount ?? picks.count, changeCount: changes.count,
            configKeys: list.configKeys, wholeLayers: whole?.layerCount)
        return PickedImage(
            image: try whole?.image ?? assemble(pickedLayer(picks)), partial: partial,
            origin: PickedImage.Origin(tree: tree, picks: picks, old: old, new: new))
    }

    /// All changes there are.
    private var changes: [Int] {
        tree.nodes.indices.filter { tree.nodes[$0].change != .unchanged && !tree.nodes[$0].isMovedAway }
    }

    func check() throws {
        for (side, expected, image) in [("old", list.oldImageID, old), ("new", list.newImageID, new)] {
            let actual = image.index.summary.imageID
            if let expected, expected != actual {
                throw PickError.otherImages(side: side, expected: expected.short, actual: actual.short)
            }
        }
        let count = new.layers.count
        if let number = list.layers.sorted().first(where: { $0 < 1 || $0 > count }) {
            throw PickError.noSuchLayer(number: number, count: count)
        }
        do {
            _ = try old.index.summary.configuration.taking(
                list.configKeys, from: new.index.summary.configuration)
        } catch {
            throw PickError.noSuchKey(
                key: EscapedText.of(error.key.utf8, limit: 100), choices: error.choices)
        }
    }

    // MARK: - Layers

    /// Layers of an image, and how they came to be.
    private struct Parts {
        struct Layer {
            var summary: LayerSummary
            let listing: LayerListing
            let bytes: LayerBytes
            /// As its image's manifest describes it; nil if there is none.
            let descriptor: JSONValue?
        }

        var layers: [Layer] = []
        var history: [JSONValue] = []

        /// Adds some layers of an image, and the steps of its history that belong to them.
        mutating func add(_ image: OpenedImage, _ range: Range<Int>) {
            let summaries = image.index.summary.layers
            let descriptors = image.manifestLayers
            for index in range {
                layers.append(
                    Layer(
                        summary: summaries[index], listing: image.index.listings[index],
                        bytes: image.layers[index],
                        descriptor: descriptors.indices.contains(index) ? descriptors[index] : nil))
            }
            history += image.history(of: range)
        }
    }

    /// The lowest of the new image's layers as they are, and what the old one has above them.
    private struct WholeLayers {
        let image: OpenedImage
        let layerCount: Int
        /// How many changes it holds: one that another layer of the new image changes again is none of them.
        let changeCount: Int
    }

    /// The image of whole layers; nil if the picks are other ones, or if something would be in it that is in neither image,
    /// because layers lie over others than those they were made for.
    private func wholeLayers() throws -> WholeLayers? {
        guard let (count, kept) = lowestLayers() else { return nil }
        var parts = Parts()
        parts.add(new, 0..<count)
        parts.add(old, kept)
        let image = try assemble(parts)
        let made = DiffTree(old: old.index.stack, new: image.index.stack)
        let rest = DiffTree(old: image.index.stack, new: new.index.stack)
        // A directory that nothing but its contents makes has lost what its entry said.
        func isSame(_ node: DiffTree.Node) -> Bool {
            node.change == .unchanged && (node.old == nil) == (node.new == nil)
        }
        func isAsInNew(_ path: TreePath) -> Bool {
            rest.index(of: path).map { isSame(rest.nodes[$0]) } ?? true
        }
        guard made.nodes.indices.allSatisfy({ isSame(made.nodes[$0]) || isAsInNew(made.path(of: $0)) }) else {
            return nil
        }
        return WholeLayers(
            image: image, layerCount: count, changeCount: changes.count { isAsInNew(tree.path(of: $0)) })
    }

    /// How many of the new image's layers are picked, if that is all from the lowest up, and which of the old one's stay
    /// above them.
    private func lowestLayers() -> (count: Int, kept: Range<Int>)? {
        guard let count = list.layers.max() else { return nil }
        let same = Set(pairs.filter { $0.change == .same }.compactMap(\.new))
        guard (0..<count).allSatisfy({ same.contains($0) || list.layers.contains($0 + 1) }) else {
            return nil
        }
        // What lies above in the old image stays there; nothing does if the new one has nothing else.
        let place = pairs.lastIndex { $0.new.map { $0 < count } ?? false } ?? pairs.endIndex - 1
        let start = pairs[...place].compactMap(\.old).max().map { $0 + 1 } ?? 0
        return (
            count, count == new.layers.count ? old.layers.count..<old.layers.count : start..<old.layers.count
        )
    }

    private func pickedLayer(_ picks: PickSet) throws -> Parts {
        let keys = list.configKeys.isEmpty ? "" : ", configuration \(list.configKeys.joined(separator: ", "))"
        let createdBy =
            "silt: \(picks.count) of \(changes.count) changes to \(new.index.summary.imageID.short)\(keys)"
        var parts = Parts()
        parts.add(old, old.layers.indices)
        var step: [(key: String, value: JSONValue)] = [("created_by", .string(createdBy))]
        if let created = new.index.summary.configuration.document["created"] {
            step.append(("created", created))
        }
        if picks.isEmpty {
            step.append(("empty_layer", .bool(true)))
        } else {
            let tar = try PickedLayer(needs, picks, old: old, new: new).tar()
            let made = try MadeLayer(tar, index: old.layers.count, createdBy: createdBy)
            parts.layers.append(
                Parts.Layer(summary: made.summary, listing: made.listing, bytes: made.bytes, descriptor: nil))
        }
        parts.history.append(JSONValue(members: step))
        return parts
    }

    // MARK: - Documents

    private func assemble(_ parts: Parts) throws -> OpenedImage {
        let newDocument = new.index.summary.configuration.document
        let layers = parts.layers.enumerated().map { index, layer in
            var layer = layer
            layer.summary.index = index
            return layer
        }
        // A history that does not tell of every layer would be refused.
        let steps = parts.history.count { $0["empty_layer"] != .bool(true) }
        let configuration = try old.index.summary.configuration
            .taking(list.configKeys, from: new.index.summary.configuration)
            .over(
                ImageConfiguration.Layers(
                    diffIDs: layers.map(\.summary.diffID),
                    history: steps == layers.count ? parts.history : [],
                    created: newDocument["created"],
                    label: ("silt.partial", new.index.summary.imageID.description)))
        let config = configuration.bytes
        let imageID = Digest.of(config)
        let manifest = try old.manifest.map { try manifestBytes($0, config: config, layers) }
        let names = [Self.name(old.index.summary.names.first, imageID)]
        let stack = try layers.map(\.listing).resolved(layers: layers.map(\.summary), source: old.source)
        let summary = ImageSummary(
            source: old.source, names: names, imageID: imageID,
            manifestDigest: manifest.map { Digest.of($0) },
            platform: old.index.summary.platform, created: new.index.summary.created,
            archiveByteCount: layers.reduce(0) { $0.addingClamped($1.summary.blobByteCount) },
            layers: layers.map(\.summary), configuration: configuration)
        return OpenedImage(
            index: ImageIndex(summary: summary, stack: stack), config: config, manifest: manifest,
            layers: layers.map(\.bytes))
    }

    private func manifestBytes(_ bytes: [UInt8], config: [UInt8], _ layers: [Parts.Layer]) throws -> [UInt8] {
        let document = try JSONValue(parsing: bytes)
        let isDocker = document["mediaType"].map { $0.text.contains("docker") } ?? false
        func descriptor(_ type: JSONValue, _ digest: Digest, _ size: UInt64) -> JSONValue {
            JSONValue(members: [
                ("mediaType", type), ("digest", .string(digest.description)),
                ("size", .number(Array("\(size)".utf8))),
            ])
        }
        let configType = document["config"]?["mediaType"] ?? .string(MediaType.ociConfig)
        let descriptors = layers.map { layer in
            let compression = layer.summary.compression
            guard let known = layer.descriptor else {
                let type = MediaType.layer(compression, isDocker: isDocker)
                return descriptor(.string(type), layer.summary.digest, layer.summary.blobByteCount)
            }
            // The new image's manifest may be of another family than the old one's.
            guard case .string(let bytes)? = known["mediaType"] else { return known }
            let type = String(decoding: bytes, as: UTF8.self)
            return known.setting(
                "mediaType", .string(MediaType.layer(type, compression, isDocker: isDocker)))
        }
        return Array(
            document.setting("config", descriptor(configType, Digest.of(config), UInt64(config.count)))
                .setting("layers", .array(descriptors)).setting("subject", nil).text.utf8)
    }

    /// A name of its own: the old one's with another tag.
    static func name(_ old: String?, _ id: Digest) -> String {
        let mark = "partial-\(id.short.prefix(8))"
        // What stands behind a digest's sign is no tag.
        guard let old = old?.prefix(while: { $0 != "@" }), !old.isEmpty else { return "silt:\(mark)" }
        let start = old.lastIndex(of: "/").map { old.index(after: $0) } ?? old.startIndex
        let colon = old[start...].lastIndex(of: ":")
        // In OCI archives a name may be a tag alone.
        guard colon != nil || start == old.startIndex else { return "\(old):\(mark)" }
        let tag = colon.map { old.index(after: $0) } ?? old.startIndex
        // A tag has 128 bytes at most.
        return "\(old[..<tag])\(old[tag...].prefix(100))-\(mark)"
    }
}

extension OpenedImage {
    /// The layers as its manifest describes them; empty if it has none.
    fileprivate var manifestLayers: [JSONValue] {
        guard let manifest, let document = try? JSONValue(parsing: manifest),
            case .array(let layers)? = document["layers"]
        else { return [] }
        return layers
    }

    /// The steps of its history that made some layers, with those before each that made none; those behind the last layer
    /// belong to it.
    fileprivate func history(of range: Range<Int>) -> [JSONValue] {
        var layer = 0
        let all = index.summary.configuration.history
        let count = all.count { $0["empty_layer"] != .bool(true) }
        guard count == layers.count else { return [] }
        return all.filter { step in
            let isEmpty = step["empty_layer"] == .bool(true)
            let place = isEmpty && layer == count ? count - 1 : layer
            if !isEmpty { layer += 1 }
            return range.contains(place)
        }
    }
}
