/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Feeds a file to the location map. A map that loads must be written as a map that loads and is
 * written in the same way again. Frames made of the file's bytes must find a valid way or none.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map/map.h"
#include "map/model.h"

enum { FRAME_LEN = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct map_options options = {.allow_reserved = true};

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so that %s\n", what);
        abort();
    }
}

static char *written(const struct map *map, size_t *len)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, len);

    require(stream != NULL, "there is memory");
    map_write(map, stream);
    require(fclose(stream) == 0, "a map can be written");
    return text;
}

static void check_written(const struct map *map)
{
    struct map_report report;
    struct map *back = NULL;
    size_t len = 0, back_len = 0;
    char *text = written(map, &len);
    char *again;

    if (map_load_text("written", text, len, &options, &back, &report) != MAP_OK)
        fprintf(stderr, "%s%s: %s\n", text, report.error.place, report.error.text);
    require(back != NULL, "what is written loads");
    again = written(back, &back_len);
    require(len == back_len && memcmp(text, again, len) == 0, "it is written the same again");
    require(map->record_count == back->record_count, "no record is lost");
    free(text);
    free(again);
    map_free(back);
}

static void check_way(const struct map *map, const uint8_t *frame, uint32_t vsid)
{
    struct nvgre_inner inner;
    struct map_way way;

    nvgre_inner_decode(frame, FRAME_LEN, &inner);
    require(map_lookup(map, vsid, &inner, wire_get32(frame), &way) == way.hit, "a hit is one");
    require((way.hit == MAP_MISS) == (way.remote_count == 0), "a way leads somewhere");
    require(way.hit == MAP_HIT_FLOOD || way.remote_count <= 1, "only floods are copied");
    for (uint32_t i = 0; i < way.remote_count; i++) {
        uint32_t local;

        require(way.remotes[i] < map_pa_count(map), "a remote PA exists");
        local = map_local(map, vsid, &inner, 7, map_pa(map, way.remotes[i])->address.version);
        require(local == MAP_NONE ||
                    (local < map_pa_count(map) && map_pa(map, local)->address.version ==
                                                      map_pa(map, way.remotes[i])->address.version),
                "a local PA has the remote one's version");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t vsids[] = {1, 5001, 5002, 6001, NVGRE_VSID_MAX};
    static const uint8_t ip[] = {8,  0,  0x45, 0, 0,  40, 0, 0, 0,  0,
                                 64, 17, 0,    0, 10, 0,  0, 5, 10, 0};
    struct map_report report;
    struct map *map = NULL;
    enum map_result result = map_load_text("map", data, size, &options, &map, &report);

    if (result != MAP_OK) {
        require(result == MAP_INVALID && report.error.text[0], "an error has a text");
        return 0;
    }
    check_written(map);
    for (size_t at = 0; at + 2 <= size && at < 16; at++) {
        uint8_t frame[FRAME_LEN] = {6, 6, 0, 0, 0, 7, 6, 6, 0, 0, 0, 5};

        memcpy(frame + 12, ip, sizeof ip);
        frame[0] ^= data[at] & 1;
        memcpy(frame + 32, data + at, 2);
        for (size_t i = 0; i < sizeof vsids / sizeof vsids[0]; i++)
            check_way(map, frame, vsids[i]);
    }
    map_free(map);
    return 0;
}
