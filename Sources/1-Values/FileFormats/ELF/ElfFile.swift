/// What a program, library or object file says about itself (System V ABI, chapters 4 and 5), read piece by piece.
///
/// Files are taken as they come: what lies outside of the file, or is longer than any honest file has it, counts as not
/// there.
public struct ElfFile: Sendable {
    /// Gives bytes of the file: those from an offset on, fewer than asked for where the file ends before.
    public typealias Read = (_ offset: UInt64, _ count: Int) throws -> [UInt8]

    /// A section of the file.
    public struct Section: Hashable, Sendable {
        /// Its name; no text in a particular encoding.
        public let name: [UInt8]
        /// `sh_type`.
        public let type: UInt32
        /// Where it is loaded; 0 if it is not.
        public let address: UInt64
        /// Where its bytes are in the file.
        public let offset: UInt64
        /// How many bytes it has; where it has none in the file, as many as it takes in memory.
        public let byteCount: UInt64
        /// Whether its bytes are in the file.
        public let isInFile: Bool
        /// The section that its entries count through.
        let link: Int
    }

    /// A part of the file with a purpose: to be loaded, to hold notes and so on.
    struct Segment: Hashable, Sendable {
        let type: UInt32
        let isWritable: Bool
        let offset: UInt64
        let address: UInt64
        /// Bytes in the file.
        let byteCount: UInt64
    }

    /// `e_machine`: 62 for x86-64, 183 for AArch64.
    public let machine: Int
    /// Its sections, in the order of their headers; empty if it has none.
    public let sections: [Section]
    /// The libraries that it needs (`DT_NEEDED`), in the order in which they are searched.
    public let neededLibraries: [[UInt8]]
    /// The name that others need it by (`DT_SONAME`); nil if it has none.
    public let soname: [UInt8]?
    /// The linker's identification of the build (`NT_GNU_BUILD_ID`); nil if it has none.
    public let buildID: [UInt8]?
    let segments: [Segment]
    let fields: ElfFields

    /// Reads a file's headers; nil if it is no ELF file.
    ///
    /// - Parameter read: Gives bytes of the file.
    /// - Throws: What reading throws.
    public init?(_ read: Read) rethrows {
        let header = try read(0, 64)
        guard let fields = ElfFields(header), let machine = fields.half(header, at: 18) else { return nil }
        self.fields = fields
        self.machine = machine
        let reading = ElfReading(header: header, fields: fields)
        segments = try reading.segments(read)
        sections = try reading.sections(read)
        let dynamic = try reading.dynamicSection(segments, read)
        neededLibraries = dynamic.needed
        soname = dynamic.soname
        buildID = try reading.buildID(segments, sections, read)
    }

    /// The first section of a name.
    public func section(_ name: String) -> Section? { sections.first { $0.name.elementsEqual(name.utf8) } }
}
