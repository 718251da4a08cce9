/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LEARN_LEARN_H
#define LEARN_LEARN_H

/*
 * Learning a map from NVGRE packets: which MAC and customer address (CA) of a VSID is behind which
 * provider address (PA), as their sources tell. Memory is bounded by `entries_max`.
 */

#include "capfile/capture.h"
#include "map/map.h"

/* What was learned so far, and what contradicted it: there the later packet wins. */
struct map_learn_counts {
    uint64_t packets;
    uint32_t subnets;
    uint32_t macs;
    uint32_t cas;
    uint32_t pas;
    uint32_t floods;      /* pairs of VSID and PA that broadcasts and multicasts went to */
    uint64_t moved_macs;  /* times that a MAC was behind another PA than before */
    uint64_t moved_cas;   /* times that a CA had another MAC than before */
    uint64_t changed_pas; /* times that a PA had another outer MAC or VLAN than before */
    uint64_t not_learned; /* packets with something new, for which there was no room */
};

struct map_learn;

/* NULL where memory is out. */
struct map_learn *map_learn_new(uint32_t entries_max);
void map_learn_free(struct map_learn *learn);

/*
 * Learns from a packet of class CLEAN or DEVIANT, as nvgre_frame_decode found it. Returns 0, or -1
 * where memory is out.
 */
int map_learn_packet(struct map_learn *learn, const struct cap_packet *packet,
                     const struct nvgre_frame *frame);
const struct map_learn_counts *map_learn_counts(const struct map_learn *learn);

/* Makes a map of what was learned, reserved VSIDs too. */
enum map_result map_learn_finish(struct map_learn *learn, struct map **map,
                                 struct map_report *report);

#endif
