"""Decodes streams that are coded by contexts; see contexts.md. Part of reader.py."""

MASK = (1 << 64) - 1


def mix(number):
    number = number * 0x9E3779B97F4A7C15 & MASK
    return (number ^ number >> 29) * 0xBF58476D1CE4E5B9 & MASK


# "Tables"

KNOTS = [
    1, 2, 4, 6, 10, 17, 27, 45, 74, 120, 194, 311, 488, 747, 1102, 1546, 2048, 2550, 2994, 3349, 3608, 3785, 3902,
    3976, 4022, 4051, 4069, 4079, 4086, 4090, 4092, 4094, 4095,
]  # fmt: skip
# By d + 2048.
SQUASH = [(KNOTS[i >> 7] * (128 - i % 128) + KNOTS[(i >> 7) + 1] * (i % 128) + 64) >> 7 for i in range(4096)]
STRETCH = []
for probability in range(4096):
    STRETCH.append(next((d for d in range(-2047, 2048) if SQUASH[d + 2048] >= probability), 2047))


def clamp(value, low, high):
    return max(low, min(high, value))


# "Histories": a history is (zeros, ones, bits in order or None, last bit where it matters).


def followed(history, bit):
    counts, bits, _ = history
    if bits is not None and len(bits) < 4:
        return (counts[0] + (bit == 0), counts[1] + (bit == 1)), bits + (bit,), None
    other = counts[1 - bit]
    faded = (0, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4)[other] if other <= 10 else 5 if other <= 20 else 6
    own = min(counts[bit] + 1, (30, 20, 10, 6, 5)[min(faded, 4)])
    return (own, faded) if bit == 0 else (faded, own), None, bit if faded else 0


HISTORIES = [((0, 0), (), None)]
NUMBERS = {HISTORIES[0]: 0}
NEXT = []
for history in HISTORIES:
    row = []
    for bit in (0, 1):
        after = followed(history, bit)
        if after not in NUMBERS:
            NUMBERS[after] = len(HISTORIES)
            HISTORIES.append(after)
        row.append(NUMBERS[after])
    NEXT.append(row)
KNOWN = [zeros + ones for (zeros, ones), _, _ in HISTORIES]
START = [(5 * ones + 2) * 65535 // (5 * (zeros + ones) + 4) for (zeros, ones), _, _ in HISTORIES]

# By kind: contexts, slots, window and places as powers of two.
KINDS = {"literals": (8, 19, 20, 17), "changes": (12, 18, 16, 14), "gaps": (12, 17, 16, 14), "numbers": (8, 16, 16, 14)}


def contexts_of(kind, last, hint):
    """The values of all contexts, and two selectors."""
    b1, b2 = last & 0xFF, last >> 8 & 0xFF
    if kind in ("literals", "numbers"):
        return [
            b1, last & 0xFFFF, last & 0xFFFFFFFF, last >> 8 & 0xFFFF, last & 0xFF00FF, last >> 16 & 0xFFFF,
            last & 0xF0F0F0F0F0F0F0F0, last >> 32 & 0xFFFF,
        ], b1, b2  # fmt: skip
    if kind == "changes":
        g, h0 = hint >> 40 & 0xFF, hint & 0xFF
        return [
            b1 | g << 8, last & 0xFFFF | g << 16, last & 0xFFFFFF | g << 24, h0 | b1 << 8 | g << 16,
            h0 | (hint >> 16 & 0xFF) << 8 | g << 16, hint & 0xFFFF00FF, hint & 0xFFFFFF | b1 << 24,
            hint & 0xFFFFFFFFFF, last & 0xFFFF | (hint >> 40 & 0xFFFF) << 16, g, last & 0xFFFFFFFF, last >> 8 & 0xFFFF,
        ], b1, g  # fmt: skip
    t, h0 = hint & 0xFF << 56, hint & 0xFF
    return [
        b1 | t, last & 0xFFFF, last & 0xFFFFFF, last & 0xFFFFFFFF, h0 | t, h0 | b1 << 8 | t, hint & 0xFFFF00 | t,
        hint & 0xFF00 | b1 << 32 | t, hint >> 32 & 0xFFFFFF | t, (hint >> 32 & 0xFFFFFF) << 8 | hint >> 8 & 0xFF | t,
        last >> 8 & 0xFFFF, hint >> 32 & 0xFF | hint & 0xFF00 | b1 << 32 | t,
    ], b1, h0  # fmt: skip


class Match:
    """What followed where the last bytes stood before."""

    def __init__(self, window_bits, place_bits):
        self.window, self.mask = bytearray(1 << window_bits), (1 << window_bits) - 1
        self.places, self.shift = {}, 64 - place_bits
        self.probabilities = [0x8000] * 64
        self.count = self.last = self.place = self.length = 0

    def expected(self):
        return self.window[self.place & self.mask] | 256 if self.length else 0

    def inputs(self, expected, node, index):
        """Two inputs, the strength, and the number of the probability that is used."""
        if expected >> 8 - index != node:
            return 0, 0, 0, None
        bit, length = expected >> 7 - index & 1, self.length
        size = length if length < 16 else 16 + (length - 16) // 4 if length < 32 else min(20 + (length - 32) // 32, 31)
        used = 2 * size + bit
        strength = 3 if length > 15 else 2 if length > 7 else 1
        return STRETCH[self.probabilities[used] >> 4], min(length, 32) * (16 if bit else -16), strength, used

    def append(self, byte):
        if self.length and self.window[self.place & self.mask] == byte:
            self.length, self.place = min(self.length + 1, 65536), self.place + 1
        else:
            self.length = 0
        self.window[self.count & self.mask] = byte
        self.count += 1
        self.last = (self.last << 8 | byte) & 0xFFFFFFFFFFFF
        if self.count < 6:
            return
        slot = mix(self.last) >> self.shift
        place = self.places.get(slot, 0)
        if not self.length and place and self.count - place < self.mask - 32:
            agreeing = 0
            while agreeing < min(32, place) and (
                self.window[(place - 1 - agreeing) & self.mask] == self.window[(self.count - 1 - agreeing) & self.mask]
            ):
                agreeing += 1
            if agreeing >= 4:
                self.place, self.length = place, agreeing
        self.places[slot] = self.count


class Decoder:
    """Decodes a stream byte by byte."""

    def __init__(self, kind, data):
        self.kind, self.data, self.position = kind, data, 4
        self.low, self.high, self.code = 0, 0xFFFFFFFF, int.from_bytes(data[:4], "big")
        count, slot_bits, window_bits, place_bits = KINDS[kind]
        self.slot_mask = (1 << slot_bits) - 1
        self.slots = {}
        self.probabilities = [list(START) for _ in range(count)]
        self.weights = {}
        self.count = count
        self.refined = {}
        self.match = Match(window_bits, place_bits)
        self.last = 0
        self.made, self.plain, self.plain_probability = 0, False, 2048

    def at_end(self):
        return self.position == len(self.data)

    def slot(self, index):
        """A check and the histories of nodes 1 to 15."""
        if index not in self.slots:
            self.slots[index] = [0] * 16
        return self.slots[index]

    def select(self, hashes, node):
        chosen = []
        wanted = []
        for number in hashes:
            index = number >> 20 & self.slot_mask
            if node:
                number = mix(number + 0x12345 * node & MASK)
                index = index & ~255 | number >> 20 & 255
            wanted.append((index, number >> 52 & 0xFF | 1))
        for index, check in wanted:
            slot = self.slot(index)
            if slot[0] != check:
                other = self.slot(index ^ 1)
                if other[0] == check or KNOWN[other[1]] < KNOWN[slot[1]]:
                    slot = other
                if slot[0] != check:
                    slot[:] = [check] + [0] * 15
            chosen.append(slot)
        return chosen

    def bit(self, probability):
        middle = self.low + ((self.high - self.low) * probability >> 16)
        bit = 1 if self.code <= middle else 0
        if bit:
            self.high = middle
        else:
            self.low = middle + 1
        while self.low >> 24 == self.high >> 24:
            self.low = self.low << 8 & 0xFFFFFFFF
            self.high = self.high << 8 & 0xFFFFFFFF | 0xFF
            if self.position >= len(self.data):
                raise EOFError("coded bytes end early")
            self.code = self.code << 8 & 0xFFFFFFFF | self.data[self.position]
            self.position += 1
        return bit

    def set_of(self, key):
        if key not in self.weights:
            self.weights[key] = [4915] * (self.count + 3)
        return self.weights[key]

    def row_of(self, row):
        if row not in self.refined:
            self.refined[row] = [16 * SQUASH[min(128 * j, 4095)] for j in range(33)]
        return self.refined[row]

    def byte(self, hint=0):
        # "Plain blocks"
        if self.made % 4096 == 0:
            self.plain = self.bit(self.plain_probability) == 1
            goal = 65535 if self.plain else 0
            self.plain_probability = max(1, self.plain_probability + (goal - self.plain_probability >> 4))
        self.made += 1
        byte = self.plain_byte() if self.plain else self.modelled_byte(hint)
        self.match.append(byte)
        self.last = (self.last << 8 | byte) & MASK
        return byte

    def plain_byte(self):
        byte = 0
        for _ in range(8):
            byte = byte << 1 | self.bit(32768)
        return byte

    def modelled_byte(self, hint):
        values, first, second = contexts_of(self.kind, self.last, hint)
        hashes = [mix(16 * value + k + 1 & MASK) for k, value in enumerate(values)]
        expected = self.match.expected()
        node, slots = 1, None
        for index in range(8):
            if index % 4 == 0:
                slots = self.select(hashes, node if index else 0)
            inner = node if index < 4 else node & (1 << index - 4) - 1 | 1 << index - 4
            inputs = [STRETCH[self.probabilities[k][slot[inner]] >> 4] for k, slot in enumerate(slots)]
            one, two, strength, used = self.match.inputs(expected, node, index)
            inputs += [one, two, 256]
            sets = [self.set_of((0, strength << 8 | node)), self.set_of((1, first)), self.set_of((2, second))]
            mixed = [clamp(sum(w * i for w, i in zip(s, inputs)) >> 14, -2047, 2047) for s in sets]
            total = sum(mixed)
            mean = total // 3 if total >= 0 else -(-total // 3)
            row = self.row_of((first << 8 | node) * 40503 >> 4 & 4095)
            step, share = divmod(32 * (mean + 2048), 4096)
            fine = row[step] * (4096 - share) + row[step + 1] * share >> 12
            bit = self.bit(clamp(16 * SQUASH[mean + 2048] + fine >> 1, 1, 65535))
            goal = 65535 * bit
            for weights, given in zip(sets, mixed):
                error = 7 * (4096 * bit - SQUASH[given + 2048])
                for k, value in enumerate(inputs):
                    weights[k] = clamp(weights[k] + (value * error + 16384 >> 15), -32768, 32767)
            row[step + (share >> 11)] += goal - row[step + (share >> 11)] >> 6
            for k, slot in enumerate(slots):
                # Contexts may share a slot: then the second finds what the first left.
                history = slot[inner]
                self.probabilities[k][history] += goal - self.probabilities[k][history] >> 7
                slot[inner] = NEXT[history][bit]
            if used is not None:
                self.match.probabilities[used] += goal - self.match.probabilities[used] >> 6
            node = node << 1 | bit
        return node & 0xFF
