/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_CLASSES_H
#define TRANSFORM_CLASSES_H

#include "transform.h"

/* The outcome of a packet that has no NVGRE header and inner frame to work on. */
static inline enum outcome outcome_of_class(const struct nvgre_frame *frame,
                                            struct transform_result *result)
{
    switch (frame->kind) {
    case NVGRE_CLASS_TEB_NO_KEY:
        return OUTCOME_NO_KEY;
    case NVGRE_CLASS_OTHER_GRE:
        return OUTCOME_OTHER_GRE;
    case NVGRE_CLASS_FRAGMENT:
        return OUTCOME_FRAGMENT;
    case NVGRE_CLASS_MALFORMED:
        result->reason = frame->reason;
        result->value = frame->value;
        return OUTCOME_MALFORMED;
    case NVGRE_CLASS_TRUNCATED:
        return OUTCOME_TRUNCATED;
    default:
        return OUTCOME_NOT_NVGRE;
    }
}

#endif
