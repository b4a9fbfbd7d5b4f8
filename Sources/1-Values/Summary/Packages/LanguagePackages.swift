public import FileTree
import OCI

/// What packages of programming languages say about themselves in the files that install them.
public enum LanguagePackages {
    /// A Python package by the `METADATA` in its `dist-info` directory (PyPA's "Core metadata specifications").
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - directory: Where its packages are: the directory that holds the `dist-info` directory.
    /// - Returns: The package; nil if it has no name.
    public static func python(metadata bytes: [UInt8], in directory: TreePath) -> Package? {
        let fields = ControlFields.first(in: bytes, wanted: ["name", "version"])
        // `Flask-Login`, `flask_login` and `flask.login` are one name (PEP 503).
        var name: [UInt8] = []
        for byte in fields["name"] ?? [] {
            switch byte {
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                if name.last != UInt8(ascii: "-") { name.append(UInt8(ascii: "-")) }
            case 0x41...0x5a: name.append(byte | 0x20)
            default: name.append(byte)
            }
        }
        return Package(.python, name: name, version: fields["version"] ?? [], place: directory.bytes)
    }

    /// The paths in a `RECORD` (PyPA's "Recording installed projects"): the first of the values between commas, which
    /// may stand in quotes. They count from the directory that holds the `dist-info` directory.
    public static func paths(inRecord bytes: [UInt8]) -> [[UInt8]] {
        let quote = UInt8(ascii: "\"")
        return Lines(bytes).compactMap { line in
            guard line.first == quote else {
                let path = line.prefix { $0 != UInt8(ascii: ",") }
                return path.isEmpty ? nil : Array(path)
            }
            var path: [UInt8] = []
            var rest = line.dropFirst()
            while let byte = rest.popFirst() {
                if byte == quote {
                    guard rest.first == quote else { break }
                    rest.removeFirst()
                }
                path.append(byte)
            }
            return path
        }
    }

    /// An npm package by the `package.json` in its directory.
    public static func npm(manifest bytes: [UInt8], in directory: TreePath) -> Package? {
        guard let document = try? JSONValue(parsing: bytes), case .string(let name)? = document["name"],
            case .string(let version)? = document["version"]
        else { return nil }
        return Package(.npm, name: name, version: version, place: directory.bytes)
    }

    // MARK: - Java

    /// The part of a jar's file name before its version: `guava` of `guava-31.1-jre.jar`.
    public static func javaName(ofFile name: some Collection<UInt8>) -> (name: [UInt8], version: [UInt8]) {
        let stem = Array(name.dropLast(4))
        let dash = UInt8(ascii: "-")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        for index in stem.indices.dropLast() where stem[index] == dash && digits.contains(stem[index + 1]) {
            return (Array(stem[..<index]), Array(stem[(index + 1)...]))
        }
        return (stem, [])
    }

    /// A jar by its name and what is in it.
    ///
    /// - Parameters:
    ///   - path: Where the jar is.
    ///   - properties: Its members `META-INF/maven/*/*/pom.properties`; of a jar that holds others, there are several.
    ///   - manifest: Its `META-INF/MANIFEST.MF`; empty if it has none.
    /// - Returns: The package; nil if nothing tells its version.
    public static func java(at path: TreePath, properties: [[UInt8]], manifest: [UInt8]) -> Package? {
        let file = javaName(ofFile: path.name)
        let directory = path.parent?.bytes ?? []
        let poms = properties.map(Self.properties)
        // The one that the file is named after, or the only one.
        let named = poms.filter { pom in
            pom["artifactId"].map { !$0.isEmpty && path.name.starts(with: $0) } ?? false
        }
        let pom =
            named.max { ($0["artifactId"]?.count ?? 0) < ($1["artifactId"]?.count ?? 0) }
            ?? (poms.count == 1 ? poms[0] : nil)
        if let pom, let artifact = pom["artifactId"], let version = pom["version"] {
            let group = pom["groupId"].map { $0 + [UInt8(ascii: ":")] } ?? []
            return Package(.java, name: group + artifact, version: version, place: directory)
        }
        if !file.version.isEmpty {
            return Package(.java, name: file.name, version: file.version, place: directory)
        }
        let names = ["implementation-version", "bundle-version", "specification-version"]
        let fields = ControlFields.first(in: manifest, wanted: names)
        guard let version = names.lazy.compactMap({ fields[$0] }).first(where: { !$0.isEmpty }) else {
            return nil
        }
        return Package(.java, name: file.name, version: version, place: directory)
    }

    /// `name=value` lines.
    private static func properties(_ bytes: [UInt8]) -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        for line in Lines(bytes).prefix(1000) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: line[..<equals].trimmed, as: UTF8.self)
            values[name] = Array(line[(equals + 1)...].trimmed)
        }
        return values
    }
}
