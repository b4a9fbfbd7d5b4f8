import Bytes
import FileIO
public import Images
import OCI

/// What everything in a package costs, in bytes that add up to the package's size.
public struct PackageCosts: Sendable {
    /// What one layer of the new image costs.
    public struct Layer: Sendable {
        /// Bytes in the package: nothing for a layer that the old image or a lower layer brings.
        public let byteCount: UInt64
        /// Where the truth is to be expected; of an exact figure, that figure alone.
        public let bounds: ClosedRange<UInt64>
        /// What each entry adds to them; entries that are not listed cost nothing.
        public let entries: [Int: UInt64]
        /// How its blob is made.
        public let making: BlobMaking

        /// An exact figure.
        init(byteCount: UInt64, entries: [Int: UInt64], making: BlobMaking) {
            (self.byteCount, self.entries, self.making) = (byteCount, entries, making)
            bounds = byteCount...byteCount
        }

        /// A guess of the layer's recipe, beside its description.
        init(_ guess: LayerGuess, repackByteCount: UInt64, making: BlobMaking) {
            byteCount = guess.sum.byteCount.addingClamped(repackByteCount)
            bounds =
                guess.sum.low.addingClamped(
                    repackByteCount)...guess.sum.high.addingClamped(repackByteCount)
            entries = guess.entries.mapValues(\.byteCount)
            self.making = making
        }
    }

    /// All layers of the new image, lowest first.
    public let layers: [Layer]
    /// What no layer costs: documents, the archive's recipe, what holds it all together, and descriptions of blobs that
    /// both images hold.
    public let documentByteCount: UInt64
    /// Where the truth of that is to be expected; of an exact figure, that figure alone.
    private let documentBounds: ClosedRange<UInt64>
    /// The package's size.
    public let byteCount: UInt64
    /// Whether nothing of it is a guess.
    public let isExact: Bool

    /// Where the truth of the package's size is to be expected; of an exact figure, that figure alone.
    public var bounds: ClosedRange<UInt64> {
        let all = [documentBounds] + layers.map(\.bounds)
        let low = all.reduce(UInt64(0)) { $0.addingClamped($1.lowerBound) }
        let high = all.reduce(UInt64(0)) { $0.addingClamped($1.upperBound) }
        return low...high
    }

    /// Adds guesses up.
    ///
    /// - Parameters:
    ///   - plan: What the package brings.
    ///   - new: The new images.
    ///   - guesses: Of the layers that need recipes.
    ///   - documents: About what documents take.
    init(_ plan: DeltaPlan, _ new: ImageSet, _ guesses: [Int: LayerGuess], documents: CostGuess) {
        layers = plan.layers.map { layer in
            if case .recipe = layer.shipment, let guess = guesses[layer.index] {
                return Layer(guess, repackByteCount: layer.repackByteCount, making: layer.making)
            }
            guard case .carried = layer.shipment else {
                return Layer(byteCount: layer.repackByteCount, entries: [:], making: layer.making)
            }
            let file = new.layers[layer.index]
            return Layer(
                byteCount: file.blob.byteCount, entries: Self.carried(file), making: layer.making)
        }
        let documentByteCount = documents.byteCount
        self.documentByteCount = documentByteCount
        documentBounds = documents.low...documents.high
        byteCount = layers.reduce(documentByteCount) { $0.addingClamped($1.byteCount) }
        isExact = false
    }

    /// Shares out a package's bytes.
    ///
    /// - Parameters:
    ///   - plan: What the package brings.
    ///   - new: The new images.
    ///   - recipes: Its recipes.
    ///   - documents: What documents take at least.
    ///   - total: Its size.
    init(
        _ plan: DeltaPlan, _ new: ImageSet, _ recipes: [LayerRecipe], documents: UInt64, total: UInt64
    ) {
        let recipes = Dictionary(recipes.map { ($0.layer, $0) }, uniquingKeysWith: { first, _ in first })
        var weights: [Int: UInt64] = [:]
        for layer in plan.layers {
            let own: UInt64 =
                switch layer.shipment {
                case .recipe: recipes[layer.index]?.bytes.byteCount ?? 0
                case .carried: new.layers[layer.index].blob.byteCount
                case .same, .repeated: 0
                }
            let byteCount = own.addingClamped(layer.repackByteCount)
            if byteCount > 0 { weights[layer.index] = byteCount }
        }
        // A package is compressed once more as a whole: where that saves much of the recipes, layers and documents share it.
        let sum = weights.values.reduce(UInt64(0)) { $0.addingClamped($1) }
        let isShared = sum.addingClamped(documents) > total
        let sizes = isShared ? Shares.split(total, by: weights.merging([-1: documents]) { $1 }) : weights
        documentByteCount = isShared ? sizes[-1] ?? 0 : total - sum
        documentBounds = documentByteCount...documentByteCount
        byteCount = total
        isExact = true
        layers = plan.layers.map { layer in
            let size = sizes[layer.index] ?? 0
            switch layer.shipment {
            case .recipe:
                let costs = recipes[layer.index]?.costs ?? [:]
                let own = size - min(size, layer.repackByteCount)
                return Layer(
                    byteCount: size, entries: isShared ? Shares.split(own, by: costs) : costs,
                    making: layer.making)
            case .carried:
                return Layer(
                    byteCount: size, entries: Self.carried(new.layers[layer.index], size),
                    making: layer.making)
            case .same, .repeated: return Layer(byteCount: size, entries: [:], making: layer.making)
            }
        }
    }

    /// What the entries of a layer add to a package that carries its blob.
    ///
    /// Nothing tells more of them than their sizes: a compressed blob cannot be taken apart.
    public static func carried(_ file: LayerBytes) -> [Int: UInt64] {
        carried(file, file.blob.byteCount)
    }

    private static func carried(_ file: LayerBytes, _ byteCount: UInt64) -> [Int: UInt64] {
        Shares.split(
            byteCount,
            by: Dictionary(
                uniqueKeysWithValues: file.spans.enumerated().map {
                    ($0, UInt64($1.structureByteCount).addingClamped($1.contentByteCount))
                }))
    }
}
