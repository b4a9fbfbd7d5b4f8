import Bytes
import DeltaPackages

/// The images of a package in one line.
enum ImageNames {
    /// Their names and platforms, or the starts of their ids; of many only the first few.
    static func text(_ images: [DeltaDocument.Image]) -> String {
        let shown = images.prefix(4).map { image in
            text(image) + (image.platform.map { " (\(EscapedText.of($0.utf8, limit: 100)))" } ?? "")
        }.joined(separator: ", ")
        return images.count > 4 ? "\(shown) and \(images.count - 4) more" : shown
    }

    /// The names of one image, or the start of its id.
    static func text(_ image: DeltaDocument.Image) -> String {
        image.names.isEmpty
            ? image.imageID.short : EscapedText.of(image.names.joined(separator: " ").utf8, limit: 200)
    }
}
