import TestSupport
import Testing

@testable import Recompression

/// Blobs that are made to be hard to follow.
@Suite struct EffortTests {
    /// Of two letters, so that every place is like thousands of others.
    private static let content: [UInt8] = Content.random(7, 150_000).map { $0 & 1 | 0x60 }

    private static func machine(_ program: Program, _ effort: StreamMachine.Effort) throws -> StreamMachine {
        let stream = try Programs.zlib(content, .zlib(9, 8))
        let blob = ByteSource(
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff] + stream + [UInt8](repeating: 0, count: 8))
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

    @Test func `what is two letters alone is not too much`() throws {
        let machine = try Self.machine(
            Program(family: .zlib, level: 6, codes: .heap), StreamMachine.Effort())
        try Self.content.withUnsafeBufferPointer { try machine.write($0) }
        try machine.finish()
        #expect(machine.work > 10 * Self.content.count)
    }
}
