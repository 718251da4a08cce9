/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "copy.h"

#include <string.h>

#include "classes.h"

static enum outcome check_vsid(const struct copy_config *copy, const struct cap_packet *packet,
                               struct transform_result *result)
{
    struct nvgre_frame frame;
    enum outcome outcome = decode_packet(packet, &frame, result);

    if (outcome != OUTCOME_DONE)
        return outcome;
    return range_set_has(&copy->vsids, nvgre_key_vsid(frame.gre.key)) ? OUTCOME_DONE
                                                                      : OUTCOME_NOT_SELECTED;
}

static enum outcome run(const void *config, const struct cap_packet *packet, uint8_t *room,
                        struct transform_result *result)
{
    const struct copy_config *copy = config;
    enum outcome outcome = OUTCOME_DONE;

    result->value = packet->iface->linktype;
    if (packet->iface->linktype != copy->linktype)
        return OUTCOME_LINK_TYPE;
    if (copy->vsids.count)
        outcome = check_vsid(copy, packet, result);
    memcpy(room, packet->data, packet->caplen);
    result->caplen = packet->caplen;
    result->len = packet->len;
    result->notes = 0;
    return outcome;
}

struct transform copy_transform(const struct copy_config *config)
{
    return (struct transform){.done = "copied",
                              .config = config,
                              .run = run,
                              .keeps_link = true,
                              .inner_frame = INNER_IN_TUNNEL};
}
