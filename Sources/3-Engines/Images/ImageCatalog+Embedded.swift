import Bytes
import FileIO
import FoundationEssentials
import Hashing
import OCI

extension ImageCatalog {
    /// The blob that a descriptor points at: as it is stored, else as the descriptor itself holds it (OCI image spec,
    /// "Content Descriptors": `data`).
    ///
    /// - Returns: Its bytes; nil if it is in neither place.
    /// - Throws: `ImageError` if what the descriptor holds is needed and not what it describes, `FileError` if the system
    ///   refuses to read the blob.
    func region(of descriptor: Descriptor) throws -> FileRegion? {
        if let region = try store.blob(descriptor.digest) { return region }
        guard let text = descriptor.data else { return nil }
        let name = store.naming.name(of: descriptor.digest)
        guard let data = Data(base64Encoded: text) else {
            throw ImageError.damaged(
                source: source, reason: "'\(name)' is not in it, and its descriptor's data are no base64")
        }
        let bytes = Array(data)
        try ImageError.check(UInt64(bytes.count), against: descriptor, name: name, source: source)
        let actual = Digest.of(bytes)
        guard actual == descriptor.digest else {
            throw ImageError.wrongDigest(
                source: source, name: name, expected: descriptor.digest.description,
                actual: actual.description)
        }
        let spool = Spool()
        try spool.append(bytes)
        return FileRegion(spool.finish())
    }
}
