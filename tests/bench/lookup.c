/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Times lookups in location maps with the given numbers of records. Machines and hosts grow with
 * the map. A lookup uses the MAC addresses of a frame between two random machines. Each lookup
 * starts when the previous one has ended, so the time is the full time of one lookup.
 *
 * lookup RECORDS...
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "map/macs.h"
#include "wire.h"

enum { HOSTS = 250, VSID = 5001, ROUNDS = 31, LOOKUPS = 100000, FRAME_LEN = 38 };

static const uint8_t frame_start[FRAME_LEN] = {
    [12] = 8, [14] = 0x45, [17] = 24, [22] = 64, [23] = 17};

static double now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static uint32_t choose(uint32_t random, uint32_t count)
{
    return (uint32_t)((uint64_t)random * count >> 32);
}

/*
 * Writes 4 bytes at once, because lookups read 4 bytes. Otherwise the read would wait for the
 * store.
 */
static uint32_t mac_of(uint32_t machine)
{
    return 2u << 24 | machine;
}

/*
 * Makes a map of `count` machines, in the format of Get-NetVirtualizationLookupRecord | Export-Csv.
 */
static struct map *make_map(uint32_t count)
{
    const struct map_options options = {.allow_reserved = false};
    struct map_report report;
    struct map *map = NULL;
    char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);

    if (!stream)
        return NULL;
    fprintf(stream, "VirtualSubnetID,CustomerAddress,ProviderAddress,MACAddress,Rule\n");
    for (uint32_t i = 0; i < count; i++)
        fprintf(stream, "%d,10.%u.%u.%u,192.0.2.%u,%08" PRIX32 "0000,TranslationMethodEncap\n",
                VSID, i >> 16, i >> 8 & 255, i & 255, i % HOSTS + 1, mac_of(i));
    if (fclose(stream) != 0)
        return NULL;
    if (map_load_text("map", text, len, &options, &map, &report) != MAP_OK)
        fprintf(stderr, "lookup: %s: %s\n", report.error.place, report.error.text);
    free(text);
    return map;
}

static uint32_t by_short_way(const struct map *map, const struct nvgre_inner *inner)
{
    uint32_t local;
    uint32_t remote;

    return macs_find_pair(map_macs(map), VSID, inner->data, &local, &remote) ? local + remote
                                                                             : MAP_NONE;
}

static uint32_t by_long_way(const struct map *map, const struct nvgre_inner *inner)
{
    struct map_way way;

    if (map_lookup(map, VSID, inner, 0, &way) == MAP_MISS)
        return MAP_NONE;
    return way.remotes[0] + map_local(map, VSID, inner, 0, 4);
}

/* Nanoseconds for the two lookups of a frame, in one round. */
static double round_of(const struct map *map, uint32_t count, uint32_t *state,
                       uint32_t (*look_up)(const struct map *, const struct nvgre_inner *))
{
    uint8_t frame[FRAME_LEN];
    struct nvgre_inner inner;
    double start;

    memcpy(frame, frame_start, sizeof frame);
    nvgre_inner_decode(frame, sizeof frame, &inner);
    start = now_ns();
    for (int i = 0; i < LOOKUPS; i++) {
        *state = *state * 1664525u + 1013904223u;
        wire_put32(frame, mac_of(choose(*state, count)));
        wire_put32(frame + 6, mac_of(choose(*state * 0x9E3779B1u, count)));
        *state += look_up(map, &inner);
    }
    return (now_ns() - start) / LOOKUPS;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median_of(const struct map *map, uint32_t count,
                        uint32_t (*look_up)(const struct map *, const struct nvgre_inner *))
{
    double times[ROUNDS];
    uint32_t state = 7637;

    for (int i = 0; i < ROUNDS; i++)
        times[i] = round_of(map, count, &state, look_up);
    qsort(times, ROUNDS, sizeof *times, by_value);
    return times[ROUNDS / 2];
}

int main(int argc, char **argv)
{
    printf("%10s %22s %22s\n", "records", "short way, ns a frame", "long way, ns a frame");
    for (int i = 1; i < argc; i++) {
        uint32_t count = (uint32_t)strtoul(argv[i], NULL, 10);
        struct map *map = make_map(count);

        if (!map)
            return EXIT_FAILURE;
        printf("%10" PRIu32 " %22.1f %22.1f\n", count, median_of(map, count, by_short_way),
               median_of(map, count, by_long_way));
        map_free(map);
    }
    return EXIT_SUCCESS;
}
