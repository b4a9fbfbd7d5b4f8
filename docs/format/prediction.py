"""Predicts what becomes of references in native code; see prediction.md. Part of reader.py.

Numbers of files are read as unsigned; where one is not less than 2^48 it counts as not there (None).
"""
import bisect
import heapq

BLOCK = 16384
HEAD = 4096
X86, ARM = 62, 183
LINKED = b"\x7fELF\x02\x01\x01"


def number(data, place, size):
    if place < 0 or place + size > len(data):
        return None
    value = int.from_bytes(data[place : place + size], "little")
    return value if value < 1 << 48 else None


def word(data, place):
    """The signed word at a place; 0 where none is."""
    if place < 0 or place + 4 > len(data):
        return 0
    return int.from_bytes(data[place : place + 4], "little", signed=True)


def store(data, place, value):
    data[place : place + 4] = (value & 0xFFFFFFFF).to_bytes(4, "little")


def toward_zero(value, divisor):
    return value // divisor if value >= 0 else -(-value // divisor)


class Movement:
    """prediction.md, "Where old bytes went"."""

    def __init__(self, steps):
        copies, position = [], 0
        for start, copied, literal in steps:
            if copied:
                copies.append((start, copied, position - start))
            position += copied + literal
        copies.sort()
        self.starts, self.shifts = [], []
        covering, following = [], 0
        for border in sorted([c[0] for c in copies] + [c[0] + c[1] for c in copies]):
            while following < len(copies) and copies[following][0] <= border:
                start, copied, shift = copies[following]
                heapq.heappush(covering, (-copied, start, shift))
                following += 1
            while covering and covering[0][1] - covering[0][0] <= border:
                heapq.heappop(covering)
            if covering and (not self.shifts or covering[0][2] != self.shifts[-1]):
                self.starts.append(border)
                self.shifts.append(covering[0][2])

    def shift(self, place):
        index = bisect.bisect_right(self.starts, place)
        return self.shifts[index - 1] if index else 0

    def inside(self, start, shift):
        """The same for a content that starts there, whose start moved by that shift."""
        return Inside(self, start, shift)


class Inside:
    def __init__(self, whole, start, moved):
        self.whole, self.start, self.moved = whole, start, moved

    def shift(self, place):
        return self.whole.shift(self.start + place) - self.moved


class Segment:
    def __init__(self, offset, address, size, memory, executable):
        self.offset, self.address, self.size, self.memory, self.executable = offset, address, size, memory, executable

    def holds(self, address):
        return self.address <= address < self.address + self.memory


class Image:
    """prediction.md, "Headers"."""

    def __init__(self, machine, is_fixed, segments, unwind):
        self.machine, self.is_fixed, self.segments, self.unwind = machine, is_fixed, segments, unwind

    @staticmethod
    def read(data):
        head = data[:HEAD]
        if head[:6] != b"\x7fELF\x02\x01" or len(head) < 64:
            return None
        machine, start = number(head, 18, 2), number(head, 32, 8)
        size, count = number(head, 54, 2), number(head, 56, 2)
        if machine not in (X86, ARM) or start is None or size < 56 or count > 64:
            return None
        segments, unwind = [], None
        for place in range(start, start + count * size, size):
            kind, flags = number(head, place, 4), number(head, place + 4, 4)
            offset, address, filed, memory = (number(head, place + at, 8) for at in (8, 16, 32, 40))
            if None in (kind, flags, offset, address, filed, memory):
                continue
            if kind == 1 and filed > 0:
                segments.append(Segment(offset, address, filed, max(memory, filed), flags & 1))
            elif kind == 0x6474E550:
                unwind = (offset, offset + filed)
        if not segments:
            return None
        segments.sort(key=lambda segment: segment.offset)
        return Image(machine, number(head, 16, 2) == 2, segments, unwind)

    def at_offset(self, offset):
        found = [s for s in self.segments if s.offset <= offset < s.offset + s.size]
        return found[-1] if found else None

    def at_address(self, address):
        return next((segment for segment in self.segments if segment.holds(address)), None)

    def address_of(self, offset):
        found = [segment for segment in self.segments if segment.offset <= offset]
        segment = found[-1] if found else self.segments[0]
        return offset - segment.offset + segment.address


class Section:
    def __init__(self, name, kind, flags, address, start, size, link, info):
        self.name, self.kind, self.is_code, self.address = name, kind, bool(flags & 4), address
        self.start, self.end, self.link, self.info = start, start + size, link, info

    @property
    def size(self):
        return self.end - self.start


def sections_of(data, start, end, limit):
    """Section headers of a file that lies in data; their range, the sections and the number of the names' section."""
    header = data[start : min(end, start + 64)]
    if len(header) < 64:
        return None
    place, size = number(header, 40, 8), number(header, 58, 2)
    count, names = number(header, 60, 2), number(header, 62, 2)
    if place is None or size != 64 or count > limit or place > end - start - 64 * count:
        return None
    first, sections = start + place, []
    for at in range(first, first + 64 * count, 64):
        fields = [number(data, at + o, n) for o, n in ((0, 4), (4, 4), (8, 4), (16, 8), (24, 8), (32, 8), (40, 4), (44, 4))]
        if None in fields:
            sections = []
            break
        name, kind, flags, address, offset, length, link, info = fields
        if kind == 8 or offset > end - start or length > end - start - offset:
            sections.append(Section(name, kind, flags, address, 0, 0, link, info))
        else:
            sections.append(Section(name, kind, flags, address, start + offset, length, link, info))
    return (first, first + 64 * count), sections, names


# prediction.md, "References in code"

OPERANDS = bytes.fromhex(
    "0103090b10111213141621232829"
    "2a2b2e2f313338393a3b4044454f5154575859"
    "5c5d5e5f636e6f7e7f808183848586"
    "8788898a8b8dafb0b1b6b7bebfc1c6c7d6d8d9dbdde6eff6f7feff"
)


def without_overlaps(sections):
    """Those that are not empty and do not begin before the end of one before them."""
    kept, end = [], 0
    for section in sorted(sections, key=lambda s: (s.start, s.end)):
        if section.size and section.start >= end:
            kept.append(section)
            end = section.end
    return kept


def absolute_operand(code, i):
    byte, place = code[i], 0
    if byte & 0xF8 == 0xB8 or byte == 0x68:
        place = i + 1
    elif byte == 0xC7:
        form = code[i + 1]
        if form & 0x38:
            return None
        place = i + 2 + (form & 7 == 4 and form < 0xC0) + {1: 1, 2: 4}.get(form >> 6, 0)
    elif i > 0 and code[i - 1] in OPERANDS:
        if byte & 0xC7 == 0x04 and code[i + 1] & 7 == 5:
            place = i + 2
        elif byte & 0xC0 == 0x80:
            place = i + 1 + (byte & 7 == 4)
    return place if place and place + 4 <= len(code) else None


def x86_references(code, address, image, finds_absolute):
    """Where an operand stands, its target, the target's segment, and whether it is absolute."""
    i, segment = 0, image.segments[0]
    while i + 5 < len(code):
        byte, place, must_be_code = code[i], 0, True
        if byte in (0xE8, 0xE9):
            place = i + 1
        elif byte == 0x0F and code[i + 1] & 0xF0 == 0x80:
            place = i + 2
        elif byte & 0xC7 == 0x05 and i > 0 and code[i - 1] in OPERANDS:
            place, must_be_code = i + 1, False
        if place and place + 4 <= len(code):
            target = address + place + 4 + word(code, place)
            if not segment.holds(target):
                segment = image.at_address(target) or segment
            if segment.holds(target) and (segment.executable or not must_be_code):
                yield place, target, segment, False
                i = place + 4
                continue
        place = absolute_operand(code, i) if finds_absolute and image.is_fixed else None
        if place is not None:
            target = word(code, place)
            found = image.at_address(target)
            if found:
                yield place, target, found, True
                i = place + 4
                continue
        i += 1


def is_branch(code):
    return code & 0x7C000000 == 0x14000000


def branch_distance(code):
    value = code & 0x3FFFFFF
    return 4 * (value - (1 << 26) if value >> 25 else value)


def is_page(code):
    return code & 0x9F000000 == 0x90000000


def scale_of(code):
    if code & 0xFFC00000 == 0x91000000:
        return 0
    return code >> 30 if code & 0x3B000000 == 0x39000000 else None


def page_target(page, second, scale, place):
    pages = (page >> 5 & 0x7FFFF) << 2 | page >> 29 & 3
    pages = pages - (1 << 21) if pages >> 20 else pages
    return (place & ~0xFFF) + (pages << 12) + ((second >> 10 & 0xFFF) << scale)


def unsigned(data, place):
    return word(data, place) & 0xFFFFFFFF


def arm_references(code, offset, address, image, reach):
    """Where an instruction stands, its target and segment; for a pair the follower, its scale, whether it is first."""
    for i in range(-offset % 4, len(code) - 3, 4):
        value = unsigned(code, i)
        if is_branch(value):
            target = address + i + branch_distance(value)
            segment = image.at_address(target)
            if segment and segment.executable:
                yield i, target, segment, None, 0, True
        elif is_page(value):
            is_first = True
            for place in range(i + 4, min(i + 4 * reach, len(code) - 4) + 1, 4):
                second = unsigned(code, place)
                if second >> 5 & 31 == value & 31 and scale_of(second) is not None:
                    target = page_target(value, second, scale_of(second), address + i)
                    segment = image.at_address(target)
                    if segment:
                        yield i, target, segment, place, scale_of(second), is_first
                        is_first = False
                if second & 31 == value & 31 or is_branch(second) and second >> 31 == 0:
                    break


def entries(start, end, size, old_offset, count):
    """Where in a block the entries of a table start that are wholly in it."""
    first = max(start, old_offset)
    first = start + -(-(first - start) // size) * size
    return range(first - old_offset, min(end, old_offset + count) - old_offset - size + 1, size)


class Slots:
    """prediction.md, "Learning"."""

    def __init__(self):
        self.slots = {}

    @staticmethod
    def slot(target):
        return (target * 0x9E3779B97F4A7C15 & (1 << 64) - 1) >> 48

    def shift(self, target):
        known, shift, is_confirmed = self.slots.get(self.slot(target), (None, 0, False))
        return shift if known == target and is_confirmed else None

    def learn(self, target, shift, mapped):
        known, before, _ = self.slots.get(self.slot(target), (None, 0, False))
        if known == target:
            self.slots[self.slot(target)] = (target, shift, before == shift)
        elif shift != mapped:
            self.slots[self.slot(target)] = (target, shift, False)


class Linked:
    """Predicts linked programs and libraries."""

    def __init__(self, old_data, old, new, movement):
        self.data, self.old, self.new = old_data, old, new
        self.name = "linked x86-64" if old.machine == X86 else "linked AArch64"
        self.map, self.slots, self.seen = movement, Slots(), []
        table = sections_of(old_data, 0, len(old_data), 256)
        sections, names_index = (table[1], table[2]) if table else ([], 0)
        names = b""
        if names_index < len(sections):
            place = sections[names_index]
            names = old_data[place.start : min(place.end, place.start + 16384)]
        self.symbols = [self.symbol_table(s, sections) for s in sections]
        self.relocations = [
            (s, self.symbols[s.link] if s.link < len(sections) else None)
            for s in without_overlaps([s for s in sections if s.kind == 4])
        ]
        tables = without_overlaps([table[0] for table in self.symbols if table])
        self.symbols = [self.symbol_table(s, sections) for s in tables]
        self.code = [(s.start, s.end) for s in without_overlaps([s for s in sections if s.is_code])]
        named = {}
        for section in sections:
            named.setdefault(names[section.name :].partition(b"\0")[0], section)
        self.frames = named.get(b".eh_frame")
        text = named.get(b".text")
        self.go = None
        if b".gopclntab" in named:
            self.go = Go.read(old_data, named[b".gopclntab"], text.address if text else 0, named.get(b".go.module"))
        self.cuts = sorted([cut for part in self.code for cut in part] + [s.offset for s in old.segments])

    @staticmethod
    def symbol_table(section, sections):
        if section.kind in (2, 11) and section.link < len(sections):
            return section, sections[section.link].start
        return None

    # Movement of addresses

    def mapped(self, address, segment):
        offset = segment.offset + min(address - segment.address, segment.size - 1)
        return self.new.address_of(offset + self.map.shift(offset)) - (segment.address + offset - segment.offset)

    def movement(self, address, segment):
        known = self.slots.shift(address)
        return self.mapped(address, segment) if known is None else known

    def seen_movement(self, target, segment, form, place, base, follower=None, scale=0):
        mapped = self.mapped(target, segment)
        self.seen.append((form, place, base, target, mapped, follower, scale))
        known = self.slots.shift(target)
        return mapped if known is None else known

    def learn(self, block):
        for form, place, base, target, mapped, follower, scale in self.seen:
            code = unsigned(block, place)
            if form == "distance":
                found = base + word(block, place)
            elif form == "branch":
                if not is_branch(code):
                    continue
                found = base + branch_distance(code)
            else:
                second = unsigned(block, follower)
                if not is_page(code) or scale_of(second) != scale:
                    continue
                found = page_target(code, second, scale, base)
            if self.new.at_address(found):
                self.slots.learn(target, found - target, mapped)
        self.seen = []

    # Blocks

    def predict(self, block, old_offset, new_offset):
        self.seen = []
        made = bytearray(block)
        borders = [c for c in self.cuts if old_offset < c < old_offset + len(block)]
        borders = sorted(set(borders)) if borders else []
        starts = [old_offset] + borders
        for start, end in zip(starts, borders + [old_offset + len(block)]):
            base = start - old_offset
            part = bytearray(block[base : end - old_offset])
            self.part(part, base, start, new_offset + base)
            made[base : base + len(part)] = part
        self.tables(made, block, old_offset)
        return bytes(made)

    def part(self, part, base, old_offset, new_offset):
        segment = self.old.at_offset(old_offset)
        if not segment:
            return self.not_loaded(part, old_offset)
        address = old_offset - segment.offset + segment.address
        own = self.new.address_of(new_offset) - address
        is_code = any(a <= old_offset < b for a, b in self.code) if self.code else segment.executable
        if not is_code:
            self.loaded_data(part, old_offset, address, own)
        elif self.old.machine == X86:
            self.x86(part, base, address, own)
        else:
            self.arm(part, base, old_offset, address, own)

    def x86(self, part, base, address, own):
        source = bytes(part)
        for place, target, segment, is_absolute in x86_references(source, address, self.old, True):
            counts_from = 0 if is_absolute else address + own + place + 4
            change = self.seen_movement(target, segment, "distance", base + place, counts_from)
            store(part, place, word(source, place) + change - (0 if is_absolute else own))

    def arm(self, part, base, old_offset, address, own):
        source = bytes(part)
        for i, target, segment, follower, scale, is_first in arm_references(source, old_offset, address, self.old, 16):
            place, code = address + own + i, unsigned(source, i)
            if follower is None:
                distance = target + self.seen_movement(target, segment, "branch", base + i, place) - place
                if distance % 4 == 0:
                    store(part, i, code & 0xFC000000 | distance // 4 & 0x3FFFFFF)
                continue
            new_target = target + self.seen_movement(target, segment, "page", base + i, place, base + follower, scale)
            if new_target & ((1 << scale) - 1):
                continue
            if is_first:
                pages = (new_target >> 12) - (place >> 12)
                store(part, i, code & 0x9F00001F | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5)
            second = unsigned(source, follower)
            store(part, follower, second & ~0x3FFC00 | (new_target & 0xFFF) >> scale << 10)

    def loaded_data(self, part, old_offset, address, own):
        i = -old_offset % 4
        unwind = self.old.unwind
        while i + 4 <= len(part):
            offset, value = old_offset + i, word(part, i)
            if offset % 8 == 0 and i + 8 <= len(part) and word(part, i + 4) == 0:
                pointer = value & 0xFFFFFFFF
                segment = self.old.at_address(pointer) if pointer >= 512 else None
                if segment:
                    store(part, i, pointer + self.movement(pointer, segment))
                    i += 8
                    continue
            if abs(value) >= 256:
                is_unwind = unwind is not None and unwind[0] <= offset < unwind[1]
                target = value + (self.old.address_of(unwind[0]) if is_unwind else address + i)
                segment = self.old.at_address(target)
                if segment and (segment.executable or is_unwind):
                    store(part, i, value + self.movement(target, segment) - own)
            i += 4

    def not_loaded(self, part, old_offset):
        for i in range(-old_offset % 8, len(part) - 7, 8):
            value = unsigned(part, i)
            if word(part, i + 4) == 0 and value >= 512:
                segment = self.old.at_address(value)
                if segment:
                    store(part, i, value + self.movement(value, segment))

    # Tables

    def tables(self, made, block, old_offset):
        for section, names in self.symbols:
            for i in entries(section.start, section.end, 24, old_offset, len(block)):
                self.symbol(made, block, i, names)
        for section, symbols in self.relocations:
            if not symbols:
                continue
            start = symbols[0].start
            for i in entries(section.start, section.end, 24, old_offset, len(block)):
                symbol = unsigned(block, i + 12)
                if 0 < symbol <= symbols[0].size // 24:
                    change = self.map.shift(start + 24 * symbol) - self.map.shift(start)
                    if change % 24 == 0:
                        store(made, i + 12, symbol + change // 24)
        self.frame_entries(made, block, old_offset)
        self.unwind_entries(made, block, old_offset)
        if self.go:
            self.go.predict(self, made, block, old_offset)

    def symbol(self, made, block, i, names):
        made[i : i + 24] = block[i : i + 24]
        name = unsigned(block, i)
        if name:
            store(made, i, name + self.map.shift(names + name) - self.map.shift(names))
        address, size = number(block, i + 8, 8), number(block, i + 16, 8)
        if block[i + 4] & 15 == 6 or block[i + 6] | block[i + 7] == 0:
            return
        if address is None or size is None or address >> 32 or size >> 32:
            return
        segment = self.old.at_address(address)
        if not segment:
            return
        store(made, i + 8, address + self.movement(address, segment))
        if size:
            store(made, i + 16, size + self.growth(address, size, segment))

    def growth(self, address, size, segment):
        return self.mapped(address + size - 1, segment) - self.mapped(address, segment)

    def frame_entries(self, made, block, old_offset):
        frames = self.frames
        segment = self.old.at_offset(frames.start) if frames else None
        if not segment:
            return
        end = min(frames.end, old_offset + len(block)) - old_offset
        i = -(-max(frames.start, old_offset) // 4) * 4 - old_offset + 8
        while i + 8 <= end:
            offset = old_offset + i
            back, size = word(block, i - 4), word(block, i + 4)
            place = offset - segment.offset + segment.address
            target = place + word(block, i)
            code = self.old.at_address(target)
            if (
                back > 0
                and back % 4 == 0
                and back <= offset - 4 - frames.start
                and size > 0
                and code
                and code.executable
                and target + size <= code.address + code.size
            ):
                store(made, i - 4, back + self.map.shift(offset) - self.map.shift(offset - 4 - back))
                moved = target + self.movement(target, code) - place - self.mapped(place, segment)
                store(made, i, moved)
                store(made, i + 4, size + self.growth(target, size, code))
                i += 8
            i += 4

    def unwind_entries(self, made, block, old_offset):
        old, new = self.old.unwind, self.new.unwind
        if not self.code or not old or not new:
            return
        address = self.old.address_of(old[0])
        own = self.new.address_of(new[0]) - address
        start = -(-max(old[0] + 12, old_offset) // 4) * 4 - old_offset
        for i in range(start, min(old[1], old_offset + len(block)) - old_offset - 3, 4):
            target = address + word(block, i)
            segment = self.old.at_address(target)
            if segment:
                store(made, i, target + self.movement(target, segment) - address - own)


class Go:
    """A Go program's table of functions."""

    @staticmethod
    def read(data, section, code, module):
        start, size = section.start, section.size
        head = data[start : start + 72]
        if size < 72 or head[:6] != b"\xf1\xff\xff\xff\0\0" or head[7] != 8:
            return None
        fields = [number(head, 8 + 8 * index, 8) for index in range(8)]
        if None in fields or fields[0] > 1 << 20 or any(f >= size for f in fields[3:]) or fields[4] > fields[5]:
            return None
        if 8 * fields[0] + 4 > size - fields[7]:
            return None
        go = Go()
        go.start, go.end = start, section.end
        go.names, go.units, go.files, go.counters, go.functions = (start + field for field in fields[3:])
        places = []
        if module and module.size >= 328:
            places = [number(data, module.start + at, 8) for at in (176, 320)]
            places = [place for place in places if place is not None]
        go.text = places[0] if places else fields[2] or code
        go.data = places[-1] if places else None
        go.entries = [unsigned(data, go.functions + 8 * index + 4) for index in range(fields[0])]
        before = 0
        for entry in go.entries:
            if entry <= before or entry > go.end - go.functions - 44:
                return None
            before = entry
        return go

    def predict(self, linked, made, block, old_offset):
        low, high = max(self.start, old_offset), min(self.end, old_offset + len(block))
        if low >= high:
            return

        def shift_at(address):
            segment = linked.old.at_address(address)
            return linked.mapped(address, segment) if segment else 0

        def from_text(place):
            value = unsigned(block, place)
            store(made, place, value + shift_at(self.text + value) - shift_at(self.text))

        def from_place(place, base):
            value = unsigned(block, place)
            if value:
                store(made, place, value + linked.map.shift(base + value) - linked.map.shift(base))

        for offset in range(max(low, self.units), min(high, self.files) - 3, 4):
            if word(block, offset - old_offset) != -1:
                from_place(offset - old_offset, self.files)
        listed = max(low, self.functions)
        for offset in range(-(-listed // 4) * 4, min(high, self.functions + 8 * len(self.entries) + 4) - 3, 4):
            if (offset - self.functions) % 8 == 0:
                from_text(offset - old_offset)
            else:
                from_place(offset - old_offset, self.functions)
        first = bisect.bisect_left(self.entries, low - self.functions)
        for index in range(first, len(self.entries)):
            place = self.functions + self.entries[index] - old_offset
            if place >= high - old_offset:
                break
            last = index + 1 == len(self.entries)
            end = (self.end if last else self.functions + self.entries[index + 1]) - old_offset
            if end - place < 44 or place + 44 > high - old_offset:
                continue
            from_text(place)
            from_place(place + 4, self.names)
            for field in (16, 20, 24):
                from_place(place + field, self.counters)
            unit = unsigned(block, place + 32)
            change = linked.map.shift(self.units + 4 * unit) - linked.map.shift(self.units)
            store(made, place + 32, unit + toward_zero(change, 4))
            tables, data = word(block, place + 28), block[place + 43]
            if not 0 <= tables <= 64 or place + 44 + 4 * (tables + data) > min(end, len(block)):
                continue
            for field in range(tables + data):
                at = place + 44 + 4 * field
                if field < tables:
                    from_place(at, self.counters)
                elif word(block, at) != -1 and self.data is not None:
                    value = unsigned(block, at)
                    store(made, at, value + shift_at(self.data + value) - shift_at(self.data))


# prediction.md, "Relocatable contents"


def machine_of(header):
    if len(header) < 64 or header[:6] != b"\x7fELF\x02\x01" or header[16:18] != b"\1\0":
        return None
    machine = number(header, 18, 2)
    return machine if machine in (X86, ARM) else None


def is_relocatable(data):
    return data[:8] == b"!<arch>\n" or machine_of(data[:64]) is not None


def decimal(field):
    digits = field.partition(b" ")[0]
    return int(digits) if digits.isdigit() else None


class Object:
    def __init__(self, data, start, headers, sections, names):
        self.start, self.headers, self.sections, self.names = start, headers, sections, names
        self.stands_for = []

    def start_of(self, section):
        if section < len(self.sections) and self.sections[section].size:
            return self.sections[section].start
        return None


class Relocatable:
    """Predicts objects and static archives."""

    name = "relocatable"

    def __init__(self, data, steps):
        self.map, self.parts, self.long_names, self.left = Movement(steps), [], None, 65536
        if data[:8] == b"!<arch>\n":
            self.archive(data)
        else:
            self.object(data, 0, len(data))
        end, kept = 0, []
        for start, stop, *rest in sorted(self.parts, key=lambda part: part[:2]):
            if start >= end and stop > start:
                kept.append((start, stop, *rest))
                end = stop
        self.parts = kept

    def archive(self, data):
        place, count = 8, 0
        while place <= len(data) - 60 and count < 65536:
            header, start = data[place : place + 60], place + 60
            size = decimal(header[48:58])
            if header[58:] != b"\x60\n" or size is None or size > len(data) - start:
                return
            count += 1
            self.parts.append((place, start, self.member_header, start, size))
            name = header[:16].partition(b" ")[0]
            if name == b"/" and size >= 4:
                listed = int.from_bytes(data[start : start + 4], "big")
                if listed <= (size - 4) // 4:
                    self.parts.append((start + 4, start + 4 + 4 * listed, self.member_offset))
            elif name == b"//":
                self.long_names = start
            else:
                self.object(data, start, start + size)
            place = start + size + size % 2

    def object(self, data, start, end):
        machine = machine_of(data[start : min(end, start + 64)])
        table = sections_of(data, start, end, self.left) if machine else None
        if not table:
            return
        headers, sections, names = table
        self.left -= (headers[1] - headers[0]) // 64
        found = Object(data, start, headers, sections, sections[names].start if names < len(sections) else 0)
        self.parts.append((start, start + 64, self.file_header, found))
        self.parts.append((*headers, self.section_header, found))
        count, symbols = len(sections), None
        for index, section in enumerate(sections):
            if section.kind == 2 and section.link < count:
                self.parts.append((section.start, section.end, self.symbol, found, sections[section.link].start))
                symbols = section
            elif (
                section.kind == 4
                and section.link < count
                and section.info < count
                and sections[section.link].link < count
            ):
                target = sections[section.info]
                self.parts.append((section.start, section.end, self.relocation, found, sections[section.link], target))
            elif section.is_code:
                self.parts.append((section.start, section.end, self.code, machine))
        if symbols:
            for index in range(min(symbols.info, symbols.size // 24, 4 * count)):
                at = symbols.start + 24 * index
                found.stands_for.append(data[at + 6] | data[at + 7] << 8 if data[at + 4] & 15 == 3 else 0)

    # Where places went

    def far(self, start, end):
        return self.map.shift(end) - self.map.shift(start)

    def growth(self, start, size):
        return self.far(start, start + size - 1) if size else 0

    def renumber(self, value, start, size):
        change = self.far(start, start + size * value)
        return change // size if change % size == 0 else 0

    @staticmethod
    def add(made, place, change, size=4):
        value = number(made, place, size)
        if change and value is not None:
            made[place : place + size] = ((value + change) % (1 << 8 * size)).to_bytes(size, "little")

    def learn(self, block):
        pass

    def predict(self, block, old_offset, new_offset):
        made = bytearray(block)
        sizes = {
            self.member_header: 60, self.member_offset: 4, self.file_header: 64, self.section_header: 64,
            self.symbol: 24, self.relocation: 24,
        }  # fmt: skip
        for start, end, change, *facts in self.parts:
            if end <= old_offset or start >= old_offset + len(block):
                continue
            if change == self.code:
                self.code(made, start, end, old_offset, new_offset - old_offset, *facts)
                continue
            for i in entries(start, end, sizes[change], old_offset, len(block)):
                change(made, i, (old_offset + i - start) // sizes[change], *facts)
        return bytes(made)

    # Parts

    def store_decimal(self, made, place, size, value):
        digits = b"%d" % value
        if value >= 0 and len(digits) <= size:
            made[place : place + size] = digits.ljust(size)

    def member_header(self, made, i, _, content, size):
        self.store_decimal(made, i + 48, 10, size + self.growth(content, size))
        name = decimal(bytes(made[i + 1 : i + 16]))
        if made[i] == 0x2F and self.long_names is not None and name is not None:
            self.store_decimal(made, i + 1, 15, name + self.far(self.long_names, self.long_names + name))

    def member_offset(self, made, i, _):
        place = int.from_bytes(made[i : i + 4], "big")
        made[i : i + 4] = ((place + self.map.shift(place)) & 0xFFFFFFFF).to_bytes(4, "big")

    def file_header(self, made, i, _, found):
        self.add(made, i + 40, self.far(found.start, found.headers[0]))
        self.add(made, i + 60, toward_zero(self.growth(found.headers[0], found.headers[1] - found.headers[0]), 64), 2)

    def section_header(self, made, i, index, found):
        if index >= len(found.sections):
            return
        section = found.sections[index]
        self.add(made, i, self.far(found.names, found.names + section.name))
        if not section.size:
            return
        self.add(made, i + 24, self.far(found.start, section.start))
        self.add(made, i + 32, self.growth(section.start, section.size))
        self.add(made, i + 40, self.renumber(section.link, found.headers[0], 64))
        if section.kind == 4:
            self.add(made, i + 44, self.renumber(section.info, found.headers[0], 64))
        elif section.kind == 2:
            self.add(made, i + 44, self.renumber(section.info, section.start, 24))

    def symbol(self, made, i, _, found, names):
        name = number(made, i, 4)
        if name:
            self.add(made, i, self.far(names, names + name))
        section = made[i + 6] | made[i + 7] << 8
        if not 0 < section < len(found.sections):
            return
        self.add(made, i + 6, self.renumber(section, found.headers[0], 64), 2)
        start, value, size = found.start_of(section), number(made, i + 8, 8), number(made, i + 16, 8)
        if start is None or value is None or size is None or value >> 32 or size >> 32:
            return
        self.add(made, i + 8, self.far(start, start + value))
        self.add(made, i + 16, self.growth(start + value, size))

    def relocation(self, made, i, _, found, symbols, target):
        place, symbol = number(made, i, 8), number(made, i + 12, 4)
        if place is None or place >> 32 or symbol >= symbols.size // 24:
            return
        goal = word(made, i + 16) + (4 if made[i + 8] in (2, 4) and target.is_code else 0)
        self.add(made, i, self.far(target.start, target.start + place))
        self.add(made, i + 12, self.renumber(symbol, symbols.start, 24))
        section = found.stands_for[symbol] if symbol < len(found.stands_for) else 0
        start = found.start_of(section) if section else None
        change = self.far(start, start + goal) if start is not None and goal >= 0 else 0
        if change:
            addend = word(made, i + 16) + change
            store(made, i + 16, addend)
            store(made, i + 20, -1 if addend < 0 else 0)

    def code(self, made, start, end, old_offset, own, machine):
        low, high = max(start, old_offset), min(end, old_offset + len(made))
        base = low - old_offset
        source = bytes(made[base : high - old_offset])
        image = Image(machine, False, [Segment(start, start, end - start, end - start, True)], None)
        if machine == X86:
            for place, target, _, _ in x86_references(source, low, image, False):
                self.add(made, base + place, self.map.shift(target) - own)
            return
        for i, target, *_ in arm_references(source, low - start, low, image, 0):
            distance = target - (low + i) + self.map.shift(target) - own
            if distance % 4 == 0:
                store(made, base + i, unsigned(source, i) & 0xFC000000 | distance // 4 & 0x3FFFFFF)


def first_offset(old):
    """From where on in the new content blocks are predicted."""
    return 0 if is_relocatable(old) else HEAD


def predictor(old, new_head, steps):
    return Relocatable(old, steps) if is_relocatable(old) else linked(old, new_head, Movement(steps))


def linked(old, new_head, movement):
    old_image, new_image = Image.read(old), Image.read(new_head)
    if not old_image or not new_image or old_image.machine != new_image.machine:
        return None
    return Linked(old, old_image, new_image, movement)


def contained(data):
    """prediction.md, "Contained files": where linked files lie in a content."""
    found, tried, place = [], 0, data.find(LINKED)
    while 0 <= place <= len(data) - 16384 and len(found) < 1024 and tried < 4096:
        tried += 1
        end = end_of(data, place)
        if end and 16384 <= end - place <= len(data) - place:
            found.append((place, end))
            place = data.find(LINKED, end)
        else:
            place = data.find(LINKED, place + 1)
    return found


def end_of(data, place):
    """Where a linked file that starts there ends; None if it is none."""
    head = data[place : place + HEAD]
    image = Image.read(head) if len(head) == HEAD else None
    if not image:
        return None
    end = max(s.offset + s.size for s in image.segments)
    start, size, count = number(head, 40, 8), number(head, 58, 2), number(head, 60, 2)
    if start is not None and size == 64 and count is not None:
        end = max(end, start + 64 * count)
    return place + end


class Contained:
    """Predicts linked files that lie in a content among other things."""

    name = "contained"

    def __init__(self, old, steps):
        self.old, self.map, self.inner, self.current = old, Movement(steps), None, None
        places = contained(old)
        self.files = sorted((start + self.map.shift(start), start, end) for start, end in places)
        self.is_inside = False

    def predict(self, block, old_offset, new_offset, made):
        index = bisect.bisect_right(self.files, (new_offset, len(self.old))) - 1
        self.is_inside = False
        if index < 0:
            return block
        new_start, start, end = self.files[index]
        if old_offset < start or old_offset + len(block) > end or new_offset - new_start < HEAD:
            return block
        self.is_inside = True
        if self.current != index:
            self.current = index
            movement = self.map.inside(start, new_start - start)
            self.inner = linked(self.old[start:end], bytes(made[new_start : new_start + HEAD]), movement)
        return self.inner.predict(block, old_offset - start, new_offset - new_start) if self.inner else block

    def learn(self, block):
        if self.is_inside and self.inner:
            self.inner.learn(block)
