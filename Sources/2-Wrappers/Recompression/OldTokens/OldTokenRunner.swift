/// Codes the tokens of any encoder in the light of those that it chose for the same data elsewhere: the token that starts at
/// the same place there is offered; where none does or it is not taken, a model of its own says what comes.
final class OldTokenRunner: TokenCodingRunner {
    private let model: TokenCodingRunner
    private let map: ContentMap
    private var cursor: OldTokenCursor
    private var segmentEnd = 0
    /// The last offers, the latest lowest: 1 if it was taken.
    private var history = 0

    private let hits = MixedBits(setCount: 64)

    /// - Parameters:
    ///   - model: Says what comes where no token is offered.
    ///   - old: The other blob.
    ///   - coder: Codes what is not known.
    init(_ model: TokenCodingRunner, _ old: OldBlob, _ coder: AdaptiveCoder) {
        self.model = model
        map = ContentMap(old)
        cursor = OldTokenCursor(old.tokens)
        super.init(coder)
    }

    override var missCount: Int { model.missCount }

    override var work: Int { model.work }

    override func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainBuffer) {
        segmentEnd = end
        model.memberStart = memberStart
        model.start(at: start, dictionary: dictionary, end: end, plain)
    }

    override func wander(
        _ run: inout Run, _ tokenCount: inout Int, tokenLimit: Int, _ plain: PlainBuffer
    ) throws {
        try map.pass(run.position, plain)
        try model.wander(&run, &tokenCount, tokenLimit: tokenLimit, plain)
        try map.pass(run.position, plain)
    }

    override func finish() { model.finish() }

    override func code(_ actual: Token, _ position: Int, _ plain: PlainBuffer) throws -> Token {
        guard let stretch = try map.stretch(at: position, plain),
            let offer = try offer(position, stretch, plain)
        else { return try model.code(actual, position, plain) }
        let isTaken = isTaken(actual == offer.token, offer, position, stretch)
        history = (history &<< 1 | (isTaken ? 1 : 0)) & 0xff
        if isTaken {
            model.pass(offer.token, position, plain)
            return offer.token
        }
        return try model.code(actual, position, plain)
    }

    /// A token that may come.
    private struct Offer {
        let token: Token
        /// 0 for one as it was; 1 if its distance had to be changed.
        let kind: Int
    }

    /// The token that came at the same place of the old data, if it can come here.
    private func offer(_ position: Int, _ stretch: ContentMap.Stretch, _ plain: PlainBuffer) throws -> Offer?
    {
        let oldPosition = position + stretch.shift
        guard let token = try cursor.token(at: oldPosition) else { return nil }
        guard token.isMatch else { return Offer(token: .literal(plain[position]), kind: 0) }
        let length = token.byteCount
        guard length <= segmentEnd - position else { return nil }
        if holds(position, token.distance, length, plain) { return Offer(token: token, kind: 0) }
        // What it was copied from may stand at another distance now.
        guard let source = map.newPosition(ofOld: oldPosition - token.distance, before: position),
            position - source != token.distance, holds(position, position - source, length, plain)
        else { return nil }
        return Offer(token: .match(length: token.low, distance: position - source), kind: 1)
    }

    @inline(__always) private func holds(
        _ position: Int, _ distance: Int, _ length: Int, _ plain: PlainBuffer
    ) -> Bool {
        distance <= min(1 << 15, position &- memberStart)
            && commonLength(plain.pointer(position), plain.pointer(position &- distance), length) == length
    }

    private func isTaken(
        _ bit: Bool, _ offer: Offer, _ position: Int, _ stretch: ContentMap.Stretch
    ) -> Bool {
        let behind = min((position &- stretch.start &+ 1).bitWidthOfValue, 17)
        let ahead = stretch.end &- position &- offer.token.byteCount
        let room = ahead <= 0 ? 0 : ahead < 3 ? 1 : ahead < 32 ? 2 : ahead < 258 ? 3 : 4
        let length = offer.token.isMatch ? offer.token.low : 0
        let class_ = min(length.bitWidthOfValue, 9)
        let far = offer.token.distance.bitWidthOfValue
        let recent = history & 15
        hits.set(0, ((behind &* 8 &+ room) &* 16 &+ recent) &* 2 &+ offer.kind)
        hits.set(1, (history &* 16 &+ class_) &* 2 &+ offer.kind)
        hits.set(2, (class_ &* 32 &+ far) &* 16 &+ recent)
        hits.set(3, (length &* 32 &+ far) &* 2 &+ offer.kind)
        hits.set(4, (behind &* 32 &+ class_) &* 8 &+ room)
        hits.set(5, history)
        hits.set(6, (room &* 32 &+ far) &* 256 &+ history)
        hits.set(7, behind &* 2 &+ offer.kind)
        return hits.code(bit, set: (recent &* 2 &+ (length > 0 ? 1 : 0)) &* 2 &+ offer.kind, coder)
    }
}
