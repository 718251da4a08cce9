/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capfile/capture.h"
#include "capfile/order.h"
#include "capfile/pcap.h"

/* Few files have this many link types. With more, programs are compiled again. */
enum { PROGRAMS_MAX = 8 };

struct program {
    uint16_t linktype;
    bool swapped;
    bool usable; /* it compiled */
    struct bpf_program code;
};

struct filter {
    const char *expression;
    struct program programs[PROGRAMS_MAX];
    const struct program *last; /* the one used last */
    unsigned count;             /* of programs */
    unsigned next;              /* the program to replace next */
    char reason[PCAP_ERRBUF_SIZE];
};

struct filter *filter_new(const char *expression)
{
    struct filter *filter = calloc(1, sizeof *filter);

    if (filter)
        filter->expression = expression;
    return filter;
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    for (unsigned i = 0; i < filter->count; i++)
        pcap_freecode(&filter->programs[i].code);
    free(filter);
}

/*
 * A handle for a LINKTYPE_ value and byte order. It reads a file header in memory, because only
 * libpcap's file reader maps LINKTYPE_ values to libpcap's own numbers and knows the byte order of
 * the first word of loopback packets.
 */
static pcap_t *open_linktype(uint16_t linktype, bool swapped, char *reason)
{
    uint8_t header[PCAP_HEADER_LEN] = {0};
    FILE *stream = fmemopen(header, sizeof header, "r");
    pcap_t *pcap;

    if (!stream) {
        snprintf(reason, PCAP_ERRBUF_SIZE, "%s", strerror(errno));
        return NULL;
    }
    order_put32(header, PCAP_MAGIC_USEC, swapped);
    order_put16(header + 4, PCAP_VERSION_MAJOR, swapped);
    order_put16(header + 6, 4, swapped);
    order_put32(header + 16, CAP_PACKET_MAX, swapped);
    order_put32(header + 20, linktype, swapped);
    pcap = pcap_fopen_offline(stream, reason);
    if (!pcap)
        fclose(stream);
    return pcap;
}

static bool compile(struct filter *filter, struct program *program)
{
    pcap_t *pcap = open_linktype(program->linktype, program->swapped, filter->reason);

    if (!pcap)
        return false;
    if (pcap_compile(pcap, &program->code, filter->expression, 1, PCAP_NETMASK_UNKNOWN) == 0)
        program->usable = true;
    else
        snprintf(filter->reason, sizeof filter->reason, "%s", pcap_geterr(pcap));
    pcap_close(pcap);
    return program->usable;
}

static struct program *find(struct filter *filter, uint16_t linktype, bool swapped)
{
    for (unsigned i = 0; i < filter->count; i++)
        if (filter->programs[i].linktype == linktype && filter->programs[i].swapped == swapped)
            return &filter->programs[i];
    return NULL;
}

enum filter_answer filter_prepare(struct filter *filter, uint16_t linktype, bool swapped)
{
    struct program *program = find(filter, linktype, swapped);
    bool first = filter->count == 0;

    filter->last = program;
    if (program)
        return FILTER_MATCH;
    program = &filter->programs[filter->next];
    if (filter->count < PROGRAMS_MAX)
        filter->count++;
    else
        pcap_freecode(&program->code);
    filter->next = (filter->next + 1) % PROGRAMS_MAX;
    *program = (struct program){.linktype = linktype, .swapped = swapped};
    filter->last = program;
    if (compile(filter, program))
        return FILTER_MATCH;
    return first ? FILTER_UNFIT : FILTER_PASSED_BY;
}

enum filter_answer filter_ask(struct filter *filter, uint16_t linktype, bool swapped,
                              const uint8_t *data, uint32_t caplen, uint32_t len)
{
    const struct pcap_pkthdr header = {.caplen = caplen, .len = len};

    if (!filter->last || filter->last->linktype != linktype || filter->last->swapped != swapped) {
        enum filter_answer answer = filter_prepare(filter, linktype, swapped);

        if (answer != FILTER_MATCH)
            return answer;
    }
    return filter->last->usable && pcap_offline_filter(&filter->last->code, &header, data)
               ? FILTER_MATCH
               : FILTER_MISS;
}

const char *filter_reason(const struct filter *filter)
{
    return filter->reason;
}

const char *filter_expression(const struct filter *filter)
{
    return filter->expression;
}
