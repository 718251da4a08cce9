/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LEARN_LEARNED_H
#define LEARN_LEARNED_H

/* The entries that learning collects. Internal to the module. */

#include "learn.h"
#include "map/model.h"

struct learned_pa {
    struct address address;
    bool sends; /* `has_mac`, `mac` and `vlan` are set */
    bool has_mac;
    uint8_t mac[6];
    uint16_t vlan;
};

struct learned_mac {
    uint32_t vsid;
    uint32_t pa;
    uint8_t mac[6];
    bool has_ca;
};

struct learned_ca {
    uint32_t vsid;
    uint32_t mac; /* index */
    struct address address;
};

struct learned_flood {
    uint32_t vsid;
    uint32_t pa;
};

/* An array, and a table that finds its elements by key. */
struct learned {
    void *items;
    uint32_t room;
    struct table table;
};

struct map_learn {
    uint32_t entries_max; /* sum of all kinds */
    struct map_learn_counts counts;
    struct learned subnets; /* uint32_t: a VSID */
    struct learned pas;     /* struct learned_pa */
    struct learned macs;    /* struct learned_mac */
    struct learned cas;     /* struct learned_ca */
    struct learned floods;  /* struct learned_flood */
};

#endif
