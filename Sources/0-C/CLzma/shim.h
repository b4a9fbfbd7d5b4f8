#pragma once
#include <lzma.h>

// Wrapper around the macro LZMA_STREAM_INIT, which Swift cannot see.
static inline lzma_stream CLzma_stream(void) {
    lzma_stream stream = LZMA_STREAM_INIT;
    return stream;
}

// LZMA_PRESET_EXTREME is a macro with a cast-like suffix that Swift cannot see.
static const uint32_t CLzma_preset_extreme = LZMA_PRESET_EXTREME;

// The same holds for these.
static const lzma_vli CLzma_filter_lzma2 = LZMA_FILTER_LZMA2;
static const lzma_vli CLzma_filter_end = LZMA_VLI_UNKNOWN;
static const uint32_t CLzma_dictionary_minimum = LZMA_DICT_SIZE_MIN;
