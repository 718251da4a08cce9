/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sender_kinds.h"

struct packet_sender {
    struct sender sender;
    int fd;
    bool bypass;
    bool queue_full; /* the reason why not all was taken */
    struct iface_link link;
    struct mmsghdr messages[SENDER_BATCH_MAX];
    struct iovec pieces[SENDER_BATCH_MAX];
};

int sender_packet_socket(const struct iface_link *link, bool qdisc_bypass, struct cap_error *error)
{
    const struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = link->index};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        iface_error(error, "cannot open a packet socket", errno);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    if (qdisc_bypass)
        (void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
    return fd;
}

static struct sender *open_packet(const struct iface_link *link, bool qdisc_bypass,
                                  struct cap_error *error)
{
    struct packet_sender *self = calloc(1, sizeof *self);

    if (!self) {
        cap_error_system(error, "cannot send");
        return NULL;
    }
    self->sender.ops = &sender_packet_ops;
    self->link = *link;
    self->bypass = qdisc_bypass;
    self->fd = sender_packet_socket(link, qdisc_bypass, error);
    if (self->fd < 0) {
        free(self);
        return NULL;
    }
    for (uint32_t i = 0; i < SENDER_BATCH_MAX; i++)
        self->messages[i].msg_hdr = (struct msghdr){.msg_iov = &self->pieces[i], .msg_iovlen = 1};
    return &self->sender;
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
        int done = sendmmsg(self->fd, self->messages + taken, count - taken, 0);

        if (done > 0)
            taken += (uint32_t)done;
        else
            failure = errno;
    }
    self->queue_full = failure == ENOBUFS;
    /* Without a carrier the queue has dropped all; past the queue they find the driver busy. */
    if ((!self->bypass || self->queue_full) && !iface_has_carrier(self->fd, &self->link)) {
        *reason = ENETDOWN;
        return self->bypass ? taken : 0;
    }
    *reason = sender_is_busy(failure) ? 0 : failure;
    return taken;
}

static uint32_t flush_packet(struct sender *sender, int *reason)
{
    (void)reason;
    return sender_flush_socket(((const struct packet_sender *)sender)->fd);
}

static void wait_packet(struct sender *sender, int64_t ns)
{
    const struct packet_sender *self = (const struct packet_sender *)sender;

    sender_wait_socket(self->fd, self->queue_full, ns);
}

static void close_packet(struct sender *sender)
{
    close(((struct packet_sender *)sender)->fd);
    free(sender);
}

const struct sender_ops sender_packet_ops = {.name = "packet",
                                             .open = open_packet,
                                             .send = send_packets,
                                             .wait = wait_packet,
                                             .flush = flush_packet,
                                             .close = close_packet};
