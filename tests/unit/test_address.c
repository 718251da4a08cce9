/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/address.h"

#include "support.h"

static struct address from_bytes(uint8_t version, const char *hex)
{
    const struct bytes bytes = from_hex(hex);
    struct address address = {version, {0}};

    memcpy(address.bytes, bytes.data, bytes.len);
    return address;
}

struct text_row {
    const char *text; /* the input */
    uint8_t version;
    const char *bytes;
    const char *written;
};

static const struct text_row texts[] = {
    {"192.168.4.11", 4, "c0a8040b", "192.168.4.11"},
    {"0.0.0.0", 4, "00000000", "0.0.0.0"},
    {"255.255.255.255", 4, "ffffffff", "255.255.255.255"},
    {"::", 6, "00000000000000000000000000000000", "::"},
    {"2001:db8::11", 6, "20010db8000000000000000000000011", "2001:db8::11"},
    {"2001:0DB8:0:0:0:0:0:0011", 6, "20010db8000000000000000000000011", "2001:db8::11"},
    {"::ffff:10.0.0.5", 6, "00000000000000000000ffff0a000005", "::ffff:10.0.0.5"},
    {"1111:2222:3333:4444:5555:6666:123.123.123.123", 6, "1111222233334444555566667b7b7b7b",
     "1111:2222:3333:4444:5555:6666:7b7b:7b7b"},
};

static void test_text(void **state)
{
    const struct text_row *row = *state;
    const struct address expected = from_bytes(row->version, row->bytes);
    struct address address;

    /* Nothing of the old content may remain. */
    memset(&address, 0xFF, sizeof address);
    assert_true(address_read(row->text, &address));
    assert_memory_equal(&address, &expected, sizeof address);
    assert_string_equal(address_text(&address).text, row->written);
}

struct refusal_row {
    const char *text;
};

static const struct refusal_row refused_addresses[] = {
    {""},         {"1.2.3"}, {"1.2.3.4.5"}, {"1.2.3.256"}, {"1.2.3.4 "},
    {" 1.2.3.4"}, {"blue"},  {"1.2.3.4/8"}, {":"},         {"1:2:3"},
    {"::1%lo"},   {"[::1]"}, {"::1::"},     {"1.2.3.4,"},
};

static void test_refused_address(void **state)
{
    const struct refusal_row *row = *state;
    struct address address = {4, {1, 2, 3, 4}};

    assert_false(address_read(row->text, &address));
    assert_int_equal(address.version, 0);
}

struct prefix_row {
    const char *text;
    const char *ends;
    const char *address;
    uint8_t len;
    const char *rest;
};

static const struct prefix_row prefixes[] = {
    {"10.1.2.3/8", "", "10.1.2.3", 8, ""},
    {"10.1.2.3", "", "10.1.2.3", 32, ""},
    {"10.1.2.3/0", "", "10.1.2.3", 0, ""},
    {"10.1.2.3/032", "", "10.1.2.3", 32, ""},
    {"2001:db8::/128", "", "2001:db8::", 128, ""},
    {"2001:db8::", "", "2001:db8::", 128, ""},
    {"10.0.0.0/8,10.0.0.1", ",", "10.0.0.0", 8, ",10.0.0.1"},
    {"10.0.0.1,10.0.0.0/8", ",", "10.0.0.1", 32, ",10.0.0.0/8"},
    {"10.0.0.0/8:1.2.3.4", ":,", "10.0.0.0", 8, ":1.2.3.4"},
    {"::1]:x", "]", "::1", 128, "]:x"},
    {"::/0/5", "", "::", 0, "/5"},
};

static void test_prefix(void **state)
{
    const struct prefix_row *row = *state;
    const char *text = row->text;
    struct address address;
    uint8_t len;

    assert_true(address_read_prefix(&text, row->ends, &address, &len));
    assert_string_equal(address_text(&address).text, row->address);
    assert_int_equal(len, row->len);
    assert_string_equal(text, row->rest);
}

static const struct refusal_row refused_prefixes[] = {
    {""},
    {"/8"},
    {"1.2.3.4/"},
    {"1.2.3.4/33"},
    {"::/129"},
    {"1.2.3.4/x"},
    {"1.2.3.4/-1"},
    {"1.2.3.4/4294967304"},
    {"1.2.3/8"},
    {"blue/8"},
    {"1.2.3.4,1.2.3.4/8"},
    {"::1 /8"},
    {"1.2.3.4/ 8"},
    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/8"},
};

static void test_refused_prefix(void **state)
{
    const struct refusal_row *row = *state;
    const char *text = row->text;
    struct address address;
    uint8_t len;

    assert_false(address_read_prefix(&text, "", &address, &len));
}

/* All lengths, compared with a mask built bit by bit. */
static void test_mask(void **state)
{
    const struct address all[] = {from_bytes(4, "ffffffff"),
                                  from_bytes(6, "ffffffffffffffffffffffffffffffff")};

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        const uint32_t bits = 8 * address_len(all[i].version);

        for (uint32_t len = 0; len <= bits; len++) {
            struct address expected = {all[i].version, {0}};
            struct address address = all[i];

            for (uint32_t bit = 0; bit < len; bit++)
                expected.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
            assert_int_equal(address_mask(&address, (uint8_t)len), len == bits);
            assert_memory_equal(&address, &expected, sizeof address);
            assert_true(address_mask(&address, (uint8_t)len));
        }
    }
}

static void test_questions(void **state)
{
    const struct address none = {0};
    const struct address zero4 = from_bytes(4, "00000000");
    const struct address zero6 = from_bytes(6, "");
    const struct address group4 = from_bytes(4, "e0000001");
    const struct address group6 = from_bytes(6, "ff02");
    const struct address like_group4 = from_bytes(6, "e0000001");

    (void)state;
    assert_true(address_is_zero(&none) && address_is_zero(&zero4) && address_is_zero(&zero6));
    assert_false(address_is_zero(&group4) || address_is_zero(&group6));
    assert_true(address_is_group(&group4) && address_is_group(&group6));
    assert_false(address_is_group(&zero4) || address_is_group(&like_group4));
    assert_true(address_equal(&zero4, &zero4));
    assert_false(address_equal(&zero4, &zero6) || address_equal(&group4, &like_group4) ||
                 address_equal(&group6, &zero6));
}

/* Headers at the end of the captured bytes. */
static void test_of_ip(void **state)
{
    const struct bytes v4 = from_hex("aa45000014000000004011 0000 0a000001 0a000002");
    const struct bytes v6 = from_hex("6000000000003b40 20010db8000000000000000000000001"
                                     "20010db8000000000000000000000002");
    uint8_t *data4 = exact_copy(v4.data, v4.len);
    uint8_t *data6 = exact_copy(v6.data, v6.len);
    const struct nvgre_ip ip4 = {.offset = 1, .version = 4};
    const struct nvgre_ip ip6 = {.offset = 0, .version = 6};
    struct address address;

    (void)state;
    address = address_of_ip(data4, &ip4, false);
    assert_string_equal(address_text(&address).text, "10.0.0.1");
    address = address_of_ip(data4, &ip4, true);
    assert_string_equal(address_text(&address).text, "10.0.0.2");
    address = address_of_ip(data6, &ip6, false);
    assert_string_equal(address_text(&address).text, "2001:db8::1");
    address = address_of_ip(data6, &ip6, true);
    assert_string_equal(address_text(&address).text, "2001:db8::2");
    free(data4);
    free(data6);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_of_ip),
    };

    return (RUN_ROWS(test_text, texts) + RUN_ROWS(test_refused_address, refused_addresses) +
            RUN_ROWS(test_prefix, prefixes) + RUN_ROWS(test_refused_prefix, refused_prefixes) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
