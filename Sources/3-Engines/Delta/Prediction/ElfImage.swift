/// What a 64-bit little-endian ELF file says about its addresses (System V ABI, "Program Header").
struct ElfImage {
    /// A loaded part of the file.
    struct Segment: Equatable {
        let offset: Int
        let address: Int
        /// Bytes in the file.
        let byteCount: Int
        /// Bytes in memory: more than in the file where zeros follow.
        let memoryByteCount: Int
        let isExecutable: Bool

        /// Whether an address is in it, also behind its bytes in the file.
        func holds(_ address: Int) -> Bool {
            address >= self.address && address < self.address + memoryByteCount
        }
    }

    /// How much of a file's start must be known: its headers stand there.
    static let headByteCount = 4096
    static let machineX86 = 62
    static let machineARM = 183

    /// `e_machine`.
    let machine: Int
    /// Whether it is a program for a fixed place in memory.
    let isFixed: Bool
    /// The loaded segments by rising offset; never empty.
    let segments: [Segment]
    /// Where `.eh_frame_hdr` lies in the file: its table counts from its own start.
    let unwindTable: Range<Int>?

    /// Reads the headers from a file's first bytes; nil if they are none of a supported file.
    init?(head: ArraySlice<UInt8>) {
        let bytes = Array(head.prefix(Self.headByteCount))
        guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), bytes.count >= 64 else { return nil }
        func number(_ position: Int, _ count: Int) -> Int? { LittleEndian.number(bytes, position, count) }
        guard let machine = number(18, 2), machine == Self.machineX86 || machine == Self.machineARM,
            let start = number(32, 8), let size = number(54, 2), let count = number(56, 2), size >= 56,
            count <= 64
        else { return nil }
        var segments: [Segment] = []
        var unwindTable: Range<Int>?
        for index in 0..<count {
            let place = start + index * size
            guard let type = number(place, 4), let flags = number(place + 4, 4),
                let offset = number(place + 8, 8),
                let address = number(place + 16, 8), let byteCount = number(place + 32, 8),
                let memory = number(place + 40, 8)
            else { continue }
            if type == 1, byteCount > 0 {
                segments.append(
                    Segment(
                        offset: offset, address: address, byteCount: byteCount,
                        memoryByteCount: max(memory, byteCount), isExecutable: flags & 1 != 0))
            } else if type == 0x6474_e550 {
                unwindTable = offset..<offset + byteCount
            }
        }
        guard !segments.isEmpty else { return nil }
        self.machine = machine
        isFixed = number(16, 2) == 2
        // Equal offsets keep the order of the headers.
        self.segments = segments.enumerated()
            .sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }.map(\.element)
        self.unwindTable = unwindTable
    }

    /// A section of code that is not loaded, with its place as its address.
    init(machine: Int, code: Range<Int>) {
        self.machine = machine
        isFixed = false
        segments = [
            Segment(
                offset: code.lowerBound, address: code.lowerBound, byteCount: code.count,
                memoryByteCount: code.count, isExecutable: true)
        ]
        unwindTable = nil
    }

    /// The segment that holds a file offset.
    func segment(atOffset offset: Int) -> Segment? {
        segments.last { $0.offset <= offset && offset < $0.offset + $0.byteCount }
    }

    /// The segment that holds an address, also behind its bytes in the file.
    func segment(atAddress address: Int) -> Segment? {
        segments.first { $0.holds(address) }
    }

    /// The address of a file offset; where nothing is loaded, as if the segment before it went on.
    func address(ofOffset offset: Int) -> Int {
        let segment = segments.last { $0.offset <= offset } ?? segments[0]
        return offset - segment.offset + segment.address
    }
}
