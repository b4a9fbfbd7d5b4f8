import Bytes
import FileIO
import FoundationEssentials
import OCI

/// Reads the small JSON documents of an image.
enum JSONDocument {
    /// Larger documents are refused unread, as registries do; decoding takes a hundred times as much memory.
    static let byteCountLimit: UInt64 = 4 << 20

    /// The bytes of a document.
    static func bytes(_ region: FileRegion, name: String, source: String) throws -> [UInt8] {
        guard region.byteCount <= byteCountLimit else {
            throw ImageError.damaged(
                source: source,
                reason: "'\(name)' has \(ByteCount.text(region.byteCount)), too much for a JSON document")
        }
        return try region.read(at: 0, count: Int(region.byteCount))
    }

    /// Decodes a document that all readers understand alike.
    ///
    /// - Throws: `ImageError` for what is damaged, ambiguous, or of another kind.
    static func decode<Document: ImageDocument>(
        _ type: Document.Type, _ bytes: [UInt8], name: String, source: String
    ) throws -> Document {
        try parse(bytes, fields: type.fields, name: name, source: source)
        return try decodeChecked(type, bytes, name: name, source: source)
    }

    /// Parses a document; refuses one that is no JSON, or that readers understand differently.
    @discardableResult
    static func parse(_ bytes: [UInt8], fields: [String], name: String, source: String) throws -> JSONValue {
        func refused(_ error: some CustomStringConvertible) -> ImageError {
            .damaged(source: source, reason: "'\(name)' \(error)")
        }
        do {
            let value = try JSONValue(parsing: bytes)
            try value.checkCase(of: fields)
            return value
        } catch let error as JSONError {
            throw refused(error)
        } catch let error as OtherCaseError {
            throw refused(error)
        }
    }

    /// Decodes a document that was checked.
    static func decodeChecked<Document: Decodable>(
        _ type: Document.Type, _ bytes: [UInt8], name: String, source: String
    ) throws -> Document {
        do {
            return try JSONDecoder().decode(type, from: Data(JSONValue.readable(bytes)))
        } catch DecodingError.dataCorrupted(let context) where context.underlyingError is OtherDigestAlgorithm
        {
            let error = context.underlyingError as? OtherDigestAlgorithm
            throw ImageError.otherDigest(error?.digest ?? "", source: source)
        } catch let error as DecodingError {
            throw ImageError.damaged(source: source, reason: "'\(name)' \(reason(error))")
        } catch {
            throw ImageError.damaged(source: source, reason: "'\(name)' cannot be decoded")
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "[\($0)]" } ?? ".\(EscapedText.of($0.stringValue.utf8, limit: 80))" }
                .joined()
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "has no '\(place(context.codingPath + [key]))'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "has a wrong value at '\(place(context.codingPath))'"
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            return
                "has a wrong value at '\(place(context.codingPath))': \(EscapedText.of(context.debugDescription.utf8, limit: 200))"
        case .dataCorrupted(let context):
            // That it is JSON was found out before.
            return "has a wrong value: \(EscapedText.of(context.debugDescription.utf8, limit: 200))"
        @unknown default: return "cannot be decoded"
        }
    }
}

/// JSON whose bytes depend on its content alone.
public enum StableJSON {
    /// Encodes a value: keys in order, nothing escaped that need not be.
    ///
    /// - Throws: `EncodingError` for what JSON cannot hold.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
