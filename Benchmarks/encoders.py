#!/usr/bin/env python3
"""Measures what a package takes to rebuild a compressed layer, for every tool that compresses layers and is installed.

    Benchmarks/encoders.py NEW.tar [--old OLD.tar] [--megabytes 4] [--only WORD] [--silt PATH]  > table.md

The layer is made of files evenly out of the largest layer of NEW, a docker archive as `docker save` made it, until they
hold so many megabytes. For every tool and level that layer is compressed, and `silt create` makes a package that turns an
image with the plain layer into one with the compressed layer: applied, it makes the same blob, or `create` fails. Told is
what describes the blob in that package, in percent of the blob. With --old, OLD is the image before an update, and the
receiver holds the same files of it, compressed by the same tool.

Programs that read standard input, get a level and write standard output are used if they are found as go-VERSION,
klauspost-VERSION, pgzip-VERSION, kzstd-VERSION or estargz-VERSION; Tests/RecompressionTests/Fixtures/make tells their sources.
zstd's own program is used in all versions that are found as zstd-VERSION, too.
"""
import argparse
import glob
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

JAVA = """
class Gz {
    public static void main(String[] arguments) throws Exception {
        try (var out = new java.util.zip.GZIPOutputStream(System.out, 512) {
            { def.setLevel(Integer.parseInt(arguments[0])); }
        }) {
            System.in.transferTo(out);
        }
    }
}
"""
NODE = 'process.stdout.write(require("zlib").gzipSync(require("fs").readFileSync(0), {level: +process.argv[1]}))'
PERL = 'use IO::Compress::Gzip qw(gzip); gzip("-" => "-", -Level => shift)'
ZLIB = """
import sys, zlib
packer = zlib.compressobj(int(sys.argv[1]), zlib.DEFLATED, 31, int(sys.argv[2]), int(sys.argv[3]))
sys.stdout.buffer.write(packer.compress(sys.stdin.buffer.read()) + packer.flush())
"""
MODULE = """
import sys, importlib
module = importlib.import_module(sys.argv[1])
sys.stdout.buffer.write(module.compress(sys.stdin.buffer.read(), int(sys.argv[2]), mtime=0))
"""
# Writes a file with the layer and lets a program that works on files compress it.
ADVDEF = "cat > layer && gzip -n layer && advdef -q -z -{} layer.gz && cat layer.gz"


def tools(folder):
    """All tools: a name, what tells the version, the levels, and the command of a level."""
    python = sys.executable
    with open(os.path.join(folder, "Gz.java"), "w") as file:
        file.write(JAVA)
    yield "GNU gzip", "gzip --version", range(1, 10), lambda l: ["gzip", "-nc", f"-{l}"]
    yield "GNU gzip --rsyncable", "gzip --version", (1, 6, 9), lambda l: ["gzip", "-nc", f"-{l}", "--rsyncable"]
    yield "pigz", "pigz --version", range(10), lambda l: ["pigz", "-nc", f"-{l}"]
    yield "pigz --independent", "pigz --version", (1, 6, 9), lambda l: ["pigz", "-nci", f"-{l}"]
    yield "pigz --rsyncable", "pigz --version", range(1, 10), lambda l: ["pigz", "-ncR", f"-{l}"]
    yield "busybox gzip", "busybox", (6,), lambda l: ["busybox", "gzip", "-c"]
    version = f"{python} -c 'import zlib; print(zlib.ZLIB_RUNTIME_VERSION)'"
    zlib = lambda memory, strategy: lambda l: [python, "-c", ZLIB, str(l), str(memory), str(strategy)]
    yield "zlib", version, range(10), zlib(8, 0)
    for memory in (1, 9):
        yield f"zlib, memory level {memory}", version, range(1, 10), zlib(memory, 0)
    for strategy, name in ((1, "filtered"), (2, "Huffman only"), (3, "runs"), (4, "fixed codes")):
        yield f"zlib, {name}", version, (1, 6, 9), zlib(8, strategy)
    version = "perl -MIO::Compress::Gzip -e 'print $IO::Compress::Gzip::VERSION'"
    yield "Perl IO::Compress", version, (1, 6, 9), lambda l: ["perl", "-e", PERL, str(l)]
    yield "Java GZIPOutputStream", "java --version", range(1, 10), lambda l: ["java", f"{folder}/Gz.java", str(l)]
    for kind in ("go", "klauspost", "pgzip"):
        for program in found(kind):
            yield kind, program, range(1, 10), lambda l, program=program: [program, str(l)]
            if kind == "pgzip":
                yield "pgzip, 256 KiB", program, (5,), lambda l, program=program: [program, str(l), "262144"]
    for program in found("estargz"):
        yield "eStargz", program, (1, 6, 9), lambda l, program=program: [program, str(l)]
    yield "skopeo, gzip", "skopeo --version", (-1,), skopeo("gzip")
    yield "Node.js", "node --version", range(1, 10), lambda l: ["node", "-e", NODE, str(l)]
    for name, module, levels in (("zlib_ng", "zlib_ng.gzip_ng", range(1, 10)), ("isal", "isal.igzip", range(4))):
        version = f"{python} -c 'from importlib.metadata import version; print(version(\"{name}\"))'"
        yield f"Python {name}", version, levels, lambda l, module=module: [python, "-c", MODULE, module, str(l)]
    yield "igzip", "igzip --version", range(4), lambda l: ["igzip", "-nc", f"-{l}"]
    yield "libdeflate-gzip", "libdeflate-gzip -V", range(1, 13), lambda l: ["libdeflate-gzip", "-c", f"-{l}"]
    yield "bgzip", "bgzip --version", range(1, 10), lambda l: ["bgzip", "-c", "-l", str(l)]
    yield "7-Zip", "7zz", (1, 3, 5, 7, 9), lambda l: ["7zz", "a", "-tgzip", f"-mx={l}", "-si", "-so", "layer"]
    yield "advdef", "advdef --version", (1, 2, 3), lambda l: ["sh", "-c", ADVDEF.format(l)]
    yield "zopfli", "dpkg-query -W zopfli", (15,), lambda l: ["sh", "-c", f"cat > layer && zopfli -c --i{l} layer"]
    yield "pigz -11", "pigz --version", (11,), lambda l: ["pigz", "-nc", f"-{l}"]
    for program in found("kzstd"):
        yield "klauspost zstd", program, (1, 3, 7, 11), lambda l, program=program: [program, str(l)]
    for form in ("zstd", "zstd:chunked"):
        yield f"skopeo, {form}", "skopeo --version", (-1,), skopeo(form)
    for program in found("zstd"):
        yield "zstd", program, (3, 4), lambda l, program=program: [program, "-qc", f"-{l}"]
        single = lambda l, program=program: [program, "-qc", "--single-thread", f"-{l}"]
        yield "zstd --single-thread", program, (3, 4), single
    yield "zstd", "zstd --version", (1, 3, 4, 6, 9, 12, 15, 19), lambda l: ["zstd", "-qc", f"-{l}"]
    yield "pzstd", "pzstd --version", (1, 3, 9), lambda l: ["pzstd", "-qc", f"-{l}"]


def found(kind):
    """The programs of a kind, by version."""
    paths = {os.path.basename(p): p for d in os.get_exec_path() for p in glob.glob(f"{d}/{kind}-[0-9]*")}
    return [paths[n] for n in sorted(paths, key=lambda n: [int(part) for part in re.findall(r"\d+", n)])]


def skopeo(form):
    """The command that lets skopeo compress a layer."""
    script = """
set -e
cat > layer
{python} {me} --layout layer plain.tar
skopeo --insecure-policy copy -q --dest-compress-format {form} oci-archive:plain.tar oci:made:1 >&2
cat "$(ls -S made/blobs/sha256/* | head -1)"
"""
    return lambda level: ["sh", "-c", script.format(python=sys.executable, me=os.path.abspath(__file__), form=form)]


def members(path, choose):
    """A layer of the files of the largest layer that are chosen by name and size."""
    with tarfile.open(path) as image:
        layer = image.extractfile(max(image.getmembers(), key=lambda member: member.size))
        with tarfile.open(fileobj=layer) as tar:
            files = [member for member in tar if member.isreg()]
        parts = []
        for file in choose(files):
            layer.seek(file.offset)
            parts.append(layer.read(file.offset_data - file.offset + -(-file.size // 512) * 512))
    return b"".join(parts) + bytes(1024)


def evenly(byte_count):
    """Chooses files evenly out of all, until they hold so many bytes."""

    def choose(files):
        total, taken, seen = sum(file.size for file in files), 0, 0
        for file in files:
            seen += file.size
            if taken + file.size <= seen * byte_count // total:
                taken += file.size
                names.add(file.name)
                yield file

    names = set()
    return choose, names


def write_image(path, blob, media_type, plain):
    """An OCI archive of an image with one layer."""
    blobs = {}

    def put(data):
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        return {"digest": f"sha256:{digest}", "size": len(data)}

    kind = "application/vnd.oci.image."
    config = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(plain).hexdigest()}"]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{kind}manifest.v1+json",
        "config": {"mediaType": f"{kind}config.v1+json", **put(json.dumps(config).encode())},
        "layers": [{"mediaType": f"{kind}layer.v1.tar{media_type}", **put(blob)}],
    }
    entry = {"mediaType": f"{kind}manifest.v1+json", **put(json.dumps(manifest).encode())}
    files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()
    files.update((f"blobs/sha256/{digest}", data) for digest, data in blobs.items())
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def compressed(command, plain, folder):
    """What a tool makes of a layer, its media type, and the layer, which some lay out anew."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        blob = subprocess.run(command, input=plain, capture_output=True, check=True, cwd=work).stdout
    is_gzip = blob.startswith(b"\x1f\x8b")
    content = subprocess.run(["gzip", "-dc"] if is_gzip else ["zstd", "-qdc"], input=blob, capture_output=True).stdout
    return blob, "+gzip" if is_gzip else "+zstd", content


def measured(silt, command, new, old, folder):
    """The share of a layer's blob that its description takes, and what is said of it."""
    paths = [os.path.join(folder, name) for name in ("old.tar", "new.tar", "delta.silt")]
    blob, media_type, content = compressed(command, new, folder)
    write_image(paths[1], blob, media_type, content)
    write_image(paths[0], *((content, "", content) if old is None else compressed(command, old, folder)))
    subprocess.run([silt, "create", *paths[:2], "-o", paths[2], "--force"], capture_output=True, check=True)
    text = subprocess.run([silt, "inspect", paths[2]], capture_output=True, check=True, text=True).stdout
    corrections = re.search(r"rebuilt.* ([\d,]+) bytes of corrections", text)
    share = int(corrections[1].replace(",", "")) / len(blob) if corrections else None
    return len(blob), share, next(line for line in text.splitlines() if line.startswith("1 "))


def percent(share):
    """A share of a blob as text."""
    return "carried" if share is None else f"{100 * share:.{3 if share < 0.001 else 2}f} %"


def summary(shares):
    """Levels in a row of which all take next to nothing as one, others by themselves."""
    runs = []
    for level, share in shares:
        if runs and share is not None and max(share, runs[-1][2] or 1) < 0.001:
            runs[-1] = (runs[-1][0], level, max(share, runs[-1][2]))
        else:
            runs.append((level, level, share))
    names = [(f"{a} to {b}" if a != b else f"{a}", s) for a, b, s in runs]
    return ", ".join(percent(s) if len(shares) == 1 else f"{name}: {percent(s)}" for name, s in names)


def version_of(text):
    """The version in a program's name, or in what a command prints."""
    if os.path.exists(text):
        return os.path.basename(text).split("-", 1)[1]
    made = subprocess.run(text, shell=True, capture_output=True, text=True)
    version = re.search(r"\d+(\.\d+)+", made.stdout + made.stderr)
    return version[0] if version else ""


def main():
    if sys.argv[1:2] == ["--layout"]:
        with open(sys.argv[2], "rb") as file:
            plain = file.read()
        return write_image(sys.argv[3], plain, "", plain)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("new")
    parser.add_argument("--old")
    parser.add_argument("--megabytes", type=float, default=4)
    parser.add_argument("--only", default="")
    parser.add_argument("--silt", default=os.path.join(os.path.dirname(__file__), "../.build/release/silt"))
    arguments = parser.parse_args()
    silt = os.path.abspath(arguments.silt)
    choose, names = evenly(int(arguments.megabytes * 1e6))
    new = members(arguments.new, choose)
    old = arguments.old and members(arguments.old, lambda files: [file for file in files if file.name in names])
    print(f"layer of {len(new):,} bytes", file=sys.stderr)
    print("| tool, version | description, of the blob |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, version, levels, command in tools(folder):
            title = f"{name} {version_of(version)}".strip()
            if arguments.only not in title:
                continue
            program = command(levels[0])[0]
            if not shutil.which(program):
                print(f"{title}: not installed", file=sys.stderr)
                continue
            shares = []
            for level in levels:
                try:
                    size, share, text = measured(silt, command(level), new, old, folder)
                except subprocess.CalledProcessError as error:
                    print(f"{title}, {level}: {error} {error.stderr}", file=sys.stderr)
                    continue
                print(f"{title}, {level}: {size:,} bytes, {percent(share)}: {text}", file=sys.stderr)
                shares.append((level, share))
            if shares:
                print(f"| {title} | {summary(shares)} |", flush=True)


if __name__ == "__main__":
    main()
