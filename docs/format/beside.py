"""What an old blob tells of a new one: repack.md, "The old blob"."""

GEARS = []
for byte in range(256):
    value = (byte + 1) * 0x9E3779B97F4A7C15 % (1 << 64)
    GEARS.append((value ^ value >> 32) * 0xD6E8FEB86659FD93 % (1 << 64))

LENGTHS, DISTANCES = [], []
for table, first, extras in (
    (LENGTHS, 3, [0] * 4 + [n for n in range(6) for _ in range(4)]),
    (DISTANCES, 1, [0, 0] + [n for n in range(14) for _ in range(2)]),
):
    for extra in extras:
        table.append((first, extra))
        first += 1 << extra
LENGTHS.append((258, 0))
ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]


class Bits:
    """The bits of a deflate stream (RFC 1951)."""

    def __init__(self, data, place):
        self.data, self.place, self.held, self.count = data, place, 0, 0

    def take(self, count):
        while self.count < count:
            self.held |= self.data[self.place] << self.count
            self.place, self.count = self.place + 1, self.count + 8
        value = self.held & ((1 << count) - 1)
        self.held, self.count = self.held >> count, self.count - count
        return value

    def symbol(self, code):
        value = length = 0
        while (length, value) not in code:
            length, value = length + 1, value << 1 | self.take(1)
        return code[length, value]


def code_of(lengths):
    code, value = {}, 0
    for length in range(1, 16):
        value <<= 1
        for symbol, own in enumerate(lengths):
            if own == length:
                code[length, value] = symbol
                value += 1
    return code


FIXED = code_of([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8), code_of([5] * 32)


def codes_of(bits):
    literals, distances, sent = bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4
    own = [0] * 19
    for symbol in ORDER[:sent]:
        own[symbol] = bits.take(3)
    code, lengths = code_of(own), []
    while len(lengths) < literals + distances:
        symbol = bits.symbol(code)
        if symbol < 16:
            lengths.append(symbol)
        elif symbol == 16:
            lengths += [lengths[-1]] * (3 + bits.take(2))
        else:
            lengths += [0] * (3 + bits.take(3) if symbol == 17 else 11 + bits.take(7))
    return code_of(lengths[:literals]), code_of(lengths[literals:])


def tokens_of(blob):
    """For each place of what gzip members hold where a token starts: its length and distance, 0 and 0 for literals."""
    tokens, position, place = {}, 0, 0
    while blob[place : place + 3] == b"\x1f\x8b\x08":
        flags, place = blob[place + 3], place + 10
        if flags & 4:
            place += 2 + int.from_bytes(blob[place : place + 2], "little")
        for flag in (8, 16):
            place = blob.index(0, place) + 1 if flags & flag else place
        bits, is_last = Bits(blob, place + (2 if flags & 2 else 0)), False
        while not is_last:
            is_last, kind = bits.take(1), bits.take(2)
            if kind == 0:
                bits.take(bits.count % 8)
                count = bits.take(16)
                bits.take(16)
                for at in range(position, position + count):
                    tokens[at] = 0, 0
                bits.place, bits.held, bits.count = bits.place - bits.count // 8 + count, 0, 0
                position += count
                continue
            literals, distances = FIXED if kind == 1 else codes_of(bits)
            while (symbol := bits.symbol(literals)) != 256:
                if symbol < 256:
                    tokens[position] = 0, 0
                    position += 1
                    continue
                base, extra = LENGTHS[symbol - 257]
                length = base + bits.take(extra)
                far, extra = DISTANCES[bits.symbol(distances)]
                low = 259 if length == 258 and symbol == 284 else length
                tokens[position] = low, far + bits.take(extra)
                position += length
        place = bits.place - bits.count // 8 + 8
    return tokens


def anchors_of(old):
    """The first place of each hash, and how many bits of hashes are 0 where they count."""
    bits = 6
    while len(old) >> bits > 1 << 19:
        bits += 1
    places, hash_ = {}, 0
    for place, byte in enumerate(old, 1):
        hash_ = (hash_ << 1) + GEARS[byte] & (1 << 64) - 1
        if hash_ >> 64 - bits == 0 and place >= 64:
            places.setdefault(hash_ * 0x9E3779B97F4A7C15 % (1 << 64) >> 44, place)
    return places, bits


def stretches_of(new, old):
    """Where new data stand in old data: starts, ends, and what has to be added for the old place."""
    places, bits = anchors_of(old)

    def same(place, shift):
        return 0 <= place + shift < len(old) and old[place + shift] == new[place]

    stretches, start, shift, end = [], 0, 0, 0
    while True:
        while end < len(new) and same(end, shift):
            end += 1
        stretches.append((start, end, shift))
        if end == len(new):
            return stretches
        gap = looked = end
        hash_ = count = 0
        for byte in new[max(0, gap - 64) : gap]:
            hash_ = (hash_ << 1) + GEARS[byte] & (1 << 64) - 1
        while end < len(new):
            count = count + 1 if same(end, shift) else 0
            hash_ = (hash_ << 1) + GEARS[new[end]] & (1 << 64) - 1
            end += 1
            if count == 16:
                start = end - 16
                break
            if end < 64 or end < looked or hash_ >> 64 - bits:
                continue
            place = places.get(hash_ * 0x9E3779B97F4A7C15 % (1 << 64) >> 44)
            if place is None:
                continue
            looked = end + 64
            if place >= 64 and old[place - 64 : place] == new[end - 64 : end]:
                shift, start = place - end, max(end - 64, gap)
                while start > max(gap, end - 32768) and same(start - 1, shift):
                    start -= 1
                break
        else:
            return stretches


class Beside:
    """Offers the old blob's tokens; what is not taken a runner of its own decodes."""

    def __init__(self, runner, old, data, coder, mixed):
        blob, content = old
        self.runner, self.data, self.coder, self.mixed, self.model = runner, data, coder, mixed, self
        self.tokens, self.stretches = tokens_of(blob), stretches_of(data, content)
        self.current, self.history = 0, 0

    def start(self, start, dictionary, end):
        self.runner.model.start(start, dictionary, end)

    def wander(self, position, end):
        return self.runner.wander(position, end)

    def next(self, position, end, first):
        offer = self.offer(position, end, first)
        if offer:
            token, changed, stretch = offer
            taken = self.takes(token, changed, position, stretch)
            self.history = (self.history << 1 | taken) & 255
            if taken:
                self.runner.passed(token, position)
                return token
        return self.runner.next(position, end, first)

    def offer(self, position, end, first):
        while self.current < len(self.stretches) and self.stretches[self.current][1] <= position:
            self.current += 1
        if self.current == len(self.stretches) or self.stretches[self.current][0] > position:
            return None
        stretch = self.stretches[self.current]
        low, distance = self.tokens.get(position + stretch[2], (None, None))
        if low is None:
            return None
        if not distance:
            return (self.data[position], 0), 0, stretch
        if self.holds(position, distance, low, end, first):
            return (low, distance), 0, stretch
        source = position + stretch[2] - distance
        for start, behind, shift in reversed(self.stretches[max(0, self.current - 15) : self.current + 1]):
            if start <= source - shift < min(behind, position):
                distance = position - (source - shift)
                return ((low, distance), 1, stretch) if self.holds(position, distance, low, end, first) else None
        return None

    def holds(self, position, distance, low, end, first):
        length = min(low, 258)
        if length > end - position or distance > min(32768, position - first):
            return False
        return all(self.data[at] == self.data[at - distance] for at in range(position, position + length))

    def takes(self, token, changed, position, stretch):
        length, distance = (token[0], token[1]) if token[1] else (0, 0)
        behind = min((position - stretch[0] + 1).bit_length(), 17)
        left = stretch[1] - position - (min(length, 258) if distance else 1)
        room = 0 if left <= 0 else 1 if left < 3 else 2 if left < 32 else 3 if left < 258 else 4
        class_, far, recent = min(length.bit_length(), 9), distance.bit_length(), self.history & 15
        values = [
            ((behind * 8 + room) * 16 + recent) * 2 + changed,
            (self.history * 16 + class_) * 2 + changed,
            (class_ * 32 + far) * 16 + recent,
            (length * 32 + far) * 2 + changed,
            (behind * 32 + class_) * 8 + room,
            self.history,
            (room * 32 + far) * 256 + self.history,
            behind * 2 + changed,
        ]
        return self.mixed.bit(self.coder, values, (recent * 2 + (distance > 0)) * 2 + changed)
