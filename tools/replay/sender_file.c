/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capfile/writer.h"
#include "sender_kinds.h"

enum { NS = 1000000000 };

struct file_sender {
    struct sender sender;
    struct cap_writer writer;
    struct cap_reader source; /* the writer needs a reader as the packets' origin */
    struct cap_iface iface;
    struct cap_packet packet;
    uint32_t since_flush; /* frames accepted */
    bool complete;        /* all accepted frames are written */
};

static const struct sender_ops sender_file_ops;

static bool go_on(void *context)
{
    (void)context;
    return true;
}

static uint16_t same_linktype(uint16_t linktype)
{
    return linktype;
}

struct sender *sender_file_open(const char *path, struct cap_error *error)
{
    const struct cap_writer_config config = {.format = CAP_FORMAT_NSECPCAP,
                                             .linktype = same_linktype};
    struct file_sender *self = calloc(1, sizeof *self);

    if (!self) {
        cap_error_system(error, "cannot create");
        return NULL;
    }
    self->sender.ops = &sender_file_ops;
    self->iface = (struct cap_iface){.linktype = CAP_LINKTYPE_ETHERNET, .tsresol = 9};
    self->packet = (struct cap_packet){.iface = &self->iface, .record = CAP_RECORD_PCAP};
    self->source = (struct cap_reader){.input = {.fd = -1, .wait.go_on = go_on},
                                       .format = CAP_FORMAT_NSECPCAP,
                                       .packet = self->packet};
    if (cap_writer_open(&self->writer, path, &self->source, &config, error) != 0) {
        free(self);
        return NULL;
    }
    return &self->sender;
}

/* Returns 0, or an errno. */
static int record(struct file_sender *self, const struct sender_frame *frame)
{
    struct cap_packet *packet = &self->packet;
    uint32_t time[2];

    if (frame->len > CAP_PACKET_MAX)
        return EMSGSIZE;
    if (frame->time_ns < 0 || frame->time_ns / NS > UINT32_MAX)
        return EOVERFLOW; /* outside the time range of pcap */
    time[0] = (uint32_t)(frame->time_ns / NS);
    time[1] = (uint32_t)(frame->time_ns % NS);
    memcpy(&packet->ts, time, sizeof packet->ts);
    memcpy(cap_writer_room(&self->writer), frame->data, frame->len);
    if (cap_writer_commit(&self->writer, packet, self->iface.linktype, frame->len, frame->len) !=
        CAP_OK)
        return self->writer.output.error;
    return 0;
}

static uint32_t send_to_file(struct sender *sender, const struct sender_frame *frames,
                             uint32_t count, int *reason)
{
    struct file_sender *self = (struct file_sender *)sender;
    uint32_t taken = 0;

    while (taken < count && *reason == 0) {
        *reason = record(self, &frames[taken]);
        if (*reason == 0)
            taken++;
    }
    self->since_flush += taken;
    self->complete = false;
    return taken;
}

static void wait_for_nothing(struct sender *sender, int64_t ns)
{
    (void)sender;
    (void)ns;
}

static uint32_t flush_file(struct sender *sender, int *reason)
{
    struct file_sender *self = (struct file_sender *)sender;
    uint32_t lost = 0;

    if (cap_writer_flush(&self->writer) != 0) {
        *reason = self->writer.output.error;
        lost = self->since_flush;
    }
    self->since_flush = 0;
    self->complete = lost == 0 && self->writer.output.error == 0;
    return lost;
}

/*
 * Write errors were reported before. If not everything was flushed, the file is not renamed to its
 * final name.
 */
static int close_file(struct sender *sender, struct cap_error *error)
{
    struct file_sender *self = (struct file_sender *)sender;
    int result = self->complete ? cap_writer_publish(&self->writer, error) : 0;

    cap_writer_close(&self->writer);
    free(self);
    return result;
}

static const struct sender_ops sender_file_ops = {.name = "file",
                                                  .send = send_to_file,
                                                  .wait = wait_for_nothing,
                                                  .flush = flush_file,
                                                  .close = close_file};
