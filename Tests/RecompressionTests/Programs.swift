import CZlib
import Recompression
import TestSupport
import Testing

/// The programs whose streams are made again.
enum Programs {
    /// One run of the installed zlib, flushed before some places, in rising order.
    static func zlib(
        _ content: [UInt8], _ parameters: DeflateParameters, flushedAt flushes: [Int] = []
    ) throws -> [UInt8] {
        var stream = z_stream()
        let status = CZlib_deflateInit2(
            &stream, Int32(parameters.level), -MAX_WBITS, Int32(parameters.memoryLevel))
        try #require(status == Z_OK)
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(content.count))) + 16 * flushes.count
        var output = [UInt8](repeating: 0, count: bound)
        let rest: Int? = content.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                for (start, end) in zip([0] + flushes, flushes) {
                    stream.avail_in = UInt32(end - start)
                    guard deflate(&stream, Z_SYNC_FLUSH) == Z_OK, stream.avail_in == 0 else { return nil }
                }
                stream.avail_in = UInt32(input.count - (flushes.last ?? 0))
                return deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.avail_out) : nil
            }
        }
        return Array(output.dropLast(try #require(rest)))
    }

    /// One run of the installed gzip, without its header and trailer.
    static func gzip(_ content: [UInt8], level: Int) throws -> [UInt8] {
        let gzip = try #require(Command(named: "gzip"))
        let result = try gzip.run(["-n", "-\(level)"], input: content)
        try #require(result.status == 0 && result.output.count >= 18, "\(result.errors)")
        return Array(result.output.dropFirst(10).dropLast(8))
    }
}

extension DeflateParameters {
    static func zlib(_ level: Int, _ memoryLevel: Int) -> Self {
        DeflateParameters(encoder: .zlib, level: level, memoryLevel: memoryLevel)
    }

    static func gzip(_ level: Int) -> Self {
        DeflateParameters(encoder: .gnuGzip, level: level, memoryLevel: 9)
    }
}
