/* What opening a terminal and reading its keys share. */
#pragma once

/* curses.h declares the wide-character functions only for XPG4 and later; ncursesw.pc says so with -D. */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE 1
#define NCURSES_WIDECHAR 1

#include "CTerminal.h"

#include <curses.h>

/* Where keys are read, while a terminal is open. A pad of its own: reading from stdscr would refresh it. */
extern WINDOW *ct_keys;

/* Codes of our own: for the marks of what is pasted, and for the answer to what ct_ask_ground asks. */
enum { paste_start_key = KEY_MAX + 1, paste_end_key = KEY_MAX + 2, ground_key = KEY_MAX + 3, sgr_mouse_key = KEY_MAX + 4 };
