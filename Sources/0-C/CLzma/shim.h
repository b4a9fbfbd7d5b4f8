#pragma once
#include <lzma.h>

// Wrapper around the macro LZMA_STREAM_INIT, which Swift cannot see.
static inline lzma_stream CLzma_stream(void) {
    lzma_stream stream = LZMA_STREAM_INIT;
    return stream;
}

// LZMA_PRESET_EXTREME is a macro with a cast-like suffix that Swift cannot see.
static const uint32_t CLzma_preset_extreme = LZMA_PRESET_EXTREME;
