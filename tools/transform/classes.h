/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_CLASSES_H
#define TRANSFORM_CLASSES_H

#include "link.h"
#include "transform.h"

/* Returns the outcome for a packet without an NVGRE header or inner frame. */
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

/*
 * Decodes a packet of any link type. Returns OUTCOME_DONE if it has an NVGRE header and an inner
 * frame. Otherwise returns the reason, and the caller must not use *frame.
 */
static inline enum outcome decode_packet(const struct cap_packet *packet, struct nvgre_frame *frame,
                                         struct transform_result *result)
{
    enum nvgre_link link;

    if (!link_of(packet->iface->linktype, &link)) {
        result->value = packet->iface->linktype;
        return OUTCOME_LINK_TYPE;
    }
    if (nvgre_class_has_inner(
            nvgre_frame_decode(link, packet->data, packet->caplen, packet->len, frame)))
        return OUTCOME_DONE;
    return outcome_of_class(frame, result);
}

#endif
