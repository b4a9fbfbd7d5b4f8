import Glibc
import SystemPackage

/// A file that is read at any offset, from any thread.
public final class RandomAccessFile: Sendable {
    /// The name to use in messages.
    public let path: String
    /// The file's size when it was opened.
    public let byteCount: UInt64
    private let storage: Storage

    private enum Storage {
        case file(OpenFile)
        /// Temporary data that is short.
        case memory([UInt8])
    }

    /// Opens a regular file for reading.
    public convenience init(path: String) throws(FileError) {
        do {
            // Without waiting: a pipe that nobody writes to is no file, and must not hold up the program.
            let descriptor = try FileDescriptor.open(
                FilePath(named: path), .readOnly, options: [.closeOnExec, .nonBlocking])
            do {
                let size = try descriptor.seek(offset: 0, from: .end)
                self.init(OpenFile(descriptor), path: path, byteCount: UInt64(max(size, 0)))
            } catch {
                try? descriptor.close()
                throw error
            }
        } catch {
            throw .failed("open", path, error)
        }
    }

    /// Reads a file that is open.
    init(_ file: OpenFile, path: String, byteCount: UInt64) {
        storage = .file(file)
        self.path = path
        self.byteCount = byteCount
    }

    /// Reads bytes like a file.
    init(_ bytes: [UInt8], path: String) {
        storage = .memory(bytes)
        self.path = path
        byteCount = UInt64(bytes.count)
    }

    /// Fills the buffer from its start with the bytes at an offset.
    ///
    /// - Returns: How many bytes were read: fewer than the buffer holds only at the end of the file.
    public func read(at offset: UInt64, into buffer: inout [UInt8]) throws(FileError) -> Int {
        var failure: FileError?
        let count = buffer.withUnsafeMutableBytes { read(at: offset, into: $0, &failure) }
        if let failure { throw failure }
        return count
    }

    private func read(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer, _ failure: inout FileError?
    ) -> Int {
        let file: OpenFile
        switch storage {
        case .file(let open): file = open
        case .memory(let bytes):
            let part = bytes.dropFirst(Int(clamping: offset)).prefix(buffer.count)
            part.withUnsafeBytes { buffer.copyMemory(from: $0) }
            return part.count
        }
        var filled = 0
        do {
            while filled < buffer.count {
                let count = try file.descriptor.read(
                    fromAbsoluteOffset: Int64(clamping: offset) + Int64(filled),
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
                if count == 0 { break }
                filled += count
            }
        } catch {
            failure = .failed("read", path, error)
        }
        return filled
    }

    /// Reads exactly that many bytes at an offset.
    public func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
        // All empty arrays are one, which is written to where one is made in this way.
        guard count > 0 else { return [] }
        var failure: FileError?
        // Not filled with zeros first: whole images go through here.
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = read(
                at: offset,
                into: UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]),
                &failure)
        }
        if let failure { throw failure }
        guard bytes.count == count else { throw .endsEarly(path: path, offset: offset + UInt64(bytes.count)) }
        return bytes
    }
}

/// A part of a file that is read like a file of its own.
public struct FileRegion: Sendable {
    /// The file.
    public let file: RandomAccessFile
    /// Where the region starts in the file.
    public let offset: UInt64
    /// How many bytes it has.
    public let byteCount: UInt64

    /// A region; it need not fit the file: reading what is not there throws.
    public init(file: RandomAccessFile, offset: UInt64, byteCount: UInt64) {
        self.file = file
        self.offset = offset
        self.byteCount = byteCount
    }

    /// All of a file.
    public init(_ file: RandomAccessFile) {
        self.init(file: file, offset: 0, byteCount: file.byteCount)
    }

    /// Reads exactly that many bytes at an offset of the region.
    public func read(at start: UInt64, count: Int) throws(FileError) -> [UInt8] {
        guard start <= byteCount, UInt64(count) <= byteCount - start else {
            throw .endsEarly(path: file.path, offset: offset.addingReportingOverflow(start).partialValue)
        }
        return try file.read(at: offset + start, count: count)
    }

    /// Reads all of it, in order, in parts that whoever takes them may keep.
    ///
    /// - Throws: `FileError` if it cannot be read, `CancellationError` when its task was cancelled, and what the body
    ///   throws.
    public func forEachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        var done: UInt64 = 0
        while done < byteCount {
            try Task.checkCancellation()
            let part = try file.read(
                at: offset + done, count: Int(min(Self.partByteCount, byteCount - done)))
            try body(part[...])
            done += UInt64(part.count)
        }
    }

    /// So small that a part is still in the processor's cache when it is hashed and written.
    private static let partByteCount: UInt64 = 1 << 18

    /// A part of this region; clamped to it.
    public func part(at start: UInt64, byteCount count: UInt64) -> FileRegion {
        let start = min(start, byteCount)
        return FileRegion(file: file, offset: offset + start, byteCount: min(count, byteCount - start))
    }
}

extension RandomAccessFile {
    /// A file, pipe, device or terminal that is read once, in order. Waiting for it ends when its task is cancelled.
    public final class Stream {
        private let descriptor: FileDescriptor
        private let path: String
        private let closes: Bool
        /// The file's size; 0 if it has none.
        public let byteCount: UInt64
        /// How many bytes were read.
        public private(set) var position: UInt64 = 0

        /// Opens a file, pipe or device; does not wait for somebody to write to it.
        ///
        /// - Throws: `FileError` if it cannot be opened.
        public init(path: String) throws(FileError) {
            do {
                descriptor = try FileDescriptor.open(
                    FilePath(named: path), .readOnly, options: [.closeOnExec, .nonBlocking])
            } catch {
                throw .failed("open", path, error)
            }
            self.path = path
            closes = true
            byteCount = UInt64(max((try? descriptor.seek(offset: 0, from: .end)) ?? 0, 0))
            _ = try? descriptor.seek(offset: 0, from: .start)
        }

        /// Takes standard input.
        public init(standardInput: ()) throws(FileError) {
            descriptor = .standardInput
            path = "standard input"
            closes = false
            byteCount = 0
        }

        deinit {
            if closes { try? descriptor.close() }
        }

        /// The next bytes; empty at the end.
        ///
        /// - Returns: At most 256 KiB.
        /// - Throws: `FileError` if they cannot be read, `CancellationError` when its task was cancelled.
        public func next() throws -> [UInt8] {
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                try waitForBytes()
                do {
                    let count = try buffer.withUnsafeMutableBytes {
                        try descriptor.read(into: $0, retryOnInterrupt: false)
                    }
                    position += UInt64(count)
                    buffer.removeLast(buffer.count - count)
                    return buffer
                } catch let error as Errno where error == .interrupted || error == .wouldBlock {
                    continue
                } catch {
                    throw FileError.failed("read", path, error)
                }
            }
        }

        /// Waits until there is something to read, or an end or an error to hear of.
        private func waitForBytes() throws {
            while true {
                try Task.checkCancellation()
                var request = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
                let result = poll(&request, 1, 100)
                if result > 0 { return }
                // A signal ends the wait, too; then whoever sent it may have cancelled the task.
                guard result == 0 || errno == EINTR else {
                    throw FileError.failed("read", path, Errno(rawValue: errno))
                }
            }
        }
    }
}
