/// What an image ships and no container sees, since a later layer removes or replaces it.
public struct HiddenEntries: Sendable {
    /// An entry and what hides it.
    public struct Hidden: Hashable, Sendable {
        /// The entry that is not seen.
        public let entry: EntryID
        /// What hides it: a whiteout, an opaque marker, or what stands in its place.
        public let cause: EntryID

        /// An entry hidden by another.
        public init(entry: EntryID, cause: EntryID) {
            self.entry = entry
            self.cause = cause
        }
    }

    /// All of them, in the order in which layers hide them.
    public let all: [Hidden]

    /// Lays layers over each other as a container runtime does (OCI image spec, "Applying Changesets").
    ///
    /// - Parameter layers: An image's layers, the lowest first.
    public init(_ layers: [LayerListing]) {
        var builder = TreeBuilder(
            entryCount: layers.reduce(0) { $0 + $1.entries.count }, followsLinks: true, notesHidden: true)
        var all: [Hidden] = []
        for (index, layer) in layers.enumerated() {
            builder.begin(layer: index)
            for (ordinal, entry) in layer.entries.enumerated() {
                let id = EntryID(layer: index, ordinal: ordinal)
                try? builder.apply(entry, id)
                all += builder.takeHidden().map { Hidden(entry: $0, cause: id) }
            }
        }
        self.all = all
    }
}
