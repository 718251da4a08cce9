/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame.h"

#include "invariants.h"
#include "support.h"
#include "vectors/frames.h"
#include "vectors/published.h"

/* Decodes from a block of exactly `caplen` bytes and checks the invariants. */
static struct nvgre_frame decode(enum nvgre_link link, const void *data, uint32_t caplen,
                                 uint32_t len)
{
    uint8_t *copy = exact_copy(data, caplen);
    struct nvgre_frame frame;
    enum nvgre_class kind;
    const char *broken;

    memset(&frame, 0xA5, sizeof(frame));
    kind = nvgre_frame_decode(link, copy, caplen, len, &frame);
    if (link == NVGRE_LINK_ETHERNET)
        assert_true(is_usual_same(copy, caplen, len, &frame));
    free(copy);
    assert_int_equal(frame.kind, kind);
    broken = broken_invariant(caplen, len, &frame);
    if (broken)
        fail_msg("%u of %u bytes: not so that %s", caplen, len, broken);
    return frame;
}

/* If a cut frame has a known class, its results must equal those of the whole frame. */
static void assert_cut(const struct nvgre_frame *whole, const struct nvgre_frame *cut)
{
    assert_int_equal(cut->kind, whole->kind);
    assert_int_equal(cut->l2.l3_offset, whole->l2.l3_offset);
    if (whole->kind == NVGRE_CLASS_MALFORMED) {
        assert_int_equal(cut->reason, whole->reason);
        assert_int_equal(cut->value, whole->value);
    }
    if (has_gre(whole->kind)) {
        assert_int_equal(cut->gre.key, whole->gre.key);
        assert_int_equal(cut->inner_offset, whole->inner_offset);
        assert_int_equal(cut->inner_len, whole->inner_len);
    }
}

/*
 * Cuts at every length. If the snaplen cut the frame, the class is TRUNCATED until enough bytes are
 * captured, and then that of the whole frame. If the frame is short on the wire, the class is never
 * TRUNCATED (an invariant).
 */
static void assert_all_cuts(enum nvgre_link link, const uint8_t *data, uint32_t len)
{
    struct nvgre_frame whole = decode(link, data, len, len);
    bool told = false;

    for (uint32_t n = 0; n < len; n++) {
        struct nvgre_frame cut = decode(link, data, n, len);

        decode(link, data, n, n);
        if (cut.kind == NVGRE_CLASS_TRUNCATED) {
            assert_false(told);
            continue;
        }
        told = true;
        assert_cut(&whole, &cut);
    }
    if (has_gre(whole.kind) && whole.inner_offset > 0)
        assert_int_equal(decode(link, data, whole.inner_offset - 1, len).kind,
                         NVGRE_CLASS_TRUNCATED);
    if (has_gre(whole.kind))
        assert_int_equal(decode(link, data, whole.inner_offset, len).kind, whole.kind);
}

static void test_frame(void **state)
{
    const struct frame_case *row = *state;
    struct bytes bytes = from_hex(row->hex);
    struct nvgre_frame frame = decode(row->link, bytes.data, bytes.len, bytes.len);

    assert_int_equal(frame.kind, row->kind);
    if (row->kind == NVGRE_CLASS_MALFORMED) {
        assert_int_equal(frame.reason, row->reason);
        assert_int_equal(frame.value, row->value);
    }
    if (has_gre(row->kind)) {
        assert_int_equal(frame.inner_offset, row->inner_offset);
        assert_int_equal(frame.inner_len, row->inner_len);
        assert_int_equal(frame.gre.key, frame.gre.flags & NVGRE_FLAG_K ? 0x00138950 : 0);
        assert_int_equal(frame.l2.vlan_count, row->vlan_count);
    }
}

static void test_frame_cut(void **state)
{
    const struct frame_case *row = *state;
    struct bytes bytes = from_hex(row->hex);

    assert_all_cuts(row->link, bytes.data, bytes.len);
}

static void test_published(void **state)
{
    const struct published_frame *row = *state;
    struct bytes bytes = from_hex(row->hex);
    struct nvgre_frame frame = decode(NVGRE_LINK_ETHERNET, bytes.data, bytes.len, bytes.len);

    assert_int_equal(frame.kind, row->kind);
    assert_int_equal(frame.inner_offset, row->inner_offset);
    assert_int_equal(frame.inner_len, row->inner_len);
    assert_int_equal(nvgre_key_vsid(frame.gre.key), row->vsid);
    assert_int_equal(nvgre_key_flowid(frame.gre.key), row->flowid);
    assert_all_cuts(NVGRE_LINK_ETHERNET, bytes.data, bytes.len);
}

static void test_ip(void **state)
{
    const struct ip_case *row = *state;
    struct bytes bytes = from_hex(row->hex);
    uint8_t *copy = exact_copy(bytes.data, bytes.len);
    struct nvgre_l2 l2;
    struct nvgre_ip ip;
    enum nvgre_reason reason;
    uint32_t value;

    assert_true(nvgre_l2_decode(NVGRE_LINK_RAW, copy, bytes.len, &l2));
    assert_int_equal(nvgre_ip_decode(copy, bytes.len, bytes.len, &l2, &ip, &reason, &value),
                     NVGRE_CLASS_CLEAN);
    free(copy);
    assert_int_equal(ip.offset, 0);
    assert_int_equal(ip.version, row->version);
    assert_int_equal(ip.tos, row->tos);
    assert_int_equal(ip.protocol, row->protocol);
    assert_int_equal(ip.header_len, row->header_len);
    assert_int_equal(ip.len, row->len);
    assert_int_equal(ip.fragment, row->fragment);
}

static void test_inner(void **state)
{
    const struct inner_case *row = *state;
    struct bytes bytes = from_hex(row->hex);
    uint32_t fixed_len = row->ethertype == NVGRE_ETHERTYPE_IPV4 ? 20 : 40;

    for (uint32_t n = 0; n <= bytes.len; n++) {
        uint8_t *copy = exact_copy(bytes.data, n);
        struct nvgre_inner inner;

        nvgre_inner_decode(copy, n, &inner);
        assert_true(is_usual_inner_same(copy, n, &inner));
        free(copy);
        assert_ptr_equal(inner.data, copy);
        assert_int_equal(inner.caplen, n);
        assert_int_equal(inner.has_l2, row->has_l2 && n >= row->l3_offset);
        assert_int_equal(inner.has_ip, row->has_ip && n >= row->l3_offset + fixed_len);
        if (inner.has_l2) {
            assert_int_equal(inner.l2.vlan_count, row->vlan_count);
            assert_int_equal(inner.l2.ethertype, row->ethertype);
            assert_int_equal(inner.l2.l3_offset, row->l3_offset);
        }
        if (inner.has_ip)
            assert_int_equal(inner.ip.offset, row->l3_offset);
        if (inner.has_ip && n >= row->l4_offset)
            assert_int_equal(inner.ip.offset + inner.ip.header_len, row->l4_offset);
    }
}

/* Each sequence of up to 4 IPv6 extension headers, with different lengths. */
static void assert_extensions(uint32_t sequence)
{
    static const uint8_t numbers[] = {0, 43, 44, 60}; /* hop-by-hop, routing, fragment, options */
    struct bytes frame = from_hex(ETHERNET("86dd") "6000 0000 0000 00 40" IPV6_ADDRESSES);
    uint32_t next_at = 20, extensions = 0;
    struct nvgre_frame decoded;

    for (uint32_t i = 0; sequence; i++, sequence /= 5) {
        uint8_t number = numbers[(sequence - 1) % 5 % 4];
        uint32_t len = number == 44 ? 8 : 8 + 8 * (i % 3);

        frame.data[next_at] = number;
        next_at = frame.len;
        add16(&frame, number == 44 ? 0 : len / 8 - 1);
        frame.len += len - 2;
        extensions += len;
    }
    frame.data[next_at] = 47;
    add_hex(&frame, GRE INNER);
    frame.data[19] = (uint8_t)(frame.len - 54);
    decoded = decode(NVGRE_LINK_ETHERNET, frame.data, frame.len, frame.len);
    assert_int_equal(decoded.kind, NVGRE_CLASS_CLEAN);
    assert_int_equal(decoded.ip.header_len, 40 + extensions);
    assert_int_equal(decoded.inner_offset, 62 + extensions);
    assert_int_equal(decoded.inner_len, 14);
    assert_all_cuts(NVGRE_LINK_ETHERNET, frame.data, frame.len);
}

static void test_ipv6_extensions(void **state)
{
    (void)state;
    for (uint32_t sequence = 0; sequence < 5 * 5 * 5 * 5; sequence++)
        if (sequence % 5 && (sequence < 5 || sequence / 5 % 5))
            assert_extensions(sequence);
    assert_extensions(0);
}

/*
 * Only IP protocol 47 is GRE. The number of an extension header alone does not show the protocol.
 */
static void test_all_protocols(void **state)
{
    struct bytes v4 = from_hex(ETHERNET("0800") IPV4("002a", "00") GRE INNER);
    struct bytes v6 = from_hex(ETHERNET("86dd") IPV6("0016", "00") GRE INNER);

    (void)state;
    for (uint32_t protocol = 0; protocol <= 0xFF; protocol++) {
        enum nvgre_class kind = protocol == 47 ? NVGRE_CLASS_CLEAN : NVGRE_CLASS_OTHER;

        v4.data[23] = v6.data[20] = (uint8_t)protocol;
        assert_int_equal(decode(NVGRE_LINK_ETHERNET, v4.data, v4.len, v4.len).kind, kind);
        if (protocol != 0 && protocol != 43 && protocol != 44 && protocol != 60)
            assert_int_equal(decode(NVGRE_LINK_ETHERNET, v6.data, v6.len, v6.len).kind, kind);
    }
}

static void test_all_ethertypes(void **state)
{
    struct bytes frame = from_hex(ETHERNET("0000") IPV4("002a", "2f") GRE INNER);

    (void)state;
    for (uint32_t type = 0; type <= 0xFFFF; type++) {
        bool tag = type == 0x8100 || type == 0x88A8 || type == 0x9100;
        struct nvgre_l2 l2;

        frame.data[12] = (uint8_t)(type >> 8);
        frame.data[13] = (uint8_t)type;
        assert_true(nvgre_l2_decode(NVGRE_LINK_ETHERNET, frame.data, frame.len, &l2));
        assert_int_equal(l2.ethertype, tag ? 0x002A : type); /* after a tag: the IP length */
        assert_int_equal(l2.l3_offset, tag ? 18 : 14);
        assert_int_equal(l2.vlan_count, tag);
        assert_int_equal(nvgre_frame_decode(NVGRE_LINK_ETHERNET, frame.data, frame.len, frame.len,
                                            &(struct nvgre_frame){.value = 0}),
                         type == 0x0800   ? NVGRE_CLASS_CLEAN
                         : type == 0x86DD ? NVGRE_CLASS_MALFORMED
                                          : NVGRE_CLASS_OTHER);
    }
}

static void test_all_families(void **state)
{
    struct bytes v4 = from_hex("00000000" IPV4("002a", "2f") GRE INNER);
    struct bytes v6 = from_hex("00000000" IPV6("0016", "2f") GRE INNER);

    (void)state;
    for (uint32_t family = 0; family <= 0xFF; family++) {
        bool is_v6 = family == 10 || family == 23 || family == 24 || family == 28 || family == 30;
        struct bytes *frame = is_v6 ? &v6 : &v4;
        enum nvgre_class kind = family == 2 || is_v6 ? NVGRE_CLASS_CLEAN : NVGRE_CLASS_OTHER;

        for (uint32_t at = 0; at < 4; at++) {
            memset(frame->data, 0, 4);
            frame->data[at] = (uint8_t)family;
            assert_int_equal(decode(NVGRE_LINK_NULL, frame->data, frame->len, frame->len).kind,
                             at == 0 || at == 3 ? kind : NVGRE_CLASS_OTHER);
        }
    }
}

/* The fast path must accept the frames that it is made for. */
static void test_usual(void **state)
{
    struct bytes bytes = from_hex(frames[0].hex);
    struct nvgre_frame frame;
    struct nvgre_inner inner;

    (void)state;
    assert_true(nvgre_frame_decode_usual(bytes.data, bytes.len, bytes.len, &frame));
    assert_true(nvgre_inner_decode_usual(bytes.data, bytes.len, &inner));
}

static void test_reasons(void **state)
{
    (void)state;
    for (enum nvgre_reason a = NVGRE_REASON_NONE; a < NVGRE_REASON_COUNT; a++) {
        assert_true(strlen(nvgre_reason_text(a)) > 0);
        for (enum nvgre_reason b = NVGRE_REASON_NONE; b < a; b++)
            assert_string_not_equal(nvgre_reason_text(a), nvgre_reason_text(b));
    }
    assert_non_null(nvgre_reason_text(NVGRE_REASON_COUNT));
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_ipv6_extensions), cmocka_unit_test(test_all_protocols),
        cmocka_unit_test(test_all_ethertypes),  cmocka_unit_test(test_all_families),
        cmocka_unit_test(test_usual),           cmocka_unit_test(test_reasons),
    };

    return (RUN_ROWS(test_frame, frames) + RUN_ROWS(test_frame_cut, frames) +
            RUN_ROWS(test_published, published) + RUN_ROWS(test_ip, ip_headers) +
            RUN_ROWS(test_inner, inners) + cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
