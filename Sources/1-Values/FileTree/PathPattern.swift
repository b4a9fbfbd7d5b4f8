import Bytes

/// A glob pattern over paths, matched byte by byte.
///
/// `*` stands for any bytes but `/`, `?` for one of them, `[a-z]` and `[!a-z]` for one of a set, `**` between slashes
/// for any number of directories, a backslash takes the next byte as it is, and `\x` with two hexadecimal digits is the
/// byte that listings show so. A pattern without a slash before its end matches a name at any depth; any other starts at
/// the root. A pattern that ends with a slash matches directories only. What matches a directory covers all that is in it:
/// `/` and `.`, which are the root, cover everything.
public struct PathPattern: Hashable, Sendable {
    private enum Token: Hashable {
        case byte(UInt8)
        case any
        case anyRun
        case set([ClosedRange<UInt8>], isNegated: Bool)
    }

    private enum Segment: Hashable {
        case name([Token])
        case anyDirectories
    }

    /// Where in its segments a pattern may stand after some components of a path: one bit each.
    typealias State = UInt64

    private static let segmentLimit = 60
    private let segments: [Segment]
    private let isForDirectories: Bool
    /// Whether it means everything, the root too, as `**` and `/` do.
    let isEverything: Bool

    /// The pattern as it was given.
    public let text: [UInt8]

    /// Reads a pattern; nil if it is empty, has an open bracket or 60 components or more.
    public init?(_ text: some Sequence<UInt8>) {
        let bytes = Array(text)
        self.text = bytes
        let slash = UInt8(ascii: "/")
        let parts = bytes.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }
        guard !bytes.isEmpty, parts.count < Self.segmentLimit else { return nil }
        isEverything = parts.isEmpty || bytes.elementsEqual("**".utf8)
        guard !isEverything else {
            segments = [.anyDirectories]
            isForDirectories = false
            return
        }
        var segments: [Segment] = []
        if !bytes.dropLast().contains(slash) { segments.append(.anyDirectories) }
        for part in parts {
            if part.elementsEqual("**".utf8) {
                if segments.last != .anyDirectories { segments.append(.anyDirectories) }
            } else {
                guard let tokens = Self.tokens(part) else { return nil }
                segments.append(.name(tokens))
            }
        }
        self.segments = segments
        isForDirectories = bytes.last == slash
    }

    /// Reads a pattern of text; nil as for bytes.
    public init?(_ text: String) { self.init(text.utf8) }

    /// The pattern that one path matches, with all that is in it; nil for the root, and for more than 59 components.
    public init?(matching path: TreePath) {
        // What no command line and no line of a file can hold is written as listings show it.
        let isText = String(validating: path.bytes, as: UTF8.self) != nil
        var text: [UInt8] = []
        for byte in path.bytes {
            if byte < 0x20 || byte == 0x7f || byte >= 0x80 && !isText {
                text += EscapedText.of([byte]).utf8
                continue
            }
            if "*?[\\".utf8.contains(byte) { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
        }
        guard !text.isEmpty else { return nil }
        self.init([UInt8(ascii: "/")] + text)
    }

    /// The only path that it matches by itself; nil if there may be others.
    var literalPath: TreePath? {
        var path = TreePath.root
        for segment in segments {
            guard case .name(let tokens) = segment else { return nil }
            var name: [UInt8] = []
            for token in tokens {
                guard case .byte(let byte) = token else { return nil }
                name.append(byte)
            }
            path = path.appending(name)
        }
        return path
    }

    /// Whether the path, or a directory that it is in, matches.
    public func matches(_ path: TreePath, isDirectory: Bool = false) -> Bool {
        var state = start
        let components = path.components
        for (index, component) in components.enumerated() {
            state = step(state, component)
            if accepts(state, isDirectory: isDirectory || index + 1 < components.count) { return true }
        }
        return false
    }

    /// The state at the root.
    var start: State { closure(1) }

    /// The state where all of it was matched.
    var end: State { 1 << State(segments.count) }

    /// The state after one more component.
    func step(_ state: State, _ name: ArraySlice<UInt8>) -> State {
        var next: State = 0
        for (index, segment) in segments.enumerated() where state & (1 << State(index)) != 0 {
            switch segment {
            case .anyDirectories:
                next |= 1 << State(index)
                if index + 1 == segments.count { next |= 1 << State(index + 1) }
            case .name(let tokens): if Self.matches(tokens, name) { next |= 1 << State(index + 1) }
            }
        }
        return closure(next)
    }

    /// Whether the whole pattern was matched, by a path that is a directory or is none.
    func accepts(_ state: State, isDirectory: Bool) -> Bool {
        state & end != 0 && (isDirectory || !isForDirectories)
    }

    /// `**` stands for no directory, too.
    private func closure(_ state: State) -> State {
        var state = state
        for (index, segment) in segments.enumerated()
        where segment == .anyDirectories && state & (1 << State(index)) != 0 {
            // At the end of a pattern it stands for what is in the directory, not for the directory itself.
            if index + 1 < segments.count { state |= 1 << State(index + 1) }
        }
        return state
    }

    private static func tokens(_ part: ArraySlice<UInt8>) -> [Token]? {
        var tokens: [Token] = []
        var rest = part
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): if tokens.last != .anyRun { tokens.append(.anyRun) }
            case UInt8(ascii: "?"): tokens.append(.any)
            case UInt8(ascii: "\\"): tokens.append(.byte(shownByte(&rest) ?? rest.popFirst() ?? byte))
            case UInt8(ascii: "["):
                guard let set = set(&rest) else { return nil }
                tokens.append(set)
            default: tokens.append(.byte(byte))
            }
        }
        return tokens
    }

    /// The byte that `x` and two hexadecimal digits behind a backslash stand for; nil for anything else.
    private static func shownByte(_ rest: inout ArraySlice<UInt8>) -> UInt8? {
        guard rest.first == UInt8(ascii: "x"), rest.count > 2 else { return nil }
        let digits = rest.dropFirst().prefix(2)
        guard digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        else { return nil }
        rest = rest.dropFirst(3)
        return byte
    }

    /// What stands between brackets; a bracket right after the opening one is meant literally.
    private static func set(_ rest: inout ArraySlice<UInt8>) -> Token? {
        let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if isNegated { rest.removeFirst() }
        var ranges: [ClosedRange<UInt8>] = []
        while let low = rest.popFirst() {
            if low == UInt8(ascii: "]"), !ranges.isEmpty { return .set(ranges, isNegated: isNegated) }
            if rest.first == UInt8(ascii: "-"), let high = rest.dropFirst().first, high != UInt8(ascii: "]") {
                rest = rest.dropFirst(2)
                guard low <= high else { return nil }
                ranges.append(low...high)
            } else {
                ranges.append(low...low)
            }
        }
        return nil
    }

    /// Whether a name matches; only the last `*` is ever tried again, so the work is bounded by the product of lengths.
    private static func matches(_ tokens: [Token], _ name: ArraySlice<UInt8>) -> Bool {
        var token = 0
        var place = name.startIndex
        var retry: (token: Int, place: Int)?
        while place < name.endIndex {
            if token < tokens.count, tokens[token] == .anyRun {
                retry = (token + 1, place)
                token += 1
            } else if token < tokens.count, takes(tokens[token], name[place]) {
                token += 1
                place += 1
            } else if let last = retry {
                retry = (last.token, last.place + 1)
                token = last.token
                place = last.place + 1
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .anyRun }
    }

    private static func takes(_ token: Token, _ byte: UInt8) -> Bool {
        switch token {
        case .byte(let wanted): byte == wanted
        case .any: true
        case .anyRun: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
        }
    }
}

/// What does not matter when two trees are compared.
public struct IgnoreRules: Hashable, Sendable {
    /// Metadata whose differences do not count: a path that differs in nothing else is unchanged.
    public var fields: MetadataFields
    /// Paths that are left out of the comparison, with all that is in them.
    public var paths: [PathPattern]

    /// Rules of those fields and paths; none of them by default.
    public init(fields: MetadataFields = [], paths: [PathPattern] = []) {
        self.fields = fields
        self.paths = paths
    }

    /// Whether everything matters.
    public var isEmpty: Bool { fields.isEmpty && paths.isEmpty }

    /// Where all patterns stand at the root.
    var start: [PathPattern.State] { paths.map(\.start) }

    /// Where all patterns stand one component further; nil if one of them matches.
    func step(
        _ states: [PathPattern.State], _ name: ArraySlice<UInt8>, isDirectory: @autoclosure () -> Bool
    ) -> [PathPattern.State]? {
        if paths.isEmpty { return states }
        let isDirectory = isDirectory()
        var next = states
        for (index, pattern) in paths.enumerated() {
            next[index] = pattern.step(states[index], name)
            if pattern.accepts(next[index], isDirectory: isDirectory) { return nil }
        }
        return next
    }
}
