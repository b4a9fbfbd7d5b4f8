import Bytes

/// The layers of two images that cannot be compared: foreign ones that neither image holds, and that differ.
///
/// An image need not hold layers that may not be passed on, as Windows' base layers (OCI Image Specification,
/// "Non-Distributable Layers"): it names them, and says where they can be had.
public struct UnreadLayers: Equatable, Sendable {
    /// Those of the old image, lowest first.
    public let old: [LayerSummary]
    /// Those of the new image, lowest first.
    public let new: [LayerSummary]

    /// Finds them.
    ///
    /// - Parameters:
    ///   - old: The old image's layers.
    ///   - new: The new image's layers.
    public init(old: [LayerSummary], new: [LayerSummary]) {
        let (before, after) = (Set(old.map(\.diffID)), Set(new.map(\.diffID)))
        // What is in both is the same, whatever it is.
        self.old = old.filter { $0.foreignURLs != nil && !after.contains($0.diffID) }
        self.new = new.filter { $0.foreignURLs != nil && !before.contains($0.diffID) }
    }

    /// Whether all that differs can be compared.
    public var isEmpty: Bool { old.isEmpty && new.isEmpty }

    /// What holds where nothing else differs.
    public var verdict: String { "layers that cannot be compared differ; all other files are the same" }

    /// For each of them what it is and where it can be had.
    public var descriptions: [String] {
        [("old", old), ("new", new)].flatMap { side, layers in
            layers.map { "layer \($0.index + 1) of the \(side) image, \($0.foreignRemark ?? "foreign")" }
        }
    }
}

extension LayerSummary {
    /// That it is foreign, and where it can be had; nil if its content is known.
    public var foreignRemark: String? {
        guard isUnread, let foreignURLs else { return nil }
        let places = foreignURLs.isEmpty ? "" : ", at " + foreignURLs.joined(separator: " ")
        return "foreign: not in the image" + places
    }

    /// Whether nothing is known of its content, as the image does not hold it.
    public var isUnread: Bool { foreignURLs != nil && (byteCount ?? 0) == 0 }
}
