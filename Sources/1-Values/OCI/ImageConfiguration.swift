import Bytes

/// A whole image configuration (OCI image spec, "Image Configuration"): all its keys, known or not.
public struct ImageConfiguration: Hashable, Sendable {
    /// The document.
    public let document: JSONValue

    /// Reads a configuration.
    ///
    /// - Parameter bytes: The document, whose digest is the image's id.
    /// - Throws: `JSONError`.
    public init(parsing bytes: [UInt8]) throws(JSONError) { document = try JSONValue(parsing: bytes) }

    /// The configuration that a document is.
    public init(document: JSONValue) { self.document = document }

    /// A configuration that says nothing.
    public init() { document = .object([]) }
}
