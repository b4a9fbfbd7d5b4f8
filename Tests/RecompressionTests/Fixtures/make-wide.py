#!/usr/bin/env python3
"""Writes standard input, the same backwards, zeros, most of the input, and its end once more behind the first MiB, where zstd starts
another job; then the input in pieces in another order."""

import sys

content = sys.stdin.buffer.read()
most = content[5000:]
zeros = (1 << 20) - 2 * len(content) - len(most)
pieces = [content[start : start + 7000] for start in range(0, len(content), 7000)]
sys.stdout.buffer.write(
    content + content[::-1] + bytes(zeros) + most + content[-8000:] + b"".join(pieces[::2] + pieces[1::2])
)
