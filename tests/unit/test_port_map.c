/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/port_map.h"

#include "support.h"

enum { CHANGES_MAX = 8 };

/* Results of tcprewrite 4.4.3, for the lists that it accepts. */
struct map_row {
    const char *name; /* also the text */
    uint32_t count;
    uint16_t changes[CHANGES_MAX][2];
};

static const struct map_row maps[] = {
    {"80:8000", 3, {{80, 8000}, {81, 81}, {8000, 8000}}},
    {"80:8000,8080-8089:80",
     6,
     {{80, 8000}, {8000, 8000}, {8080, 80}, {8085, 80}, {8089, 80}, {8090, 8090}}},
    {"80:8000,8000:81", 2, {{80, 8000}, {8000, 81}}},
    {"80:81,81:80", 2, {{80, 81}, {81, 80}}},
    {"80:8000,80:81", 1, {{80, 81}}},
    {"8080-8089:80,8085:81", 2, {{8084, 80}, {8085, 81}}},
    {"8085:81,8080-8089:80", 2, {{8084, 80}, {8085, 80}}},
    {"80+443:8000", 3, {{80, 8000}, {443, 8000}, {442, 442}}},
    {"80+443+500-502:8000",
     6,
     {{80, 8000}, {443, 8000}, {500, 8000}, {501, 8000}, {502, 8000}, {503, 503}}},
    {"0:90", 2, {{0, 90}, {1, 1}}},
    {"90:0", 2, {{0, 0}, {90, 0}}},
    {"0-65535:90", 3, {{0, 90}, {90, 90}, {65535, 90}}},
    {"65535:65534", 2, {{65535, 65534}, {65534, 65534}}},
    {"80:80", 1, {{80, 80}}},
    {"0x50:080", 1, {{80, 80}}},
};

static void test_map(void **state)
{
    const struct map_row *row = *state;
    char *text = (char *)exact_copy(row->name, (uint32_t)strlen(row->name) + 1);
    struct port_map map;
    uint16_t port;

    assert_int_equal(port_map_parse(&map, text), 0);
    for (uint32_t i = 0; i < row->count; i++) {
        port = row->changes[i][0];
        assert_int_equal(port_map_apply(&map, &port), row->changes[i][0] != row->changes[i][1]);
        assert_int_equal(port, row->changes[i][1]);
    }
    port_map_free(&map);
    port = row->changes[0][0];
    assert_false(port_map_apply(&map, &port));
    assert_int_equal(port, row->changes[0][0]);
    free(text);
}

struct refusal_row {
    const char *name; /* also the text */
};

static const struct refusal_row refusals[] = {
    {""},
    {","},
    {":"},
    {"80"},
    {"80:"},
    {":80"},
    {"80:81,"},
    {",80:81"},
    {"80,443:8000"},
    {"80:81:82"},
    {"80:81 "},
    {"80: 81"},
    {"80-:81"},
    {"-80:81"},
    {"80-79:81"},
    {"80+:81"},
    {"+80:81"},
    {"80++81:82"},
    {"80-81-82:83"},
    {"80:81-82"},
    {"80:81+82"},
    {"65536:80"},
    {"80:65536"},
    {"1-65536:80"},
    {"80:4294967376"},
    {"http:80"},
    {"80:http"},
    {"80+443:8000+"},
    {"80+443"},
};

static void test_refused(void **state)
{
    const struct refusal_row *row = *state;
    char *text = (char *)exact_copy(row->name, (uint32_t)strlen(row->name) + 1);
    struct port_map map;

    assert_int_equal(port_map_parse(&map, text), -1);
    assert_null(map.new_ports);
    free(text);
}

int main(void)
{
    return (RUN_ROWS(test_map, maps) + RUN_ROWS(test_refused, refusals)) != 0;
}
