import DeltaPackages
import FileIO
import Images

/// What errors are told as: what went wrong, and which option of this program would help.
enum ErrorText {
    /// One line, not yet safe to print where names from images are in it.
    static func of(_ error: any Error) -> String { "\(error)" + (remedy(error).map { "; \($0)" } ?? "") }

    private static func remedy(_ error: any Error) -> String? {
        switch error {
        case FileError.exists: "--force replaces it"
        case ImageError.tooLarge(_, _, _, .unpackedByteCount): "raise --max-unpacked-size if you trust it"
        case ImageError.tooLarge(_, _, _, .headerByteCount): "raise --max-headers-size if you trust it"
        case ImageError.ambiguous(_, .name, _): "choose one with --image"
        case ImageError.ambiguous(_, .platform, _): "choose one with --platform"
        case PackageError.tooLarge: "raise --max-size if you trust it"
        case PackageError.otherCompression, PackageError.needsOldBlobs:
            "a package made with --old-form content does without, and --output-format docker makes the same image with "
                + "uncompressed layers"
        default: nil
        }
    }
}
