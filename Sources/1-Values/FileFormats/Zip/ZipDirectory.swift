/// The members of a zip file, jar or wheel as the directory at its end lists them (PKWARE's APPNOTE.TXT, section 4.3).
public struct ZipDirectory: Hashable, Sendable {
    /// Gives bytes of the file: those from an offset on, fewer than asked for where the file ends before.
    public typealias Read = (_ offset: UInt64, _ count: Int) throws -> [UInt8]

    /// A member.
    public struct Member: Hashable, Sendable {
        /// How its data is stored.
        public enum Method: Hashable, Sendable {
            case stored, deflated
            /// A method of that number, or encrypted: it is not unpacked here.
            case other(Int)
        }

        /// Its name as it is stored; no text in a particular encoding.
        public let name: [UInt8]
        /// How its data is stored.
        public let method: Method
        /// CRC-32 of its content.
        public let checksum: UInt32
        /// Bytes of its data in the file.
        public let packedByteCount: UInt64
        /// Bytes of its content.
        public let byteCount: UInt64
        /// Where its local header is.
        let headerOffset: UInt64

        /// Whether it stands for a directory.
        public var isDirectory: Bool { name.last == UInt8(ascii: "/") }
    }

    /// The members, in the order in which the directory lists them.
    public let members: [Member]

    private static let directoryByteLimit: UInt64 = 1 << 26
    private static let endByteCount = 22
    private static let commentByteLimit = 1 << 16

    /// Reads the directory; nil if the file is no zip file, or its directory has more than 64 MiB or is damaged.
    ///
    /// - Parameters:
    ///   - byteCount: How many bytes the file has.
    ///   - read: Gives bytes of it.
    /// - Throws: What reading throws.
    public init?(byteCount: UInt64, _ read: Read) rethrows {
        let tailCount = Int(min(byteCount, UInt64(Self.endByteCount + Self.commentByteLimit)))
        let tailStart = byteCount - UInt64(tailCount)
        let tail = try read(tailStart, tailCount)
        guard tail.count == tailCount,
            let end = stride(from: tailCount - Self.endByteCount, through: 0, by: -1).first(where: { place in
                // The last end record whose comment fits is the one that is meant.
                tail[place] == 0x50 && Self.number(tail, place, 4) == 0x0605_4b50
                    && place + Self.endByteCount + Int(Self.number(tail, place + 20, 2)) <= tailCount
            })
        else { return nil }
        var size = Self.number(tail, end + 12, 4)
        var start = Self.number(tail, end + 16, 4)
        var endOffset = tailStart + UInt64(end)
        if size == 0xffff_ffff || start == 0xffff_ffff {
            guard end >= 20, Self.number(tail, end - 20, 4) == 0x0706_4b50 else { return nil }
            let place = Self.number(tail, end - 12, 8)
            let record = try read(place, 56)
            guard record.count == 56, Self.number(record, 0, 4) == 0x0606_4b50 else { return nil }
            size = Self.number(record, 40, 8)
            start = Self.number(record, 48, 8)
            endOffset = place
        }
        guard size <= Self.directoryByteLimit, size <= endOffset else { return nil }
        // What stands before the zip file, as a script that unpacks it, moves everything by its length.
        let directory = endOffset - size
        guard directory >= start else { return nil }
        let bytes = try read(directory, Int(size))
        guard bytes.count == Int(size) else { return nil }
        members = Self.members(bytes, shift: directory - start)
    }

    private static func members(_ bytes: [UInt8], shift: UInt64) -> [Member] {
        var members: [Member] = []
        var place = 0
        while place <= bytes.count - 46, number(bytes, place, 4) == 0x0201_4b50 {
            let nameEnd = place + 46 + Int(number(bytes, place + 28, 2))
            let extraEnd = nameEnd + Int(number(bytes, place + 30, 2))
            let next = extraEnd + Int(number(bytes, place + 32, 2))
            guard next <= bytes.count else { break }
            var sizes = [
                number(bytes, place + 24, 4), number(bytes, place + 20, 4), number(bytes, place + 42, 4),
            ]
            widen(&sizes, bytes[nameEnd..<extraEnd])
            let method = Int(number(bytes, place + 10, 2))
            let isEncrypted = number(bytes, place + 8, 2) & 1 != 0
            let (header, overflows) = sizes[2].addingReportingOverflow(shift)
            guard !overflows else { break }
            members.append(
                Member(
                    name: Array(bytes[place + 46..<nameEnd]),
                    method: isEncrypted
                        ? .other(method) : method == 0 ? .stored : method == 8 ? .deflated : .other(method),
                    checksum: UInt32(truncatingIfNeeded: number(bytes, place + 16, 4)),
                    packedByteCount: sizes[1], byteCount: sizes[0], headerOffset: header))
            place = next
        }
        return members
    }

    /// Sizes and places that do not fit into four bytes stand in an extra field, in this order.
    private static func widen(_ sizes: inout [UInt64], _ extra: ArraySlice<UInt8>) {
        guard sizes.contains(0xffff_ffff) else { return }
        let extra = Array(extra)
        var field = 0
        while field <= extra.count - 4 {
            let end = min(extra.count, field + 4 + Int(number(extra, field + 2, 2)))
            guard number(extra, field, 2) != 1 else {
                var place = field + 4
                for index in sizes.indices where sizes[index] == 0xffff_ffff && place + 8 <= end {
                    sizes[index] = number(extra, place, 8)
                    place += 8
                }
                return
            }
            field = end
        }
    }

    /// Finds where a member's data starts.
    ///
    /// - Parameters:
    ///   - member: A member of this directory.
    ///   - read: Gives bytes of the file.
    /// - Returns: The offset in the file; nil if the member's header is not there.
    /// - Throws: What reading throws.
    public static func dataOffset(of member: Member, _ read: Read) rethrows -> UInt64? {
        let header = try read(member.headerOffset, 30)
        guard header.count == 30, number(header, 0, 4) == 0x0403_4b50 else { return nil }
        let (offset, overflows) = member.headerOffset.addingReportingOverflow(
            30 + number(header, 26, 2) + number(header, 28, 2))
        return overflows ? nil : offset
    }

    /// A little-endian number that is known to be there.
    private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
        bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
