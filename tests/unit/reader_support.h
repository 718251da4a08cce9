/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef READER_SUPPORT_H
#define READER_SUPPORT_H

/* Rows with captures and the reader's expected events, for both formats. */

#include "capture_support.h"

struct case_row {
    const char *name;
    const char *capture;
    const char *trace;
};

/* Reads a row's capture in both byte orders. */
static inline void test_reading(void **state)
{
    const struct case_row *row = *state;

    for (int big = 0; big < 2; big++) {
        struct capture capture = capture_of(row->capture, big);

        assert_trace(&capture, row->trace);
        free(capture.data);
    }
}

#endif
