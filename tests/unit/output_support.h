/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OUTPUT_SUPPORT_H
#define OUTPUT_SUPPORT_H

/* Shared by the tests of the output. */

#include "capture_support.h"
#include "scratch_support.h"

#include "capfile/output.h"

static inline bool go_on_always(void *context)
{
    (void)context;
    return true;
}

static const struct cap_input no_input = {.fd = -1, .wait.go_on = go_on_always};

static inline void open_output(struct cap_output *output, const char *path)
{
    struct cap_error error = {""};

    if (cap_output_open(output, path, &no_input, &error) != 0)
        fail_msg("%s: %s", path, error.text);
}

#endif
