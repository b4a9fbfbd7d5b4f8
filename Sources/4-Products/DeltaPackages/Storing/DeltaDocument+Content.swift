import Bytes
public import Images
import OCI

extension DeltaDocument.Old {
    /// What the receiver's images must hold between them, whatever they are called there.
    public var content: ImageContent { ImageContent(imageIDs: images.map(\.imageID), diffIDs: layers) }
}

extension DeltaDocument.Image {
    init(_ image: ImageSet.Image) {
        let summary = image.summary
        self.init(
            names: summary.names, imageID: summary.imageID, manifestDigest: summary.manifestDigest,
            platform: summary.platform?.description, layers: image.layers)
    }

    /// Whether it is the image that a user means: by one of its names, by the start of its id, or by its manifest's.
    func isMeant(by wanted: String) -> Bool {
        if names.contains(where: { ImageName.full($0) == ImageName.full(wanted) }) { return true }
        let start = wanted.hasPrefix("sha256:") ? String(wanted.dropFirst(7)) : wanted
        guard start.utf8.count >= 4 else { return false }
        return ([imageID] + (manifestDigest.map { [$0] } ?? [])).contains { $0.hex.hasPrefix(start) }
    }

    /// What to show of it: its first name, else the start of its id.
    var label: String {
        (names.first.map { "'\(EscapedText.of($0.utf8, limit: 100))'" } ?? imageID.short)
            + (platform.map { " (\(EscapedText.of($0.utf8, limit: 100)))" } ?? "")
    }
}
