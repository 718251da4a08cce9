/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Each kind of mistake in a location map, with the place and text of its message. */

#include "map_support.h"

#define V "version: 1\n"
#define R V "records:\n"
#define REC "  - {vsid: 5001, ca: 10.0.0.7, mac: 06-06-00-00-00-07, pa: 192.168.4.22}\n"
#define CSV "CustomerAddress,VirtualSubnetID,MACAddress,ProviderAddress,Rule,Type\n"

struct row {
    const char *name;
    const char *text;
    const char *message;
};

static const struct row rows[] = {
    /* YAML syntax */
    {"nothing", "", "map:1:1: expected a location map, not nothing"},
    {"only a comment", "# none\n", "map:2:1: expected a location map, not nothing"},
    {"a word", "records", "map:1:1: expected a location map, not records"},
    {"unclosed", V "records: [{vsid: 1\n",
     "map:3:1: no YAML, JSON or CSV: while parsing a flow mapping, did not find expected ',' or "
     "'}'"},
    {"control character", V "# \x01\n",
     "map:2:3: no YAML, JSON or CSV: control characters are not allowed"},
    {"bad UTF-8", V "# \xff\n", "map:2:3: no YAML, JSON or CSV: invalid leading UTF-8 octet"},
    {"two documents", V "---\n" V, "map:2:1: expected one document, not another"},
    {"anchor", V "records: &a []\n", "map:2:10: anchors are not taken: &a"},
    {"alias", V "records: *a\n", "map:2:10: aliases are not taken: *a"},
    {"tag", V "records: !!seq []\n", "map:2:10: tags are not taken: tag:yaml.org,2002:seq"},
    {"list as key", V "[a]: 1\n", "map:2:1: expected a key, not a list"},

    /* Structure */
    {"no version", "records: []\n", "map:1:1: expected version: 1 in a map"},
    {"version 2", "version: 2\n", "map:1:10: expected version 1, not 2"},
    {"unknown section", V "recods: []\n",
     "map:2:1: unknown key recods; a map has version, provider, provider_routes, subnets, records "
     "and routes"},
    {"section twice", V "routes: []\nroutes: []\n", "map:3:1: key routes is there twice"},
    {"section a scalar", V "records: 5\n", "map:2:10: expected a list, not 5"},
    {"entry a list", R "  - [1]\n", "map:3:5: expected a mapping, not a list"},
    {"entry a scalar", R "  - x\n", "map:3:5: expected a mapping, not x"},
    {"unknown key", R "  - {vsid: 5001, vm: x}\n",
     "map:3:18: unknown key vm; a record has mac, vsid, ca, pa, type or rule"},
    {"unknown key of a provider", V "provider:\n  - {address: 1.1.1.1, prefix: 24}\n",
     "map:3:24: unknown key prefix; a provider address has address, mac, vlan or local"},
    {"unknown key of a subnet", V "subnets:\n  - {vsid: 5001, pa: 1.1.1.1}\n",
     "map:3:18: unknown key pa; a subnet has vlan, svlan, vsid, rdid or flood"},
    {"key twice", R "  - {vsid: 5001, vsid: 5002}\n", "map:3:18: key vsid is there twice"},
    {"list for a value", R "  - {vsid: [5001]}\n", "map:3:12: expected a single value, not a list"},
    {"mapping for a value", R "  - {vsid: {a: 1}}\n",
     "map:3:12: expected a single value, not a mapping"},
    {"list in a list", R "  - {vsid: 5001, pa: [[1.1.1.1]]}\n",
     "map:3:23: expected a single value, not a list"},

    /* Values */
    {"no VSID", R "  - {pa: 1.1.1.1}\n", "map:3:5: a record needs vsid"},
    {"no PA", R "  - {vsid: 5001}\n", "map:3:5: a record needs pa"},
    {"empty PA list", R "  - {vsid: 5001, pa: []}\n", "map:3:5: a record needs pa"},
    {"VSID too large", R "  - {vsid: 16777216, mac: 020000000001, pa: 1.1.1.1}\n",
     "map:3:12: vsid: expected 0 to 16777215, not 16777216"},
    {"VSID no number", R "  - {vsid: 5001x, mac: 020000000001, pa: 1.1.1.1}\n",
     "map:3:12: vsid: expected 0 to 16777215, not 5001x"},
    {"VSID empty", R "  - {vsid: '', mac: 020000000001, pa: 1.1.1.1}\n",
     "map:3:12: vsid: expected 0 to 16777215, not an empty value"},
    {"VSID reserved", R "  - {vsid: 4095, mac: 020000000001, pa: 1.1.1.1}\n",
     "map:3:12: VSID 4095 is reserved; expected 4096 to 16777214 or --allow-reserved-vsid"},
    {"VSID of vendors", R "  - {vsid: 0xFFFFFF, mac: 020000000001, pa: 1.1.1.1}\n",
     "map:3:12: VSID 16777215 is reserved; expected 4096 to 16777214 or --allow-reserved-vsid"},
    {"bad CA", R "  - {vsid: 5001, ca: 10.0.0.256, pa: 1.1.1.1}\n",
     "map:3:22: ca: expected an IPv4 or IPv6 address, not 10.0.0.256"},
    {"bad MAC", R "  - {vsid: 5001, mac: '06:06:00:00:00', pa: 1.1.1.1}\n",
     "map:3:23: mac: expected a unicast MAC address such as 02:00:00:00:00:01, not "
     "06:06:00:00:00"},
    {"mixed MAC", R "  - {vsid: 5001, mac: '06:06-00:00:00:01', pa: 1.1.1.1}\n",
     "map:3:23: mac: expected a unicast MAC address such as 02:00:00:00:00:01, not "
     "06:06-00:00:00:01"},
    {"group MAC", R "  - {vsid: 5001, mac: 'ff-ff-ff-ff-ff-ff', pa: 1.1.1.1}\n",
     "map:3:23: mac: expected a unicast MAC address such as 02:00:00:00:00:01, not "
     "ff-ff-ff-ff-ff-ff"},
    {"bad PA", R "  - {vsid: 5001, ca: 10.0.0.1, pa: [1.1.1.1, host]}\n",
     "map:3:46: pa: expected an IPv4 or IPv6 address, not host"},
    {"PA a group", R "  - {vsid: 5001, ca: 10.0.0.1, pa: 224.0.0.1}\n",
     "map:3:36: pa: expected a unicast address, not 224.0.0.1"},
    {"PA zero", R "  - {vsid: 5001, ca: 10.0.0.1, pa: '::'}\n",
     "map:3:36: pa: expected an IPv4 or IPv6 address, not ::"},
    {"PA twice", R "  - {vsid: 5001, ca: 10.0.0.1, pa: [1.1.1.1, 1.1.1.1]}\n",
     "map:3:37: PA 1.1.1.1 is given twice"},
    {"bad type", R "  - {vsid: 5001, ca: 10.0.0.1, pa: 1.1.1.1, type: fixed}\n",
     "map:3:51: type: expected static, dynamic, gateway or l2only, not fixed"},
    {"bad rule", R "  - {vsid: 5001, ca: 10.0.0.1, pa: 1.1.1.1, rule: vxlan}\n",
     "map:3:51: rule: expected encap, nat or none, not vxlan"},
    {"CA of zeros without type", R "  - {vsid: 5001, ca: 0.0.0.0, pa: 1.1.1.1}\n",
     "map:3:22: type: expected l2only or gateway with a CA of zeros"},
    {"no CA, static", R "  - {vsid: 5001, mac: 020000000001, pa: 1.1.1.1, type: static}\n",
     "map:3:5: type: expected l2only or gateway without a CA"},
    {"CA with l2only", R "  - {vsid: 5001, ca: 10.0.0.1, pa: 1.1.1.1, type: l2only}\n",
     "map:3:22: ca: expected 0.0.0.0 or :: with this type, not 10.0.0.1"},
    {"neither CA nor MAC", R "  - {vsid: 5001, pa: 1.1.1.1}\n",
     "map:3:5: a record without a CA needs mac"},
    {"very long value",
     R "  - {vsid: 5001, ca: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
       "aaaaaaaaaaaaaaaa, pa: 1.1.1.1}\n",
     "map:3:22: ca: expected an IPv4 or IPv6 address, not "
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..."},
    {"control character in a value", R "  - {vsid: \"\\e[1m\", pa: 1.1.1.1}\n",
     "map:3:12: vsid: expected 0 to 16777215, not ?[1m"},
    {"prefix without length", V "provider_routes:\n  - {prefix: 10.0.0.0, next_hop: 10.0.0.1}\n",
     "map:3:14: prefix: expected a prefix such as 10.0.0.0/24, with no bits behind its length, "
     "not 10.0.0.0"},
    {"prefix too long", V "provider_routes:\n  - {prefix: 10.0.0.0/33, next_hop: 10.0.0.1}\n",
     "map:3:14: prefix: expected a prefix such as 10.0.0.0/24, with no bits behind its length, "
     "not 10.0.0.0/33"},
    {"prefix with host bits",
     V "routes:\n  - {vsid: 5001, prefix: 10.0.0.5/24, next_hop: 0.0.0.0}\n",
     "map:3:26: prefix: expected a prefix such as 10.0.0.0/24, with no bits behind its length, "
     "not 10.0.0.5/24"},
    {"next hop of another version",
     V "routes:\n  - {vsid: 5001, prefix: 10.0.0.0/24, next_hop: '::'}\n",
     "map:3:49: next_hop: expected an address of the prefix's IP version, not ::"},
    {"bad metric", V "routes:\n  - {vsid: 5001, prefix: '::/0', next_hop: '::', metric: -1}\n",
     "map:3:58: metric: expected 0 to 4294967295, not -1"},
    {"VLAN too large", V "subnets:\n  - {vsid: 5001, vlan: 4095}\n",
     "map:3:24: vlan: expected 1 to 4094, not 4095"},
    {"flood list with a group", V "subnets:\n  - {vsid: 5001, flood: [1.1.1.1, 224.0.0.1]}\n",
     "map:3:26: flood: expected unicast addresses or one multicast address"},
    {"routing domain empty", V "subnets:\n  - {vsid: 5001, rdid: ''}\n",
     "map:3:24: rdid: expected a routing domain's ID of 1 to 63 printable ASCII "
     "characters, not an empty value"},
    {"local", V "provider:\n  - {address: 1.1.1.1, local: 2}\n",
     "map:3:31: local: expected true or false, not 2"},
    {"provider a group", V "provider:\n  - {address: 'ff02::1'}\n",
     "map:3:15: address: expected a unicast address, not ff02::1"},

    /* Conflicts between entries */
    {"CA twice", R REC "  - {vsid: 5001, ca: 10.0.0.7, mac: 06-06-00-00-00-08, pa: 192.168.4.22}\n",
     "map:4:22: VSID 5001 has CA 10.0.0.7 already, in line 3"},
    {"MAC with two PAs",
     R REC "  - {vsid: 5001, ca: 10.0.0.8, mac: 06-06-00-00-00-07, pa: 1.1.1.1}\n",
     "map:4:37: VSID 5001 has MAC 06:06:00:00:00:07 already, with another PA or type, in line 3"},
    {"MAC twice without CA",
     R "  - {vsid: 5001, mac: 06-06-00-00-00-07, pa: 1.1.1.1}\n"
       "  - {vsid: 5001, mac: 06-06-00-00-00-07, pa: 1.1.1.1}\n",
     "map:4:23: VSID 5001 has MAC 06:06:00:00:00:07 already, in line 3"},
    {"two gateways",
     R "  - {vsid: 5001, ca: 0.0.0.0, pa: 1.1.1.1, type: gateway}\n"
       "  - {vsid: 5001, pa: 1.1.1.2, type: gateway}\n",
     "map:4:5: VSID 5001 has CA 0.0.0.0 already, in line 3"},
    {"VLAN of two VSIDs", V "subnets:\n  - {vsid: 5001, vlan: 7}\n  - {vsid: 5002, vlan: 7}\n",
     "map:4:24: VLAN 7 belongs to VSID 5001 already, not to 5002"},
    {"VLANs of two VSIDs",
     V "subnets:\n  - {vsid: 5001, svlan: 200, vlan: 7}\n  - {vsid: 5002, vlan: 7}\n"
       "  - {vsid: 5003, vlan: 7, svlan: 200}\n",
     "map:5:24: VLAN 7 in service VLAN 200 belongs to VSID 5001 already, not to 5003"},
    {"service VLAN of two VSIDs",
     V "subnets:\n  - {vsid: 5001, svlan: 200}\n  - {vsid: 5002, svlan: 200}\n",
     "map:4:5: service VLAN 200 belongs to VSID 5001 already, not to 5002"},
    {"service VLAN too large", V "subnets:\n  - {vsid: 5001, svlan: 4095}\n",
     "map:3:25: svlan: expected 1 to 4094, not 4095"},
    {"subnet twice", V "subnets:\n  - {vsid: 5001, vlan: 7}\n  - {vsid: 5001}\n",
     "map:4:12: VSID 5001 is listed already, in line 3"},
    {"provider twice", V "provider:\n  - {address: '::1'}\n  - {address: '0::1'}\n",
     "map:4:15: provider address ::1 is listed already"},
    {"two routing domains",
     V "subnets:\n  - {vsid: 5001, rdid: '{A}'}\n"
       "routes:\n  - {vsid: 5001, rdid: b, prefix: '::/0', next_hop: '::'}\n",
     "map:5:24: VSID 5001 is in routing domain {A} already, not in b"},
    {"route twice",
     V "routes:\n  - {vsid: 5001, rdid: a, prefix: 10.0.0.0/8, next_hop: 0.0.0.0}\n"
       "  - {vsid: 5002, rdid: '{A}', prefix: 10.0.0.0/8, next_hop: 10.0.0.1}\n",
     "map:4:39: there is a route to 10.0.0.0/8 with metric 0 already, in line 3"},

    /* JSON of cmdlets */
    {"no object of a cmdlet", "{\"Name\": \"x\"}",
     "map:1:1: expected an object of Get-NetVirtualizationLookupRecord, -CustomerRoute, "
     "-ProviderAddress or -ProviderRoute"},
    {"JSON key twice", "[{\"CustomerAddress\": \"10.0.0.1\",\n\"CustomerAddress\": \"10.0.0.1\"}]",
     "map:2:1: key CustomerAddress is there twice"},
    {"JSON bad MAC",
     "[{\"CustomerAddress\": \"10.0.0.1\", \"VirtualSubnetID\": 5001,\n"
     "  \"ProviderAddress\": \"1.1.1.1\", \"MACAddress\": \"0606000000\"}]",
     "map:2:47: MACAddress: expected a unicast MAC address such as 02:00:00:00:00:01, not "
     "0606000000"},
    {"JSON lists too deep", "[[[[[{}]]]]]", "map:1:5: lists nested deeper than 4 levels"},

    /* CSV of cmdlets */
    {"CSV too few fields", CSV "10.0.0.5,5001\n",
     "map:2:1: expected 6 fields as in the header, not 2"},
    {"CSV bad number", CSV "10.0.0.5,\"50 01\",060600000005,1.1.1.1,1,0\n",
     "map:2:10: VirtualSubnetID: expected 0 to 16777215, not 50 01"},
    {"CSV bad rule", CSV "10.0.0.5,5001,060600000005,1.1.1.1,Encap,0\n",
     "map:2:36: Rule: expected TranslationMethodEncap, TranslationMethodNat or "
     "TranslationMethodNone, not Encap"},
    {"CSV no end of a quote", CSV "10.0.0.5,\"5001\n",
     "map:2:10: expected a quote at the end of 5001?"},
    {"CSV text behind a quote", CSV "10.0.0.5,\"5001\"x,060600000005\n",
     "map:2:16: expected a comma behind the quote, not x"},
    {"CSV column twice", "CustomerAddress,VirtualSubnetID,customeraddress\n",
     "map:1:33: column customeraddress is there twice"},
    {"CSV no VSID", CSV "10.0.0.5,,060600000005,1.1.1.1,1,0\n",
     "map:2:1: a record needs VirtualSubnetID"},
    {"CSV characters, not bytes",
     "CustomerAddress,VMName,VirtualSubnetID,ProviderAddress\n10.0.0.5,Größe,x,1.1.1.1\n",
     "map:2:16: VirtualSubnetID: expected 0 to 16777215, not x"},
    {"CSV characters in quotes, not bytes",
     "CustomerAddress,VMName,VirtualSubnetID\n10.0.0.5,\"10 €, 𝄞\"x,5001\n",
     "map:2:19: expected a comma behind the quote, not x"},
};

static void says(void **state)
{
    const struct row *row = *state;
    struct map_report report;
    struct map *map = NULL;
    char message[640];

    assert_int_equal(load_bytes(row->text, strlen(row->text), false, &map, &report), MAP_INVALID);
    snprintf(message, sizeof message, "%s: %s", report.error.place, report.error.text);
    assert_string_equal(message, row->message);
}

/* A map that is cut anywhere either loads or is refused, without a read past its end. */
static void survives_truncation(void **state)
{
    const struct row *row = *state;

    for (size_t len = 0; len <= strlen(row->text); len++) {
        struct map_report report;
        struct map *map = NULL;

        if (load_bytes(row->text, len, len % 2, &map, &report) == MAP_OK)
            map_free(map);
    }
}

/* A hostile file may nest to any depth. */
static void nests(void **state)
{
    const struct row *row = *state;
    size_t unit = strlen(row->text);
    size_t len = unit * 100000;
    char *text = malloc(len);
    struct map_report report;
    struct map *map = NULL;

    for (size_t i = 0; i < len; i += unit)
        memcpy(text + i, row->text, unit);
    assert_int_equal(load_bytes(text, len, false, &map, &report), MAP_INVALID);
    free(text);
}

static const struct row nestings[] = {
    {"lists", "[", NULL},    {"mappings", "{a: ", NULL},
    {"both", "[{a: ", NULL}, {"block lists", "- ", NULL},
    {"keys", "? ", NULL},    {"sections", "version: 1\nrecords: [", NULL},
};

static const uint8_t lone_high[] = {0xFF, 0xFE, 'x', 0, 0x3C, 0xD8, '\n', 0};
static const uint8_t lone_low[] = {0xFE, 0xFF, 0, 'x', 0xDC, 0x3C, 0, '\n'};
static const uint8_t high_at_end[] = {0xFF, 0xFE, 'x', 0, 0x3C, 0xD8};
static const uint8_t half_unit[] = {0xFF, 0xFE, 'x', 0, 'y'};
static const uint8_t pair[] = {0xFF, 0xFE, 'x', 0, 0x3D, 0xD8, 0x00, 0xDE, '\n', 0};

static const struct {
    const uint8_t *data;
    size_t len;
    const char *message;
} utf16_rows[] = {
    {lone_high, sizeof lone_high, "map:1:1: expected a location map, not x\uFFFD"},
    {lone_low, sizeof lone_low, "map:1:1: expected a location map, not x\uFFFD"},
    {high_at_end, sizeof high_at_end, "map:1:1: expected a location map, not x\uFFFD"},
    {half_unit, sizeof half_unit, "map:1:1: expected a location map, not x\uFFFD"},
    {pair, sizeof pair, "map:1:1: expected a location map, not x\U0001F600"},
};

static void utf16_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(utf16_rows); i++) {
        struct map_report report;
        struct map *map = NULL;
        char message[640];

        assert_int_equal(load_bytes(utf16_rows[i].data, utf16_rows[i].len, false, &map, &report),
                         MAP_INVALID);
        snprintf(message, sizeof message, "%s: %s", report.error.place, report.error.text);
        assert_string_equal(message, utf16_rows[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest utf16[] = {cmocka_unit_test(utf16_says)};

    return cmocka_run_group_tests_name("UTF-16", utf16, NULL, NULL) + RUN_ROWS(says, rows) +
           RUN_ROWS(survives_truncation, rows) + RUN_ROWS(nests, nestings);
}
