import Images
import OCI

extension DeltaCreator {
    /// Refuses pairs of which no package can be made: those of which a foreign layer would have to be made, or made use
    /// of, that is not there. Whoever makes a plan, a guess or a package of such a pair is refused likewise.
    ///
    /// - Throws: `ImageError.unsupported`, which names the layer and where it can be had.
    public func checkIsPossible() throws {
        // Nothing of such a layer can be made: it must be the very same blob.
        let known = Set(old.summaries.map { [$0.diffID, $0.digest] })
        for (layer, bytes) in zip(new.summaries, new.layers)
        where bytes.isAbsent && !known.contains([layer.diffID, layer.digest]) {
            throw Self.absent(layer, in: new, and: "nor is it in the old image")
        }
        let present = Set(
            zip(new.summaries, new.layers).filter { !$1.isAbsent }.map { $0.0.diffID })
        for (layer, bytes) in zip(old.summaries, old.layers)
        where bytes.isAbsent && present.contains(layer.diffID) {
            throw Self.absent(layer, in: old, and: "but the new image holds it")
        }
    }

    private static func absent(_ layer: LayerSummary, in images: ImageSet, and rest: String) -> ImageError {
        let places = layer.foreignURLs?.joined(separator: " ") ?? ""
        return .unsupported(
            source: images.source,
            reason: "its foreign layer \(layer.index + 1) is not in it, \(rest)"
                + (places.isEmpty ? "" : "; it is at \(places)"))
    }
}
