import Bytes
import FileIO
import Images
public import OCI
import Work

/// What a package brings for each layer of a new image: made once per pair, and read by all who make the package or
/// tell what it costs.
public struct DeltaPlan: Sendable {
    /// What a package brings for one layer.
    public enum Shipment: Hashable, Sendable {
        /// Nothing: the old image has that layer.
        case same(old: Int)
        /// Nothing more: a lower layer of the new image brings it.
        case repeated(of: Int)
        /// A recipe that makes the layer of what the old image holds.
        case recipe
        /// The compressed blob as it is, for nothing is known that makes it of the uncompressed layer.
        case carried(LayerCompression)
    }

    /// One layer of the new image.
    public struct Layer: Sendable {
        /// Its place in the new image.
        public let index: Int
        /// What the package brings for it.
        public fileprivate(set) var shipment: Shipment
        /// How its blob is made of the uncompressed layer.
        public fileprivate(set) var making: BlobMaking
        /// The same as the package says it.
        fileprivate(set) var encoding: DeltaDocument.Encoding
        /// What the package brings so that the blob can be made of it; nil if nothing, or if a lower layer has the same.
        fileprivate(set) var repack: LayerRepack?
        /// Whether the old image has the uncompressed layer.
        let isTarKnown: Bool

        /// How many bytes the package brings so that the blob can be made of the uncompressed layer.
        public var repackByteCount: UInt64 { UInt64(repack?.bytes.count ?? 0) }
    }

    /// All layers of the new image, lowest first.
    public private(set) var layers: [Layer]

    /// The layers that need a recipe, lowest first.
    public var recipeLayers: [Int] { layers.filter { $0.shipment == .recipe }.map(\.index) }

    /// The layers whose blobs travel whole, lowest first.
    public var carriedLayers: [Int] {
        layers.filter { if case .carried = $0.shipment { true } else { false } }.map(\.index)
    }

    /// The layers that the package brings descriptions for, lowest first.
    var repackLayers: [Int] { layers.filter { $0.repack != nil }.map(\.index) }

    /// Plans a package.
    ///
    /// - Parameters:
    ///   - probe: Finds how the blobs of the image to make are made.
    ///   - spares: What is known of the blobs that the old images hold, if receivers are known to hold their content alone.
    ///   - jobs: How many layers to look at at a time.
    ///   - reporter: Told how far probing compressed layers has come.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    init(_ probe: EncodingProbe, spares: SpareRepacks, jobs: Int, reporter: Reporter) async throws {
        let (old, new) = (probe.old, probe.new)
        let found = try await probe.encodings(spares: spares, jobs: jobs, reporter)
        let oldIndices = Dictionary(
            old.summaries.map { ($0.diffID, $0.index) }, uniquingKeysWith: { first, _ in first })
        var recipes: [Digest: Int] = [:]
        var blobs: [Digest: Int] = [:]
        var repacks: Set<Digest> = []
        var layers: [Layer] = []
        for (layer, found) in zip(new.summaries, found) {
            let encoding = found.encoding
            let known = oldIndices[layer.diffID]
            let shipment: Shipment
            if case .carried = encoding {
                shipment = blobs[layer.digest].map { .repeated(of: $0) } ?? .carried(layer.compression)
                if blobs[layer.digest] == nil { blobs[layer.digest] = layer.index }
            } else if let known {
                shipment = .same(old: known)
            } else {
                shipment = recipes[layer.diffID].map { .repeated(of: $0) } ?? .recipe
                if recipes[layer.diffID] == nil { recipes[layer.diffID] = layer.index }
            }
            let repack = found.repack.flatMap { repacks.insert($0.digest).inserted ? $0 : nil }
            layers.append(
                Layer(
                    index: layer.index, shipment: shipment, making: found.making, encoding: encoding,
                    repack: repack, isTarKnown: known != nil))
        }
        self.layers = layers
    }

    /// The same plan once the recipes are made: a layer whose recipe and description take more than its blob is carried.
    ///
    /// - Parameters:
    ///   - recipes: The recipes.
    ///   - new: The image to make.
    /// - Returns: The plan, and the recipes that it still takes.
    func revised(_ recipes: [LayerRecipe], _ new: ImageSet) -> (plan: DeltaPlan, recipes: [LayerRecipe]) {
        var plan = self
        // A recipe that makes several layers, or several blobs, is worth more than one of them.
        let shared = Set(
            layers.compactMap { if case .repeated(let lower) = $0.shipment { lower } else { nil } })
        let kept = recipes.filter { recipe in
            let layer = layers[recipe.layer]
            let blob = new.summaries[recipe.layer]
            let byteCount = recipe.bytes.byteCount.addingClamped(layer.repackByteCount)
            guard layer.repack != nil, !shared.contains(recipe.layer),
                byteCount >= blob.blobByteCount.addingClamped(Self.leastGain)
            else { return true }
            let reason = "what would make it takes \(ByteCount.percent(byteCount, of: blob.blobByteCount))"
            plan.layers[recipe.layer].shipment = .carried(blob.compression)
            plan.layers[recipe.layer].making = .carried(reason: reason)
            plan.layers[recipe.layer].encoding = .carried(reason: reason)
            plan.layers[recipe.layer].repack = nil
            return false
        }
        return (plan, kept)
    }

    /// Fewer bytes are not worth that a layer could not be made without the blob.
    private static let leastGain: UInt64 = 1 << 10

    /// The layer whose recipe makes the uncompressed form of a layer; nil if there is none.
    func recipeLayer(of layer: Layer) -> Int? {
        if case .carried = layer.encoding { return nil }
        return switch layer.shipment {
        case .recipe: layer.index
        case .repeated(let lower): lower
        case .same, .carried: nil
        }
    }
}
