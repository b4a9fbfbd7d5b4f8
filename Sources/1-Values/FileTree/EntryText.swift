import Bytes

extension EntryKind {
    /// The kind's word in reports for scripts.
    public var word: String {
        switch self {
        case .file: "file"
        case .directory: "directory"
        case .symlink: "symlink"
        case .hardLink: "hardlink"
        case .characterDevice: "chardev"
        case .blockDevice: "blockdev"
        case .fifo: "fifo"
        case .whiteout: "whiteout"
        case .opaqueMarker: "opaque"
        case .auxiliary: "auxiliary"
        }
    }

    /// The kind in words for people.
    public var phrase: String {
        switch self {
        case .file: "file"
        case .directory: "directory"
        case .symlink: "symbolic link"
        case .hardLink: "hard link"
        case .characterDevice: "character device"
        case .blockDevice: "block device"
        case .fifo: "named pipe"
        case .whiteout: "whiteout (removes a path of the layers below)"
        case .opaqueMarker: "opaque directory (hides the layers below)"
        case .auxiliary: "bookkeeping of a storage driver"
        }
    }

    /// The kind's letter in a listing: those of `ls`, `h` for a hard link as in tar, `x` for what removes.
    public var letter: String {
        switch self {
        case .file: "-"
        case .directory: "d"
        case .symlink: "l"
        case .hardLink: "h"
        case .characterDevice: "c"
        case .blockDevice: "b"
        case .fifo: "p"
        case .whiteout, .opaqueMarker: "x"
        case .auxiliary: "?"
        }
    }

    /// Whether it is a device, which has numbers.
    public var isDevice: Bool { self == .characterDevice || self == .blockDevice }
}

/// Metadata as it is shown, the same in reports and on screens.
public enum EntryText {
    /// `drwxr-xr-x` as `ls` shows it.
    public static func permissions(_ entry: Entry) -> String {
        var text = entry.kind.letter
        for (shift, special, letter) in [(6, 0o4000, "s"), (3, 0o2000, "s"), (0, 0o1000, "t")] {
            let bits = Int(entry.mode) >> shift
            let executes = bits & 1 != 0
            text += (bits & 4 != 0 ? "r" : "-") + (bits & 2 != 0 ? "w" : "-")
            if Int(entry.mode) & special != 0 {
                text += executes ? letter : letter.uppercased()
            } else {
                text += executes ? "x" : "-"
            }
        }
        return text
    }

    /// The mode as four or more octal digits: `0755`, `4755`.
    public static func octal(_ mode: UInt16) -> String { padded(String(mode, radix: 8), 4) }

    /// `UID:GID`.
    public static func owner(_ entry: Entry) -> String { "\(entry.uid):\(entry.gid)" }

    /// A device's `MAJOR:MINOR`.
    public static func device(_ entry: Entry) -> String { "\(entry.deviceMajor):\(entry.deviceMinor)" }

    /// An exact time as in RFC 3339, in UTC: `2025-03-09T14:05:00Z`, with as many digits after the seconds as it takes.
    /// Outside of the years 1 to 9999 `@` and the seconds since 1970.
    public static func exactTime(_ time: Timestamp) -> String {
        var fraction = time.nanoseconds == 0 ? "" : "." + padded(String(time.nanoseconds), 9)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        guard let (date, clock, seconds) = parts(time) else { return "@\(time.seconds)\(fraction)" }
        return "\(date)T\(clock):\(seconds)\(fraction)Z"
    }

    /// `2025-03-09 14:05` in UTC; with seconds where asked for.
    public static func time(_ time: Timestamp, seconds showsSeconds: Bool = false) -> String {
        guard let (date, clock, seconds) = parts(time) else { return "@\(time.seconds)" }
        return "\(date) \(clock)" + (showsSeconds ? ":\(seconds)" : "")
    }

    /// Date, hours and minutes, seconds. Nil beyond the years for which the columns would do; no honest archive has
    /// them.
    private static func parts(_ time: Timestamp) -> (date: String, clock: String, seconds: String)? {
        guard (-62_135_596_800..<253_402_300_800).contains(time.seconds) else { return nil }
        let days = Int((Double(time.seconds) / 86400).rounded(.down))
        let rest = Int(time.seconds) - days * 86400
        let (year, month, day) = date(days)
        func two(_ number: Int) -> String { padded(String(number), 2) }
        return (
            "\(padded(String(year), 4))-\(two(month))-\(two(day))",
            "\(two(rest / 3600)):\(two(rest / 60 % 60))",
            two(rest % 60)
        )
    }

    /// Days since 1970 as a date of the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
    /// Algorithms": eras of 400 years, years that begin in March).
    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ digits: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// One part of an entry's metadata that differs, with both values ready to print.
public struct MetadataChange: Hashable, Sendable {
    /// Which part: `mode`, `owner`, `time`, `attribute`, `link target` or `device`.
    public let field: String
    /// The attribute's name; empty for other parts.
    public let attribute: String
    /// The old value; nil for what only the new entry has.
    public let old: String?
    /// The new value; nil for what only the old entry has.
    public let new: String?

    /// What differs between two entries, always in the same order.
    ///
    /// - Parameters:
    ///   - old: The old entry.
    ///   - new: The new entry.
    ///   - ignored: Parts that do not matter.
    /// - Returns: The parts that differ, each attribute by itself.
    public static func between(_ old: Entry, _ new: Entry, ignoring ignored: MetadataFields = [])
        -> [MetadataChange]
    {
        let fields = new.metadataDifferences(from: old).subtracting(ignored)
        var changes: [MetadataChange] = []
        func add(_ field: MetadataFields, _ name: String, _ text: (Entry) -> String?) {
            guard fields.contains(field) else { return }
            changes.append(MetadataChange(field: name, attribute: "", old: text(old), new: text(new)))
        }
        add(.mode, "mode") { EntryText.octal($0.mode) }
        add(.owner, "owner", EntryText.owner)
        add(.time, "time") { EntryText.exactTime($0.modified) }
        if fields.contains(.attributes) { changes += attributes(old, new) }
        // What became a link, or was one, has no other target.
        add(.linkTarget, "link target") { $0.kind == .symlink ? EscapedText.of($0.linkTarget) : nil }
        add(.device, "device") { $0.kind.isDevice ? EntryText.device($0) : nil }
        return changes
    }

    private static func attributes(_ old: Entry, _ new: Entry) -> [MetadataChange] {
        var changes: [MetadataChange] = []
        // Both are sorted by name.
        var oldRest = old.extendedAttributes[...]
        var newRest = new.extendedAttributes[...]
        while let next = [oldRest.first, newRest.first].compactMap(\.?.name).min(by: { $0.precedes($1) }) {
            let oldValue = oldRest.first?.name == next ? oldRest.removeFirst().value : nil
            let newValue = newRest.first?.name == next ? newRest.removeFirst().value : nil
            guard oldValue != newValue else { continue }
            changes.append(
                MetadataChange(
                    field: "attribute", attribute: EscapedText.of(next),
                    old: oldValue.map { EscapedText.of($0) }, new: newValue.map { EscapedText.of($0) }))
        }
        return changes
    }
}
