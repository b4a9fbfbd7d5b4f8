import CTerminal
import Canvas
import Glibc

extension Key {
    /// The key of an event; nil for what is no key the program knows.
    init?(_ event: ct_event) {
        switch event.kind {
        case CT_CHARACTER: self.init(character: event.value)
        case CT_ENTER: self = .enter
        case CT_TAB: self = .tab
        case CT_BACK_TAB: self = .backTab
        case CT_ESCAPE: self = .escape
        case CT_BACKSPACE: self = .backspace
        case CT_DELETE: self = .delete
        case CT_INSERT: self = .insert
        case CT_UP: self = .up
        case CT_DOWN: self = .down
        case CT_LEFT: self = .left
        case CT_RIGHT: self = .right
        case CT_HOME: self = .home
        case CT_END: self = .end
        case CT_PAGE_UP: self = .pageUp
        case CT_PAGE_DOWN: self = .pageDown
        case CT_FUNCTION: self = .function(Int(event.value))
        default: return nil
        }
    }

    private init?(character value: UInt32) {
        guard let scalar = Unicode.Scalar(value) else { return nil }
        if value >= 0x20 {
            self = .character(Character(scalar))
        } else if let letter = Unicode.Scalar(value | 0x60), (1...26).contains(value) {
            self = .control(Character(letter))
        } else {
            return nil
        }
    }
}

/// Tells double clicks by time: two presses on one cell within 400 ms.
struct ClickTimer {
    private var last: (point: Point, time: ContinuousClock.Instant)?

    mutating func action(at point: Point, now: ContinuousClock.Instant = .now) -> MouseEvent.Action {
        if let last, last.point == point, now - last.time < .milliseconds(400) {
            self.last = nil
            return .doubleClick
        }
        last = (point, now)
        return .click
    }
}

/// RFC 4648.
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value: UInt32 = 0
            for position in 0..<3 {
                value = value << 8 | UInt32(group.dropFirst(position).first ?? 0)
            }
            for position in 0..<4 {
                let isFilled = position <= group.count
                text.append(
                    isFilled ? digits[Int(value >> UInt32(18 - 6 * position) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
