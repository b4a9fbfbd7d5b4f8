#!/usr/bin/env python3
"""Measures how long the explorer takes from a key to the frame that answers it, in a pseudo terminal.

    Benchmarks/keys.py [--entries 200000] [--layers 60] [--columns 120] [--rows 40] [--silt PATH] [--idle]

Makes a pair of images (3 % of the entries differ), opens it, and presses every key of the list below several times while
costs are computed; with --idle it waits until they are exact. Prints median and worst in milliseconds: wall time from
the write of the key until the terminal has been quiet for 20 ms, less these; on a busy machine it is pessimistic.
"""
import argparse
import fcntl
import hashlib
import io
import json
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import sys
import tarfile
import tempfile
import termios
import time


def layer_bytes(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, mode, time_, content in entries:
            info = tarfile.TarInfo(name)
            info.mode, info.mtime, info.size = mode, time_, len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def write_image(path, name, layers):
    with tarfile.open(path, "w") as tar:
        def add(name, data):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        diff_ids, names = [], []
        for layer in layers:
            digest = hashlib.sha256(layer).hexdigest()
            diff_ids.append("sha256:" + digest)
            names.append(digest + "/layer.tar")
            add(names[-1], layer)
        config = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                             "rootfs": {"type": "layers", "diff_ids": diff_ids}}).encode()
        config_name = hashlib.sha256(config).hexdigest() + ".json"
        add(config_name, config)
        add("manifest.json", json.dumps([{"Config": config_name, "RepoTags": [name], "Layers": names}]).encode())


def make_pair(folder, entry_count, layer_count):
    random.seed(1)
    words = ["bin", "lib", "share", "python3", "site-packages", "locale", "doc", "tests", "data", "include"]
    old, new = [[] for _ in range(layer_count)], [[] for _ in range(layer_count)]
    for index in range(entry_count):
        layer = index * layer_count // entry_count
        depth = random.randint(1, 6)
        folder_name = "/".join(random.choice(words) + str(random.randint(0, 9)) for _ in range(depth))
        name = f"usr/{layer}/{folder_name}/file-{index}.{random.choice(['py', 'so', 'txt', 'conf'])}"
        content = (name + "\n").encode() * random.randint(1, 12)
        chance = random.random()
        old[layer].append((name, 0o644, 1700000000, content))
        if chance < 0.02:
            new[layer].append((name, 0o644, 1700000001, content + b"changed\n"))
        elif chance < 0.025:
            pass
        elif chance < 0.03:
            new[layer].append((name + ".moved", 0o644, 1700000000, content))
        elif chance < 0.5:
            new[layer].append((name, 0o644, 1700000001, content))
        else:
            new[layer].append((name, 0o644, 1700000000, content))
    write_image(folder + "/old.tar", "big:old", [layer_bytes(layer) for layer in old])
    write_image(folder + "/new.tar", "big:new", [layer_bytes(layer) for layer in new])


class Explorer:
    QUIET = 0.02

    def __init__(self, program, folder, rows, columns):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
            os.execv(program, [program, "old.tar", "new.tar", "--no-state"])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.written = b""

    def take(self, timeout):
        """Reads until nothing came for some time; returns when the last bytes came, and how many there were."""
        last, count = None, 0
        while select.select([self.terminal], [], [], timeout if count == 0 else self.QUIET)[0]:
            data = os.read(self.terminal, 1 << 16)
            self.written = (self.written + data)[-(1 << 18):]
            last, count = time.perf_counter(), count + len(data)
            # A spinner never stops: what comes after that long belongs to the next frame.
        return last, count

    def wait_for(self, text, seconds=300):
        end = time.time() + seconds
        while text not in self.written and time.time() < end:
            self.take(0.1)
        if text not in self.written:
            sys.exit(f"'{text.decode()}' never came")

    def press(self, keys):
        """From the write of the keys to the first bytes that answer them."""
        self.take(0.001)
        start = time.perf_counter()
        os.write(self.terminal, keys)
        if not select.select([self.terminal], [], [], 2)[0]:
            return None
        answer = time.perf_counter()
        self.take(0.001)
        return (answer - start) * 1000


KEYS = [
    ("j k", [b"j", b"k"]), ("^F ^B", [b"\x06", b"\x02"]), ("g G", [b"G", b"g"]), ("] [", [b"]", b"["]),
    ("} {", [b"}", b"{"]), ("c", [b"c"] * 3), ("E C", [b"E", b"C"]), ("c, all open", [b"E", b"c", b"E", b"c", b"E", b"c"]),
    ("j k, everything open", [b"c", b"c", b"E"] + [b"j", b"k"] * 4 + [b"c"]), ("o", [b"o"] * 4),
    ("o, everything open", [b"c", b"c", b"E", b"o", b"o", b"o", b"o", b"C", b"c"]), ("O", [b"O"] * 2),
    ("`", [b"`"] * 2), ("` o, everything", [b"c", b"c", b"`", b"o", b"o", b"o", b"o", b"`", b"c"]),
    ("/ letter", [b"/"] + [bytes([b]) for b in b"file-19"] + [b"\r", b"\x1b"]),
    ("n N", [b"/", b"f", b"i", b"l", b"e", b"\r"] + [b"n", b"N"] * 4 + [b"\x1b"]),
    ("& letter", [b"&"] + [bytes([b]) for b in b"lib3 .so"] + [b"\r", b"\x1b"]),
    ("^P letter", [b"\x10"] + [bytes([b]) for b in b"file 19"] + [b"\x1b"]),
    (": letter", [b":"] + [bytes([b]) for b in b"sort"] + [b"\x1b"]), ("+ - ~", [b"+", b"+", b"-", b"-", b"~", b"~"]),
    ("i", [b"i", b"i"]), ("?", [b"?", b"?"]), ("f", [b"f", b"f"]), ("tab", [b"\t", b"\t"]),
    ("enter (look)", [b"]", b"\r", b"\x1b"]), ("J (look)", [b"\r", b"J", b"K", b"\x1b"]),
    ("/ in a file", [b"\r", b"/"] + [bytes([b]) for b in b"file"] + [b"\r", b"n", b"N", b"\x1b", b"\x1b"]),
    ("s and back", [b"s", b"s"]),
    ("space", [b" "] * 4), ("v, space", [b"v", b"\x06", b" ", b"u"]), ("a", [b"a", b"a"]), ("A", [b"A", b"A"]),
    ("A, everything shown", [b"c", b"c", b"A", b"A", b"c"]), ("p letter", [b"p"] + [bytes([b]) for b in b".conf"] + [b"\r"]),
    ("u ^R U", [b"u", b"\x12", b"U"]), ("P", [b"A", b"P", b"j", b"\x06", b"G", b"g", b"\x1b", b"U"]),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--layers", type=int, default=60)
    parser.add_argument("--columns", type=int, default=120)
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--silt", default=os.path.join(os.path.dirname(__file__), "../.build/release/silt"))
    parser.add_argument("--folder", help="where the pair is, or is made")
    parser.add_argument("--idle", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.folder or tempfile.mkdtemp(prefix="silt-keys-")
    if not os.path.exists(folder + "/new.tar"):
        make_pair(folder, arguments.entries, arguments.layers)
    explorer = Explorer(os.path.realpath(arguments.silt), folder, arguments.rows, arguments.columns)
    explorer.wait_for(b" shows ")
    if arguments.idle:
        while explorer.take(3)[1] > 0:
            pass
    print(f"{'key':24} {'median':>8} {'worst':>8}  ms")
    for name, sequence in KEYS:
        times = []
        for _ in range(3):
            for key in sequence:
                spent = explorer.press(key)
                if key == b"\x1b":
                    time.sleep(0.1)
                elif spent is not None:
                    times.append(spent)
        if not times:
            sys.exit(f"nothing answers {name}")
        print(f"{name:24} {statistics.median(times):8.1f} {max(times):8.1f}", flush=True)
    memory = subprocess.run(["grep", "VmHWM", f"/proc/{explorer.process}/status"], capture_output=True, text=True).stdout
    print(memory.strip())
    os.write(explorer.terminal, b"\x03")


main()
