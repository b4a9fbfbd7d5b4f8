public import FileFormats
public import FileTree

extension LanguagePackages {
    /// The modules of a Go program, its own one first; the toolchain, which brings the standard library, is the last.
    ///
    /// - Parameters:
    ///   - info: What the program says of itself.
    ///   - path: Where the program is.
    /// - Returns: The modules, each with the program as its place.
    public static func go(_ info: GoBuildInfo, at path: TreePath) -> [Package] {
        var packages: [Package?] = []
        if let main = info.main {
            packages.append(Package(.go, name: main.path, version: main.version, place: path.bytes))
        }
        packages += info.dependencies.map {
            Package(.go, name: $0.path, version: $0.version, place: path.bytes)
        }
        // `go1.22.3` may be followed by the experiments that it was built with.
        let version = info.toolchain.prefix { $0 != 0x20 }.dropFirst(
            info.toolchain.starts(with: "go".utf8) ? 2 : 0)
        packages.append(Package(.go, name: "std".utf8, version: version, place: path.bytes))
        return packages.compactMap(\.self)
    }
}
