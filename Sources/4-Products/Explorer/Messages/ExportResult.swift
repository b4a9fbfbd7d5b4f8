/// What an export made.
public struct ExportResult: Hashable, Sendable {
    /// An image of picked changes.
    public struct PartialImage: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// The first digits of its id.
        public let imageID: String
        /// What was picked, in words: `partial, 3 of 50 changes of shop:1.5 2280d7a9b297; not that image itself`.
        public let words: String

        /// An image of those facts.
        public init(name: String, imageID: String, words: String) {
            self.name = name
            self.imageID = imageID
            self.words = words
        }
    }

    /// The package's file name.
    public let path: String
    /// The package's size.
    public let byteCount: UInt64
    /// How long it took.
    public let elapsed: Duration
    /// The command that rebuilds the image.
    public let applyCommand: String
    /// The image that it makes; nil if that is the new one.
    public let partial: PartialImage?

    /// A finished export.
    public init(
        path: String, byteCount: UInt64, elapsed: Duration, applyCommand: String, partial: PartialImage? = nil
    ) {
        self.path = path
        self.byteCount = byteCount
        self.elapsed = elapsed
        self.applyCommand = applyCommand
        self.partial = partial
    }
}
