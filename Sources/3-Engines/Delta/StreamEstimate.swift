import Compression

/// Sizes of data as if it were compressed alone: for estimates, never for results.
public enum StreamEstimate {
    /// About how many bytes are left after compression.
    public static func of(_ bytes: [UInt8]) -> Int { bytes.isEmpty ? 0 : Zstd.estimate(bytes) }
}
