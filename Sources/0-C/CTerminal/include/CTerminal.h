/* What Silt needs of curses, without one curses name: no macro, no variadic, no mutable global. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Attribute bits of ct_put, the same as Canvas.Attributes. */
enum { CT_BOLD = 1, CT_DIM = 2, CT_REVERSE = 4, CT_UNDERLINE = 8, CT_ITALIC = 16 };

/* What ct_open found. */
typedef enum { CT_OPEN_FAILED, CT_OPEN_ASCII, CT_OPEN_UTF8 } ct_open_result;

/* What terminfo knows of a type of terminal: nothing, too little to draw on it, or enough. */
typedef enum { CT_TYPE_UNKNOWN, CT_TYPE_POOR, CT_TYPE_GOOD } ct_type_quality;

/* What ct_read found. */
typedef enum {
    CT_NONE, CT_CHARACTER, CT_ENTER, CT_TAB, CT_BACK_TAB, CT_ESCAPE, CT_BACKSPACE, CT_DELETE, CT_INSERT,
    CT_UP, CT_DOWN, CT_LEFT, CT_RIGHT, CT_HOME, CT_END, CT_PAGE_UP, CT_PAGE_DOWN, CT_FUNCTION, CT_RESIZE,
    CT_CLICK, CT_WHEEL_UP, CT_WHEEL_DOWN, CT_PASTE_START, CT_PASTE_END, CT_GROUND,
    CT_UNKNOWN
} ct_event_kind;

typedef struct {
    ct_event_kind kind;
    uint32_t value; /* The character or the function key's number. */
    int32_t row, column;
} ct_event;

/* Signals that arrived since the last call of ct_take_signals. */
enum { CT_RESIZED = 1, CT_SUSPEND = 2, CT_TERMINATE = 4, CT_CONTINUED = 8 };

/* Looks a type of terminal up; not while a terminal is open. */
ct_type_quality ct_type(const char *type);

/* Opens a terminal on two descriptors, which stay the caller's; a NULL type is that of the environment. */
ct_open_result ct_open(const char *type, int input, int output, bool wants_color, bool wants_mouse);

/* Gives the terminal back as it was, for good; signals are still taken. May be called twice. */
void ct_leave(void);

/* ct_leave, and signals do again what they did before ct_open; may be called twice. */
void ct_close(void);

/* Rows and columns as curses has them. */
void ct_size(int32_t *rows, int32_t *columns);

/* Asks the system for the size and adopts it. */
void ct_adopt_size(void);

/* How many colours there are; 0 for none. */
int32_t ct_color_count(void);

/* Defines a colour pair; -1 is the terminal's own colour. False if the terminal has no such pair. */
bool ct_define_pair(int32_t pair, int32_t foreground, int32_t background);

/* Puts one base character with up to four marks; what the C library cannot print becomes '?'. */
void ct_put(int32_t row, int32_t column, const uint32_t *scalars, int32_t count, int32_t columns,
            uint32_t attributes, int32_t pair);

/* Shows what was put; a row or column below 0 hides the cursor. */
void ct_flush(int32_t cursor_row, int32_t cursor_column);

/* Forgets what the terminal shows, so that the next flush draws everything. */
void ct_forget(void);

/* Asks the terminal for the colour of its ground. If it answers, CT_GROUND is read and then, as characters, the colour. */
void ct_ask_ground(void);

/* Writes bytes to the terminal past curses. */
void ct_write(const uint8_t *bytes, int32_t count);

/* The next event without waiting; CT_NONE if there is none. */
ct_event ct_read(void);

/* A descriptor that becomes readable when a signal arrives. */
int ct_signal_descriptor(void);

/* Which signals arrived; empties the descriptor above. */
uint32_t ct_take_signals(void);

/* The signal that asked the program to end; 0 if there was none. Also after ct_close. */
int ct_ending_signal(void);

/* Gives the terminal back, stops the process group as ^Z does and takes the terminal again when it goes on. */
void ct_suspend(void);

/* Gives the terminal to a program that is started now, until ct_take_back: interrupts are that program's alone. */
void ct_give_away(void);

/* Takes the terminal again after another program had it. */
void ct_take_back(void);

/* Takes the terminal again after the process was stopped without being asked (SIGSTOP) and goes on. */
void ct_resume(void);

/* Columns of a character as the C library counts them; -1 if it cannot be printed. */
int32_t ct_width(uint32_t scalar);
