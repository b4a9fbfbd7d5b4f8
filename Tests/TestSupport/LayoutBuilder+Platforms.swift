extension LayoutBuilder {
    /// An archive of one image for several platforms: an index under one name.
    ///
    /// - Parameters:
    ///   - images: The image of each platform; their architectures tell them apart.
    ///   - packing: How their layers are compressed.
    /// - Returns: The archive.
    /// - Throws: `CompressionError` if a layer cannot be compressed.
    public static func platforms(_ images: [ImageBuilder], _ packing: Packing = .plain) throws -> [UInt8] {
        var layout = LayoutBuilder()
        let entries = try images.map {
            try layout.store($0, [platform("linux", $0.architecture)], packing: packing)
        }
        layout.entries = [layout.store(index: entries, [name("app:1")])]
        return layout.archive
    }
}
