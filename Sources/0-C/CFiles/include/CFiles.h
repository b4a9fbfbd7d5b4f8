/* Things of Linux and of its C library that Swift does not see. */
#pragma once

/* Opens a file without a name in a folder, for reading and writing; -1, and errno, where that cannot be. */
int cf_open_anonymous(const char *folder, unsigned mode);

/* Renames a file, but never replaces one; -1, and errno, if it could not. */
int cf_rename_new(const char *from, const char *to);

/* Gives every piece of memory of that size and more back to the system as soon as it is free. */
void cf_return_memory(int byte_count);

/* Gives the pages back to the system in which nothing is in use any more. */
void cf_trim_memory(void);

/* How many columns the terminal has that a descriptor is; 0 if that is not known. */
int cf_terminal_columns(int descriptor);
