import Images
import TestSupport

/// Loads an archive's bytes from a file named `image.tar`.
func load(
    _ bytes: [UInt8], _ scratch: Scratch, change: (inout ImageRequest) -> Void = { _ in }
) async throws -> OpenedImage {
    var request = ImageRequest(path: try scratch.write("image.tar", bytes))
    change(&request)
    return try await ImageLoader.load(request)
}

/// An error's case as a word.
func kind(_ error: any Error) -> String {
    switch error {
    case ImageError.notAnImage: "notAnImage"
    case ImageError.damaged: "damaged"
    case ImageError.missing: "missing"
    case ImageError.unnamed: "unnamed"
    case ImageError.wrongDigest: "wrongDigest"
    case ImageError.ambiguous(_, .name, _): "ambiguous by name"
    case ImageError.ambiguous(_, .platform, _): "ambiguous by platform"
    case ImageError.noMatch: "noMatch"
    case ImageError.badLayer: "badLayer"
    case ImageError.unsupported: "unsupported"
    case ImageError.tooLarge(_, _, _, .unpackedByteCount): "tooLarge by unpacking"
    case ImageError.tooLarge(_, _, _, .headerByteCount): "tooLarge by headers"
    case ImageError.tooLarge: "tooLarge"
    default: "\(type(of: error)): \(error)"
    }
}
