#if LIBFUZZER
import Dispatch
import FuzzTargets
import Glibc
import Locks

/// libFuzzer's own loop (LLVM, "libFuzzer: using libFuzzer as a library"), which chooses inputs by the code that they reach.
///
/// There only in builds with `-sanitize=fuzzer`; `make libfuzzer` makes one.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// What libFuzzer calls, under the name that it looks for.
@_cdecl("LLVMFuzzerTestOneInput")
func takeOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    LibFuzzer.take(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

enum LibFuzzer {
    private static let target = Locked<(any Target)?>(nil)

    /// Feeds a target until libFuzzer has enough; what is no documented error ends the process with a trap, after which
    /// libFuzzer keeps the input.
    ///
    /// - Parameters:
    ///   - target: What to fuzz.
    ///   - options: libFuzzer's options, and folders of inputs.
    /// - Returns: The exit code.
    static func run(_ target: any Target, _ options: [String]) -> Int32 {
        self.target.withLock { $0 = target }
        let texts = (["silt-fuzz"] + options).map { strdup($0) }
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { list[index] = text }
        list[texts.count] = nil
        var arguments = list
        var count = Int32(texts.count)
        return runDriver(&count, &arguments, takeOneInput)
    }

    fileprivate static func take(_ input: [UInt8]) {
        guard let target = target.withLock(\.self) else { return }
        let end = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                try await target.run(input)
            } catch is EnoughMade {
            } catch  where target.isDocumented(error) {
            } catch {
                fatalError("\(type(of: error)): \(error)")
            }
            end.signal()
        }
        end.wait()
    }
}
#endif
