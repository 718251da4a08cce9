/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "map_file.h"

#include "base/diag.h"
#include "base/progress.h"

static void print_messages(const struct map_report *report)
{
    uint32_t kept =
        report->warning_count < MAP_WARNINGS_MAX ? report->warning_count : MAP_WARNINGS_MAX;

    for (uint32_t i = 0; i < kept; i++)
        diag(report->warnings[i].place, "%s", report->warnings[i].text);
    if (report->warning_count > kept)
        diag("map", "%u more warnings", report->warning_count - kept);
    if (report->error.place[0])
        diag(report->error.place, "%s", report->error.text);
}

int map_file_load(const struct option_names *paths, bool allow_reserved, struct map **map)
{
    const struct map_options options = {.allow_reserved = allow_reserved};
    struct map_report report = {0};
    enum map_result result;

    progress_phase("reading the map");
    result = map_load(paths->items, paths->count, &options, map, &report);
    progress_phase(NULL);

    print_messages(&report);
    if (result == MAP_OK)
        return OPTIONS_GO_ON;
    *map = NULL;
    return result == MAP_INVALID ? EXIT_USAGE : EXIT_RUNTIME;
}
