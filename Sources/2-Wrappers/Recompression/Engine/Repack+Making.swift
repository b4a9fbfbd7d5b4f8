/// A machine that describes a blob while it makes it.
protocol DescribingMachine: BlobMachine {
    /// How many tokens, or sequences, were not as predicted.
    var missCount: Int { get }
    /// How many bytes the description has so far.
    var describedByteCount: Int { get }

    /// The description, once everything is done: the plan and the tokens.
    func description() -> (plan: [UInt8], tokens: [UInt8])
}

extension Repack {
    /// A program gets tokens wrong where it should get all of them right.
    struct NotExact: Error {}

    /// Makes the description of a blob, and proves that it makes the blob.
    ///
    /// - Parameters:
    ///   - form: What kind of blob it is.
    ///   - blob: The blob.
    ///   - plain: What it holds.
    ///   - old: A blob of similar data, if the machine takes one.
    ///   - limit: How long the description may be.
    ///   - exactByteCount: In so many bytes at the front no token may be wrong. Progress there is told once they are done.
    ///   - progress: Told how many more bytes were gone through, two times all at most.
    ///   - machine: Makes the machine, which gives what it makes to a closure.
    /// - Returns: What came of it.
    /// - Throws: `NotExact` if a token is wrong where none may be, and what the machine and reading throw.
    static func made(
        _ form: Form, blob: ByteSource, plain: ByteSource, old: OldBlob? = nil, limit: Int,
        exactByteCount: UInt64 = 0, _ progress: (Int) -> Void,
        by machine: (@escaping (UnsafeBufferPointer<UInt8>) throws -> Void) -> any DescribingMachine
    ) throws -> Outcome {
        let check = BlobCheck(blob)
        let machine = machine(check.take)
        var isShort = true
        var done: UInt64 = 0
        var untold = 0
        try plain.forEachPart { part in
            try Task.checkCancellation()
            try part.withUnsafeBufferPointer { try machine.write($0) }
            guard done >= exactByteCount || machine.missCount == 0 else { throw NotExact() }
            done += UInt64(part.count)
            untold += part.count
            if done >= exactByteCount {
                progress(untold)
                untold = 0
            }
            isShort = machine.describedByteCount <= limit
            return isShort && check.isRight
        }
        guard isShort else { return .tooLong(machine.describedByteCount, for: done, of: plain.byteCount) }
        guard check.isRight else { return .refused(.unknownForm) }
        try machine.finish()
        guard done > exactByteCount || exactByteCount == 0 || machine.missCount == 0 else { throw NotExact() }
        progress(untold)
        let (plan, tokens) = machine.description()
        let bytes = assemble(
            form, plainByteCount: plain.byteCount, blobByteCount: blob.byteCount, plan: plan, tokens: tokens)
        guard bytes.count <= limit else { return .refused(.tooLong(byteCount: UInt64(bytes.count))) }
        let isMade = old == nil && machine.missCount == 0
        guard check.isWhole, try isMade || makes(blob, of: plain, by: bytes, old: old, progress)
        else { return .refused(.unknownForm) }
        // Tokens that the model made itself it makes again: that is not gone through.
        if isMade { progress(Int(clamping: plain.byteCount)) }
        return .described(try Repack(bytes))
    }
}
