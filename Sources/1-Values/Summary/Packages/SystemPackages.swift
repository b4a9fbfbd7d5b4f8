/// The lists of Debian's and Alpine's package managers.
public enum SystemPackages {
    /// A package and the paths that its list names, from the root on, with or without a slash before them.
    public struct Listed: Hashable, Sendable {
        /// The package.
        public let package: Package
        /// Paths of its files; directories may be among them.
        public let paths: [[UInt8]]
    }

    /// The packages that dpkg's `status` says are installed (deb-status, dpkg-query(1) "status-abbrev").
    ///
    /// A file in `status.d`, of an image without dpkg, says nothing about whether its package is installed: it is.
    public static func debian(status: [UInt8]) -> [Package] {
        var packages: [Package] = []
        ControlFields.forEach(in: status, wanted: ["package", "version", "architecture", "status"]) {
            fields in
            let state = fields["status"]?.split(separator: 0x20).last
            guard state?.elementsEqual("installed".utf8) ?? true else { return true }
            let architecture = fields["architecture"] ?? []
            if let package = Package(
                .debian, name: fields["package"] ?? [], version: fields["version"] ?? [],
                place: Array(architecture))
            {
                packages.append(package)
            }
            return true
        }
        return packages
    }

    /// The names that dpkg's file with a package's paths may have.
    public static func debianListNames(of package: Package) -> [String] {
        ["\(package.name).list", "\(package.name):\(package.place).list"]
    }

    /// The paths in such a file, one a line, without directories that something follows: in an image they may be links
    /// to where another package put them.
    public static func paths(inList bytes: [UInt8]) -> [[UInt8]] {
        var paths: [[UInt8]] = []
        for line in Lines(bytes) {
            if let last = paths.last, line.count > last.count, line.starts(with: last),
                line[line.startIndex + last.count] == UInt8(ascii: "/")
            {
                paths.removeLast()
            }
            paths.append(Array(line))
        }
        return paths
    }

    /// The paths in a file of checksums, as images without dpkg keep it: a sum, two blanks and the path.
    public static func paths(inSums bytes: [UInt8]) -> [[UInt8]] {
        Lines(bytes).compactMap { line in
            line.firstIndex(of: 0x20).map { Array(line[$0...].trimmed) }
        }
    }

    /// What apk's `installed` lists (Alpine's "Apk spec", "Installed database").
    public static func alpine(installed bytes: [UInt8]) -> [Listed] {
        var packages: [Listed] = []
        var (name, version, architecture): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        var paths: [[UInt8]] = []
        var directory: [UInt8] = []
        func finish() {
            if let package = Package(.alpine, name: name, version: version, place: architecture) {
                packages.append(Listed(package: package, paths: paths))
            }
            (name, version, architecture, paths, directory) = ([], [], [], [], [])
        }
        for line in Lines(bytes) {
            guard let key = line.first else {
                finish()
                continue
            }
            let value = line.dropFirst(2)
            guard line.dropFirst().first == 0x3a else { continue }
            switch key {
            case UInt8(ascii: "P"): name = Array(value)
            case UInt8(ascii: "V"): version = Array(value)
            case UInt8(ascii: "A"): architecture = Array(value)
            case UInt8(ascii: "F"): directory = Array(value)
            case UInt8(ascii: "R"):
                // Directories as long as their files are many would take the square of the list.
                guard directory.count <= 4096 else { continue }
                paths.append(directory.isEmpty ? Array(value) : directory + [0x2f] + value)
            default: break
            }
        }
        finish()
        return packages
    }
}
