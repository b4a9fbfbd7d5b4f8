/* Reading keys and the mouse. */
#include "CTerminalKeys.h"

#include <wchar.h>

WINDOW *ct_keys;

static ct_event mouse_event(void) {
    ct_event event = {.kind = CT_UNKNOWN};
    MEVENT mouse;
    if (getmouse(&mouse) != OK) return event;
    event.row = mouse.y;
    event.column = mouse.x;
    if (mouse.bstate & BUTTON1_PRESSED) event.kind = CT_CLICK;
    else if (mouse.bstate & BUTTON4_PRESSED) event.kind = CT_WHEEL_UP;
    else if (mouse.bstate & BUTTON5_PRESSED) event.kind = CT_WHEEL_DOWN;
    return event;
}

/* A number of a report; true if there was one, and the character behind it. */
static bool read_number(uint32_t *number, wint_t *next) {
    bool is_there = false;
    *number = 0;
    for (int digits = 0; digits < 8; digits++) {
        if (wget_wch(ct_keys, next) != OK) return false;
        if (*next < '0' || *next > '9') return is_there;
        *number = *number * 10 + (uint32_t)(*next - '0');
        is_there = true;
    }
    return false;
}

/* The rest of a report in the newer way: button;column;row and M, or m when the button is let go. */
static ct_event sgr_mouse_event(void) {
    ct_event event = {.kind = CT_UNKNOWN};
    uint32_t button, column, row;
    wint_t next;
    wtimeout(ct_keys, 25);
    bool is_whole = read_number(&button, &next) && next == ';' && read_number(&column, &next) && next == ';'
        && read_number(&row, &next) && next == 'M' && column > 0 && row > 0;
    wtimeout(ct_keys, 0);
    if (!is_whole) return event;
    event.row = (int32_t)row - 1;
    event.column = (int32_t)column - 1;
    /* Bits for shift, alt and control do not matter. */
    switch (button & ~28u) {
    case 0: event.kind = CT_CLICK; break;
    case 64: event.kind = CT_WHEEL_UP; break;
    case 65: event.kind = CT_WHEEL_DOWN; break;
    }
    return event;
}

static ct_event_kind special_key(wint_t key) {
    switch (key) {
    case KEY_ENTER: return CT_ENTER;
    case KEY_BTAB: return CT_BACK_TAB;
    case KEY_BACKSPACE: return CT_BACKSPACE;
    case KEY_DC: return CT_DELETE;
    case KEY_IC: return CT_INSERT;
    case KEY_UP: return CT_UP;
    case KEY_DOWN: return CT_DOWN;
    case KEY_LEFT: return CT_LEFT;
    case KEY_RIGHT: return CT_RIGHT;
    case KEY_HOME: case KEY_A1: return CT_HOME;
    case KEY_END: case KEY_C1: return CT_END;
    case KEY_PPAGE: case KEY_A3: return CT_PAGE_UP;
    case KEY_NPAGE: case KEY_C3: return CT_PAGE_DOWN;
    case KEY_RESIZE: return CT_RESIZE;
    default: return CT_UNKNOWN;
    }
}

ct_event ct_read(void) {
    ct_event event = {.kind = CT_NONE};
    wint_t key = 0;
    int result = wget_wch(ct_keys, &key);
    if (result == ERR) return event;
    if (result == KEY_CODE_YES) {
        if (key == KEY_MOUSE) return mouse_event();
        if (key == sgr_mouse_key) return sgr_mouse_event();
        event.kind = key == paste_start_key ? CT_PASTE_START
            : key == paste_end_key ? CT_PASTE_END
            : key == ground_key ? CT_GROUND
            : special_key(key);
        if (key >= KEY_F(1) && key <= KEY_F(24)) {
            event.kind = CT_FUNCTION;
            event.value = (uint32_t)(key - KEY_F0);
        }
        return event;
    }
    event.value = (uint32_t)key;
    switch (key) {
    case '\r': case '\n': event.kind = CT_ENTER; break;
    case '\t': event.kind = CT_TAB; break;
    case 27: event.kind = CT_ESCAPE; break;
    case 8: case 127: event.kind = CT_BACKSPACE; break;
    default: event.kind = CT_CHARACTER;
    }
    return event;
}
