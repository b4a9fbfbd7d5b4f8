import TestSupport
import Testing

@testable import Recompression

/// Blobs that are made to be hard to follow.
@Suite struct EffortTests {
    /// Of two letters, so that every place is like thousands of others.
    private static let content: [UInt8] = Content.random(7, 150_000).map { $0 & 1 | 0x60 }

    private static let blob: [UInt8] = {
        let stream = (try? Programs.zlib(content, .zlib(9, 8))) ?? []
        return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff] + stream + [UInt8](repeating: 0, count: 8)
    }()

    private static func machine(_ program: Program, _ effort: StreamMachine.Effort) throws -> StreamMachine {
        let blob = ByteSource(Self.blob)
        func parser() -> DeflateParser { DeflateParser(byteCount: blob.byteCount, read: blob.read) }
        let survey = try #require(try Survey(parser(), end: content.count, progress: { _ in }))
        let machine = StreamMachine(parser: parser(), survey: survey, program: program)
        machine.effort = effort
        return machine
    }

    @Test(arguments: [
        Program(family: .zlib, level: 9, codes: .heap), Program(family: .gnuGzip, level: 9, codes: .heap),
        Program(family: .goChain, level: 9, codes: .packages),
        Program(family: .klauspostLazy, level: 9, codes: .packages),
        Program(family: .zlibNg, level: 9, codes: .heap),
        Program(family: .general, level: 8, codes: .heap),
        Program(family: .cheapest, level: 10, codes: .heap),
    ])
    func `what takes too much is given up soon`(_ program: Program) throws {
        let effort = StreamMachine.Effort(perByte: 4, atStart: 1 << 16)
        let machine = try Self.machine(program, effort)
        #expect(throws: RecompressionError.tooMuchWork) {
            try Self.content.withUnsafeBufferPointer { try machine.write($0) }
            try machine.finish()
        }
        // It is checked every 4,096 bytes, each of which looks at 4,096 places at most.
        let least = effort.atStart
        #expect(machine.work > least && machine.work < least + effort.perByte * Self.content.count + 1 << 24)
    }

    @Test func `a reader gives up what takes twice as much`() throws {
        let repack = try #require(
            try Repack.describe(
                blob: ByteSource(Self.blob), plain: ByteSource(Self.content), limit: Self.blob.count))
        let header = try Repack.Header(ByteSource(repack.bytes))
        func machine() -> StreamMachine {
            let source = ByteSource(repack.bytes)
            return StreamMachine(
                plan: Rebuilder.coder(source, at: header.planOffset, header.planByteCount),
                tokens: Rebuilder.coder(
                    source, at: header.planOffset + header.planByteCount, header.tokenByteCount),
                end: Self.content.count
            ) { _ in }
        }
        let honest = machine()
        try Self.content.withUnsafeBufferPointer { try honest.write($0) }
        try honest.finish()
        let hurried = machine()
        hurried.effort = StreamMachine.Effort(perByte: 1, atStart: 1 << 19)
        #expect(throws: RecompressionError.self) {
            try Self.content.withUnsafeBufferPointer { try hurried.write($0) }
            try hurried.finish()
        }
        #expect(hurried.work < honest.work)
    }

    /// A member without content, as gzip makes it.
    private static let emptyMember: [UInt8] =
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0] + [UInt8](repeating: 0, count: 8)

    @Test func `members that hold nothing are followed, but not without end`() throws {
        let blob = try RepackTests.file("go126-6.gz")
        let content = try RepackTests.content(of: blob)
        func outcome(_ blob: [UInt8], _ content: [UInt8]) throws -> Repack.Outcome {
            try Repack.attempt(blob: ByteSource(blob), plain: ByteSource(content), limit: blob.count)
        }
        let some = blob + (0..<3_000).flatMap { _ in Self.emptyMember }
        guard case .described(let repack) = try outcome(some, content) else {
            Issue.record("it is not described")
            return
        }
        #expect(repack.bytes.count < 100)
        #expect(try RepackTests.rebuilt(repack.bytes, content) == some)
        let many = (0..<20_000).flatMap { _ in Self.emptyMember } + blob
        guard case .refused(.tooMuchWork) = try outcome(many, content) else {
            Issue.record("it is described")
            return
        }
    }

    @Test func `few bytes of a blob do not ask for much`() throws {
        func outcome(perBlobByte: UInt64) throws -> Repack.Outcome {
            var describer = Describer(
                blob: ByteSource(Self.blob), plain: ByteSource(Self.content), limit: Self.blob.count)
            describer.following = Describer.Following(perBlobByte: perBlobByte, atStart: 0)
            return try describer.describe { _ in }
        }
        // Searches look at far more places for each byte of the blob.
        guard case .refused(.tooMuchWork) = try outcome(perBlobByte: 16) else {
            Issue.record("it is described")
            return
        }
        guard case .described = try outcome(perBlobByte: 1 << 10) else {
            Issue.record("it is not described")
            return
        }
    }

    @Test func `what is two letters alone is not too much`() throws {
        let machine = try Self.machine(
            Program(family: .zlib, level: 6, codes: .heap), StreamMachine.Effort())
        try Self.content.withUnsafeBufferPointer { try machine.write($0) }
        try machine.finish()
        #expect(machine.work > 2 * Self.content.count && machine.work < 20 * Self.content.count)
    }

    @Test func `streams are described as long as the work that is allowed lasts`() throws {
        let stream = try Programs.zlib(Self.content, .zlib(9, 8))
        func isAdded(
            _ work: Int, _ times: Int, _ effort: StreamMachine.Effort = StreamMachine.Effort()
        ) throws -> [Bool] {
            let describer = StreamsDescriber(work: work, effort)
            let added = try (0..<times).map { _ in try describer.add(stream[...], of: Self.content) }
            let description = describer.finish()
            guard added.contains(true) else { return added }
            // What was added is described whether or not others were.
            let rebuilder = try StreamsRebuilder(description)
            for isIn in added where isIn {
                #expect(try rebuilder.make(Self.content[...], limit: stream.count) == stream)
            }
            return added
        }
        // Each takes three times what its bytes allow: the first lives on what there is at the start.
        let many = try isAdded(.max, 3, StreamMachine.Effort(perByte: 8, atStart: 1 << 22))
        #expect(many == [true, false, false])
        #expect(try isAdded(1 << 22, 1) == [false])
        let some = try isAdded(1 << 25, 3)
        #expect(some.first == true && some.last == false)
    }
}
