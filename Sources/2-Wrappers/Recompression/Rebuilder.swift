/// What makes a blob as its data come.
protocol BlobMachine: AnyObject {
    /// Takes the next bytes of the data.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws
    /// Ends the data.
    func finish() throws
}

/// Makes a compressed blob of the data that it holds and its description, as the data come.
public final class Rebuilder {
    private let machine: any BlobMachine
    private var madeByteCount: UInt64 = 0
    /// How long the blob is.
    public let blobByteCount: UInt64
    /// How long the data are.
    public let plainByteCount: UInt64

    /// Opens a description.
    ///
    /// - Parameters:
    ///   - repack: The description.
    ///   - old: The blob that was there when the description was made, if there was one.
    ///   - sink: Takes the blob's bytes, in order.
    /// - Throws: `RecompressionError` if it is none, and what reading throws.
    public init(_ repack: ByteSource, old: OldBlob? = nil, sink: @escaping (ArraySlice<UInt8>) throws -> Void)
        throws
    {
        let header = try Repack.Header(repack)
        plainByteCount = header.plainByteCount
        blobByteCount = header.blobByteCount
        let limit = header.blobByteCount
        var made: UInt64 = 0
        let plan = Self.coder(repack, at: header.planOffset, header.planByteCount)
        let tokens = Self.coder(
            repack, at: header.planOffset + header.planByteCount, header.tokenByteCount)
        let end = Int(header.plainByteCount)
        let take = { (bytes: UnsafeBufferPointer<UInt8>) in
            made += UInt64(bytes.count)
            guard made <= limit else {
                throw RecompressionError.damaged("it makes more than it says")
            }
            try sink(ArraySlice(bytes))
        }
        machine =
            switch header.form {
            case .gzip: StreamMachine(plan: plan, tokens: tokens, end: end, old: old, sink: take)
            case .zstd, .cutZstd, .chunkedZstd:
                FrameMachine(
                    plan: plan, sequences: tokens, isCut: header.form.isCut,
                    makesTables: header.form == .chunkedZstd, end: end, sink: take)
            }
        check = { made == limit }
    }

    private let check: () -> Bool

    static func coder(_ source: ByteSource, at offset: UInt64, _ byteCount: UInt64) -> AdaptiveCoder {
        var place = offset
        return AdaptiveCoder(byteCount: Int(clamping: byteCount)) { count in
            let part = (try? source.read(place, count)) ?? []
            place += UInt64(part.count)
            return part
        }
    }

    /// Takes the next bytes of the data.
    public func write(_ bytes: ArraySlice<UInt8>) throws {
        try bytes.withUnsafeBufferPointer { try machine.write($0) }
    }

    /// Ends the data.
    public func finish() throws {
        try machine.finish()
        guard check() else { throw RecompressionError.damaged("it makes less than it says") }
    }
}

extension Repack {
    /// What a description starts with.
    struct Header {
        var form = Form.gzip
        var plainByteCount: UInt64 = 0
        var blobByteCount: UInt64 = 0
        var planByteCount: UInt64 = 0
        var tokenByteCount: UInt64 = 0
        /// Where the coded plan starts.
        var planOffset: UInt64 = 0

        init(_ source: ByteSource) throws {
            let bytes = try source.read(0, Int(min(source.byteCount, 64)))
            guard bytes.starts(with: magic) else { throw RecompressionError.damaged("it is none") }
            guard bytes.count > 4, let form = Form(rawValue: bytes[4]) else {
                throw RecompressionError.damaged("it is of a kind that is unknown")
            }
            self.form = form
            var place = 5
            func number() throws -> UInt64 { try Repack.varint(bytes, &place) }
            plainByteCount = try number()
            blobByteCount = try number()
            planByteCount = try number()
            tokenByteCount = try number()
            planOffset = UInt64(place)
            guard plainByteCount < form.plainLimit,
                planOffset + planByteCount + tokenByteCount == source.byteCount
            else { throw RecompressionError.damaged("its sizes contradict each other") }
        }
    }

    static func assemble(
        _ form: Form, plainByteCount: UInt64, blobByteCount: UInt64, plan: [UInt8], tokens: [UInt8]
    ) -> [UInt8] {
        let numbers = [plainByteCount, blobByteCount, UInt64(plan.count), UInt64(tokens.count)]
        return magic + [form.rawValue] + numbers.flatMap(varint) + plan + tokens
    }

    /// A number, seven bits a byte, the lowest first.
    static func varint(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// Reads a number below 2^56.
    static func varint(_ bytes: [UInt8], _ place: inout Int) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 56, by: 7) {
            guard place < bytes.count else { break }
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw RecompressionError.damaged("its sizes cannot be read")
    }
}

extension Repack {
    /// Whether a description makes the blob.
    static func makes(
        _ blob: ByteSource, of plain: ByteSource, by bytes: [UInt8], old: OldBlob? = nil,
        _ progress: (Int) -> Void
    ) throws -> Bool {
        let check = BlobCheck(blob)
        let rebuilder = try Rebuilder(ByteSource(bytes), old: old) { made in
            try made.withUnsafeBufferPointer { try check.take($0) }
        }
        try plain.forEachPart { part in
            try Task.checkCancellation()
            try rebuilder.write(part)
            progress(part.count)
            return check.isRight
        }
        guard check.isRight else { return false }
        try rebuilder.finish()
        return check.isWhole
    }
}

/// Compares what is made with a blob, front to back.
final class BlobCheck {
    private let blob: ByteSource
    private var offset: UInt64 = 0
    /// Whether all that was made is the blob's front.
    private(set) var isRight = true
    /// Whether all of the blob was made.
    var isWhole: Bool { isRight && offset == blob.byteCount }

    init(_ blob: ByteSource) { self.blob = blob }

    private static func areEqual(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
        // Word by word; the last words may lie over each other.
        let wordByteCount = MemoryLayout<UInt64>.size
        guard a.count == b.count, a.count >= wordByteCount else { return a.elementsEqual(b) }
        let (a, b) = (UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b))
        func differs(_ place: Int) -> Bool {
            a.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                != b.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        }
        let last = a.count - wordByteCount
        return !stride(from: 0, to: last, by: wordByteCount).contains(where: differs) && !differs(last)
    }

    /// Takes the next bytes that were made.
    func take(_ made: UnsafeBufferPointer<UInt8>) throws {
        guard isRight, UInt64(made.count) <= blob.byteCount - offset else {
            isRight = false
            return
        }
        isRight = try blob.read(offset, made.count).withUnsafeBufferPointer { Self.areEqual($0, made) }
        offset += UInt64(made.count)
    }
}
