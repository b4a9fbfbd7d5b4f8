import Glibc

/// The signals that ask a program to end: SIGINT (^C), SIGTERM and SIGHUP. One thread waits for them instead of being
/// interrupted by them.
public struct EndingSignals {
    private var set = sigset_t()

    /// Blocks the signals in this thread and in all that it starts from now on.
    ///
    /// A signal that whoever started the program wants ignored (`nohup`, jobs in the background of a script) stays
    /// ignored.
    public static func block() -> EndingSignals {
        var signals = EndingSignals()
        sigemptyset(&signals.set)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var action = sigaction()
            sigaction(number, nil, &action)
            if !isIgnored(action) { sigaddset(&signals.set, number) }
        }
        pthread_sigmask(SIG_BLOCK, &signals.set, nil)
        return signals
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Waits until one of the signals arrives.
    ///
    /// - Returns: Its number.
    public func wait() -> Int32 {
        var set = set
        var number: Int32 = 0
        while sigwait(&set, &number) != 0 {}
        return number
    }

    /// Waits until one of the signals arrives or the time is over.
    ///
    /// - Returns: The signal's number; nil if none came in time.
    public func wait(atMost duration: Duration) -> Int32? {
        var set = set
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        let number = sigtimedwait(&set, nil, &time)
        return number > 0 ? number : nil
    }
}
