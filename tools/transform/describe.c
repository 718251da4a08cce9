/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "describe.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/address.h"
#include "link.h"

struct text {
    char *at;
    size_t room;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list values;
    int len;

    va_start(values, format);
    len = vsnprintf(text->at, text->room, format, values);
    va_end(values);
    if (len > 0 && (size_t)len < text->room) {
        text->at += len;
        text->room -= (size_t)len;
    }
}

static void add_ip(struct text *text, const struct nvgre_ip *ip, const uint8_t *data)
{
    const struct address source = address_of_ip(data, ip, false);
    const struct address destination = address_of_ip(data, ip, true);

    add(text, ", %s > %s, TTL %u, TOS 0x%02x", address_text(&source).text,
        address_text(&destination).text, data[ip->offset + nvgre_ttl_at(ip->version)], ip->tos);
}

static void add_mac(struct text *text, const char *between, const uint8_t *mac)
{
    add(text, "%s%02x:%02x:%02x:%02x:%02x:%02x", between, mac[0], mac[1], mac[2], mac[3], mac[4],
        mac[5]);
}

void describe_outer(const struct cap_packet *packet, char *buffer, size_t size)
{
    const uint8_t *data = packet->data;
    struct text text = {buffer, size};
    struct nvgre_frame frame;
    enum nvgre_link link;
    enum nvgre_class kind;

    buffer[0] = '\0';
    if (!link_of(packet->iface->linktype, &link))
        return;
    kind = nvgre_frame_decode(link, data, packet->caplen, packet->len, &frame);
    if (!nvgre_class_has_inner(kind))
        return;
    add(&text, "VSID %u, FlowID 0x%02x", nvgre_key_vsid(frame.gre.key),
        nvgre_key_flowid(frame.gre.key));
    add_ip(&text, &frame.ip, data);
    if (link == NVGRE_LINK_ETHERNET) {
        add_mac(&text, ", ", data + NVGRE_ETH_SRC_AT);
        add_mac(&text, " > ", data);
        for (const uint8_t *tci = data + NVGRE_ETH_LEN; tci < data + frame.l2.l3_offset;
             tci += NVGRE_VLAN_TAG_LEN)
            add(&text, ", VLAN %u", wire_get16(tci) & 0x0FFF);
    }
    if (frame.gre.deviations)
        add(&text, ", GRE 0x%04x", frame.gre.flags);
}
