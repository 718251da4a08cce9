/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sender_kinds.h"

struct packet_sender {
    struct socket_sender base;
    struct mmsghdr messages[SENDER_BATCH_MAX];
    struct iovec pieces[SENDER_BATCH_MAX];
};

static struct sender *open_packet(const struct iface_link *link, bool qdisc_bypass,
                                  struct cap_error *error)
{
    struct packet_sender *self = calloc(1, sizeof *self);

    if (!self) {
        cap_error_system(error, "cannot send");
        return NULL;
    }
    self->base = (struct socket_sender){.sender.ops = &sender_packet_ops,
                                        .fd = sender_packet_socket(link, qdisc_bypass, error),
                                        .bypass = qdisc_bypass,
                                        .link = *link};
    if (self->base.fd < 0) {
        free(self);
        return NULL;
    }
    for (uint32_t i = 0; i < SENDER_BATCH_MAX; i++)
        self->messages[i].msg_hdr = (struct msghdr){.msg_iov = &self->pieces[i], .msg_iovlen = 1};
    return &self->base.sender;
}

static uint32_t send_packets(struct sender *sender, const struct sender_frame *frames,
                             uint32_t count, int *reason)
{
    struct packet_sender *self = (struct packet_sender *)sender;
    uint32_t taken = 0;
    int failure = 0;

    for (uint32_t i = 0; i < count; i++)
        self->pieces[i] =
            (struct iovec){.iov_base = (void *)frames[i].data, .iov_len = frames[i].len};
    while (taken < count && !failure) {
        int done = sendmmsg(self->base.fd, self->messages + taken, count - taken, 0);

        if (done > 0)
            taken += (uint32_t)done;
        else
            failure = errno;
    }
    return socket_sender_result(&self->base, taken, failure, reason);
}

static int close_packet(struct sender *sender, struct cap_error *error)
{
    (void)error;
    close(((struct packet_sender *)sender)->base.fd);
    free(sender);
    return 0;
}

const struct sender_ops sender_packet_ops = {.name = "packet",
                                             .open = open_packet,
                                             .send = send_packets,
                                             .wait = socket_sender_wait,
                                             .flush = socket_sender_flush,
                                             .close = close_packet};
