import CEncodings
import Glibc

/// An encoding of texts that came before Unicode.
public struct TextEncoding: Hashable, Sendable {
    /// What it is called.
    public let name: String
    /// What iconv(3) calls it: where several are close to each other, the one that knows most characters.
    let codec: String
    /// Whether each character takes one byte.
    let takesOneByte: Bool
    /// The letters that it is for.
    let letters: Letters
    /// What uchardet calls it; it does not find the others.
    let detected: [String]

    private init(
        _ name: String, _ codec: String, _ letters: Letters, isWide: Bool = false, _ detected: String...
    ) {
        self.name = name
        self.codec = codec
        self.letters = letters
        takesOneByte = !isWide
        self.detected = detected
    }

    /// All that texts are read in; those of the same letters stand together.
    public static let all = [
        TextEncoding("latin-1", "ISO-8859-1", .latin),
        TextEncoding("windows-1252", "CP1252", .latin),
        TextEncoding("iso-8859-15", "ISO-8859-15", .latin),
        TextEncoding("windows-1250", "CP1250", .latin, "WINDOWS-1250"),
        TextEncoding("iso-8859-2", "ISO-8859-2", .latin, "ISO-8859-2"),
        TextEncoding("windows-1254", "CP1254", .latin, "ISO-8859-9"),
        TextEncoding("windows-1257", "CP1257", .latin, "WINDOWS-1257", "ISO-8859-4", "ISO-8859-13"),
        TextEncoding("ibm-850", "CP850", .latin),
        TextEncoding("windows-1251", "CP1251", .cyrillic, "WINDOWS-1251"),
        TextEncoding("koi8-r", "KOI8-R", .cyrillic, "KOI8-R"),
        TextEncoding("koi8-u", "KOI8-U", .cyrillic),
        TextEncoding("iso-8859-5", "ISO-8859-5", .cyrillic, "ISO-8859-5"),
        TextEncoding("ibm-866", "CP866", .cyrillic, "IBM866"),
        TextEncoding("windows-1253", "CP1253", .greek, "WINDOWS-1253"),
        TextEncoding("iso-8859-7", "ISO-8859-7", .greek, "ISO-8859-7"),
        TextEncoding("windows-1255", "CP1255", .hebrew, "WINDOWS-1255", "ISO-8859-8"),
        TextEncoding("windows-1256", "CP1256", .arabic, "WINDOWS-1256"),
        TextEncoding("iso-8859-6", "ISO-8859-6", .arabic, "ISO-8859-6"),
        TextEncoding("tis-620", "TIS-620", .thai, "TIS-620", "ISO-8859-11"),
        TextEncoding("shift_jis", "CP932", .japanese, isWide: true, "SHIFT_JIS"),
        TextEncoding("euc-jp", "EUC-JP", .japanese, isWide: true, "EUC-JP"),
        TextEncoding("gb18030", "GB18030", .chinese, isWide: true, "GB18030"),
        TextEncoding("big5", "BIG5-HKSCS", .chinese, isWide: true, "BIG5"),
        TextEncoding("euc-tw", "EUC-TW", .chinese, isWide: true, "EUC-TW"),
        TextEncoding("euc-kr", "CP949", .korean, isWide: true, "UHC", "EUC-KR"),
    ]

    /// The encoding of a name; nil if there is none.
    public init?(named name: String) {
        guard let known = Self.all.first(where: { $0.name == name }) else { return nil }
        self = known
    }

    /// What a content most likely is encoded in.
    ///
    /// - Parameter content: The beginning of a text that is no Unicode.
    /// - Returns: The encoding; nil if there is none like it here.
    static func likely(_ content: ArraySlice<UInt8>) -> TextEncoding? {
        guard let detector = uchardet_new() else { return nil }
        defer { uchardet_delete(detector) }
        let isTaken = content.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                uchardet_handle_data(detector, $0.baseAddress, $0.count) == 0
            }
        }
        guard isTaken else { return nil }
        uchardet_data_end(detector)
        guard let word = uchardet_get_charset(detector) else { return nil }
        let name = String(cString: word)
        return all.first { $0.detected.contains(name) }
    }

    /// A content as UTF-8; nil if any of it means nothing in this encoding.
    func decoded(_ content: [UInt8]) -> [UInt8]? {
        guard let converter = iconv_open("UTF-8", codec), converter != iconv_t(bitPattern: -1) else {
            return nil
        }
        defer { iconv_close(converter) }
        var text: [UInt8] = []
        text.reserveCapacity(content.count * 2)
        var buffer = [CChar](repeating: 0, count: Self.bufferByteCount)
        // What is read is not changed, whatever the function says that it takes.
        var input = content.map { CChar(bitPattern: $0) }
        let isWhole = input.withUnsafeMutableBufferPointer { input in
            var place = input.baseAddress
            var left = input.count
            while left > 0 {
                let (result, count, number) = buffer.withUnsafeMutableBufferPointer { buffer in
                    var end = buffer.baseAddress
                    var room = buffer.count
                    let result = iconv(converter, &place, &left, &end, &room)
                    return (result, buffer.count - room, errno)
                }
                text += buffer[..<count].map { UInt8(bitPattern: $0) }
                guard result == -1 else { continue }
                guard number == E2BIG, count > 0 else { return false }
            }
            return true
        }
        return isWhole ? text : nil
    }

    private static let bufferByteCount = 64 << 10
}
