import CPCRE2

/// A regular expression over names, as Perl writes them (PCRE2; pcre2pattern(3)).
///
/// Names are bytes: where they are UTF-8, `.` and `[é]` stand for a character; bytes that are no UTF-8 are matched by nothing,
/// but what stands beside them is.
public struct ByteRegex: Hashable, Sendable {
    /// The pattern as it was given.
    public let text: String
    let program: Program

    private static let byteCountLimit = 1000

    /// Reads a pattern. Without a capital in it, capitals do not matter; the letter behind a backslash is none.
    ///
    /// - Throws: `RegexError` if it cannot be read or is too large.
    public init(_ text: String) throws(RegexError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.byteCountLimit else {
            throw RegexError("it is longer than \(Self.byteCountLimit) bytes")
        }
        self.text = text
        program = try Program(bytes, ignoresCase: !Self.hasCapital(bytes))
    }

    private static func hasCapital(_ bytes: [UInt8]) -> Bool {
        var isEscaped = false
        for byte in bytes {
            if !isEscaped, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) { return true }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        }
        return false
    }

    public static func == (left: ByteRegex, right: ByteRegex) -> Bool { left.text == right.text }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// Why a pattern is no regular expression, or none that can be looked for.
public struct RegexError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason, in words.
    public let description: String

    init(_ description: String) { self.description = description }

    /// What the library says of an error number.
    init(number: Int32, place: Int? = nil) {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pcre2_get_error_message_8(number, &buffer, buffer.count)
        let reason = String(decoding: buffer.prefix(Int(max(count, 0))), as: UTF8.self)
        description = place.map { "\(reason), at byte \($0)" } ?? reason
    }
}

/// A compiled pattern, which nothing changes: threads may share it (pcre2api(3), Multithreading).
final class Program: @unchecked Sendable {
    let code: OpaquePointer

    init(_ pattern: [UInt8], ignoresCase: Bool) throws(RegexError) {
        var options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY
        if ignoresCase { options |= PCRE2_CASELESS }
        var number: Int32 = 0
        var place = 0
        guard let code = pcre2_compile_8(pattern, pattern.count, options, &number, &place, nil) else {
            throw RegexError(number: number, place: place)
        }
        self.code = code
    }

    deinit { pcre2_code_free_8(code) }
}
