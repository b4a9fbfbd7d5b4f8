/// Tells keys and certificates by how their files look.
public enum KeyMarkers {
    /// What a file holds.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A private key as text: PEM, OpenSSH, PGP or PuTTY.
        case privateKey = "private-key"
        /// Keys behind a password, in the formats of Java, PKCS #12 and the like.
        case keyStore = "key-store"
        case certificate
    }

    /// Larger files are not looked into.
    public static let byteLimit = 1 << 20

    private static let begin = Array("-----BEGIN ".utf8)
    private static let putty = Array("PuTTY-User-Key-File-".utf8)
    private static let stores = [".p12", ".pfx", ".jks", ".keystore"].map { Array($0.utf8) }

    /// Tells what a file holds.
    ///
    /// - Parameters:
    ///   - name: The last component of its path.
    ///   - content: Its content.
    /// - Returns: The kind; nil for anything else.
    public static func kind(name: some Collection<UInt8>, content: [UInt8]) -> Kind? {
        if content.starts(with: putty) { return .privateKey }
        var hasCertificate = false
        var place = content.startIndex
        // Programs quote the words that they look for; a key has them at the start of a line and Base64 behind them.
        while let start = content[place...].firstIndex(of: UInt8(ascii: "-")) {
            guard content[start...].starts(with: begin) else {
                place = start + 1
                continue
            }
            let line = content[(start + begin.count)...].prefix(80).prefix { $0 != 0x0a && $0 != 0x0d }
            let isAtStart = start == 0 || content[start - 1] == 0x0a || content[start - 1] == 0x0d
            if isAtStart, hasText(content[line.endIndex...]) {
                let label = String(decoding: line, as: UTF8.self)
                if label.hasSuffix("PRIVATE KEY-----") || label.hasSuffix("PRIVATE KEY BLOCK-----") {
                    return .privateKey
                }
                hasCertificate = hasCertificate || label.hasSuffix("CERTIFICATE-----")
            }
            place = line.endIndex
        }
        if hasCertificate { return .certificate }
        let ending = name.suffix(9)
        return stores.contains { Array(ending).suffix($0.count).elementsEqual($0) } ? .keyStore : nil
    }

    /// Whether a line of encoded bytes, or of headers, follows.
    private static func hasText(_ bytes: ArraySlice<UInt8>) -> Bool {
        let next = bytes.prefix(40).drop { $0 == 0x0a || $0 == 0x0d }.prefix { $0 != 0x0a && $0 != 0x0d }
        return next.count >= 16
            && next.allSatisfy { byte in
                (0x30...0x3a).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || [0x20, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x3d].contains(byte)
            }
    }
}
