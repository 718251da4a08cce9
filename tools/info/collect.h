/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_COLLECT_H
#define INFO_COLLECT_H

/*
 * The contents of a capture, counted packet by packet: tenants, deviations, other traffic, the
 * file. This module does not read files and does not print. Its memory is bounded for any input
 * (see tenants.h and addresses.h).
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
    INFO_KIND_ETHERTYPE, /* other EtherTypes, or no EtherType */
    INFO_KIND_NO_KEY,
    INFO_KIND_GRE,
    INFO_KIND_FRAGMENT, /* a fragment of an outer packet with GRE */
    INFO_KIND_MALFORMED,
    INFO_KIND_TRUNCATED,
    INFO_KIND_LINK, /* a link type that we do not decode */
    INFO_KIND_COUNT
};

struct info_kind_row {
    const char *name; /* the name in JSON */
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
    uint64_t cut_packets; /* captured only up to the snaplen */
    struct info_span span;
};

struct info {
    struct info_file file;
    struct info_tenant nvgre; /* totals of all tenants, without details */
    struct info_tenants tenants;
    struct info_count kinds[INFO_KIND_COUNT];
    struct info_finding findings[INFO_RULE_COUNT];
    uint64_t protocols[INFO_PROTOCOL_COUNT];
    uint64_t linktypes[UINT16_MAX + 1];  /* packets of each LINKTYPE_ value */
    uint64_t ethertypes[UINT16_MAX + 1]; /* of INFO_OTHER_ETHERTYPE; 802.3 frames are at 0 */
};

/* Returns NULL if out of memory. */
struct info *info_new(void);
void info_free(struct info *info);

/* A decoded packet. */
struct info_packet {
    const struct cap_packet *packet;
    struct time_point time; /* valid if has_time */
    bool has_time;
    bool known_link;
    struct nvgre_frame frame;
};

static inline bool info_is_nvgre(const struct info_packet *packet)
{
    return nvgre_class_has_inner(packet->frame.kind);
}

/* Counts a packet in the file totals and decodes it into `taken`, for info_count. */
void info_read(struct info *info, const struct cap_packet *packet, struct info_packet *taken);

/*
 * Counts a selected packet. Returns 0, or -1 if out of memory. The caller counts findings of
 * INFO_RULE_BAD_BLOCK.
 */
int info_count(struct info *info, const struct info_packet *packet);

#endif
