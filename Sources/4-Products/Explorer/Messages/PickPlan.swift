public import FileTree

/// What comes of picks: an image of its own, and what a package takes that makes it.
public struct PickPlan: Hashable, Sendable {
    /// The image's name.
    public var name: String
    /// The first digits of its id.
    public var imageID: String
    /// Whether that is the new image itself, because everything is picked.
    public var isNewImage: Bool
    /// How many of the new image's own layers it has, from the lowest up, because whole layers are picked; nil if what is
    /// picked is one layer on top of the old image's.
    public var wholeLayerCount: Int?
    /// The package's size at the usual level; nil until it is known.
    public var byteCount: UInt64?
    /// What that image lacks and the new one has.
    public var warnings: [PickWarning]
    /// Whether nothing more is looked for that it may lack.
    public var isChecked: Bool
    /// Why there is no such image; nil if there is one.
    public var failure: String?

    /// A plan of those facts.
    public init(
        name: String, imageID: String, isNewImage: Bool, wholeLayerCount: Int? = nil,
        byteCount: UInt64? = nil,
        warnings: [PickWarning] = [], isChecked: Bool = true, failure: String? = nil
    ) {
        self.name = name
        self.imageID = imageID
        self.isNewImage = isNewImage
        self.wholeLayerCount = wholeLayerCount
        self.byteCount = byteCount
        self.warnings = warnings
        self.isChecked = isChecked
        self.failure = failure
    }

    /// Picks of which no image can be made.
    public init(failure: String) {
        self.init(name: "", imageID: "", isNewImage: false, failure: failure)
    }
}
