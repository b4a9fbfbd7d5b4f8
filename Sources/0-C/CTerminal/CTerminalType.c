/* In a file of its own: term.h defines macros named "lines" and "columns". */
#define _XOPEN_SOURCE 700

#include "CTerminal.h"

#include <stdlib.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

ct_type_quality ct_type(const char *type) {
    int error;
    if (setupterm(type, STDOUT_FILENO, &error) != OK) return CT_TYPE_UNKNOWN;
    char *move = tigetstr("cup");
    bool can_move = move != NULL && move != (char *)-1;
    del_curterm(cur_term);
    return can_move ? CT_TYPE_GOOD : CT_TYPE_POOR;
}
