import Bytes
public import FileIO

/// Helps those who name an image of an engine or a registry where a file is wanted, as other tools take it.
public enum MissingImage {
    /// What the transports of skopeo and podman are called that stand for files.
    private static let fileTransports = ["docker-archive:", "oci-archive:", "oci:", "dir:"]

    /// Why there is no file of that name, and what helps.
    ///
    /// - Parameters:
    ///   - error: Why it cannot be opened.
    ///   - path: What the user named.
    /// - Returns: The error, with what helps if the name looks like something else than a file.
    public static func explained(_ error: FileError, _ path: String) -> FileError {
        guard case .failed(let action, let file, let reason) = error, FileKind.at(path) == .missing,
            let help = help(path)
        else { return error }
        return .failed(action: action, path: file, reason: "\(reason); \(help)")
    }

    private static func help(_ path: String) -> String? {
        if let transport = fileTransports.first(where: path.hasPrefix) {
            return "give the path alone, without '\(transport)'"
        }
        let registry = "docker://"
        let name = path.hasPrefix(registry) ? String(path.dropFirst(registry.count)) : path
        guard path.hasPrefix(registry) || isName(name) else { return nil }
        let word = EscapedText.of(name.utf8, limit: 200)
        return
            "if it is an image of an engine or a registry, save it first: 'docker save \(word) -o FILE' or "
            + "'skopeo copy docker://\(word) docker-archive:FILE'"
    }

    /// Whether something can be an image's name and is not likely a file's.
    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "/"),
            !text.hasSuffix(".silt"),
            text.utf8.allSatisfy({
                UnicodeScalar($0).properties.isAlphabetic || (0x30...0x39).contains($0)
                    || "._-/:@".utf8.contains($0)
            })
        else { return false }
        let last = text.split(separator: "/").last ?? ""
        return last.contains(":") || last.contains("@") || !last.contains(".")
    }
}
