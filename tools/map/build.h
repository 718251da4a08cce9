/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_BUILD_H
#define MAP_BUILD_H

/* Adds entries to a map and checks each entry against the others. Internal to the module. */

#include "model.h"

struct place {
    uint32_t line; /* from 1; 0 for the whole file */
    uint32_t column;
    uint16_t file; /* index in builder.files */
};

struct builder {
    struct map *map;
    const struct map_options *options;
    struct map_report *report;
    const char *const *files;
    enum map_result result; /* of the last failure */
    struct route *pending;  /* routes; later entries may still set their routing domain */
    uint32_t pending_count, pending_room;
};

/* The int functions below return 0, or -1 after build_fail or build_no_memory. */

int build_fail(struct builder *builder, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int build_no_memory(struct builder *builder);
void build_warn(struct builder *builder, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct build_text {
    char text[300];
};

/* Names the place of an earlier entry, for a message about `at`. */
struct build_text build_earlier(const struct builder *builder, struct place at, uint16_t file,
                                uint32_t line);

/*
 * build_begin starts a map. build_end resolves routes and MACs; call it after all entries.
 * build_free frees the builder, but not builder->map.
 */
int build_begin(struct builder *builder);
int build_end(struct builder *builder);
void build_free(struct builder *builder);

/* Makes room for one more element in an array of the map. */
int build_room(struct builder *builder, void **array, uint32_t count, uint32_t *room, size_t size);

/* Adds a routing domain. One without a name ("") belongs to a single subnet. */
int build_domain(struct builder *builder, const char *name, uint32_t *index);

/*
 * Adds the subnet of a VSID if it is missing. Puts it into the routing domain `rdid`, unless `rdid`
 * is NULL.
 */
int build_in_domain(struct builder *builder, uint32_t vsid, struct place at, const char *rdid,
                    struct place rdid_at);

/* Finds or adds the set of these PAs (at least one). */
int build_set(struct builder *builder, const uint32_t *pas, uint32_t count, struct place at,
              uint32_t *index);

/* Finds or adds a PA. It need not be listed as a provider. */
int build_pa(struct builder *builder, const struct address *address, uint32_t *index);

struct provider_entry {
    struct map_pa pa; /* mac_from is MAP_MAC_NONE or MAP_MAC_OWN */
    struct place at;
};
int build_provider(struct builder *builder, const struct provider_entry *entry);

struct route_entry {
    struct route route; /* all except domain and place */
    const char *rdid;
    struct place at, rdid_at, vsid_at;
};
int build_route(struct builder *builder, const struct route_entry *entry);
int build_provider_route(struct builder *builder, const struct route_entry *entry);

struct subnet_entry {
    uint32_t vsid;
    struct map_vlans vlans;
    const char *rdid;      /* or NULL */
    const uint32_t *flood; /* indexes of PAs, in any order */
    uint32_t flood_count;
    struct place at, vlans_at, rdid_at, flood_at;
};
int build_subnet(struct builder *builder, const struct subnet_entry *entry);

struct record_entry {
    uint32_t vsid;
    enum record_type type;
    bool has_mac;
    uint8_t mac[6];
    struct address ca;
    const char *rdid; /* or NULL */
    const uint32_t *pas;
    uint32_t pa_count;
    struct place at, ca_at, mac_at, rdid_at, pas_at;
};
int build_record(struct builder *builder, const struct record_entry *entry);

#endif
