import CFiles
import Glibc
import SystemPackage

/// Standard output and standard error.
public enum StandardStreams {
    /// Writes bytes to standard output.
    public static func write(_ bytes: ArraySlice<UInt8>) throws(FileError) {
        do {
            _ = try bytes.withUnsafeBytes { try FileDescriptor.standardOutput.writeAll($0) }
        } catch {
            throw .failed("write", "standard output", error)
        }
    }

    /// Writes a line of text to standard output.
    public static func line(_ text: String) throws(FileError) { try write(Array((text + "\n").utf8)[...]) }

    /// Writes text to standard error; what cannot be written there is lost.
    public static func writeError(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)
    }

    /// Whether standard output is a terminal, where what was written may be drawn anew.
    public static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether standard error is a terminal, where progress may be drawn.
    public static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// How many columns that terminal has; nil if nobody knows.
    public static var errorColumns: Int? {
        let columns = Int(cf_terminal_columns(STDERR_FILENO))
        return columns > 0 ? columns : nil
    }
}

/// The machine.
public enum Machine {
    /// Puts nothing where a standard stream was closed by whoever started the program: else the next file that is opened
    /// would take its place, and be written messages to.
    public static func fillStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number is taken: this one.
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Lets the program open as many files as it may: a layout folder can have thousands of blobs.
    public static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Gives large pieces of memory back to the system as soon as they are free. Else each thread keeps what it once
    /// needed: that costs a little time and saves a program much that stays open for long.
    public static func returnMemory() { cf_return_memory(128 << 10) }

    /// Gives memory back to the system that lies between what is in use: after many small things became free at once.
    public static func trimMemory() { cf_trim_memory() }

    /// How many processors are in use, at least one.
    public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
