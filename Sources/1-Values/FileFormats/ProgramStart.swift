/// Tells by a file's first bytes whether a machine runs it: programs, libraries, and modules that were compiled.
public enum ProgramStart {
    /// ELF, WebAssembly, Mach-O in both byte orders, Java classes and Mach-O for several machines, LLVM's bitcode, Android's
    /// programs.
    private static let markers: [[UInt8]] = [
        [0x7f, 0x45, 0x4c, 0x46], [0, 0x61, 0x73, 0x6d], [0xfe, 0xed, 0xfa, 0xce], [0xce, 0xfa, 0xed, 0xfe],
        [0xfe, 0xed, 0xfa, 0xcf], [0xcf, 0xfa, 0xed, 0xfe], [0xca, 0xfe, 0xba, 0xbe],
        [0x42, 0x43, 0xc0, 0xde], [0xde, 0xc0, 0x17, 0x0b], Array("dex\n0".utf8),
    ]

    /// Whether a file that begins so is a program, a library or a compiled module.
    ///
    /// - Parameter start: Its first 64 bytes or more, or all of it.
    /// - Returns: Whether it is one.
    public static func isProgram(_ start: [UInt8]) -> Bool {
        if markers.contains(where: start.starts(with:)) { return true }
        // What is put together of object files is a library; Debian packages look the same from outside.
        if start.starts(with: ArDirectory.magic) { return !ArchiveStart.isArchive(start) }
        return isWindowsProgram(start) || isPythonModule(start)
    }

    /// Whether the head of a DOS program stands there, which every program and library of Windows has: two letters alone may
    /// begin a text.
    private static func isWindowsProgram(_ start: [UInt8]) -> Bool {
        start.count >= 64 && start.starts(with: "MZ".utf8) && start[..<64].contains(0)
    }

    /// Whether it is bytecode of Python 3.7 or later: a number of the version, the end of a line, and flags of which there
    /// are two (PEP 552).
    private static func isPythonModule(_ start: [UInt8]) -> Bool {
        start.count >= 16 && (0x0c...0x0f).contains(start[1]) && start[2] == 0x0d && start[3] == 0x0a
            && start[4] <= 3 && start[5...7].elementsEqual([0, 0, 0])
    }
}
