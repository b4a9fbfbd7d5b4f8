#define _GNU_SOURCE
#include "CFiles.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/ioctl.h>

int cf_open_anonymous(const char *folder, unsigned mode) {
    return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, (mode_t)mode);
}

int cf_rename_new(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

void cf_return_memory(int byte_count) {
    mallopt(M_MMAP_THRESHOLD, byte_count);
    // Each arena keeps what threads once needed in it; threads wait for each other only while they allocate.
    mallopt(M_ARENA_MAX, 2);
}

void cf_trim_memory(void) {
    malloc_trim(0);
}

int cf_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
