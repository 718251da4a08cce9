/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nvgre.h"

#include <stdbool.h>

#include "cursor.h"
#include "wire.h"

#define ROUTE_ENTRY_LEN 4u /* address family, offset, length (RFC 1701) */

uint32_t nvgre_deviations(uint16_t flags)
{
    return (flags & NVGRE_FLAG_C ? NVGRE_DEV_CHECKSUM : 0u) |
           (flags & NVGRE_FLAG_S ? NVGRE_DEV_SEQUENCE : 0u) |
           (flags & NVGRE_FLAGS_IGNORE ? NVGRE_DEV_IGNORED : 0u) |
           (flags & NVGRE_FLAGS_DISCARD ? NVGRE_DEV_DISCARD : 0u);
}

uint32_t nvgre_gre_len(uint16_t flags)
{
    uint32_t version = flags & NVGRE_FLAGS_VERSION;

    if (version > 1)
        return 4;
    return 4 + (flags & (NVGRE_FLAG_C | NVGRE_FLAG_R) ? 4u : 0u) +
           (flags & NVGRE_FLAG_K ? 4u : 0u) + (flags & NVGRE_FLAG_S ? 4u : 0u) +
           (version == 1 && flags & NVGRE_FLAG_A ? 4u : 0u);
}

static enum nvgre_class short_of(struct nvgre_gre *gre, enum wire_status status,
                                 uint32_t header_len)
{
    gre->header_len = header_len;
    return status == WIRE_CUT ? NVGRE_CLASS_TRUNCATED : NVGRE_CLASS_MALFORMED;
}

/*
 * RFC 1701: the list ends at an entry whose address family and length are both 0. Afterwards the
 * cursor is after the list, or after the first missing part.
 */
static enum wire_status skip_source_routes(struct wire_cursor *c)
{
    enum wire_status status;
    bool last = false;

    do {
        const uint8_t *entry = wire_at(c);
        uint32_t data_len = 0;

        status = wire_need(c, ROUTE_ENTRY_LEN);
        c->off += ROUTE_ENTRY_LEN;
        if (status == WIRE_OK) {
            data_len = entry[3];
            last = wire_get16(entry) == 0 && data_len == 0;
            status = wire_need(c, data_len);
        }
        c->off += data_len;
    } while (status == WIRE_OK && !last);
    return status;
}

static void read_optional_fields(const uint8_t *p, struct nvgre_gre *gre)
{
    p += 4;
    if (gre->flags & (NVGRE_FLAG_C | NVGRE_FLAG_R)) {
        gre->checksum = gre->flags & NVGRE_FLAG_C ? wire_get16(p) : 0;
        p += 4;
    }
    if (gre->flags & NVGRE_FLAG_K) {
        gre->key = wire_get32(p);
        p += 4;
    }
    if (gre->flags & NVGRE_FLAG_S)
        gre->sequence = wire_get32(p);
}

static enum nvgre_class classify(struct nvgre_gre *gre)
{
    if (gre->protocol != NVGRE_PROTOCOL_TYPE || gre->flags & (NVGRE_FLAG_R | NVGRE_FLAGS_VERSION))
        return NVGRE_CLASS_OTHER_GRE;
    if (!(gre->flags & NVGRE_FLAG_K))
        return NVGRE_CLASS_TEB_NO_KEY;
    gre->deviations = nvgre_deviations(gre->flags);
    return gre->deviations ? NVGRE_CLASS_DEVIANT : NVGRE_CLASS_CLEAN;
}

enum nvgre_class nvgre_gre_decode(const uint8_t *data, uint32_t caplen, uint32_t len,
                                  struct nvgre_gre *gre)
{
    struct wire_cursor c = {data, 0, caplen, len};
    enum wire_status status = wire_need(&c, 4);
    uint32_t header_len;

    if (status != WIRE_OK)
        return short_of(gre, status, 4);
    *gre = (struct nvgre_gre){.flags = wire_get16(data), .protocol = wire_get16(data + 2)};
    header_len = nvgre_gre_len(gre->flags);
    status = wire_need(&c, header_len);
    if (status != WIRE_OK)
        return short_of(gre, status, header_len);
    if ((gre->flags & NVGRE_FLAGS_VERSION) <= 1)
        read_optional_fields(data, gre);
    c.off = header_len;
    if (gre->flags & NVGRE_FLAG_R && (gre->flags & NVGRE_FLAGS_VERSION) == 0) {
        status = skip_source_routes(&c);
        if (status != WIRE_OK)
            return short_of(gre, status, c.off);
    }
    gre->header_len = c.off;
    return classify(gre);
}

uint32_t nvgre_gre_write(const struct nvgre_gre *gre, uint8_t *out)
{
    uint8_t *p = out + 4;

    wire_put16(out, gre->flags);
    wire_put16(out + 2, gre->protocol);
    if (gre->flags & NVGRE_FLAG_C) {
        wire_put16(p, gre->checksum);
        wire_put16(p + 2, 0);
        p += 4;
    }
    if (gre->flags & NVGRE_FLAG_K) {
        wire_put32(p, gre->key);
        p += 4;
    }
    if (gre->flags & NVGRE_FLAG_S) {
        wire_put32(p, gre->sequence);
        p += 4;
    }
    return (uint32_t)(p - out);
}
