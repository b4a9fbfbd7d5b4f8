import Bytes
import Glibc
import SystemPackage

extension FilePath {
    /// The path of a file that is there.
    ///
    /// A name that is no UTF-8 reaches the program as listings show it, with `\xNN` for each byte that is none. Where there
    /// is no file of exactly the given name, it is read so.
    ///
    /// - Parameter name: The name as the user gave it, or a listing shows it.
    init(named name: String) {
        self.init(name)
        guard name.contains("\\x"), !isThere else { return }
        var bytes: [CChar] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.dropFirst().prefix(2)
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"),
                let shown = Hex.bytes(String(decoding: digits, as: UTF8.self))?.first, shown >= 0x80
            {
                bytes.append(CChar(bitPattern: shown))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(CChar(bitPattern: byte))
            }
        }
        let shown = FilePath(platformString: bytes + [0])
        if shown.isThere { self = shown }
    }

    private var isThere: Bool { withPlatformString { access($0, F_OK) } == 0 }
}
