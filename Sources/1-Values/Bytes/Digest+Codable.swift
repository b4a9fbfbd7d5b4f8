extension Digest: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "no sha256 digest: '\(text.prefix(100))'",
                    underlyingError: Digest.isOtherAlgorithm(text) ? OtherDigestAlgorithm(digest: text) : nil
                ))
        }
        self = digest
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A digest is of an algorithm that cannot be computed here.
public struct OtherDigestAlgorithm: Error, Sendable {
    /// The digest as it is spelled.
    public let digest: String
}

extension Digest {
    /// Whether a text is a digest of another algorithm (OCI image spec, "Digests").
    public static func isOtherAlgorithm(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[0].elementsEqual("sha256".utf8),
            parts[1].count >= 32
        else { return false }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        return parts[0].allSatisfy { isAlphanumeric($0) || "+._-".utf8.contains($0) }
            && parts[1].allSatisfy { isAlphanumeric($0) || "=_-".utf8.contains($0) }
    }
}
