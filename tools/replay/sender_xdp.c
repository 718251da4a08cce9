/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xdp/libxdp.h>
#include <xdp/xsk.h>

#include "sender_kinds.h"

/*
 * AF_XDP in copy mode, on queue 0. Frames are copied to a memory area that the kernel knows. Each
 * send() sends some of them. If the driver refuses a frame, that frame is lost. The kernel returns
 * EBUSY but does not say which frame it was, so lost frames are only counted, and sender_flush
 * returns them. The frames after it stay in the ring until the next call. poll() is not used: it
 * would send too, but not return the error.
 */
struct xdp_sender {
    struct sender sender;
    struct iface_link link;
    int control; /* a socket for iface_has_carrier, which does not work with AF_XDP sockets */
    struct xsk_socket *socket;
    struct xsk_umem *umem;
    struct xsk_ring_prod tx;
    struct xsk_ring_prod fill; /* for received frames; unused */
    struct xsk_ring_cons completions;
    uint8_t *area;
    uint32_t lost; /* frames lost since the last flush */
    uint32_t free_count;
    uint64_t free[]; /* offsets of free places in the area */
};

enum {
    PLACES = 1024,
    PLACE_LEN = 4096, /* a page, the maximum */
    KICK_FRAMES = 32, /* frames that the kernel sends at once */
    KICKS_MAX = 64,
    OPEN_TRIES = 25,   /* the kernel frees queues some time after their last user has ended */
    FLUSH_TRIES = 1000 /* FLUSH_NS apart */
};

#define TRY_NS 20000000
#define BUSY_NS 50000
#define FLUSH_NS 1000000

static int say_nothing_xdp(enum libxdp_print_level level, const char *format, va_list args)
{
    (void)level;
    (void)format;
    (void)args;
    return 0;
}

/* Returns 0, or an errno. */
static int open_socket(struct xdp_sender *self)
{
    const struct xsk_umem_config places = {.fill_size = XSK_RING_PROD__DEFAULT_NUM_DESCS,
                                           .comp_size = XSK_RING_CONS__DEFAULT_NUM_DESCS,
                                           .frame_size = PLACE_LEN};
    const struct xsk_socket_config config = {.tx_size = PLACES,
                                             .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
                                             .bind_flags = XDP_COPY};
    int code = xsk_umem__create(&self->umem, self->area, (uint64_t)PLACES * PLACE_LEN, &self->fill,
                                &self->completions, &places);

    if (code != 0)
        return -code;
    code =
        xsk_socket__create(&self->socket, self->link.name, 0, self->umem, NULL, &self->tx, &config);
    if (code == 0)
        return 0;
    self->socket = NULL;
    (void)xsk_umem__delete(self->umem);
    self->umem = NULL;
    return -code;
}

static int close_xdp(struct sender *sender, struct cap_error *error)
{
    struct xdp_sender *self = (struct xdp_sender *)sender;

    (void)error;
    if (self->socket)
        xsk_socket__delete(self->socket);
    if (self->umem)
        (void)xsk_umem__delete(self->umem);
    if (self->control >= 0)
        close(self->control);
    if (self->area != MAP_FAILED)
        munmap(self->area, (size_t)PLACES * PLACE_LEN);
    free(self);
    return 0;
}

static struct sender *open_xdp(const struct iface_link *link, bool qdisc_bypass,
                               struct cap_error *error)
{
    struct xdp_sender *self;
    int failure = ENOMEM;

    (void)qdisc_bypass; /* AF_XDP always bypasses it */
    if (link->info.linktype != CAP_LINKTYPE_ETHERNET) {
        cap_error_set(error, "AF_XDP sends Ethernet frames only, not to a tun device");
        return NULL;
    }
    self = calloc(1, sizeof *self + PLACES * sizeof self->free[0]);
    if (self) {
        self->sender.ops = &sender_xdp_ops;
        self->link = *link;
        self->control = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        self->area = mmap(NULL, (size_t)PLACES * PLACE_LEN, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (uint64_t i = 0; i < PLACES; i++)
            self->free[self->free_count++] = i * PLACE_LEN;
        if (self->area != MAP_FAILED && self->control >= 0) {
            (void)libxdp_set_print(say_nothing_xdp);
            failure = open_socket(self);
        }
        for (int i = 0; i < OPEN_TRIES && failure == EBUSY; i++) {
            (void)sender_pause(TRY_NS);
            failure = open_socket(self);
        }
        if (failure == 0)
            return &self->sender;
        (void)close_xdp(&self->sender, NULL);
    }
    iface_error(error, "cannot send by AF_XDP", failure);
    return NULL;
}

static void take_completions(struct xdp_sender *self)
{
    uint32_t first;
    uint32_t count = xsk_ring_cons__peek(&self->completions, PLACES, &first);

    for (uint32_t i = 0; i < count; i++)
        self->free[self->free_count++] = *xsk_ring_cons__comp_addr(&self->completions, first + i);
    xsk_ring_cons__release(&self->completions, count);
}

/* Makes the kernel send the frames in the ring. Returns 0, or the errno that stopped it. */
static int kick(struct xdp_sender *self)
{
    int fd = xsk_socket__fd(self->socket);

    for (int i = 0; i < KICKS_MAX; i++) {
        if (sendto(fd, NULL, 0, MSG_DONTWAIT, NULL, 0) >= 0)
            return 0;
        if (errno == EBUSY) {
            self->lost++;
            return iface_has_carrier(self->control, &self->link) ? EBUSY : ENETDOWN;
        }
        if (errno != EAGAIN && errno != EINTR)
            return errno;
        take_completions(self);
    }
    return EAGAIN;
}

/* Returns 0, or an errno. */
static int enqueue(struct xdp_sender *self, const struct sender_frame *frame)
{
    int refused = iface_refuses(&self->link, frame->data, frame->len);
    struct xdp_desc *descriptor;
    uint64_t place;
    uint32_t index;

    if (refused)
        return refused;
    if (frame->len > PLACE_LEN)
        return EMSGSIZE;
    if (self->free_count == 0 || xsk_ring_prod__reserve(&self->tx, 1, &index) == 0)
        return EAGAIN;
    place = self->free[--self->free_count];
    memcpy(self->area + place, frame->data, frame->len);
    descriptor = xsk_ring_prod__tx_desc(&self->tx, index);
    *descriptor = (struct xdp_desc){.addr = place, .len = frame->len};
    return 0;
}

static uint32_t send_by_xdp(struct sender *sender, const struct sender_frame *frames,
                            uint32_t count, int *reason)
{
    struct xdp_sender *self = (struct xdp_sender *)sender;
    uint32_t taken = 0;
    int refused = 0;
    int failure = 0;

    while (taken < count && !refused && !failure) {
        uint32_t before = taken;

        take_completions(self);
        while (taken < count && taken - before < KICK_FRAMES && !refused) {
            refused = enqueue(self, &frames[taken]);
            if (!refused)
                taken++;
        }
        xsk_ring_prod__submit(&self->tx, taken - before);
        failure = kick(self);
    }
    if (failure == 0)
        failure = refused;
    *reason = failure == EBUSY ? EAGAIN : failure;
    return taken;
}

static void wait_xdp(struct sender *sender, int64_t ns)
{
    (void)sender;
    (void)sender_pause(ns < BUSY_NS ? ns : BUSY_NS);
}

/* Frames whose place is still in use, by the ring or by the driver. */
static uint32_t under_way(struct xdp_sender *self)
{
    take_completions(self);
    return PLACES - self->free_count;
}

static uint32_t flush_xdp(struct sender *sender, int *reason)
{
    struct xdp_sender *self = (struct xdp_sender *)sender;
    int failure = 0;
    uint32_t lost;

    for (int i = 0; i < FLUSH_TRIES && under_way(self) > 0; i++) {
        failure = kick(self);
        if (failure != 0 && failure != EBUSY && !sender_is_busy(failure))
            break;
        if (under_way(self) > 0)
            (void)sender_pause(FLUSH_NS);
    }
    lost = self->lost + under_way(self);
    if (lost > 0)
        *reason = failure && failure != EBUSY ? failure : ENOBUFS;
    self->lost = 0;
    return lost;
}

const struct sender_ops sender_xdp_ops = {.name = "xdp",
                                          .open = open_xdp,
                                          .send = send_by_xdp,
                                          .wait = wait_xdp,
                                          .flush = flush_xdp,
                                          .close = close_xdp};
