/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "sender_kinds.h"

struct pcap_sender {
    struct socket_sender base;
    pcap_t *pcap;
};

enum { CAPTURE_BUFFER_LEN = 65536 }; /* of what is never captured */

/* Nothing that arrives is handed over. */
static int take_nothing(pcap_t *pcap)
{
    struct bpf_insn refuse = {.code = BPF_RET | BPF_K, .k = 0};
    struct bpf_program program = {.bf_len = 1, .bf_insns = &refuse};

    return pcap_setfilter(pcap, &program);
}

static pcap_t *open_handle(const struct iface_link *link, struct cap_error *error)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_create(link->name, text);
    int code;

    if (!pcap) {
        cap_error_set(error, "cannot open by libpcap: %s", text);
        return NULL;
    }
    (void)pcap_set_buffer_size(pcap, CAPTURE_BUFFER_LEN);
    code = pcap_activate(pcap);
    if (code == PCAP_ERROR_PERM_DENIED)
        iface_error(error, "", EPERM);
    else if (code == PCAP_ERROR_NO_SUCH_DEVICE)
        iface_error(error, "", ENODEV);
    else if (code < 0)
        cap_error_set(error, "cannot open by libpcap: %s", pcap_geterr(pcap));
    else if (take_nothing(pcap) != 0 || pcap_setnonblock(pcap, 1, text) != 0)
        cap_error_set(error, "cannot send by libpcap: %s", *text ? text : pcap_geterr(pcap));
    else
        return pcap;
    pcap_close(pcap);
    return NULL;
}

static struct sender *open_pcap(const struct iface_link *link, bool qdisc_bypass,
                                struct cap_error *error)
{
    struct pcap_sender *self = calloc(1, sizeof *self);

    (void)qdisc_bypass;
    if (!self) {
        cap_error_system(error, "cannot send");
        return NULL;
    }
    self->pcap = open_handle(link, error);
    if (!self->pcap) {
        free(self);
        return NULL;
    }
    self->base = (struct socket_sender){
        .sender.ops = &sender_pcap_ops, .fd = pcap_fileno(self->pcap), .link = *link};
    return &self->base.sender;
}

static uint32_t send_by_pcap(struct sender *sender, const struct sender_frame *frames,
                             uint32_t count, int *reason)
{
    struct pcap_sender *self = (struct pcap_sender *)sender;
    uint32_t taken = 0;
    int failure = 0;

    while (taken < count && !failure) {
        errno = 0;
        if (pcap_inject(self->pcap, frames[taken].data, frames[taken].len) >= 0)
            taken++;
        else
            failure = errno ? errno : EINVAL; /* libpcap itself did not want it */
    }
    return socket_sender_result(&self->base, taken, failure, reason);
}

static int close_pcap(struct sender *sender, struct cap_error *error)
{
    (void)error;
    pcap_close(((struct pcap_sender *)sender)->pcap);
    free(sender);
    return 0;
}

const struct sender_ops sender_pcap_ops = {.name = "pcap",
                                           .open = open_pcap,
                                           .send = send_by_pcap,
                                           .wait = socket_sender_wait,
                                           .flush = socket_sender_flush,
                                           .close = close_pcap};
