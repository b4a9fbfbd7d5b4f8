"""The tables of zstd:chunked layers, as they follow from a layer's tar and from where its frames lie: see repack.md."""

import base64
import bisect
import hashlib
import itertools

BLOCK = 512
SEGMENT_LIMIT = 1 << 20
LIMIT = 1 << 24
HOLE = 1 << 10
USUAL_CHUNK = 4 << 20
TYPES = {0x31: "hardlink", 0x32: "symlink", 0x33: "char", 0x34: "block", 0x35: "dir", 0x36: "fifo"}
CRC64 = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0xD800000000000000 if _byte & 1 else 0)
    CRC64.append(_byte)


def crc64(data):
    value = 0xFFFFFFFFFFFFFFFF
    for byte in data:
        value = CRC64[(value ^ byte) & 255] ^ value >> 8
    return value ^ 0xFFFFFFFFFFFFFFFF


# What a header says


def string(field):
    return field.split(b"\0")[0]


def decimal(text):
    digits = text[1:] if text[:1] == b"-" else text
    if not digits or len(digits) > 18 or not all(0x30 <= c < 0x3A for c in digits):
        return 0
    return -int(digits) if text[:1] == b"-" else int(digits)


def number(field):
    """A number in octal, or in base 256; 0 if it is none, or has more than 62 bits."""
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x3F]) + field[1:], "big")
        if field[0] & 0x40:
            value -= 1 << (8 * len(field) - 2)
        return value if -(1 << 62) <= value < 1 << 62 else 0
    digits = string(field.strip(b" \0"))
    if not digits or not all(0x30 <= c < 0x38 for c in digits):
        return 0
    return int(digits, 8) if len(digits) <= 20 else 0


def time(text):
    """Seconds and billionths of a second."""
    whole, _, part = text.partition(b".")
    part = part[:9] + b"0" * (9 - len(part))
    seconds, rest = decimal(whole), decimal(part)
    if whole[:1] == b"-" and rest > 0:
        return seconds - 1, 10**9 - rest
    return seconds, max(rest, 0)


def records(body):
    """The records of a PAX header, as far as they are right."""
    while body:
        count, space, _ = body.partition(b" ")
        size = decimal(count) if space else 0
        record = body[len(count) + 1 : size]
        if not record.endswith(b"\n") or b"=" not in record or size > len(body):
            return
        key, _, value = record[:-1].partition(b"=")
        yield key, value
        body = body[size:]


class Header:
    """What lies before a content: headers that say more about the next one, and that one."""

    def __init__(self, raw):
        long_name = long_link = b""
        pax = {}
        place = 0
        while place + 2 * BLOCK <= len(raw):
            block = raw[place : place + BLOCK]
            size = extension_size(block)
            if size is None:
                break
            body = raw[place + BLOCK : place + BLOCK + size]
            if block[156] == 0x4C:
                long_name = string(body)
            elif block[156] == 0x4B:
                long_link = string(body)
            else:
                pax = dict(records(body))
            place += BLOCK + -(-size // BLOCK) * BLOCK
        block = raw[place : place + BLOCK].ljust(BLOCK, b"\0")
        self.name, self.link = string(block[:100]), string(block[157:257])
        self.mode, self.uid, self.gid = number(block[100:108]), number(block[108:116]), number(block[116:124])
        self.size = number(block[124:136])
        self.modified, self.accessed, self.changed = (number(block[136:148]), 0), None, None
        self.devices = 0, 0
        self.user = self.group = b""
        kind, prefix = block[156], b""
        if block[257:263] == b"ustar\0" and block[263:265] == b"00":
            if block[508:512] == b"tar\0":
                prefix = string(block[345:476])
                self.accessed, self.changed = (number(block[476:488]), 0), (number(block[488:500]), 0)
            else:
                prefix = string(block[345:500])
        elif block[257:265] == b"ustar  \0":
            if block[345]:
                self.accessed = number(block[345:357]), 0
            if block[357]:
                self.changed = number(block[357:369]), 0
        if block[257:262] == b"ustar":
            self.devices = number(block[329:337]), number(block[337:345])
            self.user, self.group = string(block[265:297]), string(block[297:329])
        if prefix:
            self.name = prefix + b"/" + self.name
        self.attributes = {}
        for key, value in pax.items():
            if value:
                self.merge(key, value)
        self.name, self.link = long_name or self.name, long_link or self.link
        self.type = "dir" if kind == 0 and self.name.endswith(b"/") else TYPES.get(kind, "reg")
        # Links and folders have no content, whatever they say.
        self.content_size = max(self.size, 0) if self.type == "reg" else 0

    def merge(self, key, value):
        if key == b"path":
            self.name = value
        elif key == b"linkpath":
            self.link = value
        elif key == b"uid":
            self.uid = decimal(value)
        elif key == b"gid":
            self.gid = decimal(value)
        elif key == b"uname":
            self.user = b"" if b"\0" in value else value
        elif key == b"gname":
            self.group = b"" if b"\0" in value else value
        elif key == b"size":
            self.size = decimal(value)
        elif key == b"mtime":
            self.modified = time(value)
        elif key == b"atime":
            self.accessed = time(value)
        elif key == b"ctime":
            self.changed = time(value)
        elif key.startswith(b"SCHILY.xattr."):
            self.attributes[key[13:]] = value


def extension_size(block):
    """How much a header says about the next one; None if it is no such header."""
    if block[156] not in (0x4B, 0x4C, 0x78):
        return None
    return max(number(block[124:136]), 0)


# What is known of a layer


class Entry:
    """All that lies between the content before and this one, and what is known of this one."""

    def __init__(self, raw, padding):
        self.raw, self.header = raw, Header(raw[padding:])
        self.digest, self.crc, self.start, self.end, self.chunks = b"", 0, 0, 0, []


class Layer:
    """A layer's entries, found again in its tar, and what follows the last of them.

    starts: by position, where in the blob a frame starts; of several, the first."""

    def __init__(self, data, starts):
        self.entries, self.rest, self.padding = [], b"", 0
        cuts = sorted(starts)
        segment = kept = 0
        while True:
            content = segment_end(data, segment, self.padding)
            if content is None:
                self.rest = data[segment : segment + SEGMENT_LIMIT]
                return
            entry = Entry(data[segment:content], self.padding)
            size = entry.header.content_size
            end = content + size
            if end > len(data):
                return
            if size:
                add_content(entry, data[content:end], content, starts, cuts)
            kept += 64 + len(entry.raw) - entry.raw.count(0) + (64 + len(entry.header.name)) * len(entry.chunks)
            if kept > LIMIT:
                return
            self.entries.append(entry)
            segment, self.padding = end, -size % BLOCK


def add_content(entry, data, start, starts, cuts):
    entry.start, entry.end = starts.get(start, 0), starts.get(start + len(data), 0)
    entry.digest = hashlib.sha256(data).digest()
    entry.crc = crc64(data)
    inner = cuts[bisect.bisect_right(cuts, start) : bisect.bisect_left(cuts, start + len(data))]
    edges = [start] + inner + [start + len(data)]
    for first, end in zip(edges, edges[1:]) if inner else []:
        part = data[first - start : end - start]
        is_hole = len(part) >= HOLE and not any(part)
        entry.chunks.append((end - first, first - start, starts.get(first, 0), hashlib.sha256(part).digest(), is_hole))


def segment_end(data, segment, padding):
    """Where the content starts whose headers, and what fills the last block before them, start somewhere."""
    place = segment + padding
    while True:
        block = data[place : place + BLOCK]
        if len(block) < BLOCK or not any(block) or place - segment > SEGMENT_LIMIT:
            return None
        place += BLOCK
        size = extension_size(block)
        if size is None:
            return place
        if size > SEGMENT_LIMIT:
            return None
        place += -(-size // BLOCK) * BLOCK


# Where the writer ends frames


def cuts(data):
    """Where frames are likely to end, and how many bytes it takes to know that."""
    found = []

    def cut(place, known):
        if place > (found[-1][0] if found else 0):
            found.append((place, known))

    segment = padding = 0
    is_of_stargz = None
    while True:
        content = segment_end(data, segment, padding)
        if content is None:
            return found
        header = Header(data[segment + padding : content])
        size = header.content_size
        if is_of_stargz is None:
            is_of_stargz = header.name in (b".no.prefetch.landmark", b".prefetch.landmark")
        if size:
            cut(content, content)
        if size and is_of_stargz:
            for place in range(content + USUAL_CHUNK, min(content + size, len(data) + 1), USUAL_CHUNK):
                cut(place, place)
        elif size:
            cut_content(data, content, min(content + size, len(data)), content + size, cut)
        if content + size > len(data):
            return found
        segment, padding = content + size, -size % BLOCK


def cut_content(data, start, end, last, cut):
    """The cuts of a content of which there is as much as the end says; it should go on to the last place."""
    window, place_in_window = [0] * 64, 0
    total, sums, zeros = 64 * 31, 64 * 63 * 31, 0

    def roll(byte):
        nonlocal place_in_window, total, sums
        dropped, window[place_in_window] = window[place_in_window], byte
        place_in_window = (place_in_window + 1) % 64
        total += byte - dropped
        sums += total - 64 * (dropped + 31)
        return sums & 0xFFFF == 0xFFFF

    def pass_zeros(place, known):
        if zeros >= HOLE:
            for _ in range(64):
                roll(0)
            cut(place, known)
        else:
            for index in range(place - zeros, place):
                if roll(0):
                    cut(index + 1, known)

    for place in range(start, end):
        byte = data[place]
        if byte == 0:
            zeros += 1
            if zeros == HOLE and place + 1 - zeros > start:
                cut(place + 1 - zeros, place + 1)
            continue
        if zeros:
            pass_zeros(place, place + 1)
            zeros = 0
        if roll(byte):
            cut(place + 1, place + 1)
    if end == last:
        pass_zeros(end, end)
        cut(end, end)


# The texts


def quoted(text):
    made = []
    place = 0
    while place < len(text):
        first = text[place]
        count = 1 if first < 0xC2 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        try:
            letter = text[place : place + count].decode()
        except UnicodeDecodeError:
            made.append("\\ufffd")
            place += 1
            continue
        place += count
        code = ord(letter)
        if letter in '"\\':
            made.append("\\" + letter)
        elif letter in "\n\r\t":
            made.append({"\n": "\\n", "\r": "\\r", "\t": "\\t"}[letter])
        elif code < 0x20 or letter in "<>&" or code in (0x2028, 0x2029):
            made.append("\\u%04x" % code)
        else:
            made.append(letter)
    return b'"' + "".join(made).encode() + b'"'


def is_text(name):
    try:
        name.decode()
        return True
    except UnicodeDecodeError:
        return False


def date(moment):
    seconds, part = moment
    seconds = min(max(seconds, -62135596800), 253402300799)
    days, rest = divmod(seconds, 86400)
    # Days since the first of March of the year 0 (Gregorian), in eras of 400 years.
    era, day = divmod(days + 719468, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5 - 1
    month += 3 if month < 10 else -9
    year += 400 * era + (month <= 2)
    fraction = (".%09d" % part).rstrip("0") if part else ""
    text = "%04d-%02d-%02dT%02d:%02d:%02d%sZ" % (
        year, month, day, rest // 3600, rest // 60 % 60, rest % 60, fraction)
    return b'"' + text.encode() + b'"'


def digest(value):
    return b'"sha256:' + value.hex().encode() + b'"'


def encoded(value):
    return b'"' + base64.b64encode(value) + b'"'


def plain(value):
    return b"%d" % value


def contents(layer, is_newer):
    """The table of contents, in parts."""
    yield b'{"version":1,"entries":['
    for index, entry in enumerate(layer.entries):
        yield (b"," if index else b"") + b",".join(lines(entry, is_newer))
    yield b"]" + (b',"tarSplitDigest":"sha256:' + b"0" * 64 + b'"' if is_newer else b"") + b"}"


def lines(entry, is_newer):
    header = entry.header
    fields = [(b"type", b'"' + header.type.encode() + b'"'), (b"name", quoted(header.name))]

    def add(name, value, write):
        if value:
            fields.append((name, write(value)))

    add(b"linkName", header.link, quoted)
    add(b"mode", header.mode, plain)
    add(b"size", header.size, plain)
    add(b"uid", header.uid, plain)
    add(b"gid", header.gid, plain)
    never = None if is_newer else (-62135596800, 0)
    add(b"modtime", header.modified, date)
    add(b"accesstime", header.accessed or never, date)
    add(b"changetime", header.changed or never, date)
    add(b"devMajor", header.devices[0], plain)
    add(b"devMinor", header.devices[1], plain)
    attributes = [quoted(key) + b":" + encoded(value) for key, value in sorted(header.attributes.items())]
    add(b"xattrs", attributes, lambda all: b"{" + b",".join(all) + b"}")
    add(b"digest", entry.digest, digest)
    add(b"offset", entry.start, plain)
    add(b"endOffset", entry.end, plain)
    chunks = entry.chunks or [None]
    for index, chunk in enumerate(chunks):
        if index:
            fields = [(b"type", b'"chunk"'), (b"name", quoted(header.name))]
            add(b"offset", chunk[2], plain)
        if chunk:
            add(b"chunkSize", chunk[0], plain)
            add(b"chunkOffset", chunk[1], plain)
            add(b"chunkDigest", chunk[3], digest)
            add(b"chunkType", chunk[4], lambda _: b'"zeros"')
        yield b"{" + b",".join(b'"' + name + b'":' + value for name, value in fields) + b"}"


def lined(layer):
    """The table of contents that has a line for each field, in parts."""
    yield b'{\n\t"version": 1,\n\t"entries": [\n'
    users, groups = {}, {}
    for index, entry in enumerate(layer.entries):
        yield (b",\n" if index else b"") + b",\n".join(objects(entry, users, groups))
    yield b"\n\t]\n}"


def objects(entry, users, groups):
    header, kind = entry.header, entry.header.type
    fields = [(b"name", quoted(header.name)), (b"type", b'"' + kind.encode() + b'"')]

    def add(name, value, write):
        if value:
            fields.append((name, write(value)))

    def changed(names, owner, name):
        """The name of an owner, if it is not the one that was said before."""
        if not name or names.get(owner) == name:
            return b""
        names[owner] = name
        return name

    is_file = kind == "reg"
    seconds, part = header.modified
    add(b"size", is_file and header.size, plain)
    add(b"modtime", seconds not in (0, -62135596800) and (seconds + (part >= 5 * 10**8), 0), date)
    add(b"linkName", kind in ("hardlink", "symlink") and header.link, quoted)
    add(b"mode", header.mode, plain)
    add(b"uid", header.uid, plain)
    add(b"gid", header.gid, plain)
    add(b"userName", changed(users, header.uid, header.user), quoted)
    add(b"groupName", changed(groups, header.gid, header.group), quoted)
    add(b"offset", entry.start, plain)
    add(b"devMajor", kind in ("char", "block") and header.devices[0], plain)
    add(b"devMinor", kind in ("char", "block") and header.devices[1], plain)
    attributes = [quoted(key) + b": " + encoded(value) for key, value in sorted(header.attributes.items())]
    add(b"xattrs", attributes, lambda all: b"{\n\t\t\t\t" + b",\n\t\t\t\t".join(all) + b"\n\t\t\t}")
    add(b"digest", is_file and (entry.digest or hashlib.sha256().digest()), digest)
    chunks = entry.chunks or [(header.content_size, 0, 0, entry.digest, False)]
    usual = chunks[0][0] if entry.chunks else USUAL_CHUNK
    for index, chunk in enumerate(chunks):
        if index:
            fields = [(b"name", quoted(header.name)), (b"type", b'"chunk"')]
            add(b"offset", chunk[2], plain)
        add(b"chunkOffset", chunk[1], plain)
        add(b"chunkSize", chunk[0] == usual and chunk[0], plain)
        add(b"chunkDigest", chunk[3], digest)
        yield b"\t\t{\n" + b",\n".join(b'\t\t\t"' + name + b'": ' + value for name, value in fields) + b"\n\t\t}"


def split(layer):
    """The table of what lies between contents, in parts."""
    position = 0

    def line(kind, rest):
        nonlocal position
        position += 1
        return b'{"type":%d,%s,"position":%d}\n' % (kind, rest, position - 1)

    for entry in layer.entries:
        header = entry.header
        made = line(2, b'"payload":' + encoded(entry.raw))
        name = b""
        if header.name:
            name = b'"name":' + quoted(header.name) if is_text(header.name) else b'"name_raw":' + encoded(header.name)
            name += b","
        size = b'"size":%d,' % header.size if header.size else b""
        sum = encoded(entry.crc.to_bytes(8, "big")) if entry.digest else b"null"
        yield made + line(1, name + size + b'"payload":' + sum)
    padding = layer.padding
    yield line(2, b'"payload":' + encoded(layer.rest[: padding + 1024]))
    if layer.rest[padding + 1024 :]:
        yield line(2, b'"payload":' + encoded(layer.rest[padding + 1024 :]))


def table(kind, layer):
    """The bytes of a table, one by one."""
    for part in (lined(layer) if kind == 3 else split(layer) if kind == 2 else contents(layer, kind == 1)):
        yield from part


def edited(kind, layer, size, edits):
    """A table of a size: what is expected, with what is different in it; None if that is not as long."""
    expected = table(kind, layer)
    made = bytearray()
    for copied, skipped, inserted in edits:
        made += bytes(itertools.islice(expected, min(copied, size + 1)))
        skipped -= sum(1 for _ in itertools.islice(expected, min(skipped, 1 << 40)))
        made += inserted
        if skipped or len(made) > size:
            return None
    made += bytes(itertools.islice(expected, size - len(made)))
    return bytes(made) if len(made) == size else None
