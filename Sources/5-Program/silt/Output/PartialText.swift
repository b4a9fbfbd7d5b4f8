import Bytes
import DeltaPackages

/// What was picked, in words.
enum PartialText {
    /// Of which image how much, and that it is not that image.
    static func text(_ partial: DeltaDocument.Partial) -> String {
        let names = EscapedText.of(partial.names.joined(separator: " ").utf8, limit: 200)
        let image = (names.isEmpty ? "" : names + " ") + partial.imageID.short
        let keys = partial.configKeys.map { EscapedText.of($0.utf8, limit: 100) }
        let configuration = keys.isEmpty ? "" : ", configuration \(keys.joined(separator: ", "))"
        let layers =
            partial.wholeLayers.map {
                $0 == 1 ? ", the lowest layer as it is" : ", the lowest \($0) layers as they are"
            }
            ?? ""
        return
            "partial, \(partial.pickedCount) of \(partial.changeCount) changes of \(image)\(layers)\(configuration); not that image itself"
    }
}
