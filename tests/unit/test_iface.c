/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "support.h"

#include "replay/iface.h"
#include "replay/iface_link.h"
#include "replay/sender.h"

static const struct {
    const char *name;
} missing[] = {{"nonesuch0"}, {""}, {"a-name-longer-than-any"}, {"lo/../lo"}, {"lo "}};

/* No kind of sender opens a missing interface or reports anything about it. */
static void test_missing(void **state)
{
    struct cap_error error = {""};
    struct iface_info info;
    struct iface_counters counters;

    (void)state;
    for (size_t i = 0; i < COUNT(missing); i++) {
        assert_int_equal(iface_info(missing[i].name, &info, &error), -1);
        assert_string_equal(error.text, "no such interface");
        assert_int_equal(iface_counters(missing[i].name, &counters), -1);
        for (int kind = SENDER_AUTO; kind < SENDER_FILE; kind++) {
            const struct sender_options options = {.kind = (enum sender_kind)kind};

            assert_null(sender_open(missing[i].name, &options, &error));
            assert_non_null(strstr(error.text, kind == SENDER_XDP ? "" : "no such interface"));
        }
    }
}

/* Every network namespace has a loopback interface. */
static void test_loopback(void **state)
{
    static const uint8_t no_mac[6] = {0};
    struct cap_error error = {""};
    struct iface_info info;
    struct iface_counters counters;

    (void)state;
    if (iface_info("lo", &info, &error) != 0)
        fail_msg("lo: %s", error.text);
    assert_int_equal(info.linktype, CAP_LINKTYPE_ETHERNET);
    assert_in_range(info.mtu, 1280, UINT32_MAX);
    assert_memory_equal(info.mac, no_mac, sizeof no_mac);
    assert_int_equal(iface_counters("lo", &counters), 0);
}

/* Frames that an interface with an MTU of 1500 refuses, as the system does. */
struct refuse_row {
    const char *name;
    uint16_t hardware;
    uint32_t len;
    uint16_t ethertype;
    int reason;
};

static const struct refuse_row refuses[] = {
    {"nothing", 1, 0, 0, EINVAL},
    {"less than an Ethernet header", 1, 13, 0, EINVAL},
    {"an Ethernet header", 1, 14, 0x0800, 0},
    {"the MTU", 1, 1514, 0x0800, 0},
    {"above the MTU", 1, 1515, 0x0800, EMSGSIZE},
    {"a tag", 1, 1518, 0x8100, 0},
    {"above the MTU with a tag", 1, 1519, 0x8100, EMSGSIZE},
    {"a service tag", 1, 1515, 0x88a8, EMSGSIZE},
    {"a tag on loopback", 772, 1515, 0x8100, EMSGSIZE},
    {"nothing on a tun device", 0xfffe, 0, 0, EINVAL},
    {"one byte on a tun device", 0xfffe, 1, 0, 0},
    {"the MTU of a tun device", 0xfffe, 1500, 0, 0},
    {"above the MTU of a tun device", 0xfffe, 1501, 0, EMSGSIZE},
};

static void test_refuses(void **state)
{
    const struct refuse_row *row = *state;
    struct iface_link link = {.hardware = row->hardware, .info.mtu = 1500};
    struct cap_error error;
    uint8_t *data = calloc(1, row->len ? row->len : 1);

    assert_non_null(data);
    if (row->len >= 14) {
        data[12] = (uint8_t)(row->ethertype >> 8);
        data[13] = (uint8_t)row->ethertype;
    }
    assert_int_equal(iface_link_type(&link, &error), 0);
    assert_int_equal(iface_refuses(&link, data, row->len), row->reason);
    free(data);
}

static void test_hardware(void **state)
{
    struct iface_link link = {.hardware = 801};
    struct cap_error error;

    (void)state;
    assert_int_equal(iface_link_type(&link, &error), -1);
    assert_string_equal(error.text, "is neither Ethernet nor a tun device: packets of hardware "
                                    "type 801 (ARPHRD) cannot be sent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_missing),
                                       cmocka_unit_test(test_loopback),
                                       cmocka_unit_test(test_hardware)};

    int failures = cmocka_run_group_tests(tests, NULL, NULL);

    failures += RUN_ROWS(test_refuses, refuses);
    return failures != 0;
}
