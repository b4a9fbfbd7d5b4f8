extension TarMember {
    /// An entry that is to be written: it lies nowhere yet, and is not sparse.
    public init(
        name: [UInt8], type: TarType, mode: UInt16, uid: Int64, gid: Int64, byteCount: UInt64 = 0,
        modified: Int64, nanoseconds: UInt32 = 0, linkName: [UInt8] = [],
        extendedAttributes: [(name: [UInt8], value: [UInt8])] = [],
        device: (major: UInt64, minor: UInt64) = (0, 0)
    ) {
        self.init(
            structureOffset: 0, structureByteCount: 0, storedByteCount: byteCount, name: name, type: type,
            mode: mode, uid: uid, gid: gid, size: byteCount, modified: modified,
            modifiedNanoseconds: nanoseconds, linkName: linkName, extendedAttributes: extendedAttributes,
            device: device, sparseForm: nil)
    }
}

extension TarWriter {
    /// The blocks before the content of any entry: its header and, for what does not fit there, a pax header before it.
    ///
    /// - Parameter member: The entry; where it lies does not matter, and it must not be sparse.
    /// - Returns: A multiple of 512 bytes.
    public static func structure(of member: TarMember) -> [UInt8] {
        var records: [(key: [UInt8], value: [UInt8])] = []
        func add(_ key: String, _ value: some Sequence<UInt8>) {
            records.append((Array(key.utf8), Array(value)))
        }
        if member.name.count > 100 { add("path", member.name) }
        if member.linkName.count > 100 { add("linkpath", member.linkName) }
        if member.storedByteCount >= 1 << 33 { add("size", "\(member.storedByteCount)".utf8) }
        if !fitsOctal(member.uid) { add("uid", "\(member.uid)".utf8) }
        if !fitsOctal(member.gid) { add("gid", "\(member.gid)".utf8) }
        if member.modifiedNanoseconds > 0 || member.modified < 0 || member.modified >= 1 << 33 {
            add("mtime", time(member.modified, member.modifiedNanoseconds).utf8)
        }
        for attribute in member.extendedAttributes {
            records.append((PaxRecords.key(ofAttribute: attribute.name), attribute.value))
        }
        var block = header(
            name: "", byteCount: min(member.storedByteCount, 1 << 33 - 1), type: member.type,
            mode: member.mode,
            modified: UInt64(clamping: min(max(member.modified, 0), 1 << 33 - 1)))
        func put(_ bytes: some Collection<UInt8>, _ field: TarField) {
            let part = bytes.prefix(field.range.count)
            block.replaceSubrange(field.range.lowerBound..<field.range.lowerBound + part.count, with: part)
        }
        put(member.name, .name)
        put(member.linkName, .linkName)
        put(TarPrediction.number(UInt64(clamping: fitsOctal(member.uid) ? member.uid : 0)), .uid)
        put(TarPrediction.number(UInt64(clamping: fitsOctal(member.gid) ? member.gid : 0)), .gid)
        put(deviceNumber(member.device.major), .deviceMajor)
        put(deviceNumber(member.device.minor), .deviceMinor)
        put(TarPrediction.checksum(of: block), .checksum)
        return records.isEmpty ? block : paxHeader(records) + block
    }

    private static func fitsOctal(_ number: Int64) -> Bool { (0..<1 << 21).contains(number) }

    /// `[-]seconds[.fraction]`, which is a sum: times before 1970 count their fraction backwards.
    private static func time(_ seconds: Int64, _ nanoseconds: UInt32) -> String {
        guard nanoseconds > 0 else { return "\(seconds)" }
        let fraction = seconds < 0 ? 1_000_000_000 - nanoseconds : nanoseconds
        let digits = String(repeating: "0", count: 9 - "\(fraction)".count) + "\(fraction)"
        let whole = seconds < 0 ? "-\((seconds + 1).magnitude)" : "\(seconds)"
        return "\(whole).\(digits)"
    }

    private static func deviceNumber(_ number: UInt64) -> [UInt8] {
        guard number >= 1 << 21 else { return TarPrediction.number(number) }
        return [0x80]
            + stride(from: 48, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }

    private static func paxHeader(_ records: [(key: [UInt8], value: [UInt8])]) -> [UInt8] {
        var body: [UInt8] = []
        for (key, value) in records {
            let rest = [UInt8(ascii: " ")] + key + [UInt8(ascii: "=")] + value + [UInt8(ascii: "\n")]
            // The length counts its own digits.
            var count = rest.count + 1
            while "\(count)".utf8.count + rest.count != count { count = "\(count)".utf8.count + rest.count }
            body += Array("\(count)".utf8) + rest
        }
        var block = header(name: "PaxHeaders/x", byteCount: UInt64(body.count))
        block[TarField.type.range.lowerBound] = UInt8(ascii: "x")
        block.replaceSubrange(TarField.checksum.range, with: TarPrediction.checksum(of: block))
        return block + body + padding(byteCount: UInt64(body.count))
    }
}
