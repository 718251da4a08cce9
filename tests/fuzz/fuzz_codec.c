/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Feeds a frame to the codec. Byte 0 of the input selects the link header, byte 1 the number of
 * bytes that the capture cut off, byte 2 the position of a second cut. The frame follows.
 */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flowid.h"
#include "frame.h"
#include "invariants.h"
#include "nvgre.h"

enum { CHOICES_LEN = 3, LINK_COUNT = NVGRE_LINK_NULL + 1 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so that %s\n", what);
        abort();
    }
}

static struct nvgre_frame decode(enum nvgre_link link, const uint8_t *data, uint32_t caplen,
                                 uint32_t len)
{
    struct nvgre_frame frame;
    const char *broken;

    memset(&frame, 0xA5, sizeof(frame));
    require(nvgre_frame_decode(link, data, caplen, len, &frame) == frame.kind,
            "the class returned is the class kept");
    broken = broken_invariant(caplen, len, &frame);
    require(!broken, broken);
    require(link != NVGRE_LINK_ETHERNET || is_usual_same(data, caplen, len, &frame),
            "the short way says the same of a frame");
    return frame;
}

/* A decoded header can be written, and decodes to the same again. */
static void check_gre(const uint8_t *data, uint32_t caplen, uint32_t len)
{
    struct nvgre_gre gre, back;
    uint8_t out[16];
    uint32_t written;
    enum nvgre_class kind = nvgre_gre_decode(data, caplen, len, &gre);

    if (!has_gre(kind)) {
        require(gre.header_len > (kind == NVGRE_CLASS_TRUNCATED ? caplen : len),
                "a header that does not fit needs more than there is");
        return;
    }
    require(gre.header_len <= caplen, "the header is captured");
    if (gre.flags & (NVGRE_FLAG_R | NVGRE_FLAGS_VERSION))
        return;
    written = nvgre_gre_write(&gre, out);
    require(written == gre.header_len && written == nvgre_gre_len(gre.flags),
            "a header's length is one");
    require(nvgre_gre_decode(out, written, written, &back) == kind, "writing keeps the class");
    require(is_same_gre(&back, &gre), "writing keeps the fields");
}

static bool is_inside(const uint8_t *part, uint32_t part_len, const uint8_t *data, uint32_t len)
{
    return part_len == 0 ||
           (part >= data && part_len <= len && part - data <= (ptrdiff_t)(len - part_len));
}

/* The flow in the other direction; `bytes` holds its bytes. */
static struct nvgre_flow swapped(const struct nvgre_flow *flow, uint8_t bytes[NVGRE_FLOW_LEN_MAX])
{
    uint32_t half = flow->addresses_len / 2;
    struct nvgre_flow swap = {.addresses = bytes,
                              .addresses_len = 2 * half,
                              .ports = bytes + 2 * half,
                              .ports_len = flow->ports_len};

    memcpy(bytes, flow->addresses + half, half);
    memcpy(bytes + half, flow->addresses, half);
    memcpy(bytes + 2 * half, flow->ports, flow->ports_len);
    if (flow->ports_len == 4) {
        memcpy(bytes + 2 * half, flow->ports + 2, 2);
        memcpy(bytes + 2 * half + 2, flow->ports, 2);
    }
    return swap;
}

static void check_flow(const uint8_t *data, uint32_t caplen)
{
    static struct nvgre_hasher hashers[3];
    static bool ready;
    uint8_t bytes[NVGRE_FLOW_LEN_MAX];
    struct nvgre_inner inner;
    struct nvgre_flow flow, swap;

    for (uint32_t i = 0; i < 3 && !ready; i++)
        nvgre_hasher_init(&hashers[i], (enum nvgre_hash)i);
    ready = true;
    nvgre_inner_decode(data, caplen, &inner);
    require(is_usual_inner_same(data, caplen, &inner),
            "the short way says the same of an inner frame");
    nvgre_flow_find(&inner, &flow);
    require(is_inside(flow.addresses, flow.addresses_len, data, caplen) &&
                is_inside(flow.ports, flow.ports_len, data, caplen),
            "a flow lies inside the frame");
    require(flow.addresses_len + flow.ports_len <= NVGRE_FLOW_LEN_MAX, "a flow has an end");
    swap = swapped(&flow, bytes);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t hash = nvgre_flow_hash(&hashers[i], &flow);

        require(hashers[i].kind != NVGRE_HASH_TOEPLITZ_SYM ||
                    hash == nvgre_flow_hash(&hashers[i], &swap),
                "both directions have one symmetric hash");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum nvgre_link link;
    uint32_t caplen, len;
    const uint8_t *frame = data + CHOICES_LEN;
    struct nvgre_frame whole, cut;

    if (size < CHOICES_LEN)
        return 0;
    link = (enum nvgre_link)(data[0] % LINK_COUNT);
    caplen = (uint32_t)size - CHOICES_LEN;
    len = caplen + data[1];
    whole = decode(link, frame, caplen, len);
    cut = decode(link, frame, caplen * data[2] / 256, len);
    require(cut.kind == NVGRE_CLASS_TRUNCATED || cut.kind == whole.kind,
            "a cut frame is truncated, or what the whole one is");
    check_flow(frame, caplen);
    check_gre(frame, caplen, len);
    if (has_gre(whole.kind)) {
        uint32_t gre = whole.inner_offset - whole.gre.header_len;

        check_gre(frame + gre, caplen - gre, len - gre);
        check_flow(frame + whole.inner_offset, whole.inner_caplen);
    }
    return 0;
}
