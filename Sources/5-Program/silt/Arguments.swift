public import ArgumentParser
import Bytes
public import Delta
public import OCI
public import DeltaPackages
import Glibc

extension Platform: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension DeltaLevel: ExpressibleByArgument {}

extension OutputFormat: ExpressibleByArgument {}

extension OldForm: ExpressibleByArgument {}

/// What the program was called with.
enum Arguments {
    /// The arguments but for the program's name. Bytes that are no UTF-8 stand there as listings show them, `\xNN`, which
    /// patterns of paths understand.
    static var all: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            unsafe CommandLine.unsafeArgv[index].map {
                unsafe text(Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))))
            }
        }
    }

    static func text(_ bytes: [UInt8]) -> String {
        var text = ""
        var rest = bytes[...]
        var parser = Unicode.UTF8.ForwardParser()
        var source = bytes.makeIterator()
        while true {
            switch parser.parseScalar(from: &source) {
            case .valid(let scalar):
                text.unicodeScalars.append(Unicode.UTF8.decode(scalar))
                rest = rest.dropFirst(scalar.count)
            case .error(let length):
                text += EscapedText.of(rest.prefix(length))
                rest = rest.dropFirst(length)
            case .emptyInput: return text
            }
        }
    }
}
