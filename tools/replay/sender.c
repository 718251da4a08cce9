/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender.h"

#include <errno.h>
#include <string.h>

#include "frame.h"
#include "sender_kinds.h"

static const struct sender_ops *const kinds[] = {[SENDER_PACKET] = &sender_packet_ops,
                                                 [SENDER_RING] = &sender_ring_ops,
#ifdef NVGRE_XDP
                                                 [SENDER_XDP] = &sender_xdp_ops,
#endif
                                                 [SENDER_FILE] = NULL};

/*
 * The default queueing disciplines of interfaces. Any other one was chosen by the user and is kept.
 *
 * Bypassing these is faster. It loses no frames, because a busy driver reports that. fq_codel
 * itself, in contrast, drops accepted frames on a slow link. Interfaces without a queue (veth, lo)
 * gain nothing from a bypass, and captures on the interface would not show bypassed frames.
 */
static const char *const harmless_to_bypass[] = {"pfifo_fast", "mq", "fq_codel"};

static bool is_harmless_to_bypass(const char *qdisc)
{
    for (size_t i = 0; i < sizeof harmless_to_bypass / sizeof harmless_to_bypass[0]; i++)
        if (strcmp(qdisc, harmless_to_bypass[i]) == 0)
            return true;
    return false;
}

/* Whether the method can send all frames up to the MTU. A ring cannot on lo. */
static bool has_room(const struct sender_ops *ops, const struct iface_link *link)
{
    return ops != &sender_ring_ops ||
           link->info.mtu <= SENDER_RING_FRAME_MAX - NVGRE_ETH_LEN - NVGRE_VLAN_TAG_LEN;
}

/* Methods that lose no frames, fastest first. */
static const struct sender_ops *const automatic[] = {&sender_ring_ops, &sender_packet_ops};

static struct sender *open_auto(const struct iface_link *link, bool qdisc_bypass,
                                struct cap_error *error)
{
    bool bypass = qdisc_bypass || is_harmless_to_bypass(link->qdisc);
    struct sender *sender = NULL;

    for (size_t i = 0; i < sizeof automatic / sizeof automatic[0] && !sender; i++)
        if (has_room(automatic[i], link))
            sender = automatic[i]->open(link, bypass, error);
    return sender;
}

struct sender *sender_open(const char *name, const struct sender_options *options,
                           struct cap_error *error)
{
    const struct sender_ops *ops = kinds[options->kind];
    struct iface_link link;

    if (options->kind == SENDER_FILE)
        return sender_file_open(name, error);
    if (!ops && options->kind != SENDER_AUTO) {
        cap_error_set(error, "sending by AF_XDP was not built in: libxdp was missing");
        return NULL;
    }
    if (iface_link(name, &link) != 0) {
        iface_error(error, "cannot ask the system", errno);
        return NULL;
    }
    if (iface_link_type(&link, error) != 0)
        return NULL;
    if (!link.info.up || !link.carrier) {
        cap_error_set(error, link.info.up
                                 ? "the interface has no carrier: is its cable or peer down?"
                                 : "the interface is down");
        return NULL;
    }
    return ops ? ops->open(&link, options->qdisc_bypass, error)
               : open_auto(&link, options->qdisc_bypass, error);
}

const char *sender_name(const struct sender *sender)
{
    return sender->ops->name;
}

uint32_t sender_send(struct sender *sender, const struct sender_frame *frames, uint32_t count,
                     int *reason)
{
    *reason = 0;
    return sender->ops->send(sender, frames, count, reason);
}

void sender_wait(struct sender *sender, int64_t ns)
{
    if (ns > 0)
        sender->ops->wait(sender, ns);
}

uint32_t sender_flush(struct sender *sender, int *reason)
{
    *reason = 0;
    return sender->ops->flush(sender, reason);
}

int sender_close(struct sender *sender, struct cap_error *error)
{
    return sender ? sender->ops->close(sender, error) : 0;
}
