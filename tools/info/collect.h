/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_COLLECT_H
#define INFO_COLLECT_H

/*
 * What is in a capture, counted packet by packet: tenants, deviations, other traffic, the file. No
 * files, no printing; memory is bounded (tenants.h, addresses.h) whatever the packets are.
 */

#include "capfile/capture.h"
#include "frame.h"
#include "rules.h"
#include "tenants.h"

/* Packets that are not NVGRE. */
enum info_kind {
    INFO_KIND_IPV4,
    INFO_KIND_IPV6,
    INFO_KIND_ARP,
    INFO_KIND_ETHERTYPE, /* another one, or none */
    INFO_KIND_NO_KEY,
    INFO_KIND_GRE,
    INFO_KIND_FRAGMENT, /* of an outer packet with GRE */
    INFO_KIND_MALFORMED,
    INFO_KIND_TRUNCATED,
    INFO_KIND_LINK, /* link types in which IP is not looked for */
    INFO_KIND_COUNT
};

struct info_kind_row {
    const char *name; /* in JSON */
    const char *text;
};

extern const struct info_kind_row info_kind_rows[INFO_KIND_COUNT];

struct info_count {
    uint64_t packets;
    uint64_t bytes; /* on the wire */
};

/* All packets that were read. */
struct info_file {
    struct info_count all;
    uint64_t captured_bytes;
    uint64_t cut_packets; /* captured shorter than they were, by the snaplen */
    struct info_span span;
};

struct info {
    struct info_file file;
    struct info_tenant nvgre; /* all tenants together, without details */
    struct info_tenants tenants;
    struct info_count kinds[INFO_KIND_COUNT];
    struct info_finding findings[INFO_RULE_COUNT];
    uint64_t protocols[INFO_PROTOCOL_COUNT];
    uint64_t linktypes[UINT16_MAX + 1];  /* packets of each LINKTYPE_ value */
    uint64_t ethertypes[UINT16_MAX + 1]; /* inner frames of INFO_OTHER_ETHERTYPE; 802.3 at 0 */
};

/* NULL where memory is out. */
struct info *info_new(void);
void info_free(struct info *info);

/* A packet, taken apart. */
struct info_packet {
    const struct cap_packet *packet;
    struct time_point time; /* set unless the packet has none */
    bool has_time;
    bool known_link;
    struct nvgre_frame frame;
};

static inline bool info_is_nvgre(const struct info_packet *packet)
{
    return nvgre_class_has_inner(packet->frame.kind);
}

/* Counts a packet for the file and takes it apart, for the next call. */
void info_read(struct info *info, const struct cap_packet *packet, struct info_packet *taken);

/*
 * Counts a packet that is selected. Returns 0, or -1 if out of memory. Findings of
 * INFO_RULE_BAD_BLOCK are the caller's.
 */
int info_count(struct info *info, const struct info_packet *packet);

#endif
