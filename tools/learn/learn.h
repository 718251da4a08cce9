/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LEARN_LEARN_H
#define LEARN_LEARN_H

/*
 * Learns a map from the sources of NVGRE packets: which MACs and customer addresses (CAs) of a VSID
 * belong to which provider address (PA). `entries_max` limits the memory.
 */

#include "capfile/capture.h"
#include "map/map.h"

/* Numbers of entries learned, and of contradictions. In a contradiction the later packet wins. */
struct map_learn_counts {
    uint64_t packets;
    uint32_t subnets;
    uint32_t macs;
    uint32_t cas;
    uint32_t pas;
    uint32_t floods;      /* pairs of VSID and PA that received broadcasts or multicasts */
    uint64_t moved_macs;  /* a MAC appeared at another PA than before */
    uint64_t moved_cas;   /* a CA appeared with another MAC than before */
    uint64_t changed_pas; /* a PA appeared with another outer MAC or VLAN than before */
    uint64_t not_learned; /* packets with something new that had no room */
};

struct map_learn;

/* Returns NULL if out of memory. The result holds at most entries_max entries. */
struct map_learn *map_learn_new(uint32_t entries_max);
void map_learn_free(struct map_learn *learn);

/*
 * Learns from a packet of class CLEAN or DEVIANT. `frame` is the result of nvgre_frame_decode.
 * Returns 0, or -1 if out of memory.
 */
int map_learn_packet(struct map_learn *learn, const struct cap_packet *packet,
                     const struct nvgre_frame *frame);
const struct map_learn_counts *map_learn_counts(const struct map_learn *learn);

/*
 * Creates a map from what was learned, including reserved VSIDs. The caller frees it with map_free.
 */
enum map_result map_learn_finish(struct map_learn *learn, struct map **map,
                                 struct map_report *report);

#endif
