#!/usr/bin/env python3
"""Writes standard input, the same backwards, zeros, and most of the input with a piece of it that comes again behind the first MiB,
where zstd starts another job; then the input in pieces in another order."""

import sys

content = sys.stdin.buffer.read()
piece = content[80_000:88_000]
most = content[5000:] + piece
zeros = (1 << 20) - 2 * len(content) - len(most)
pieces = [content[start : start + 7000] for start in range(0, len(content), 7000)]
sys.stdout.buffer.write(
    content + content[::-1] + bytes(zeros) + most + piece + b"".join(pieces[::2] + pieces[1::2])
)
