/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/net_map.h"

#include <arpa/inet.h>

#include "support.h"

static uint8_t version_of(const char *text)
{
    return strchr(text, ':') ? 6 : 4;
}

static uint32_t len_of(uint8_t version)
{
    return version == 4 ? 4 : 16;
}

static uint8_t *address_of(const char *text)
{
    uint8_t bytes[16];

    assert_int_equal(inet_pton(version_of(text) == 4 ? AF_INET : AF_INET6, text, bytes), 1);
    return exact_copy(bytes, len_of(version_of(text)));
}

/* Results of tcprewrite 4.4.3 with --srcipmap, unless a row says otherwise. */
struct map_row {
    const char *name;
    const char *map;
    const char *address;
    const char *result; /* NULL if no pair matches */
};

static const struct map_row maps[] = {
    {"a longer new prefix", "10.0.0.0/8:172.16.0.0/12", "10.1.2.3", "172.17.2.3"},
    {"its highest address", "10.0.0.0/8:172.16.0.0/12", "10.255.255.255", "172.31.255.255"},
    {"a shorter new prefix", "10.1.0.0/16:11.0.0.0/8", "10.1.2.3", "11.1.2.3"},
    {"an address to a prefix", "10.1.2.3:11.0.0.0/8", "10.1.2.3", "11.1.2.3"},
    {"bits behind the new length", "10.1.2.3/32:11.9.9.9/8", "10.1.2.3", "11.1.2.3"},
    {"bits behind the old length", "10.9.9.9/8:11.0.0.1", "10.1.2.3", "11.0.0.1"},
    {"all addresses", "0.0.0.0/0:11.0.0.0/8", "10.1.2.3", "11.1.2.3"},
    {"the first pair", "10.0.0.0/8:11.0.0.0/8,10.1.0.0/16:12.0.0.0/8", "10.1.2.3", "11.1.2.3"},
    {"not the longest", "10.1.0.0/16:12.0.0.0/8,10.0.0.0/8:11.0.0.0/8", "10.1.2.3", "12.1.2.3"},
    {"once", "10.0.0.0/8:11.0.0.0/8,11.0.0.0/8:12.0.0.0/8", "10.1.2.3", "11.1.2.3"},
    {"a later pair", "20.1.0.0/16:12.0.0.0/8,10.0.0.0/8:11.0.0.0/8", "10.1.2.3", "11.1.2.3"},
    {"none", "20.1.0.0/16:12.0.0.0/8", "10.1.2.3", NULL},
    {"beside a prefix", "10.1.2.0/31:12.0.0.0/8", "10.1.2.2", NULL},
    {"multicast", "0.0.0.0/0:11.0.0.0/8", "224.0.0.1", "11.0.0.1"},
    {"broadcast", "0.0.0.0/0:11.0.0.0/8", "255.255.255.255", "11.255.255.255"},
    {"IPv6", "[2001:db8::/32]:[fd00::/32]", "2001:db8::1:2", "fd00::1:2"},
    {"a shorter new IPv6 prefix", "[2001:db8::/32]:[fd00::/16]", "2001:db8:1:2::1",
     "fd00:db8:1:2::1"},
    {"a longer new IPv6 prefix", "[2001:db8::/32]:[fd00::/48]", "2001:db8:1:2::1", "fd00:0:0:2::1"},
    {"old bits that are not whole bytes", "[2001:db8::/29]:[fd00::/32]", "2001:dbf:ffff:2::1",
     "fd00:0:ffff:2::1"},
    {"beside old bits that are not whole bytes", "[2001:db8::/29]:[fd00::/32]",
     "2001:dc0:ffff:2::1", NULL},
    {"IPv6 addresses", "[2001:db8:ffff:2::1]:[fd00::9]", "2001:db8:ffff:2::1", "fd00::9"},
    {"an IPv6 address to a prefix", "[2001:db8:ffff:2::1]:[fd00::/16]", "2001:db8:ffff:2::1",
     "fd00:db8:ffff:2::1"},
    {"all IPv6 addresses", "[::/0]:[fd00::/16]", "2001:db8:ffff:2::1", "fd00:db8:ffff:2::1"},
    {"IPv6 behind IPv4", "0.0.0.0/0:11.0.0.0/8,[2001:db8::/32]:[fd00::/32]", "2001:db8::1:2",
     "fd00::1:2"},
    {"IPv4 behind IPv6", "[::/0]:[fd00::/32],10.0.0.0/8:11.0.0.0/8", "10.1.2.3", "11.1.2.3"},
    {"no IPv6 in the map", "0.0.0.0/0:11.0.0.0/8", "::1", NULL},
    {"no IPv4 in the map", "[::/0]:[fd00::/32]", "0.0.0.1", NULL},
    /* tcprewrite gives 11.0.0.0, 0:ffff:1:2::1 and fd00:b8:ffff:2::1 */
    {"no new bits", "10.0.0.0/8:11.0.0.0/0", "10.1.2.3", "10.1.2.3"},
    {"a new half byte", "[2001:db8::/32]:[fd00:ffff:ffff::/36]", "2001:db8:1:2::1",
     "fd00:ffff:f001:2::1"},
    {"new bits that are not whole bytes", "[2001:db8::/29]:[fd00::/29]", "2001:dbf:ffff:2::1",
     "fd00:7:ffff:2::1"},
};

static void test_map(void **state)
{
    const struct map_row *row = *state;
    uint8_t version = version_of(row->address);
    uint8_t *address = address_of(row->address);
    uint8_t *result = address_of(row->result ? row->result : row->address);
    char *text = (char *)exact_copy(row->map, (uint32_t)strlen(row->map) + 1);
    struct net_map map;

    assert_int_equal(net_map_parse(&map, text), 0);
    assert_int_equal(net_map_apply(&map, version, address), row->result != NULL);
    assert_memory_equal(address, result, len_of(version));
    net_map_free(&map);
    assert_false(net_map_apply(&map, version, address));
    free(text);
    free(address);
    free(result);
}

struct refusal_row {
    const char *name; /* also the text */
};

static const struct refusal_row refusals[] = {
    {""},
    {","},
    {":"},
    {"10.0.0.0/8"},
    {"10.0.0.0/8:"},
    {":10.0.0.0/8"},
    {"10.0.0.0/33:11.0.0.0/8"},
    {"10.0.0.0/8:11.0.0.0/33"},
    {"10.0.0.0/:11.0.0.0/8"},
    {"10.0.0/8:11.0.0.0/8"},
    {"10.0.0.0/8:11.0.0.0/8,"},
    {"10.0.0.0/8:11.0.0.0/8,,10.0.0.0/8:11.0.0.0/8"},
    {"10.0.0.0/8:11.0.0.0/8:12.0.0.0/8"},
    {"10.0.0.0/8:11.0.0.0/8 "},
    {" 10.0.0.0/8:11.0.0.0/8"},
    {"10.0.0.0/8-11.0.0.0/8"},
    {"10.0.0.0/8:[fd00::/8]"},
    {"[fd00::/8]:10.0.0.0/8"},
    {"fd00::/8:fc00::/8"},
    {"[fd00::]/8:[fc00::]/8"},
    {"[fd00::/129]:[fc00::/8]"},
    {"[fd00::/8:[fc00::/8]"},
    {"[fd00::/8]:[fc00::/8"},
    {"[fd00::"},
    {"["},
    {"[]:[]"},
    {"[10.0.0.0/8]:[11.0.0.0/8]"},
    {"[fd00::/8]:[fc00::/8]]"},
    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"},
    {"[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc]:[::]"},
};

static void test_refused(void **state)
{
    const struct refusal_row *row = *state;
    char *text = (char *)exact_copy(row->name, (uint32_t)strlen(row->name) + 1);
    struct net_map map;

    assert_int_equal(net_map_parse(&map, text), -1);
    assert_null(map.pairs);
    assert_int_equal(map.count, 0);
    free(text);
}

/* Each beginning of a valid list is accepted or refused, without a read past its end. */
static void test_beginnings(void **state)
{
    const char list[] = "10.0.0.0/8:172.16.0.0/12,[2001:db8::/32]:[fd00::/32]";

    (void)state;
    for (uint32_t len = 0; len < sizeof(list); len++) {
        char *text = (char *)exact_copy(list, len + 1);
        struct net_map map;

        text[len] = '\0';
        if (net_map_parse(&map, text) == 0)
            assert_int_equal(map.count, len < 25 ? 1 : 2);
        net_map_free(&map);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest whole[] = {cmocka_unit_test(test_beginnings)};

    return (RUN_ROWS(test_map, maps) + RUN_ROWS(test_refused, refusals) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
