#include "CTerminalKeys.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;
static FILE *input_stream, *output_stream;
static bool is_open, uses_mouse, uses_paste, adds_sgr_mouse;
/* Bracketed paste, where terminfo knows it: what turns it on and off. */
static const char *paste_on, *paste_off;
/* The mouse in numbers as text: how a report begins, and what turns it on and off. */
static const char sgr_mouse[] = "\033[<", sgr_mouse_on[] = "\033[?1006h", sgr_mouse_off[] = "\033[?1006l";

/* Everything below is read by signal handlers. */
static volatile sig_atomic_t output_fd = -1, is_raw;
static atomic_uint pending_signals; /* Any thread may get a signal. */
static volatile sig_atomic_t ending_signal;
static int wake_pipe[2] = {-1, -1};
static struct termios original_modes;
static volatile sig_atomic_t has_modes;
static char reset_text[512];
static volatile sig_atomic_t reset_length;

/* What would end the process: a crash, or a signal that nobody expects. The terminal is given back before. */
static const int deadly_signals[] = {
    SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV, SIGSYS, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2,
    SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGPOLL,
};
/* What the main loop hears of. */
static const int wake_signals[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT};
enum { deadly_count = sizeof deadly_signals / sizeof *deadly_signals };
enum { wake_count = sizeof wake_signals / sizeof *wake_signals };
static struct sigaction deadly_previous[deadly_count], wake_previous[wake_count];
static char alternate_stack[65536];

/* Whether terminfo has such a string. */
static bool is_text(const char *text) { return text != NULL && text != (const char *)-1; }

/* Adds a terminfo string to reset_text, without its padding marks ("$<5>"). */
static void remember_reset(const char *text) {
    if (!is_text(text)) return;
    int length = (int)reset_length;
    while (*text != '\0' && length < (int)sizeof reset_text) {
        if (text[0] == '$' && text[1] == '<') {
            const char *end = strchr(text, '>');
            if (end == NULL) break;
            text = end + 1;
            continue;
        }
        reset_text[length++] = *text++;
    }
    reset_length = length;
}

static void write_fully(int descriptor, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(descriptor, bytes, count);
        if (written < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) return;
            struct pollfd wait = {.fd = descriptor, .events = POLLOUT};
            if (poll(&wait, 1, 1000) <= 0) return;
            continue;
        }
        bytes += written;
        count -= (size_t)written;
    }
}

/* After what curses has written. */
static void write_text(const char *text) {
    fflush(output_stream);
    write_fully(output_fd, text, strlen(text));
}

/* Async-signal-safe: only write and tcsetattr. */
static void restore_in_handler(void) {
    if (!is_raw || output_fd < 0) return;
    is_raw = 0;
    write_fully(output_fd, reset_text, (size_t)reset_length);
    if (has_modes) tcsetattr(output_fd, TCSANOW, &original_modes);
}

static void on_deadly(int number) {
    int saved = errno;
    restore_in_handler();
    for (int i = 0; i < deadly_count; i++) {
        if (deadly_signals[i] == number) sigaction(number, &deadly_previous[i], NULL);
    }
    errno = saved;
    /* Blocked until this handler returns; then whoever handled it before (Swift's backtrace) gets it. */
    raise(number);
}

static void on_wake(int number) {
    int saved = errno;
    unsigned bit = number == SIGWINCH ? CT_RESIZED
        : number == SIGTSTP ? CT_SUSPEND
        : number == SIGCONT ? CT_CONTINUED
        : CT_TERMINATE;
    if (bit == CT_TERMINATE) ending_signal = number;
    unsigned before = atomic_fetch_or(&pending_signals, bit);
    if (bit == CT_TERMINATE && (before & CT_TERMINATE)) {
        /* Asked twice and still here: the program hangs. */
        restore_in_handler();
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    ssize_t ignored = write(wake_pipe[1], "!", 1);
    (void)ignored;
    errno = saved;
}

/* Before curses puts its own handlers there: those end the process with 1 once the terminal is given back. */
static void remember_handlers(void) {
    for (int i = 0; i < deadly_count; i++) sigaction(deadly_signals[i], NULL, &deadly_previous[i]);
    for (int i = 0; i < wake_count; i++) sigaction(wake_signals[i], NULL, &wake_previous[i]);
}

static void install_handlers(void) {
    stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
    stack_t present;
    /* Swift's own crash handler may have one already. */
    if (sigaltstack(NULL, &present) == 0 && (present.ss_flags & SS_DISABLE)) sigaltstack(&stack, NULL);
    struct sigaction deadly = {.sa_handler = on_deadly, .sa_flags = SA_ONSTACK};
    sigemptyset(&deadly.sa_mask);
    for (int i = 0; i < deadly_count; i++) {
        if (deadly_previous[i].sa_handler == SIG_IGN) continue;
        sigaction(deadly_signals[i], &deadly, NULL);
    }
    struct sigaction wake = {.sa_handler = on_wake};
    sigemptyset(&wake.sa_mask);
    for (int i = 0; i < wake_count; i++) {
        /* Somebody who started us with nohup wants SIGHUP ignored. */
        if (wake_previous[i].sa_handler == SIG_IGN) continue;
        sigaction(wake_signals[i], &wake, NULL);
    }
}

static void remove_handlers(void) {
    for (int i = 0; i < deadly_count; i++) sigaction(deadly_signals[i], &deadly_previous[i], NULL);
    for (int i = 0; i < wake_count; i++) sigaction(wake_signals[i], &wake_previous[i], NULL);
}

static bool make_wake_pipe(void) {
    if (pipe(wake_pipe) != 0) return false;
    for (int i = 0; i < 2; i++) {
        fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

/* LC_CTYPE decides what curses can print; the C locale falls back to UTF-8, which terminals speak today. */
static bool choose_locale(void) {
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
    const char *wanted = getenv("LC_ALL");
    if (wanted == NULL || *wanted == '\0') wanted = getenv("LC_CTYPE");
    if (wanted == NULL || *wanted == '\0') wanted = getenv("LANG");
    bool is_unset = wanted == NULL || *wanted == '\0' || strcmp(wanted, "C") == 0
        || strcmp(wanted, "POSIX") == 0;
    /* A locale with another codeset was chosen on purpose: its terminal would show garbage. */
    const char *codeset = wanted == NULL ? NULL : strchr(wanted, '.');
    if (!is_unset && codeset != NULL && strncasecmp(codeset + 1, "utf", 3) != 0) return false;
    return setlocale(LC_CTYPE, "C.UTF-8") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static FILE *stream(int descriptor, const char *mode) {
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) return NULL;
    FILE *file = fdopen(copy, mode);
    if (file == NULL) close(copy);
    return file;
}

static void close_streams(void) {
    if (input_stream != NULL) fclose(input_stream);
    if (output_stream != NULL) fclose(output_stream);
    input_stream = output_stream = NULL;
}

ct_open_result ct_open(const char *type, int input, int output, bool wants_color, bool wants_mouse) {
    if (is_open) return CT_OPEN_FAILED;
    bool is_utf8 = choose_locale();
    if (wake_pipe[0] < 0 && !make_wake_pipe()) return CT_OPEN_FAILED;
    input_stream = stream(input, "r");
    output_stream = stream(output, "w");
    if (input_stream == NULL || output_stream == NULL) {
        close_streams();
        return CT_OPEN_FAILED;
    }
    output_fd = fileno(output_stream);
    has_modes = tcgetattr(output_fd, &original_modes) == 0;
    remember_handlers();
    screen = newterm(type, output_stream, input_stream);
    if (screen == NULL) {
        output_fd = -1;
        close_streams();
        return CT_OPEN_FAILED;
    }
    set_term(screen);
    /* Alone it means escape; 25 ms are enough for the rest of a function key's sequence. */
    set_escdelay(25);
    raw();
    noecho();
    nonl();
    if (wants_color && has_colors() && start_color() == OK) use_default_colors();
    else wants_color = false;
    if (!wants_color) COLORS = 0;
    ct_keys = newpad(1, 1);
    keypad(ct_keys, TRUE);
    wtimeout(ct_keys, 0);
    uses_mouse = wants_mouse && mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL) != 0;
    /* No waiting for a second click: double clicks are told apart by time, outside. */
    mouseinterval(0);
    /* Inside tmux and screen terminfo knows only the old reports, which end at column 223; what the terminal outside knows
       comes through all the same. */
    const char *report = tigetstr("kmous");
    adds_sgr_mouse = uses_mouse && is_text(report) && strcmp(report, sgr_mouse) != 0
        && define_key(sgr_mouse, sgr_mouse_key) == OK;
    if (adds_sgr_mouse) write_text(sgr_mouse_on);
    paste_on = tigetstr("BE");
    paste_off = tigetstr("BD");
    const char *start = tigetstr("PS"), *end = tigetstr("PE");
    uses_paste = is_text(paste_on) && is_text(paste_off) && is_text(start) && is_text(end)
        && define_key(start, paste_start_key) == OK && define_key(end, paste_end_key) == OK;
    if (uses_paste) write_text(paste_on);
    reset_length = 0;
    if (uses_paste) remember_reset(paste_off);
    if (uses_mouse) remember_reset("\033[?1006l\033[?1000l");
    remember_reset(tigetstr("sgr0"));
    remember_reset(tigetstr("op"));
    remember_reset(tigetstr("rmkx"));
    remember_reset(tigetstr("rmcup"));
    remember_reset(tigetstr("cnorm"));
    is_open = true;
    is_raw = 1;
    atomic_store(&pending_signals, 0);
    ending_signal = 0;
    install_handlers();
    static bool is_registered;
    /* Swift's deinit does not run when something calls exit. */
    if (!is_registered) is_registered = atexit(ct_close) == 0;
    return is_utf8 ? CT_OPEN_UTF8 : CT_OPEN_ASCII;
}

static void give_back(void) {
    if (adds_sgr_mouse) write_text(sgr_mouse_off);
    if (uses_paste) write_text(paste_off);
    endwin();
    is_raw = 0;
}

static void take_again(void) {
    reset_prog_mode();
    is_raw = 1;
    ct_adopt_size();
    clearok(stdscr, TRUE);
    refresh();
    if (uses_paste) write_text(paste_on);
    if (adds_sgr_mouse) write_text(sgr_mouse_on);
}

void ct_leave(void) {
    if (!is_open || output_fd < 0) return;
    if (uses_mouse) mousemask(0, NULL);
    curs_set(1);
    give_back();
    if (has_modes) tcsetattr(output_fd, TCSADRAIN, &original_modes);
    output_fd = -1;
}

void ct_close(void) {
    if (!is_open) return;
    ct_leave();
    is_open = false;
    remove_handlers();
    delwin(ct_keys);
    delscreen(screen);
    screen = NULL;
    ct_keys = NULL;
    close_streams();
}

void ct_size(int32_t *rows, int32_t *columns) {
    *rows = LINES;
    *columns = COLS;
}

void ct_adopt_size(void) {
    struct winsize size;
    if (ioctl(output_fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return;
    if (size.ws_row != LINES || size.ws_col != COLS) resizeterm(size.ws_row, size.ws_col);
}

int32_t ct_color_count(void) { return COLORS < 0 ? 0 : COLORS; }

bool ct_define_pair(int32_t pair, int32_t foreground, int32_t background) {
    if (pair >= COLOR_PAIRS) return false;
    return init_extended_pair(pair, foreground, background) == OK;
}

static attr_t attributes_of(uint32_t bits) {
    attr_t attributes = A_NORMAL;
    if (bits & CT_BOLD) attributes |= WA_BOLD;
    if (bits & CT_DIM) attributes |= WA_DIM;
    if (bits & CT_REVERSE) attributes |= WA_REVERSE;
    if (bits & CT_UNDERLINE) attributes |= WA_UNDERLINE;
    if (bits & CT_ITALIC) attributes |= WA_ITALIC;
    return attributes;
}

void ct_put(int32_t row, int32_t column, const uint32_t *scalars, int32_t count, int32_t columns,
            uint32_t attributes, int32_t pair) {
    wchar_t text[CCHARW_MAX + 1] = {0};
    cchar_t cell;
    int used = 0;
    int known = count > 0 ? wcwidth((wchar_t)scalars[0]) : -1;
    /* The C library's tables are older than Swift's, and 7-bit locales print little. */
    bool is_printable = known == columns;
    for (int i = 0; is_printable && i < count && used < CCHARW_MAX; i++) {
        if (i == 0 || wcwidth((wchar_t)scalars[i]) == 0) text[used++] = (wchar_t)scalars[i];
    }
    for (int i = 0; i < (is_printable ? 1 : columns); i++) {
        if (!is_printable) text[0] = L'?', text[1] = 0;
        if (setcchar(&cell, text, attributes_of(attributes), 0, &pair) == OK) {
            /* The last cell of the last row returns ERR and is shown all the same. */
            mvadd_wch(row, column + i, &cell);
        }
    }
}

void ct_flush(int32_t cursor_row, int32_t cursor_column) {
    bool is_shown = cursor_row >= 0 && cursor_column >= 0;
    curs_set(is_shown ? 1 : 0);
    move(is_shown ? cursor_row : 0, is_shown ? cursor_column : 0);
    refresh();
}

void ct_forget(void) { clearok(stdscr, TRUE); }

void ct_ask_ground(void) {
    /* xterm's control 11, in its own numbers; the answer begins as the question does. */
    if (define_key("\033]11;", ground_key) == OK) write_text("\033]11;?\007");
}

void ct_write(const uint8_t *bytes, int32_t count) {
    fflush(output_stream);
    write_fully(output_fd, (const char *)bytes, (size_t)count);
}

int ct_signal_descriptor(void) { return wake_pipe[0]; }

uint32_t ct_take_signals(void) {
    char bytes[64];
    while (read(wake_pipe[0], bytes, sizeof bytes) > 0) {}
    /* A request to end stays on record: the second one ends the program the hard way. */
    uint32_t taken = atomic_fetch_and(&pending_signals, CT_TERMINATE);
    return taken;
}

int ct_ending_signal(void) { return ending_signal; }

void ct_suspend(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL}, ignored = {.sa_handler = SIG_IGN}, ours;
    sigset_t suspend, previous;
    sigemptyset(&standard.sa_mask);
    sigemptyset(&ignored.sa_mask);
    sigemptyset(&suspend);
    sigaddset(&suspend, SIGTSTP);
    def_prog_mode();
    give_back();
    /* The others of the group first, as the terminal's driver does it: a pipeline stops together. */
    sigaction(SIGTSTP, &ignored, &ours);
    kill(0, SIGTSTP);
    /* Then this thread, and the process with it, before raise returns: what is sent to the process as a whole may
       reach another thread when the handler below is back. A group without a shell to continue it does not stop. */
    sigaction(SIGTSTP, &standard, NULL);
    pthread_sigmask(SIG_UNBLOCK, &suspend, &previous);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    sigaction(SIGTSTP, &ours, NULL);
    atomic_fetch_and(&pending_signals, ~(unsigned)(CT_SUSPEND | CT_CONTINUED));
    take_again();
}

/* What the user types while another program has the terminal is meant for that program; ^Z stops both, as in a shell. */
static const int shared_signals[] = {SIGINT, SIGQUIT, SIGTSTP};
enum { shared_count = sizeof shared_signals / sizeof *shared_signals };
static struct sigaction shared_ours[shared_count];

void ct_give_away(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL}, ignored = {.sa_handler = SIG_IGN};
    sigemptyset(&standard.sa_mask);
    sigemptyset(&ignored.sa_mask);
    def_prog_mode();
    give_back();
    for (int i = 0; i < shared_count; i++) {
        sigaction(shared_signals[i], shared_signals[i] == SIGTSTP ? &standard : &ignored, &shared_ours[i]);
    }
}

void ct_take_back(void) {
    for (int i = 0; i < shared_count; i++) sigaction(shared_signals[i], &shared_ours[i], NULL);
    /* Going on after ^Z is no news: the screen is drawn anew in any case. */
    atomic_fetch_and(&pending_signals, ~(unsigned)(CT_SUSPEND | CT_CONTINUED));
    take_again();
}

void ct_resume(void) {
    give_back();
    take_again();
}

int32_t ct_width(uint32_t scalar) { return wcwidth((wchar_t)scalar); }
