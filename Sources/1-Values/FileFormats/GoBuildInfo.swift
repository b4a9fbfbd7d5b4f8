/// What a Go program says about how it was built (Go's `debug/buildinfo`, the form of Go 1.18 and later).
public struct GoBuildInfo: Hashable, Sendable {
    /// A module and its version.
    public struct Module: Hashable, Sendable {
        /// Its path: `golang.org/x/net`.
        public let path: [UInt8]
        /// Its version: `v0.23.0`; `(devel)` for what was built from a working tree.
        public let version: [UInt8]
    }

    /// The version of the toolchain: `go1.22.3`.
    public let toolchain: [UInt8]
    /// The module that holds the program; nil if it was built without one.
    public let main: Module?
    /// The modules that it uses, each as it was replaced; in their order.
    public let dependencies: [Module]

    private static let magic = Array(
        "\u{ff} Go buildinf:".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    private static let headerByteCount = 32
    private static let byteLimit = 1 << 22
    private static let moduleLimit = 1 << 14

    /// Finds it in a program; nil if there is none, or one of an older form.
    ///
    /// - Parameters:
    ///   - file: The program.
    ///   - read: Gives bytes of it.
    /// - Throws: What reading throws.
    public init?(_ file: ElfFile, _ read: ElfFile.Read) rethrows {
        guard let section = file.section(".go.buildinfo"), section.isInFile else { return nil }
        // The strings follow the header; linkers round the section's size to what they like.
        let bytes = try read(section.offset, min(Self.byteLimit, Int(clamping: section.byteCount)))
        self.init(bytes)
    }

    /// Reads the section's bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: Self.magic), bytes.count > Self.headerByteCount, bytes[15] & 2 != 0 else {
            return nil
        }
        var rest = bytes[Self.headerByteCount...]
        guard let toolchain = Self.string(&rest), var modules = Self.string(&rest) else { return nil }
        self.toolchain = Array(toolchain)
        // Marks of 16 bytes stand around the text.
        modules = modules.count >= 32 ? modules.dropFirst(16).dropLast(16) : []
        var main: Module?
        var dependencies: [Module] = []
        for line in modules.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            guard parts.count >= 3 else { continue }
            let module = Module(path: Array(parts[1]), version: Array(parts[2]))
            if parts[0].elementsEqual("mod".utf8) {
                main = module
            } else if parts[0].elementsEqual("dep".utf8), dependencies.count < Self.moduleLimit {
                dependencies.append(module)
            } else if parts[0].elementsEqual("=>".utf8), !dependencies.isEmpty {
                // What is built in is what it was replaced by; what it is called is what was asked for.
                let path = dependencies.removeLast().path
                dependencies.append(Module(path: path, version: module.version))
            }
        }
        self.main = main
        self.dependencies = dependencies
    }

    /// A length in base 128 and that many bytes.
    private static func string(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var count = 0
        var shift = 0
        while let byte = rest.popFirst() {
            guard shift <= 28 else { return nil }
            count |= Int(byte & 0x7f) << shift
            shift += 7
            guard byte & 0x80 == 0 else { continue }
            guard count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        return nil
    }
}
