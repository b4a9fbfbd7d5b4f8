public import FileTree

extension DiffTree {
    /// Compares images of which nothing but their layers is known.
    public init(old: [LayerListing], new: [LayerListing], ignoring rules: IgnoreRules = IgnoreRules()) {
        self.init(old: LayerStack(old), new: LayerStack(new), ignoring: rules)
    }
}

extension LayerListing {
    /// The same layers, whose hard links are what they lead to.
    public static func resolved(_ listings: [LayerListing]) throws(MergeError) -> [LayerListing] {
        try LayerStack(resolving: listings).listings
    }
}
