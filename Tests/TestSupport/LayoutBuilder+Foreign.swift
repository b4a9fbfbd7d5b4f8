extension LayoutBuilder {
    /// An archive of an image whose lowest layer is foreign, and may be left out.
    ///
    /// - Parameters:
    ///   - base: What `Files/base.dll` of the lowest layer holds.
    ///   - app: What `Files/app.exe` of the other layer holds.
    ///   - holdsBase: Whether the lowest layer is in the archive.
    /// - Returns: The archive.
    public static func foreign(_ base: String, _ app: String, holdsBase: Bool = false) -> [UInt8] {
        let image = ImageBuilder([
            .init("", [.file("Files/base.dll", base)]), .init("", [.file("Files/app.exe", app)]),
        ])
        var layout = LayoutBuilder()
        let manifest = JSON.object([
            ("schemaVersion", 2),
            ("config", layout.store("application/vnd.oci.image.config.v1+json", image.config)),
            (
                "layers",
                [
                    layout.store(
                        "application/vnd.oci.image.layer.nondistributable.v1.tar", image.layers[0].tar,
                        [("urls", ["https://example.org/base"])]),
                    layout.store("application/vnd.oci.image.layer.v1.tar", image.layers[1].tar),
                ]
            ),
        ])
        layout.entries = [layout.store(LayoutBuilder.manifestType, manifest.bytes)]
        if !holdsBase { layout.remove(image.layers[0].tar) }
        return layout.archive
    }
}
