/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sender_kinds.h"

/* Time in which a full queue gets room for some tens of small frames. */
#define QUEUE_FULL_NS 50000

enum { FLUSH_PAUSE_NS = 1000000, FLUSH_PAUSES = 500 };

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

uint32_t socket_sender_result(struct socket_sender *self, uint32_t taken, int failure, int *reason)
{
    self->queue_full = failure == ENOBUFS;
    *reason = failure;
    /*
     * Without a carrier, a queue drops all frames and reports success. With bypass the driver
     * reports that it is busy.
     */
    if ((self->bypass && !self->queue_full) || iface_has_carrier(self->fd, &self->link))
        return taken;
    *reason = ENETDOWN;
    return self->bypass ? taken : 0;
}

void socket_sender_wait(struct sender *sender, int64_t ns)
{
    const struct socket_sender *self = (const struct socket_sender *)sender;
    struct pollfd ready = {.fd = self->fd, .events = POLLOUT};
    const struct timespec limit = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

    if (ppoll(&ready, 1, &limit, NULL) != 1 || !self->queue_full)
        return;
    (void)sender_pause(ns < QUEUE_FULL_NS ? ns : QUEUE_FULL_NS);
}

uint32_t socket_sender_flush(struct sender *sender, int *reason)
{
    const struct socket_sender *self = (const struct socket_sender *)sender;
    int queued = 0;

    (void)reason;
    for (int i = 0; i < FLUSH_PAUSES; i++) {
        if (ioctl(self->fd, SIOCOUTQ, &queued) != 0 || queued == 0)
            break;
        if (sender_pause(FLUSH_PAUSE_NS) != 0)
            break;
    }
    return 0;
}

int sender_pause(int64_t ns)
{
    const struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

    return nanosleep(&time, NULL);
}

bool sender_is_busy(int reason)
{
    return reason == EAGAIN || reason == ENOBUFS || reason == ENOMEM || reason == EINTR;
}
