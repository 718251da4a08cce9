/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The same map in all formats and encodings, and files that are wrong as a whole. */

#include "map/model.h"
#include "map_support.h"

#define MAPS CAPTURES_DIR "/../tests/maps/"

struct row {
    const char *name;
    const char *files[4];
    const char *warning; /* place of the only record whose rule is not Encap */
};

static const struct row rows[] = {
    {"YAML", {"all.yaml"}, "all.yaml:21:84"},
    {"JSON, an object of arrays", {"all.json"}, "all.json:235:21"},
    {"JSON, an array", {"all-in-a-list.json"}, NULL},
    {"JSON, UTF-16 little-endian", {"all-utf-16le.json"}, "all-utf-16le.json:235:21"},
    {"JSON, UTF-16 big-endian, arrays in an array", {"all-utf-16be.json"}, NULL},
    {"JSON, words for enumerations", {"all-words.json"}, NULL},
    {"CSV",
     {"lookup-records.csv", "customer-routes.csv", "provider-addresses.csv", "provider-routes.csv"},
     "lookup-records.csv:10:124"},
    {"CSV, UTF-16",
     {"customer-routes.csv", "lookup-records-utf-16le.csv", "provider-routes.csv",
      "provider-addresses.csv"},
     "lookup-records-utf-16le.csv:10:124"},
    {"CSV, few quotes",
     {"customer-routes.csv", "lookup-records-minimal.csv", "provider-routes.csv",
      "provider-addresses.csv"},
     NULL},
};

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 8192);

    assert_non_null(file);
    assert_true(fread(text, 1, 8191, file) < 8191);
    fclose(file);
    return text;
}

static void says_the_same(void **state)
{
    const struct row *row = *state;
    const struct map_options options = {.allow_reserved = false};
    struct map_report report;
    char paths[4][512];
    const char *files[4];
    size_t count = 0;
    struct map *map = NULL;
    char *expected = read_text(MAPS "expected.yaml");
    char *text;

    for (; count < 4 && row->files[count]; count++) {
        snprintf(paths[count], sizeof paths[count], "%s%s", MAPS, row->files[count]);
        files[count] = paths[count];
    }
    if (map_load(files, count, &options, &map, &report) != MAP_OK)
        fail_msg("%s: %s", report.error.place, report.error.text);
    text = written(map);
    assert_string_equal(text, expected);
    assert_int_equal(report.warning_count, 1);
    assert_non_null(strstr(report.warnings[0].text, "is not NVGRE"));
    if (row->warning)
        assert_non_null(strstr(report.warnings[0].place, row->warning));
    free(text);
    free(expected);
    map_free(map);
}

/* Each file that is cut anywhere either loads or is refused. */
static void survives_truncation(void **state)
{
    const struct row *row = *state;
    char path[512];
    uint8_t data[32768];
    size_t len;
    FILE *file;

    snprintf(path, sizeof path, "%s%s", MAPS, row->files[0]);
    file = fopen(path, "rb");
    assert_non_null(file);
    len = fread(data, 1, sizeof data, file);
    fclose(file);
    for (size_t cut = 0; cut < len; cut += cut < 300 ? 1 : 37) {
        struct map_report report;
        struct map *map = NULL;

        if (load_bytes(data, cut, false, &map, &report) == MAP_OK)
            map_free(map);
    }
}

static enum map_result load_one(const char *path, struct map_report *report)
{
    const struct map_options options = {.allow_reserved = false};
    struct map *map = NULL;
    enum map_result result = map_load(&path, 1, &options, &map, report);

    if (result == MAP_OK)
        map_free(map);
    return result;
}

static void refuses_what_cannot_be_read(void **state)
{
    struct map_report report;

    (void)state;
    assert_int_equal(load_one(MAPS "none.yaml", &report), MAP_UNREADABLE);
    assert_string_equal(report.error.text, "cannot read: No such file or directory");
    assert_int_equal(load_one(MAPS, &report), MAP_UNREADABLE);
    assert_string_equal(report.error.text, "cannot read: Is a directory");
    assert_int_equal(load_one("/dev/null", &report), MAP_INVALID);
    assert_string_equal(report.error.place, "/dev/null:1:1");
}

static void says_which_file(void **state)
{
    const struct map_options options = {.allow_reserved = false};
    const char *paths[] = {MAPS "all.yaml", MAPS "lookup-records.csv"};
    struct map_report report;
    struct map *map = NULL;

    (void)state;
    assert_int_equal(map_load(paths, 2, &options, &map, &report), MAP_INVALID);
    assert_non_null(strstr(report.error.place, "lookup-records.csv:3:"));
    assert_non_null(strstr(report.error.text, "VSID 5001 has CA 10.0.0.5 already, in line 15 of "));
}

static void counts_all_warnings(void **state)
{
    char text[4096] = "version: 1\nrecords:\n";
    struct map_report report;
    struct map *map = NULL;

    (void)state;
    for (int i = 0; i < 15; i++)
        strcat(text, "  - {vsid: 5001, pa: 1.1.1.1, rule: none}\n");
    assert_int_equal(load_bytes(text, strlen(text), false, &map, &report), MAP_OK);
    assert_int_equal(report.warning_count, 15);
    assert_string_equal(report.warnings[9].place, "map:12:37");
    assert_string_equal(report.warnings[9].text, "skipped: rule none is not NVGRE");
    map_free(map);
}

static void takes_reserved_vsids_if_asked(void **state)
{
    static const char text[] = "version: 1\nsubnets: [{vsid: 1}, {vsid: 0xFFFFFF}]\n";
    struct map_report report;
    struct map *map = NULL;

    (void)state;
    assert_int_equal(load_bytes(text, strlen(text), true, &map, &report), MAP_OK);
    assert_int_equal(map->subnet_count, 2);
    map_free(map);
}

/* Older versions wrote the prefix length of a PA's subnet. Nothing uses it. */
static void ignores_prefix_length(void **state)
{
    static const char text[] = "version: 1\nprovider:\n"
                               "  - {address: 1.1.1.1, prefix_length: 24, vlan: 5}\n"
                               "  - {prefix_length: 99, address: 1.1.1.2}\n";
    struct map_report report;
    struct map *map = NULL;
    char *out;

    (void)state;
    assert_int_equal(load_bytes(text, strlen(text), false, &map, &report), MAP_OK);
    out = written(map);
    assert_string_equal(out, "version: 1\nprovider:\n"
                             "  - {address: 1.1.1.1, vlan: 5}\n"
                             "  - {address: 1.1.1.2}\n");
    free(out);
    map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_cannot_be_read),
        cmocka_unit_test(says_which_file),
        cmocka_unit_test(counts_all_warnings),
        cmocka_unit_test(takes_reserved_vsids_if_asked),
        cmocka_unit_test(ignores_prefix_length),
    };

    return RUN_ROWS(says_the_same, rows) + RUN_ROWS(survives_truncation, rows) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
