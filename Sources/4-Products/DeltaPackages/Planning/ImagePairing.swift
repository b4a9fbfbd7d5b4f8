import Bytes
import FileTree
import Images
import OCI

/// Where in the old images to look first for what a new layer came from.
struct OldHome: Sendable {
    /// The old layer that the new one is paired with.
    var layer: Int?
    /// The layers of the image that it belongs to.
    var image: Set<Int> = []
    /// The highest of these.
    var highest: Int?
}

/// Which image of an old archive each image of a new one most likely came from.
struct ImagePairing {
    /// For each new image, the old one.
    private(set) var partners: [Int] = []
    private let byName: [String: [Int]]
    private let byLayer: [Digest: [Int]]
    private let old: ImageSet

    /// Of images that share a layer only so many are looked at: each of a thousand images may hold the same base.
    private static let candidateLimit = 64

    /// Pairs all images.
    init(_ old: ImageSet, _ new: ImageSet) {
        self.old = old
        var byName: [String: [Int]] = [:]
        var byLayer: [Digest: [Int]] = [:]
        for (number, image) in old.images.enumerated() {
            for name in Set(image.summary.names.map(ImageName.repository)) {
                byName[name, default: []].append(number)
            }
            for layer in Set(image.summary.layers.map(\.diffID)) {
                byLayer[layer, default: []].append(number)
            }
        }
        self.byName = byName
        self.byLayer = byLayer
        for (number, image) in new.images.enumerated() {
            partners.append(old.images.count == 1 ? 0 : partner(of: image, number))
        }
    }

    /// How much speaks for a pair; what stands first decides.
    private struct Likeness: Comparable {
        let values: [Int]

        static func < (left: Self, right: Self) -> Bool {
            left.values.lexicographicallyPrecedes(right.values)
        }
    }

    /// Of the images with the same name and platform the one that shares most layers; else that of another name, else of
    /// another platform.
    private func partner(of image: ImageSet.Image, _ number: Int) -> Int {
        let names = Set(image.summary.names.map(ImageName.repository))
        let layers = Set(image.summary.layers.map(\.diffID))
        var candidates = Set([min(number, old.images.count - 1)])
        for name in names { candidates.formUnion((byName[name] ?? []).prefix(Self.candidateLimit)) }
        for layer in layers { candidates.formUnion((byLayer[layer] ?? []).prefix(Self.candidateLimit)) }
        let ranked = candidates.map { candidate in
            let other = old.images[candidate].summary
            let isSamePlatform = other.platform == image.summary.platform
            let isNamesake = !names.isDisjoint(with: other.names.map(ImageName.repository))
            let common = layers.intersection(other.layers.map(\.diffID)).count
            return (
                candidate,
                Likeness(values: [
                    isSamePlatform && isNamesake ? 1 : 0, common, isSamePlatform ? 1 : 0, isNamesake ? 1 : 0,
                    candidate == number ? 1 : 0, -candidate,
                ])
            )
        }
        return ranked.max { $0.1 < $1.1 }?.0 ?? 0
    }

    /// The layers of both sides, side by side: image by image, each new layer once.
    func pairs(_ new: ImageSet) -> [LayerPair] {
        var oldSeen: Set<Int> = []
        var newSeen: Set<Int> = []
        return zip(new.images, partners).flatMap { image, partner in
            let from = old.images[partner]
            return LayerAlignment.align(old.index(of: from), new.index(of: image)).compactMap {
                pair -> LayerPair? in
                let oldPlace = pair.old.map { from.layers[$0] }
                let newPlace = pair.new.map { image.layers[$0] }
                let isNew = newPlace.map { newSeen.insert($0).inserted } ?? false
                let isOld = oldPlace.map { oldSeen.insert($0).inserted } ?? false
                guard newPlace == nil ? isOld : isNew else { return nil }
                return LayerPair(old: oldPlace, new: newPlace, change: pair.change)
            }
        }
    }

    /// For each new layer, where to look first.
    func homes(_ new: ImageSet, _ pairs: [LayerPair]) -> [OldHome] {
        var homes = [OldHome](repeating: OldHome(), count: new.layers.count)
        for (image, partner) in zip(new.images, partners) {
            let layers = Set(old.images[partner].layers)
            for layer in image.layers where homes[layer].highest == nil {
                homes[layer].image = layers
                homes[layer].highest = layers.max()
            }
        }
        for pair in pairs { if let layer = pair.new { homes[layer].layer = pair.old } }
        return homes
    }
}
