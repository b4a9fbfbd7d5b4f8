import Bytes
@testable import FileIO
import Foundation
import Glibc
import Hashing
import SystemPackage
import TestSupport
import Testing
import Work

struct OutputFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `a file appears whole and only when it is committed`() throws {
        let bytes = Content.random(1, 700_000)
        let output = try OutputFile(path: scratch.path("out"), replacesExisting: false)
        for start in stride(from: 0, to: bytes.count, by: 99_999) {
            try output.write(bytes[start..<min(start + 99_999, bytes.count)])
        }
        #expect(output.byteCount == 700_000)
        #expect(!scratch.names.contains("out"))
        try output.commit()
        #expect(scratch.names == ["out"])
        #expect(try scratch.read("out") == bytes)
    }

    @Test func `what is not committed leaves nothing behind`() throws {
        do {
            let output = try OutputFile(path: scratch.path("out"), replacesExisting: false)
            try output.write(Content.random(1, 700_000))
            try output.sync()
            // Without a name, nothing is left whatever ends the program.
            #expect(scratch.names == [])
            let file = try RandomAccessFile(path: output.temporaryPath)
            #expect(try file.read(at: 0, count: 700_000) == Content.random(1, 700_000))
        }
        #expect(scratch.names == [])
    }

    @Test(arguments: [false, true])
    func `a name may be as long as names can be`(continues: Bool) throws {
        for name in [String(repeating: "n", count: 255), String(repeating: "\u{e9}", count: 127)] {
            let path = scratch.path(name)
            for replaces in [false, true] {
                let output = try OutputFile(
                    path: path, replacesExisting: replaces, continuing: continues ? Digest.of([1]) : nil)
                try output.write([1, 2, 3])
                try output.checkpoint(Digest.of([1, 2, 3]))
                if continues, !replaces {
                    #expect(output.keep() == 3)
                    #expect(scratch.names.count == 2)
                    let again = try OutputFile(
                        path: path, replacesExisting: false, continuing: Digest.of([1]))
                    #expect(again.continued?.byteCount == 3)
                    try again.commit()
                } else {
                    try output.commit()
                }
                #expect(scratch.names == [name])
                #expect(try scratch.read(name) == [1, 2, 3])
            }
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test func `what can be continued has a name only once there is something to continue`() throws {
        let output = try OutputFile(
            path: scratch.path("out"), replacesExisting: false, continuing: Digest.of([1]))
        try output.write(Content.random(1, 700_000))
        try output.sync()
        #expect(scratch.names == [])
        try output.checkpoint(Digest.of(Content.random(1, 700_000)))
        #expect(output.keep() == 700_000)
        #expect(scratch.names == [".out.silt-partial", ".out.silt-state"])
    }

    @Test func `what was kept stays where a later run writes nothing`() throws {
        func open(expecting byteCount: UInt64? = nil) throws -> OutputFile {
            try OutputFile(
                path: scratch.path("out"), replacesExisting: false, expecting: byteCount,
                continuing: Digest.of([1]))
        }
        do {
            let output = try open()
            try output.write([1, 2, 3])
            try output.checkpoint(Digest.of([1, 2, 3]))
            #expect(output.keep() == 3)
        }
        #expect(throws: FileError.self) { try open(expecting: 1 << 60) }
        // Given up before the first byte.
        _ = try open()
        do {
            let output = try open(expecting: 5)
            #expect(output.continued?.byteCount == 3)
            try output.write([4])
        }
        // Given up behind it: what is left is not what was noted.
        #expect(scratch.names == [])
    }

    @Test func `what was kept is free although a program that is being started has it open`() throws {
        func open() throws -> OutputFile {
            try OutputFile(path: scratch.path("out"), replacesExisting: false, continuing: Digest.of([1]))
        }
        let output = try open()
        try output.write([1, 2, 3])
        try output.checkpoint(Digest.of([1, 2, 3]))
        let descriptor = try #require(output.temporaryPath.split(separator: "/").last.flatMap { Int32($0) })
        let copy = dup(descriptor)
        defer { close(copy) }
        #expect(output.keep() == 3)
        #expect(try open().continued?.byteCount == 3)
    }

    @Test func `too much for the disk is told before anything is written`() throws {
        #expect {
            try OutputFile(path: scratch.path("out"), replacesExisting: false, expecting: 1 << 60)
        } throws: { error in
            guard case FileError.noRoom(scratch.path("out"), 1 << 60, let free) = error else { return false }
            return free < 1 << 60
        }
        let output = try OutputFile(path: scratch.path("out"), replacesExisting: false, expecting: 1)
        try output.commit()
        #expect(scratch.names == ["out"])
    }

    // MARK: - Where every file has a name

    @Test func `what programs that died left is removed, what others hold is not`() throws {
        let dead = ".silt-0123456789abcdef.part"
        try scratch.write(dead, [1])
        try scratch.write(".silt-notes", [2])
        let first = try UnfinishedFile(in: FilePath(scratch.path), isAnonymous: false)
        #expect(!scratch.names.contains(dead))
        let second = try UnfinishedFile(in: FilePath(scratch.path), isAnonymous: false)
        #expect(scratch.names.count == 3 && scratch.names.contains(".silt-notes"))
        for file in [first, second] {
            #expect(file.name.map { UnfinishedFile.isNamed(file.descriptor, $0) } == true)
            try file.descriptor.close()
        }
        // Closed is as good as dead.
        var third = try UnfinishedFile(in: FilePath(scratch.path), isAnonymous: false)
        #expect(scratch.names.count == 2)
        third.removeName()
        try third.descriptor.close()
        #expect(scratch.names == [".silt-notes"])
    }

    @Test func `folders of programs that died are removed with all in them, what others hold is not`() throws
    {
        let names = ["silt-scratch-dead", "silt-scratch-dead/old", "silt-demo-kept"]
        for name in names { _ = try NewFolder.make(at: scratch.path(name)) }
        try scratch.write("silt-scratch-dead/old/file", [1])
        try scratch.write("silt-scratch-file", [2])
        symlink("silt-demo-kept", scratch.path("silt-scratch-link"))
        let first = try ScratchFolder(in: scratch.path)
        let second = try ScratchFolder(in: scratch.path)
        for folder in [first, second] { #expect(FileKind.at(folder.path) == .directory) }
        #expect(scratch.names.filter { $0.contains("dead") || $0.contains("kept") } == ["silt-demo-kept"])
        // What was started meanwhile needs it still.
        #expect(Self.isHeldByChildren(first))
        first.remove()
        second.remove()
        #expect(scratch.names == ["silt-demo-kept", "silt-scratch-file", "silt-scratch-link"])
    }

    /// Whether a program that is started now holds a folder's lock.
    private static func isHeldByChildren(_ folder: ScratchFolder) -> Bool {
        system("ls -l /proc/self/fd | grep -qF -- '-> \(folder.path)'") == 0
    }

    @Test(arguments: [false, true])
    func `a name is never taken from another file, unless it is to be replaced`(isAnonymous: Bool) throws {
        try scratch.write("out", [1])
        var file = try UnfinishedFile(in: FilePath(scratch.path), isAnonymous: isAnonymous)
        try file.descriptor.writeAll([2])
        #expect((file.name == nil) == isAnonymous)
        #expect(throws: Errno.fileExists) { try file.take(name: scratch.path("out")) }
        #expect(try scratch.read("out") == [1])
        try file.replace(scratch.path("out"))
        #expect(try scratch.read("out") == [2])
        #expect(scratch.names == ["out"])
        try file.descriptor.close()
    }

    @Test func `what is there is kept unless it may be replaced`() throws {
        try scratch.write("out", [1])
        #expect(throws: FileError.exists(path: scratch.path("out"))) {
            try OutputFile(path: scratch.path("out"), replacesExisting: false)
        }
        let output = try OutputFile(path: scratch.path("out"), replacesExisting: true)
        try output.write([2])
        #expect(try scratch.read("out") == [1])
        try output.commit()
        #expect(try scratch.read("out") == [2])
        #expect(scratch.names == ["out"])
    }

    @Test func `what is read is not replaced, under whatever name`() throws {
        try scratch.write("in", [1])
        try scratch.write("other", [1])
        #expect(symlink("in", scratch.path("link")) == 0)
        for name in ["in", "link", "./in"] {
            #expect(throws: FileError.isInput(path: scratch.path(name))) {
                try OutputFile.check(
                    scratch.path(name), isNoneOf: ["-", scratch.path("missing"), scratch.path("in")])
            }
        }
        try OutputFile.check(scratch.path("other"), isNoneOf: [scratch.path("in")])
        // Of a folder that is read, everything is.
        #expect(mkdir(scratch.path("folder"), 0o700) == 0 && mkdir(scratch.path("folder/blobs"), 0o700) == 0)
        try scratch.write("folder/blobs/x", [1])
        #expect(throws: FileError.isInput(path: scratch.path("folder/blobs/x"))) {
            try OutputFile.check(scratch.path("folder/blobs/x"), isNoneOf: [scratch.path("folder")])
        }
        // So is what a link points to, be the link or its target in there.
        #expect(symlink("folder/blobs/x", scratch.path("into")) == 0)
        #expect(symlink("../other", scratch.path("folder/out")) == 0)
        for name in ["into", "folder/out"] {
            #expect(throws: FileError.isInput(path: scratch.path(name))) {
                try OutputFile.check(scratch.path(name), isNoneOf: [scratch.path("folder")])
            }
        }
        try OutputFile.check(scratch.path("other"), isNoneOf: [scratch.path("folder")])
        try OutputFile.check(scratch.path("missing"), isNoneOf: [scratch.path("missing")])
    }

    @Test func `what appears in the meantime is kept`() throws {
        do {
            let output = try OutputFile(path: scratch.path("out"), replacesExisting: false)
            try output.write([2])
            try scratch.write("out", [1])
            #expect(throws: FileError.exists(path: scratch.path("out"))) { try output.commit() }
        }
        #expect(try scratch.read("out") == [1])
        #expect(scratch.names == ["out"])
    }

    @Test func `the mode follows the umask`() throws {
        let output = try OutputFile(path: scratch.path("out"), replacesExisting: false)
        try output.commit()
        // What the system makes of it for another new file.
        try scratch.write("other", [])
        let modes = try ["out", "other"].map {
            try FileManager.default.attributesOfItem(atPath: scratch.path($0))[.posixPermissions] as? Int
        }
        #expect(modes[0] == modes[1] && modes[0] != 0o600)
    }

    @Test(arguments: ["missing/out", "file/out", ""])
    func `a target that cannot be written is told before anything is made`(name: String) throws {
        try scratch.write("file", [1])
        #expect {
            try OutputFile(path: scratch.path(name), replacesExisting: true)
        } throws: { error in
            guard case FileError.failed("write", scratch.path(name), _) = error else { return false }
            return "\(error)".contains("cannot write '\(scratch.path(name))'")
        }
        #expect(scratch.names == ["file"])
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func `an unwritable folder is told`() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: scratch.path)
        defer {
            try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: scratch.path)
        }
        #expect(throws: FileError.self) { try OutputFile(path: scratch.path("out"), replacesExisting: false) }
    }

    @Test(.enabled(if: SmallDisk.isAllowed, "needs the right to mount"))
    func `a full disk is told and leaves nothing`() throws {
        let disk = try #require(try SmallDisk())
        do {
            let output = try OutputFile(path: disk.path + "/out", replacesExisting: false)
            #expect {
                for seed in 0..<8 { try output.write(Content.random(UInt64(seed), 300_000)) }
                try output.commit()
            } throws: { error in
                "\(error)".contains("cannot write '\(disk.path)/out'") && "\(error)".contains("space")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
    }
}

struct SpoolTests {
    @Test func `what was written is read back at any offset`() throws {
        let bytes = Content.random(1, 100_000)
        let spool = Spool()
        for start in stride(from: 0, to: bytes.count, by: 33_333) {
            try spool.append(bytes[start..<min(start + 33_333, bytes.count)])
        }
        #expect(spool.byteCount == 100_000)
        let file = spool.finish()
        #expect(file.byteCount == 100_000)
        #expect(try file.read(at: 31_000, count: 5_000) == Array(bytes[31_000..<36_000]))
        #expect(try file.read(at: 100_000, count: 0) == [])
        #expect(throws: FileError.self) { try file.read(at: 99_999, count: 2) }
    }

    @Test func `it is finished once, however often that is asked for`() throws {
        let spool = Spool()
        try spool.append([1, 2, 3])
        var first: RandomAccessFile? = spool.finish()
        let second = spool.finish()
        #expect(first === second)
        first = nil
        #expect(try second.read(at: 0, count: 3) == [1, 2, 3])
        #expect(throws: FileError.self) { try spool.append([4]) }
    }
}

struct RandomAccessFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `a region is read like a file of its own`() throws {
        let bytes = Content.random(1, 3_000_000)
        let file = try RandomAccessFile(path: try scratch.write("f", bytes))
        let region = FileRegion(file: file, offset: 1000, byteCount: 2_500_000)
        #expect(try region.read(at: 10, count: 5) == Array(bytes[1010..<1015]))
        var all: [UInt8] = []
        try region.forEachPart { all += $0 }
        #expect(all == Array(bytes[1000..<2_501_000]))
        let part = region.part(at: 100, byteCount: 50)
        #expect(try part.read(at: 0, count: 50) == Array(bytes[1100..<1150]))
        #expect(region.part(at: 2_499_990, byteCount: 50).byteCount == 10)
        #expect(region.part(at: .max, byteCount: .max).byteCount == 0)
    }

    @Test func `reading outside a region is an error`() throws {
        let file = try RandomAccessFile(path: try scratch.write("f", [1, 2, 3, 4]))
        let region = FileRegion(file: file, offset: 1, byteCount: 2)
        for (start, count) in [(0, 3), (2, 1), (3, 0), (UInt64.max, 1), (1, 2)] {
            #expect(throws: FileError.self) { try region.read(at: start, count: count) }
        }
        let lying = FileRegion(file: file, offset: 2, byteCount: 10)
        #expect(throws: FileError.endsEarly(path: scratch.path("f"), offset: 4)) {
            try lying.forEachPart { _ in }
        }
    }

    @Test func `a file that is not there is told by name`() {
        #expect {
            try RandomAccessFile(path: scratch.path("none"))
        } throws: { "\($0)" == "cannot open '\(scratch.path("none"))': no such file or directory" }
    }

    @Test func `kinds of files are told apart`() throws {
        try scratch.write("f", [])
        try scratch.makeFolder("d")
        #expect(FileKind.at(scratch.path("f")) == .file)
        #expect(FileKind.at(scratch.path("d")) == .directory)
        #expect(FileKind.at(scratch.path("x")) == .missing)
        #expect(FileKind.at("/dev/null") == .other)
        #expect(try FileKind.names(inFolder: scratch.path) == ["d", "f"])
    }

    @Test func `what cannot be seen is not missing`() throws {
        let loop = scratch.path("loop")
        try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
        #expect { try FileKind(at: loop) } throws: { $0 is FileError && "\($0)".contains(loop) }
        #expect { try FileKind(at: scratch.path(String(repeating: "n", count: 5_000))) } throws: {
            $0 is FileError
        }
        try scratch.write("f", [])
        #expect(try FileKind(at: scratch.path("f/g")) == .missing)
        #expect(try FileKind(at: scratch.path("x")) == .missing)
        #expect(try FileKind(at: scratch.path("f")) == .file)
    }
}

struct StreamTests {
    private let scratch: Scratch
    private let pipe: String
    /// Reading a pipe blocks its thread: on Swift's own few threads, tests would wait for each other for ever.
    private let pool = WorkPool(threadCount: 2)

    init() throws {
        scratch = try Scratch()
        pipe = scratch.path("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pipe that nobody writes to is given up when its task is cancelled`() async throws {
        let task = Task.detached(executorPreference: pool) { [pipe] in
            try RandomAccessFile.Stream(path: pipe).next()
        }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pipe is no file that can be read anywhere`() {
        #expect { try RandomAccessFile(path: pipe) } throws: { $0 is FileError && "\($0)".contains(pipe) }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what is written to a pipe arrives, to its end`() async throws {
        let bytes = Content.random(1, 300_000)
        let reading = Task.detached(executorPreference: pool) { [pipe] in
            let stream = try RandomAccessFile.Stream(path: pipe)
            var all: [UInt8] = []
            while true {
                let part = try stream.next()
                if part.isEmpty { return all }
                all += part
            }
        }
        // Opening to write waits for the reader.
        let writing = Task.detached(executorPreference: pool) { [pipe] in
            let file = try #require(FileHandle(forWritingAtPath: pipe))
            try file.write(contentsOf: Data(bytes))
            try file.close()
        }
        #expect(try await reading.value == bytes)
        try await writing.value
    }
}

struct ShownNameTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `a name that is no UTF-8 is found as listings show it, unless a file has just that name`()
        throws
    {
        let raw = scratch.path("caf").utf8CString.dropLast() + [CChar(bitPattern: 0xe9), 0]
        let descriptor = try FileDescriptor.open(
            FilePath(platformString: Array(raw)), .writeOnly, options: .create, permissions: .ownerReadWrite)
        _ = try descriptor.writeAll(Array("raw".utf8))
        try descriptor.close()
        let shown = scratch.path("caf\\xe9")
        #expect(FileKind.at(shown) == .file)
        #expect(try RandomAccessFile(path: shown).read(at: 0, count: 3) == Array("raw".utf8))
        #expect(try RandomAccessFile.Stream(path: shown).next() == Array("raw".utf8))
        #expect(FileKind.at(scratch.path("caf\\xe8")) == .missing)

        let output = try OutputFile(path: shown, replacesExisting: false)
        try output.write(Array("own".utf8))
        try output.commit()
        #expect(try RandomAccessFile(path: shown).read(at: 0, count: 3) == Array("own".utf8))
    }
}
