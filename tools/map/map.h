/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_MAP_H
#define MAP_MAP_H

/*
 * The location map: which provider address (PA) a tenant's frame goes to, and which it comes from
 * (RFC 7637 sections 4.2 to 4.6). It is read from YAML of our own, or from the JSON and CSV of
 * Get-NetVirtualizationLookupRecord, -CustomerRoute, -ProviderAddress and -ProviderRoute.
 *
 * Nothing here prints. A loaded map is constant; lookups neither allocate nor lock.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/address.h"
#include "frame.h"

#define MAP_NONE UINT32_MAX              /* no index */
#define MAP_FILE_MAX (UINT32_C(1) << 30) /* bytes of a file */
#define MAP_RECORDS_MAX 0xFFFFFEu        /* of each kind of entry */
#define MAP_WARNINGS_MAX 10u             /* kept; all are counted */

struct map;

/* What there is to say of a place in a file: `place: text`. */
struct map_message {
    char place[288]; /* file:line:column, or file; a long name without its beginning */
    char text[256];  /* what was expected, and the value */
};

struct map_report {
    struct map_message error; /* of a load that failed */
    struct map_message warnings[MAP_WARNINGS_MAX];
    uint32_t warning_count;
};

enum map_result {
    MAP_OK,
    MAP_INVALID,   /* what the file says is wrong */
    MAP_UNREADABLE /* a file cannot be read, or memory is out */
};

struct map_options {
    bool allow_reserved; /* VSIDs 0 to 0xFFF and 0xFFFFFF (RFC 7637 section 3.4) */
};

/* Loads files into one map (`-` is standard input). *map is set where MAP_OK is returned. */
enum map_result map_load(const char *const *paths, size_t count, const struct map_options *options,
                         struct map **map, struct map_report *report);

/* The same for one file that is in memory; `name` is what messages call it. */
enum map_result map_load_text(const char *name, const void *data, size_t len,
                              const struct map_options *options, struct map **map,
                              struct map_report *report);
void map_free(struct map *map);

/* How the destination MAC of a PA is known. */
enum map_mac {
    MAP_MAC_NONE, /* it is not */
    MAP_MAC_OWN,  /* its own */
    MAP_MAC_ROUTE /* of the next hop of a provider route */
};

/* A PA. PAs have indexes from 0 to map_pa_count - 1. */
struct map_pa {
    uint32_t index; /* its own */
    struct address address;
    enum map_mac mac_from;
    uint8_t mac[6];
    uint16_t vlan; /* VLAN ID of the provider's network, 0 for none */
    bool local;
    bool group;  /* a multicast address */
    bool listed; /* among the providers, not only in records or flood lists */
};

uint32_t map_pa_count(const struct map *map);
const struct map_pa *map_pa(const struct map *map, uint32_t index);

/* How a frame's way was found; in the order in which it is looked for. */
enum map_hit {
    MAP_MISS,
    MAP_HIT_FLOOD,  /* a group MAC: the subnet's multicast PA, or all PAs of its list */
    MAP_HIT_MAC,    /* (VSID, inner destination MAC) */
    MAP_HIT_CA,     /* (VSID, inner destination address) */
    MAP_HIT_ROUTE,  /* the longest prefix in the routing domain, then its next hop or the CA */
    MAP_HIT_GATEWAY /* the subnet's wildcard record */
};

struct map_way {
    enum map_hit hit;
    uint32_t vsid;           /* of the receiver; another one only where routed to its subnet */
    const uint8_t *mac;      /* of the receiver where routed and known, else NULL */
    const uint32_t *remotes; /* indexes of PAs, of which each gets a copy; NULL of a miss */
    uint32_t remote_count;   /* 1 but for flood lists; 0 of a miss */
};

/*
 * Looks up where a frame of a VSID goes. Of a record's several PAs one is chosen by the upper
 * bits of `hash`, among those of an IP version that the sender has too. A flood list may hold the
 * sender's own PA: it gets no copy. Returns way->hit.
 */
enum map_hit map_lookup(const struct map *map, uint32_t vsid, const struct nvgre_inner *inner,
                        uint32_t hash, struct map_way *way);

/*
 * The sender's PA, of an IP version (that of the remote PA): by (VSID, inner source MAC), else by
 * (VSID, inner source address), else the only local PA of that version. MAP_NONE where unknown.
 */
uint32_t map_local(const struct map *map, uint32_t vsid, const struct nvgre_inner *inner,
                   uint32_t hash, uint8_t version);

/* The VLAN IDs of a frame or a subnet: 1 to 4094, or 0 for none. */
struct map_vlans {
    uint16_t
        svlan; /* of a service tag in front of another tag, or of a subnet of all such frames */
    uint16_t vlan;
};

/*
 * The VSID of a frame with these VLANs, or NVGRE_VSID_NONE: that of both, else that of the service
 * VLAN, whatever is behind it. And the VLANs of a VSID.
 */
uint32_t map_vlans_vsid(const struct map *map, struct map_vlans vlans);
struct map_vlans map_vsid_vlans(const struct map *map, uint32_t vsid);

/* Writes a map as YAML. A failed write shows on the stream. */
void map_write(const struct map *map, FILE *stream);

#endif
