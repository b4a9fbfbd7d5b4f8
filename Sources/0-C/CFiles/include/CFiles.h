/* Two things of Linux that the C library declares only where GNU extensions are asked for. */
#pragma once

/* Opens a file without a name in a folder, for reading and writing; -1, and errno, where that cannot be. */
int cf_open_anonymous(const char *folder, unsigned mode);

/* Renames a file, but never replaces one; -1, and errno, if it could not. */
int cf_rename_new(const char *from, const char *to);
