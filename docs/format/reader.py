#!/usr/bin/env python3
"""An independent reader of Silt's delta packages, written from the documents beside it.

    reader.py OLD PACKAGE [OUTPUT]   make the new image's archive of the old one
    reader.py --check FOLDER         apply every package that FOLDER/SHA256SUMS lists

It is made to be read beside the documents, not to be fast, and holds everything in memory. It needs Python 3.9, the
module `zstandard`, and for one kind of compressed file the program `gzip`.
"""
import bz2
import hashlib
import io
import json
import lzma
import re
import struct
import subprocess
import sys
import tarfile
import zlib

import zstandard

import contexts
import prediction
import repack


class Damaged(Exception):
    """What is wrong with a package."""


def require(condition, reason):
    if not condition:
        raise Damaged(reason)


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def decompress(data):
    """package.md, "The package file": the format is found by content."""
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    if data[:2] == b"\x1f\x8b":
        whole = b""
        while data[:2] == b"\x1f\x8b":
            inflater = zlib.decompressobj(31)
            whole += inflater.decompress(data) + inflater.flush()
            data = inflater.unused_data
        return whole
    if data[:6] == b"\xfd7zXZ\x00":
        return lzma.decompress(data)
    return bz2.decompress(data) if data[:3] == b"BZh" else data


# package.md ------------------------------------------------------------------------------------------------------


def files_of(archive):
    """The regular files of a tar by name."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}


class Delta:
    """A delta of a package."""

    ARTIFACT = "application/vnd.silt.delta.v1"

    def __init__(self, files, descriptor):
        self.files = files
        self.manifest = json.loads(self.blob(descriptor))
        self.document = json.loads(self.blob(self.manifest["config"]))
        require(self.document["formatVersion"] == 1, "unknown format version")
        require(not self.document.get("requires"), f"it requires {self.document.get('requires')}")
        self.blobs = {item["digest"]: self.blob(item) for item in self.manifest["layers"]}
        old, new = self.document["old"], self.document["new"]
        expected = [i[key] for i in new["images"] for key in ("imageID", "manifestDigest") if key in i]
        require(new["archive"]["documents"] == list(dict.fromkeys(expected)), "the document contradicts itself")
        for side in (old, new):
            places = [place for image in side["images"] for place in image["layers"]]
            require(all(0 <= place < len(side["layers"]) for place in places), "an image has unknown layers")
            require(side["images"], "it names no image")

    def blob(self, descriptor):
        data = self.files.get("blobs/" + descriptor["digest"].replace(":", "/"))
        require(data is not None, f"{descriptor['digest']} is not in it")
        require(len(data) == descriptor["size"] and digest_of(data) == descriptor["digest"], "a blob is damaged")
        return data


def deltas_of(package):
    """All deltas of a package; everything else that its index lists is passed over."""
    files = files_of(decompress(package))
    found = []
    for descriptor in json.loads(files["index.json"])["manifests"]:
        if descriptor.get("mediaType", "") not in ("", "application/vnd.oci.image.manifest.v1+json"):
            continue
        kind = descriptor.get("artifactType")
        if kind is None:
            data = files.get("blobs/" + descriptor["digest"].replace(":", "/"))
            kind = json.loads(data).get("artifactType") if data else None
        if kind == Delta.ARTIFACT:
            found.append(Delta(files, descriptor))
    return found


class Entry:
    """What a tar holds under one name, as recipes see it."""

    def __init__(self, structure, content, padding):
        self.structure, self.content, self.padding = structure, content, padding

    def parts(self):
        """Extension headers with their padded bodies, and the header block."""
        place, extensions = 0, []
        while self.structure[place + 156 : place + 157] in (b"x", b"X", b"g", b"L", b"K"):
            end = place + 512 + -(-number_field(self.structure, place + 124, 12) // 512) * 512
            extensions.append((self.structure[place : place + 512], self.structure[place + 512 : end]))
            place = end
        return extensions, self.structure[place : place + 512]


def number_field(data, place, size):
    """A number of a tar header: octal digits, or base 256."""
    field = data[place : place + size]
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    return int(field.strip(b"\0 ") or b"0", 8)


def entries_of(tar):
    """recipe.md, "Definitions": the entries of a layer."""
    place, entries = 0, []
    while place + 512 <= len(tar) and any(tar[place : place + 512]):
        start, size = place, None
        while True:
            header = tar[place : place + 512]
            if not any(header):
                return entries  # What stands before it are extension headers of the trailer.
            kind, stated = header[156:157], number_field(header, 124, 12)
            place += 512
            if kind not in (b"x", b"X", b"g", b"L", b"K"):
                break
            body = tar[place : place + stated]
            place += -(-stated // 512) * 512
            while kind in (b"x", b"X") and body:
                length = int(body[: body.index(b" ")])
                key, _, value = body[body.index(b" ") + 1 : length - 1].partition(b"=")
                if key == b"size":
                    size = int(value)
                body = body[length:]
        if kind == b"S" and header[482]:
            place += 512
            while tar[place - 512 + 504]:
                place += 512
        size = (stated if size is None else size) if kind in (b"0", b"\0", b"7", b"S") else 0
        end = place + -(-size // 512) * 512
        entries.append(Entry(tar[start:place], tar[place : place + size], tar[place + size : end]))
        place = end
    return entries


class OldImage:
    """The layers of an archive that may hold many things, found by their diff ids."""

    def __init__(self, archive):
        self.layers, self.blobs = {}, {}
        for data in files_of(decompress(archive)).values():
            try:
                layer = decompress(data)
            except Exception:
                continue
            self.layers[digest_of(layer)] = layer
            self.blobs.setdefault(digest_of(layer), {})[digest_of(data)] = data


class Applier:
    """package.md, "Applying"."""

    def __init__(self, delta, old):
        self.delta, self.old, self.new = delta, old, delta.document["new"]
        layers = delta.document["old"]["layers"]
        for diff_id in layers:
            require(diff_id in old.layers, f"the old image lacks {diff_id}")
        self.references = [entry for diff_id in layers for entry in entries_of(old.layers[diff_id])]
        self.used = set()

    def archive(self):
        stated = self.new["archive"]
        recipe = Recipe(self.delta.blobs[stated["recipe"]], [], self)
        made = recipe.run()
        self.used |= recipe.used
        require(len(made) == stated["byteCount"], "the archive has another size")
        require(digest_of(made) == stated["digest"], "the archive has another digest")
        return made

    def document(self, index):
        return self.delta.blobs[self.new["archive"]["documents"][index]]

    def tar(self, index):
        layer = self.new["layers"][index]
        kind = layer["tar"]["kind"]
        if kind == "old":
            made = self.old.layers[layer["diffID"]]
        elif kind == "blob":
            made = decompress(self.delta.blobs[layer["digest"]])
        else:
            require(kind == "recipe", f"layer {index + 1} comes from '{kind}'")
            recipe = Recipe(self.delta.blobs[layer["tar"]["digest"]], self.references, None)
            made = recipe.run()
            self.used |= recipe.used
        require(len(made) == layer["byteCount"] and digest_of(made) == layer["diffID"], "a layer came out wrong")
        return made

    def blob(self, index):
        layer = self.new["layers"][index]
        encoding = layer["encoding"]
        self.used.add("encoding " + encoding["kind"])
        if encoding["kind"] == "none":
            made = self.tar(index)
        elif encoding["kind"] == "carried":
            made = self.delta.blobs[layer["digest"]]
        elif encoding["kind"] == "old":
            made = self.old.blobs[layer["diffID"]].get(layer["digest"])
            if made is None:
                require("digest" in encoding, "the old layer is compressed differently")
                self.used.add("encoding old, described")
                made = repack.repack(self.delta.blobs[encoding["digest"]], self.tar(index))
        else:
            require(encoding["kind"] == "repack", f"layer {index + 1} is encoded as '{encoding['kind']}'")
            old = None
            if "old" in encoding:
                found = [i for i in self.old.blobs if encoding["old"] in self.old.blobs[i]]
                require(found, "the old image does not hold the blob that a description takes")
                old = self.old.blobs[found[0]][encoding["old"]], self.old.layers[found[0]]
                self.used.add("encoding repack, with an old blob")
            made = repack.repack(self.delta.blobs[encoding["digest"]], self.tar(index), old)
        require(digest_of(made) == layer["digest"], "a blob came out wrong")
        return made


def deflate(data, program, level, memory_level):
    """recipe.md, "Unpacked contents": what zlib or GNU gzip makes of some bytes."""
    if program == 0:
        packer = zlib.compressobj(level, zlib.DEFLATED, -15, memory_level, zlib.Z_DEFAULT_STRATEGY)
        return packer.compress(data) + packer.flush()
    require(program == 1 and memory_level == 9, "an unknown program")
    packed = subprocess.run(["gzip", "-nc", f"-{level}"], input=data, capture_output=True, check=True).stdout
    return packed[10:-8]


# recipe.md -------------------------------------------------------------------------------------------------------

STREAMS = ("references contents shapes fields control difference literal new copyCounts literalCounts gaps").split()


class Stream:
    """A stream of a recipe, read front to back."""

    def __init__(self, name, codec, size, stored):
        self.name, self.place, self.size = name, 0, size
        self.decoder = None
        if codec == 0:
            self.data = stored
        elif codec == 1:
            self.data = zstandard.ZstdDecompressor(max_window_size=1 << 26).stream_reader(stored).read()
        elif codec == 2:
            self.data = lzma.decompress(stored, lzma.FORMAT_XZ, memlimit=36 << 20)
        else:
            require(codec == 3, "an unknown codec")
            kind = {"literal": "literals", "new": "literals", "difference": "changes", "gaps": "gaps"}.get(name)
            self.decoder, self.data = contexts.Decoder(kind or "numbers", stored), None
        require(self.decoder or len(self.data) == size, f"stream {name} has another size")

    def byte(self, hint=0):
        require(self.place < self.size, f"stream {self.name} ends early")
        self.place += 1
        return self.decoder.byte(hint) if self.decoder else self.data[self.place - 1]

    def raw(self, count):
        require(count <= self.size - self.place, f"stream {self.name} ends early")
        if self.decoder:
            return bytes(self.byte() for _ in range(count))
        self.place += count
        return self.data[self.place - count : self.place]

    def varint(self, hint=0):
        value = 0
        for index in range(10):
            byte = self.byte(hint | index << 56)
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                require(value < 1 << 64 and (byte or not index), "a bad number")
                return value
        raise Damaged("a bad number")

    def signed(self):
        value = self.varint()
        return -(value >> 1) - 1 if value & 1 else value >> 1

    def check_end(self):
        at_end = self.decoder.at_end() if self.decoder else True
        require(self.place == self.size and at_end, f"stream {self.name} holds more than it should")


FIELDS = [0, 100, 108, 116, 124, 136, 148, 156, 157, 257, 265, 297, 329, 337, 345, 500, 512]
SIZE, CHECKSUM = 4, 6
ZEROS = bytes(512)


class Recipe:
    """How to rebuild one tar."""

    def __init__(self, data, references, applier):
        self.references, self.applier, self.used = references, applier, set()
        head = Stream("head", 0, len(data), data)
        require(head.raw(4) == b"SLTR", "no recipe")
        require(head.byte() == 1, "an unknown version")
        self.size, self.entry_count = head.varint(), head.varint()
        listed = [(head.byte(), head.byte(), head.varint(), head.varint()) for _ in range(head.varint())]
        require(all(a[0] < b[0] for a, b in zip(listed, listed[1:])), "streams are out of order")
        self.streams = {name: Stream(name, 0, 0, b"") for name in STREAMS}
        for number, codec, size, stored in listed:
            require(number < len(STREAMS) and size > 0, "an unknown stream")
            self.used.add(f"codec {codec}")
            self.streams[STREAMS[number]] = Stream(STREAMS[number], codec, size, head.raw(stored))
        head.check_end()
        self.differences = Differences(self.streams["gaps"], self.streams["difference"])
        self.predictor, self.place = -1, 0
        self.previous_header = self.previous_extension = ZEROS

    def run(self):
        made = bytearray()
        for _ in range(self.entry_count):
            made += self.entry()
            require(len(made) <= self.size, "it makes more than it says")
        contents = self.streams["contents"]
        zeros, rest = contents.varint(), contents.varint()
        require(zeros + rest <= self.size - len(made), "it makes more than it says")
        made += bytes(zeros) + self.streams["new"].raw(rest)
        require(len(made) == self.size, "it makes less than it says")
        self.differences.check_end()
        for stream in self.streams.values():
            stream.check_end()
        return bytes(made)

    def entry(self):
        self.predictor += 1 + self.streams["references"].signed()
        require(0 <= self.predictor <= len(self.references), "no such reference")
        known = self.predictor < len(self.references)
        predictor = self.references[self.predictor] if known else None
        content = self.content(predictor)
        if known:
            self.place = self.predictor
        structure, has_padding = self.structure(predictor, len(content))
        padding = -len(content) % 512
        return structure + content + (self.streams["fields"].raw(padding) if has_padding else bytes(padding))

    # Contents

    def reference(self):
        self.place += self.streams["contents"].signed()
        require(0 <= self.place < len(self.references), "no such reference")
        return self.references[self.place].content

    def content(self, predictor):
        contents = self.streams["contents"]
        code = contents.varint()
        self.used.add(f"content {code}")
        if code == 0:
            require(predictor, "no predictor")
            return predictor.content
        if code == 1:
            return b""
        if code == 2:
            return self.reference()
        if code in (3, 4):
            old, count = self.reference(), contents.varint()
            return self.patch(old, count, is_predicted=code == 4)
        if code in (5, 9, 10, 11):
            old, count, form_count = self.reference(), contents.varint(), contents.varint()
            choices = runs_of([contents.varint() for _ in range(contents.varint())])
            # Members are this deep at most.
            depth_limit = 3 if code > 9 else 1
            old_form = Unpacking(old, lambda: next(choices, False), depth_limit).run()
            form = self.patch(old_form, form_count, is_predicted=code in (9, 11), holds_files=True)
            codes = MemberCodes(contents, depth_limit)
            made = Repacking(form, codes, depth_limit).run()
            require(len(made) == count and codes.left == 0, "an unpacked file comes out with another size")
            return made
        if code == 6:
            return self.streams["new"].raw(contents.varint())
        require(code in (7, 8) and self.applier, "an unknown content")
        return self.applier.blob(contents.varint()) if code == 7 else self.applier.document(contents.varint())

    # Structures

    def structure(self, predictor, count):
        shapes, fields = self.streams["shapes"], self.streams["fields"]
        twins, reference = predictor.parts() if predictor else ([], ZEROS)
        shape = shapes.varint()
        require(shape >> 2 <= 64, "too many extension headers")
        made = b""
        for index in range(shape >> 2):
            twin, old_body = twins[index] if index < len(twins) else (ZEROS, b"")
            size, prefix, suffix = shapes.varint(), shapes.varint(), shapes.varint()
            require(prefix + suffix <= min(size, len(old_body)) and size <= (1 << 20) + 511, "a bad body")
            body = old_body[:prefix] + fields.raw(size - prefix - suffix) + old_body[len(old_body) - suffix :]
            self.previous_extension = self.header(twin, self.previous_extension, size)
            made += self.previous_extension + body + bytes(-size % 512)
        self.previous_header = self.header(reference, self.previous_header, count)
        made += self.previous_header
        if shape & 2:
            made += fields.raw(fields.varint())
        return made, shape & 1

    def header(self, reference, previous, count):
        shapes, fields = self.streams["shapes"], self.streams["fields"]
        differs = shapes.varint()
        literal = shapes.varint() if differs else 0
        require(differs < 1 << 16 and literal & ~differs == 0, "unknown fields")
        block = bytearray(512)
        for field in [f for f in range(16) if f != CHECKSUM] + [CHECKSUM]:
            start, end = FIELDS[field], FIELDS[field + 1]
            if differs >> field & 1 == 0:
                value = reference[start:end]
                if field == SIZE:
                    value = b"%011o\0" % (count & 0o77777777777)
                elif field == CHECKSUM:
                    value = b"%06o\0 " % (sum(block[:148]) + 8 * 32 + sum(block[156:]))
            elif literal >> field & 1 == 0:
                value = previous[start:end]
            else:
                value = fields.raw(fields.varint())
                require(len(value) <= end - start, "a field is too long")
                value += bytes(end - start - len(value))
            block[start:end] = value
        return bytes(block)

    # Patches

    def steps(self, old, count):
        """Reads steps one by one: where old bytes start, how many are copied, how many literal ones follow."""
        position, left = 0, count
        while left > 0:
            start = position + self.streams["control"].signed()
            copied, literal = self.streams["copyCounts"].varint(), self.streams["literalCounts"].varint()
            require(0 <= start and start + copied <= len(old) and 0 < copied + literal <= left, "a bad step")
            yield start, copied, literal
            position, left = start + copied, left - copied - literal

    def patch(self, old, count, is_predicted=False, holds_files=False):
        self.differences.start()
        made = bytearray()
        steps = self.steps(old, count)
        predictor, first = None, 0
        if is_predicted:
            steps = list(steps)
            require(len(steps) <= 1 << 21, "too many steps")
            first = 0 if holds_files else prediction.first_offset(old)
            if holds_files:
                predictor = prediction.Contained(old, steps)
                require(predictor.files, "it predicts what has no references")
                self.used.add(predictor.name)
        for start, copied, literal in steps:
            for offset in range(0, copied, 16384):
                old_offset, new_offset = start + offset, len(made)
                block = old[old_offset : old_offset + min(16384, copied - offset)]
                if is_predicted and new_offset >= first:
                    if predictor is None:
                        predictor = prediction.predictor(old, bytes(made[:first]), steps)
                        require(predictor, "it predicts what has no references")
                        self.used.add(predictor.name)
                    if holds_files:
                        predicted = predictor.predict(block, old_offset, new_offset, made)
                    else:
                        predicted = predictor.predict(block, old_offset, new_offset)
                    if predicted != block:
                        choice = self.streams["control"].byte()
                        require(choice < 2, "an unknown choice")
                        block = predicted if choice else block
                block = self.differences.add(block)
                if predictor:
                    predictor.learn(block)
                made += block
            made += self.streams["literal"].raw(literal)
        return bytes(made)


class Differences:
    """recipe.md, "Differences"; their hints are in contexts.md."""

    def __init__(self, gaps, changes):
        self.gaps, self.changes, self.gap = gaps, changes, None
        self.start()

    def start(self):
        self.last, self.change, self.distance, self.last_class = 0, 0, 0, 0

    @staticmethod
    def class_of(distance):
        return distance if distance < 16 else min(11 + distance.bit_length(), 31)

    def add(self, block):
        block = bytearray(block)
        place = 0
        while place < len(block):
            if self.gap is None:
                following = int.from_bytes(block[place : place + 3], "little")
                self.gap = self.gaps.varint(self.change | (self.last & 0xFFFFFF) << 8 | following << 32)
            kept = min(self.gap, len(block) - place)
            for byte in block[max(place, place + kept - 4) : place + kept]:
                self.last = (self.last << 8 | byte) & 0xFFFFFFFF
            self.distance += kept
            place += kept
            self.gap -= kept
            if place == len(block):
                break
            after = block[place + 1] if place + 1 < len(block) else 0
            hint = block[place] | after << 8 | (self.last & 0xFFFFFF) << 16
            hint |= self.class_of(self.distance) << 40 | self.last_class << 48
            self.change = self.changes.byte(hint)
            block[place] = (block[place] + self.change) & 0xFF
            self.last = (self.last << 8 | block[place]) & 0xFFFFFFFF
            self.last_class, self.distance = self.class_of(self.distance), 0
            place += 1
            self.gap = None
        return bytes(block)

    def check_end(self):
        require(not self.gap, "the last gap is too long")


# recipe.md, "Unpacked contents" ----------------------------------------------------------------------------------

LIMIT = 64 << 20


def runs_of(runs):
    """Which members are unpacked: so many are, so many are not, and so on."""
    for index, run in enumerate(runs):
        for _ in range(run):
            yield index % 2 == 0


class MemberCodes:
    """How members of the new file are made."""

    def __init__(self, contents, depth_limit):
        self.contents, self.left, self.code, self.described = contents, 0, 0, {}
        self.last = 162 + depth_limit

    def next(self):
        if self.left == 0:
            self.left, self.code = self.contents.varint(), self.contents.varint()
            require(self.left > 0 and self.code <= self.last, "a bad member")
            if self.code >= 163 and self.code not in self.described:
                description = bytes(self.contents.raw(self.contents.varint()))
                self.described[self.code] = repack.Repacker.of_streams(description)
        self.left -= 1
        return self.code


def u16(data, place):
    return int.from_bytes(data[place : place + 2], "little")


def u32(data, place):
    return int.from_bytes(data[place : place + 4], "little")


def may_hold_members(data):
    """Whether what a member holds, or its form, is gone through in turn."""
    starts = (b"\x1f\x8b\x08", b"PK\3\4", b"\x89PNG", b"!<arch>\n", b"07070")
    ends = len(data) >= 22 and data[-22:-18] == b"PK\5\6"
    return data.startswith(starts) or bool(Pass.ZLIB_FILES.match(data)) or data[257:262] == b"ustar" or ends


class Pass:
    """One pass over a file or its unpacked form, or over what a member holds, that makes the other."""

    def __init__(self, data, depth_limit):
        self.data, self.made, self.place, self.records, self.remembered = data, bytearray(), 0, {}, 0
        self.depth_limit = depth_limit

    def goes_into(self, data):
        return self.depth_limit > 1 and may_hold_members(data)

    def emit(self, count):
        self.made += self.data[self.place : self.place + count]
        self.place += count

    def adjust(self, place, numbers):
        for index, number in enumerate(numbers):
            value = (u32(self.made, place + 4 * index) + self.SIGN * number) & 0xFFFFFFFF
            struct.pack_into("<I", self.made, place + 4 * index, value)

    def remember(self, name, position, checks):
        if self.remembered + len(name) + 64 <= 8 << 20:
            self.remembered += len(name) + 64
            self.records[name] = (position, checks)

    STARTS = rb"PK\x01\x02|PK\x03\x04|\x1f\x8b\x08|(?s:....)(?=IDAT)"
    ZLIB = rb"\x78[\x01\x5e\x9c\xda]"
    ZLIB_FILES = re.compile(rb"\xda\xda\xfe\xca|\xca\xfe\xda\xda|%PDF|wOFF|FOR1|PACK|" + ZLIB)

    def run(self):
        zlib_too = b"|" + self.ZLIB if self.ZLIB_FILES.match(self.data) else b""
        starts = re.compile(self.STARTS + zlib_too)
        while self.place < len(self.data):
            found = starts.search(self.data, self.place)
            start = found.start() if found and found.start() <= len(self.data) - 8 else len(self.data)
            self.emit(start - self.place)
            signature = self.data[self.place : self.place + 4]
            if signature == b"PK\3\4":
                self.local_header()
            elif signature == b"PK\1\2":
                self.directory_entry()
            elif signature[:3] == b"\x1f\x8b\x08":
                self.gzip_header()
            elif self.data[self.place + 4 : self.place + 8] == b"IDAT":
                self.png_header()
            elif signature:
                self.zlib_header()
        return bytes(self.made)

    def gzip_header(self):
        end = self.gzip_header_end()
        checks = end and self.member(end)
        if not checks:
            self.emit(1)
        elif len(self.data) - self.place >= 8:
            self.emit(8)
            self.adjust(len(self.made) - 8, [checks[0], checks[2]])

    def zlib_header(self):
        turned = self.stream(self.place + 2)
        if turned is None:
            return self.emit(1)
        count, made = turned
        self.emit(2)
        self.made += made
        self.place += count

    def png_header(self):
        header = self.data[self.place + 8 : self.place + 10]
        if len(header) < 2 or header[0] & 15 != 8 or header[0] >> 4 > 7 or header[1] & 0x20:
            return self.emit(1)
        turned = None if int.from_bytes(header, "big") % 31 else self.image(self.place)
        if turned is None:
            return self.emit(1)
        count, made = turned
        self.made += made
        self.place += count

    def member(self, end):
        """Turns the data of a member whose header ends there; what is known of it, or None if it is left alone."""
        turned = self.body(end)
        if turned is None:
            return None
        count, made, checks = turned
        self.emit(end - self.place)
        self.made += made
        self.place += count
        return checks

    def local_header(self):
        data, place, made = self.data, self.place, len(self.made)
        end = place + 30 + u16(data, place + 26) + u16(data, place + 28)
        if len(data) - place < 30 or end > len(data):
            return self.emit(1)
        name = data[place + 30 : place + 30 + u16(data, place + 26)]
        position = (place if self.SIGN < 0 else made) & 0xFFFFFFFF
        flags = u16(data, place + 6)
        checks = self.member(end) if u16(data, place + 8) == 8 and not flags & 1 else None
        if checks is None:
            self.remember(name, position, [u32(data, place + 14 + 4 * index) for index in range(3)])
            return self.emit(4)
        self.remember(name, position, checks)
        if not flags & 8:
            self.adjust(made + 14, checks)
        elif self.data[self.place : self.place + 4] == b"PK\7\x08" and len(data) - self.place >= 16:
            self.emit(16)
            self.adjust(len(self.made) - 12, checks)

    def directory_entry(self):
        data, place = self.data, self.place
        end = place + 46 + u16(data, place + 28)
        if len(data) - place < 46 or end > len(data):
            return self.emit(1)
        made = len(self.made)
        self.emit(46)
        if data[place + 46 : end] in self.records:
            position, checks = self.records[data[place + 46 : end]]
            self.adjust(made + 16, checks)
            self.adjust(made + 42, [position])

    def gzip_header_end(self):
        data, place = self.data, self.place
        if data[place : place + 3] != b"\x1f\x8b\x08" or len(data) - place < 10 or data[place + 3] & 0xE0:
            return None
        flags, end = data[place + 3], place + 10
        if flags & 4:
            end += 2 + u16(data, end)
        for flag in (8, 16):
            if flags & flag:
                end = data.find(b"\0", end, end + 1024) + 1
                if end == 0:
                    return None
        end += 2 if flags & 2 else 0
        return end if end <= len(data) else None


class Unpacking(Pass):
    """Makes the form of a file."""

    SIGN = -1

    def __init__(self, data, wants, depth_limit, failed=None):
        super().__init__(data, depth_limit)
        # One count for the file and all that is in it.
        self.wants, self.failed = wants, failed or [0]

    def form(self, content):
        """What stands for a member that is unpacked."""
        if self.goes_into(content):
            content = Unpacking(content, self.wants, self.depth_limit - 1, self.failed).run()
            require(len(content) <= LIMIT, "a large form")
        return struct.pack("<I", len(content)) + content

    def fail(self, count):
        self.failed[0] += max(count, 4096)

    def may_fail(self):
        return self.failed[0] < 64 << 20

    def body(self, start):
        found = self.inflated(self.data[start : start + LIMIT])
        if not found or not self.wants():
            return None
        content, count = found
        return count, self.form(content), [zlib.crc32(content), count, len(content)]

    def inflated(self, data):
        """What deflate data hold, and how many bytes they take."""
        if not self.may_fail():
            return None
        inflater = zlib.decompressobj(-15)
        try:
            content = inflater.decompress(data, LIMIT + 1)
        except zlib.error:
            content = b""
        if not inflater.eof or len(content) > LIMIT:
            self.fail(len(content))
            return None
        return content, len(data) - len(inflater.unused_data)

    def stream(self, start):
        found = self.inflated(self.data[start : start + LIMIT])
        if not found:
            return None
        content, count = found
        if self.data[start + count : start + count + 4] != struct.pack(">I", zlib.adler32(content)):
            self.fail(len(content))
            return None
        return (count + 4, self.form(content)) if self.wants() else None

    def image(self, place):
        joined = self.may_fail() and self.joined(place)
        if not joined:
            return None
        size, end, stream = joined
        found = self.inflated(stream[2:])
        if not found:
            return None
        content, count = found
        if stream[2 + count :] != struct.pack(">I", zlib.adler32(content)):
            self.fail(max(len(content), end - place))
            return None
        if not self.wants():
            return None
        return end - place, struct.pack(">I4s", size, b"IDAT") + stream[:2] + self.form(content)

    def joined(self, place):
        """The data of the chunks that start there: their size, where they end, and all of them; None if they are irregular."""
        data, start, sizes, stream = self.data, place, [], b""
        while data[place + 4 : place + 8] == b"IDAT":
            size = int.from_bytes(data[place : place + 4], "big")
            chunk = data[place + 4 : place + 8 + size]
            right = data[place + 8 + size : place + 12 + size] == struct.pack(">I", zlib.crc32(chunk))
            fits = not sizes or len(set(sizes)) == 1 and size <= sizes[0] and sizes[0] >= 256
            if not right or not fits or size == 0 or place + size + 12 - start > LIMIT:
                self.fail(place + size - start)
                return None
            sizes.append(size)
            stream += chunk[4:]
            place += size + 12
        return (sizes[0] if len(sizes) > 1 else 0), place, stream


class Repacking(Pass):
    """Makes the file of a form."""

    SIGN = 1

    def __init__(self, data, codes, depth_limit):
        super().__init__(data, depth_limit)
        self.codes = codes

    def body(self, start):
        found = self.packed(start)
        if not found:
            return None
        count, content, packed = found
        return count, packed, [zlib.crc32(content), len(packed), len(content)]

    def stream(self, start):
        found = self.packed(start)
        if not found:
            return None
        count, content, packed = found
        return count, packed + struct.pack(">I", zlib.adler32(content))

    def image(self, place):
        found = self.packed(place + 10)
        if not found:
            return None
        count, content, packed = found
        stream = self.data[place + 8 : place + 10] + packed + struct.pack(">I", zlib.adler32(content))
        size = int.from_bytes(self.data[place : place + 4], "big") or len(stream)
        require(size >= 256 or size == len(stream), "small chunks")
        made = b""
        for start in range(0, len(stream), size):
            chunk = b"IDAT" + stream[start : start + size]
            made += struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        return 10 + count, made

    def packed(self, start):
        """How many bytes of the form a member takes, what it holds and its data; None if it stands as it is."""
        code = self.codes.next()
        if code == 0:
            return None
        content = self.data[start + 4 : start + 4 + u32(self.data, start)]
        require(len(content) <= LIMIT and len(content) == u32(self.data, start), "a bad member")
        count = 4 + len(content)
        if self.goes_into(content):
            content = Repacking(content, self.codes, self.depth_limit - 1).run()
            require(len(content) <= LIMIT, "a bad member")
        program, rest = divmod(code - 1, 81)
        if code >= 163:
            packed = self.codes.described[code].stream(content)
        else:
            packed = deflate(content, program, rest // 9 + 1, rest % 9 + 1)
        return count, content, packed


# The program -----------------------------------------------------------------------------------------------------


def apply(old, package):
    """Makes the new archive; also what of the format that took."""
    old, deltas = OldImage(old), deltas_of(package)
    fitting = [delta for delta in deltas if all(i in old.layers for i in delta.document["old"]["layers"])]
    require(fitting, "it is not the old image of any delta in the package")
    applier = Applier(fitting[0], old)
    return applier.archive(), applier.used


# What the golden packages must use between them, so that checking them checks the whole reader.
EXPECTED = (
    {f"codec {number}" for number in range(4)}
    | {f"content {code}" for code in range(12)}
    | {"encoding none", "encoding old", "encoding old, described", "encoding carried", "encoding repack"}
    | {"encoding repack, with an old blob"}
    | {"linked x86-64", "linked AArch64", "relocatable", "contained"}
)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def check(folder):
    used, failures = set(), 0
    for line in read(f"{folder}/SHA256SUMS").decode().splitlines():
        digest, package, old = line.split()
        try:
            made, parts = apply(read(f"{folder}/{old}"), read(f"{folder}/{package}"))
            used |= parts
            result = "ok" if digest_of(made) == f"sha256:{digest}" else "WRONG"
        except (Damaged, repack.Damaged, EOFError) as error:
            result = f"FAILED: {error}"
        failures += result != "ok"
        print(f"{package}: {result}", flush=True)
    for missing in sorted(EXPECTED - used):
        print(f"no package has {missing}")
    return failures + len(EXPECTED - used)


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--check":
        return 1 if check(arguments[1]) else 0
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        made, _ = apply(read(arguments[0]), read(arguments[1]))
    except (Damaged, repack.Damaged, EOFError) as error:
        print(f"reader.py: {error}", file=sys.stderr)
        return 3
    if len(arguments) == 3:
        with open(arguments[2], "xb") as file:
            file.write(made)
    print(digest_of(made))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
