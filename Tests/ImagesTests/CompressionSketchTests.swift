import Compression
import FileIO
import Shipping
import TestSupport
import Testing

@testable import Images

struct CompressionSketchTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func stream(_ bytes: [UInt8]) throws -> JoinedRegions {
        JoinedRegions([FileRegion(try RandomAccessFile(path: try scratch.write("all", bytes)))])
    }

    private func truth(_ bytes: [UInt8], _ method: CompressedSize.Method) throws -> UInt64 {
        switch method {
        case .gzip: UInt64(try Gzip.byteCount(of: bytes))
        case .zstd19: UInt64(try Zstd.compress(bytes, ZstdOptions(level: 19)).count)
        }
    }

    @Test(arguments: [CompressedSize.Method.gzip, .zstd19])
    func `small streams are compressed as they are`(method: CompressedSize.Method) async throws {
        for bytes in [[], Array("some text, some text".utf8), [UInt8](repeating: 7, count: 900_000)] {
            let sketch = try await CompressionSketch(stream(bytes), jobs: 2)
            #expect(try await sketch.figure(method) == Figure(exact: try truth(bytes, method)))
        }
    }

    /// Text, noise and repeated noise by turns, in stretches of about that size: blocks of every kind.
    private static func mixed(seed: UInt64, byteCount: Int, stretch: Int) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        var noise: [UInt8] = []
        for _ in 0..<(stretch / 8) { withUnsafeBytes(of: random.next()) { noise += $0 } }
        let words = (0..<400).map { _ in
            Array(noise[Int(random.next() % UInt64(noise.count - 8))...].prefix(5))
        }
        var bytes: [UInt8] = []
        while bytes.count < byteCount {
            switch random.next() % 3 {
            case 0: for _ in 0..<(stretch / 6) { bytes += words[Int(random.next() % 400)] }
            case 1: for _ in 0..<(stretch / 8) { withUnsafeBytes(of: random.next()) { bytes += $0 } }
            default: bytes += noise
            }
        }
        return bytes
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the truth is within the error that is told`(seed: UInt64) async throws {
        // Three times as many blocks as zstd gets.
        let bytes = Self.mixed(seed: seed, byteCount: 8 << 20, stretch: 300_000)
        let sketch = try await CompressionSketch(stream(bytes), jobs: 2)
        for method in [CompressedSize.Method.gzip, .zstd19] {
            let figure = try await sketch.figure(method)
            let truth = try truth(bytes, method)
            let bounds = try #require(figure.bounds)
            #expect(!figure.isExact && bounds.contains(truth), "\(method): \(figure) for \(truth)")
            // An error that says nothing would always hold.
            #expect(
                Double(bounds.upperBound - bounds.lowerBound) < 1.8 * Double(figure.byteCount),
                "\(method): \(figure) for \(truth)")
        }
    }

    @Test func `what lies some megabytes before is counted as zstd finds it`() async throws {
        // Noise that comes again after 6 MB: blocks by themselves gain nothing by it, nor does gzip.
        var random = SplitMix64(seed: 9)
        var noise: [UInt8] = []
        for _ in 0..<750_000 { withUnsafeBytes(of: random.next()) { noise += $0 } }
        let sketch = try await CompressionSketch(stream(noise + noise + noise), jobs: 2)
        let zstd = try await sketch.figure(.zstd19)
        #expect(zstd.bounds?.contains(UInt64(noise.count)) == true, "\(zstd)")
        #expect(try await sketch.figure(.gzip).byteCount > UInt64(2 * noise.count))
    }

    @Test func `few samples may miss more than many`() {
        // Student's t at 95 %, from tables: 2.262 for 9 degrees of freedom, 2.069 for 23.
        #expect(abs(CompressionSketch.studentFactor(10) - 2.262) < 0.03)
        #expect(abs(CompressionSketch.studentFactor(24) - 2.069) < 0.03)
    }
}
