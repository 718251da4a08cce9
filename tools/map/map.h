/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_MAP_H
#define MAP_MAP_H

/*
 * The location map: which provider address (PA) sends a tenant's frame and which receives it (RFC
 * 7637 sections 4.2 to 4.6). It is read from our own YAML format, or from JSON and CSV of
 * Get-NetVirtualizationLookupRecord, -CustomerRoute, -ProviderAddress and -ProviderRoute.
 *
 * Nothing here prints. A loaded map is constant. Lookups neither allocate memory nor lock.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/address.h"
#include "frame.h"

#define MAP_NONE UINT32_MAX              /* no index */
#define MAP_FILE_MAX (UINT32_C(1) << 30) /* bytes of one file */
#define MAP_RECORDS_MAX 0xFFFFFEu        /* entries of each kind */
#define MAP_WARNINGS_MAX 10u             /* warnings that are kept; all are counted */

struct map;

/* A message about a place in a file, to be printed as `place: text`. */
struct map_message {
    char place[288]; /* file:line:column, or file; a long name loses its beginning */
    char text[256];  /* what was expected, and the value */
};

struct map_report {
    struct map_message error; /* if the load failed */
    struct map_message warnings[MAP_WARNINGS_MAX];
    uint32_t warning_count;
};

enum map_result {
    MAP_OK,
    MAP_INVALID,   /* the content of a file is wrong */
    MAP_UNREADABLE /* a file cannot be read, or out of memory */
};

struct map_options {
    bool allow_reserved; /* allow VSIDs 0 to 0xFFF and 0xFFFFFF (RFC 7637 section 3.4) */
};

/*
 * Loads files into one map; `-` is standard input. Sets *map only if it returns MAP_OK. The caller
 * frees it with map_free.
 */
enum map_result map_load(const char *const *paths, size_t count, const struct map_options *options,
                         struct map **map, struct map_report *report);

/* Loads one file from memory. Messages call it `name`. */
enum map_result map_load_text(const char *name, const void *data, size_t len,
                              const struct map_options *options, struct map **map,
                              struct map_report *report);
void map_free(struct map *map);

/* Where the destination MAC of a PA comes from. */
enum map_mac {
    MAP_MAC_NONE, /* the MAC is not known */
    MAP_MAC_OWN,  /* the PA's own entry */
    MAP_MAC_ROUTE /* the next hop of a provider route */
};

/* A provider address. Indexes go from 0 to map_pa_count - 1. */
struct map_pa {
    uint32_t index; /* of this PA */
    struct address address;
    enum map_mac mac_from;
    uint8_t mac[6];
    uint16_t vlan; /* VLAN ID in the provider's network, 0 for none */
    bool local;
    bool group;  /* a multicast address */
    bool listed; /* in the provider list, not only in records or flood lists */
};

uint32_t map_pa_count(const struct map *map);
const struct map_pa *map_pa(const struct map *map, uint32_t index);

/* How the receiver of a frame was found, in search order. */
enum map_hit {
    MAP_MISS,
    MAP_HIT_FLOOD,  /* group MAC: the subnet's multicast PA, or all PAs of its flood list */
    MAP_HIT_MAC,    /* (VSID, inner destination MAC) */
    MAP_HIT_CA,     /* (VSID, inner destination address) */
    MAP_HIT_ROUTE,  /* longest prefix in the routing domain, then next hop or CA */
    MAP_HIT_GATEWAY /* the subnet's wildcard record */
};

struct map_way {
    enum map_hit hit;
    uint32_t vsid;           /* of the receiver; differs only after routing to another subnet */
    const uint8_t *mac;      /* of the receiver, if routed and known; otherwise NULL */
    const uint32_t *remotes; /* indexes of PAs; each gets a copy; NULL after a miss */
    uint32_t remote_count;   /* 1, except for flood lists; 0 after a miss */
};

/*
 * Finds the receiver of a frame in a VSID. If a record has several PAs, the upper bits of `hash`
 * select one; it has an IP version that the sender has too, if possible. A flood list may contain
 * the sender's own PA: the caller must not send a copy to it. Returns way->hit.
 */
enum map_hit map_lookup(const struct map *map, uint32_t vsid, const struct nvgre_inner *inner,
                        uint32_t hash, struct map_way *way);

/*
 * Returns the sender's PA of an IP version, which is the version of the remote PA. It is found by
 * (VSID, inner source MAC), else by (VSID, inner source address), else it is the only local PA of
 * that version. Returns MAP_NONE if it is not known.
 */
uint32_t map_local(const struct map *map, uint32_t vsid, const struct nvgre_inner *inner,
                   uint32_t hash, uint8_t version);

/* The VLAN IDs of a frame or a subnet: 1 to 4094, or 0 for none. */
struct map_vlans {
    uint16_t svlan; /* service VLAN, the outer tag; a subnet may have only this one */
    uint16_t vlan;
};

/*
 * Returns the VSID of a frame with these VLANs: first by both VLANs, then by the service VLAN
 * alone. Returns NVGRE_VSID_NONE if neither matches. map_vsid_vlans returns the VLANs of a VSID.
 */
uint32_t map_vlans_vsid(const struct map *map, struct map_vlans vlans);
struct map_vlans map_vsid_vlans(const struct map *map, uint32_t vsid);

/* Writes a map as YAML. The caller checks the stream for errors. */
void map_write(const struct map *map, FILE *stream);

#endif
