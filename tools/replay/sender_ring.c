/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sender_kinds.h"

/*
 * The slots of a TPACKET_V2 ring, in the order in which the kernel reads them. The kernel reads
 * slots only inside of send(). So between two calls, frames that it did not read can be taken back:
 * a frame counts as sent only if the kernel has passed it on. PACKET_LOSS stays off, because with
 * it refused frames would look sent.
 *
 * A virtio header before each frame, with the frame's length as hdr_len, makes the kernel copy the
 * whole frame. Without it the kernel sends pages of the ring, and copies them later if the frame
 * stays on this machine. That is slower. With the virtio header the kernel does not check lengths,
 * so iface_refuses does.
 */
struct ring_sender {
    struct socket_sender base;
    uint8_t *slots;
    size_t size; /* of all slots, in bytes */
    uint32_t slot_len;
    uint32_t slot_count; /* a power of two */
    uint32_t head;       /* the next slot to fill */
};

enum {
    SLOT_DATA = (sizeof(struct tpacket2_hdr) + TPACKET_ALIGNMENT - 1) / TPACKET_ALIGNMENT *
                TPACKET_ALIGNMENT,
    SLOT_FRAME = SLOT_DATA + sizeof(struct virtio_net_hdr),
    RING_LEN = 1024 * 1024, /* small enough for the CPU cache */
    SLOTS_MIN = 128,        /* also for jumbo frames */
    SLOT_MIN = 2048,
    SLOT_MAX = 128 * 1024,
    LINK_LEN = 18 /* Ethernet header with a VLAN tag */
};

static struct tpacket2_hdr *slot(const struct ring_sender *self, uint32_t number)
{
    return (struct tpacket2_hdr *)(void *)(self->slots + (size_t)(number & (self->slot_count - 1)) *
                                                             self->slot_len);
}

static uint32_t status_of(const struct tpacket2_hdr *header)
{
    return __atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE);
}

static void set_status(struct tpacket2_hdr *header, uint32_t status)
{
    __atomic_store_n(&header->tp_status, status, __ATOMIC_RELEASE);
}

/*
 * Each slot is one block with a power of two as its size, because the kernel allocates such blocks.
 */
static int map_ring(struct ring_sender *self)
{
    struct tpacket_req request;
    int version = TPACKET_V2;
    int on = 1;
    uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
    uint32_t block;

    self->slot_len = SLOT_MIN;
    while (self->slot_len < SLOT_MAX &&
           self->slot_len < SLOT_FRAME + LINK_LEN + (size_t)self->base.link.info.mtu)
        self->slot_len *= 2;
    self->slot_count = RING_LEN / self->slot_len;
    if (self->slot_count < SLOTS_MIN)
        self->slot_count = SLOTS_MIN;
    self->size = (size_t)self->slot_count * self->slot_len;
    block = self->slot_len > page ? self->slot_len : page;
    request = (struct tpacket_req){.tp_block_size = block,
                                   .tp_block_nr = (uint32_t)(self->size / block),
                                   .tp_frame_size = self->slot_len,
                                   .tp_frame_nr = self->slot_count};
    if (setsockopt(self->base.fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
        setsockopt(self->base.fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0 ||
        setsockopt(self->base.fd, SOL_PACKET, PACKET_TX_RING, &request, sizeof request) != 0)
        return -1;
    self->slots = mmap(NULL, self->size, PROT_READ | PROT_WRITE, MAP_SHARED, self->base.fd, 0);
    return self->slots == MAP_FAILED ? -1 : 0;
}

static int close_ring(struct sender *sender, struct cap_error *error)
{
    struct ring_sender *self = (struct ring_sender *)sender;

    (void)error;
    if (self->slots && self->slots != MAP_FAILED)
        munmap(self->slots, self->size);
    if (self->base.fd >= 0)
        close(self->base.fd);
    free(self);
    return 0;
}

static struct sender *open_ring(const struct iface_link *link, bool qdisc_bypass,
                                struct cap_error *error)
{
    struct ring_sender *self = calloc(1, sizeof *self);

    if (!self) {
        cap_error_system(error, "cannot send");
        return NULL;
    }
    self->base = (struct socket_sender){.sender.ops = &sender_ring_ops,
                                        .fd = sender_packet_socket(link, qdisc_bypass, error),
                                        .bypass = qdisc_bypass,
                                        .link = *link};
    if (self->base.fd >= 0 && map_ring(self) != 0) {
        iface_error(error, "cannot map a ring for sending", errno);
        close(self->base.fd);
        self->base.fd = -1;
    }
    if (self->base.fd >= 0)
        return &self->base.sender;
    (void)close_ring(&self->base.sender, NULL);
    return NULL;
}

/* Returns 0 or an errno. EAGAIN: the slot is still in use. */
static int fill(struct ring_sender *self, uint32_t number, const struct sender_frame *frame)
{
    struct tpacket2_hdr *header = slot(self, number);
    struct virtio_net_hdr copy_all = {.gso_type = VIRTIO_NET_HDR_GSO_NONE};
    int refused = iface_refuses(&self->base.link, frame->data, frame->len);

    if (refused)
        return refused;
    if (frame->len > SENDER_RING_FRAME_MAX || frame->len > self->slot_len - SLOT_FRAME)
        return EMSGSIZE;
    if (status_of(header) != TP_STATUS_AVAILABLE)
        return EAGAIN;
    copy_all.hdr_len = (uint16_t)frame->len;
    memcpy((uint8_t *)header + SLOT_DATA, &copy_all, sizeof copy_all);
    memcpy((uint8_t *)header + SLOT_FRAME, frame->data, frame->len);
    header->tp_len = (uint32_t)sizeof copy_all + frame->len;
    set_status(header, TP_STATUS_SEND_REQUEST);
    return 0;
}

/* Returns the number of slots, from `head` on, that the kernel has passed on. */
static uint32_t count_passed_on(const struct ring_sender *self, uint32_t filled)
{
    uint32_t passed = 0;

    while (passed < filled) {
        uint32_t status = status_of(slot(self, self->head + passed));

        if (status & (TP_STATUS_SEND_REQUEST | TP_STATUS_WRONG_FORMAT))
            break;
        passed++;
    }
    return passed;
}

/* Sends at most slot_count frames. *reason is an errno, or 0 if all were accepted. */
static uint32_t send_slots(struct ring_sender *self, const struct sender_frame *frames,
                           uint32_t count, int *reason)
{
    uint32_t filled = 0;
    uint32_t taken;
    int refused = 0;
    int failure = 0;

    while (filled < count && !refused) {
        refused = fill(self, self->head + filled, &frames[filled]);
        if (!refused)
            filled++;
    }
    if (filled > 0 && send(self->base.fd, NULL, 0, MSG_DONTWAIT) < 0)
        failure = errno;
    taken = count_passed_on(self, filled);
    for (uint32_t i = taken; i < filled; i++)
        set_status(slot(self, self->head + i), TP_STATUS_AVAILABLE);
    self->head = (self->head + taken) & (self->slot_count - 1);
    if (taken == filled)
        failure = refused;
    else if (failure == 0)
        failure = EAGAIN;
    *reason = failure;
    return taken;
}

static uint32_t send_by_ring(struct sender *sender, const struct sender_frame *frames,
                             uint32_t count, int *reason)
{
    struct ring_sender *self = (struct ring_sender *)sender;
    uint32_t taken = 0;
    int failure = 0;

    while (taken < count && !failure) {
        uint32_t some = count - taken < self->slot_count ? count - taken : self->slot_count;

        taken += send_slots(self, frames + taken, some, &failure);
    }
    return socket_sender_result(&self->base, taken, failure, reason);
}

const struct sender_ops sender_ring_ops = {.name = "ring",
                                           .open = open_ring,
                                           .send = send_by_ring,
                                           .wait = socket_sender_wait,
                                           .flush = socket_sender_flush,
                                           .close = close_ring};
