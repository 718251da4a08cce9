/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRAMES_H
#define FRAMES_H

/* Outer frames and IP headers, written piece by piece in hex. */

#include "frame.h"

#define ETHERNET(type) "0200c0a80416 0200c0a8040b" type
#define SLL(protocol) "0000 0001 0006 0200c0a8040b0000" protocol
#define SLL2(protocol) protocol "0000 00000002 0001 00 06 0200c0a8040b0000"

#define IPV4_ADDRESSES "c0a8040b c0a80416"
#define IPV4_FRAGMENT(len, fragment, protocol)                                                     \
    "45b9" len "0001" fragment "40" protocol "0000" IPV4_ADDRESSES
#define IPV4(len, protocol) IPV4_FRAGMENT(len, "4000", protocol)
#define IPV4_OPTIONS(words, len, options)                                                          \
    words "00" len "0000 4000 40 2f 0000" IPV4_ADDRESSES options

#define IPV6_ADDRESSES                                                                             \
    "fd000000 00000000 00000000 0000000b"                                                          \
    "fd000000 00000000 00000000 00000016"
#define IPV6(len, next) "60000000" len next "40" IPV6_ADDRESSES

#define ENCAP_LIMIT(next) next "00 040104 010100" /* destination options, RFC 2473 */
#define ROUTING(next) next "02 0001 00000000 fd000000 00000000 00000000 00000099"
#define FRAGMENT(next, fragment) next "00" fragment "00000001"

#define GRE "2000 6558 001389 50"
#define INNER "060600000007 060600000005 88b5" /* a header, the shortest frame there is */

struct frame_case {
    const char *name;
    enum nvgre_link link;
    const char *hex;
    enum nvgre_class kind;
    enum nvgre_reason reason; /* of MALFORMED */
    uint32_t value;
    uint32_t inner_offset; /* these where there is a GRE header */
    uint32_t inner_len;
    uint8_t vlan_count;
};

#define IS(class) .kind = NVGRE_CLASS_##class
#define INNER_AT(offset, len) .inner_offset = offset, .inner_len = len
#define MALFORMED_BY(why, number) IS(MALFORMED), .reason = NVGRE_REASON_##why, .value = number

static const struct frame_case frames[] = {
    {"IPv4", NVGRE_LINK_ETHERNET, ETHERNET("0800") IPV4("002a", "2f") GRE INNER, IS(CLEAN),
     INNER_AT(42, 14)},
    {"IPv6", NVGRE_LINK_ETHERNET, ETHERNET("86dd") IPV6("0016", "2f") GRE INNER, IS(CLEAN),
     INNER_AT(62, 14)},
    {"sequence number", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("002e", "2f") "3000 6558 00138950 00000001" INNER, IS(DEVIANT),
     INNER_AT(46, 14)},
    {"no key", NVGRE_LINK_ETHERNET, ETHERNET("0800") IPV4("0026", "2f") "0000 6558" INNER,
     IS(TEB_NO_KEY), INNER_AT(38, 14)},
    {"IPv4 in GRE", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("0030", "2f") "2000 0800 00138950" IPV4("0014", "06"), IS(OTHER_GRE),
     INNER_AT(42, 20)},
    {"nothing in other GRE", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("001c", "2f") "2001 880b 00138950", IS(OTHER_GRE), INNER_AT(42, 0)},
    {"source route", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("0032", "2f") "6000 6558 0000 0000 00138950 0000 0000" INNER,
     IS(OTHER_GRE), INNER_AT(50, 14)},

    {"802.1Q tag", NVGRE_LINK_ETHERNET, ETHERNET("8100") "0067 0800" IPV4("002a", "2f") GRE INNER,
     IS(CLEAN), INNER_AT(46, 14), 1},
    {"802.1ad and 802.1Q tag", NVGRE_LINK_ETHERNET,
     ETHERNET("88a8") "0067 8100 0068 86dd" IPV6("0016", "2f") GRE INNER, IS(CLEAN),
     INNER_AT(70, 14), 2},
    {"three tags", NVGRE_LINK_ETHERNET,
     ETHERNET("9100") "0067 9100 e068 8100 0069 0800" IPV4("002a", "2f") GRE INNER, IS(CLEAN),
     INNER_AT(54, 14), 3},

    {"IPv4 option", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_OPTIONS("46", "002e", "01010100") GRE INNER, IS(CLEAN),
     INNER_AT(46, 14)},
    {"40 bytes of IPv4 options", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_OPTIONS(
         "4f", "0052", IPV4_ADDRESSES IPV4_ADDRESSES IPV4_ADDRESSES IPV4_ADDRESSES IPV4_ADDRESSES)
         GRE INNER,
     IS(CLEAN), INNER_AT(82, 14)},
    {"encapsulation limit", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("001e", "3c") ENCAP_LIMIT("2f") GRE INNER, IS(CLEAN), INNER_AT(70, 14)},
    {"routing header", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("002e", "2b") ROUTING("2f") GRE INNER, IS(CLEAN), INNER_AT(86, 14)},
    {"TCP behind extension headers", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("001e", "3c") ENCAP_LIMIT("06") GRE INNER, IS(OTHER)},

    {"IPv4, DF and reserved bit", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_FRAGMENT("002a", "c000", "2f") GRE INNER, IS(CLEAN), INNER_AT(42, 14)},
    {"IPv4, first fragment", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_FRAGMENT("002a", "2000", "2f") GRE INNER, IS(FRAGMENT)},
    {"IPv4, middle fragment", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_FRAGMENT("002a", "2001", "2f") GRE INNER, IS(FRAGMENT)},
    {"IPv4, last fragment", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_FRAGMENT("002a", "1000", "2f") GRE INNER, IS(FRAGMENT)},
    {"IPv4, fragment too short for GRE", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_FRAGMENT("0015", "0001", "2f") "ff", IS(FRAGMENT)},
    {"IPv4, fragment of TCP", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_FRAGMENT("002a", "2000", "06") GRE INNER, IS(OTHER)},
    {"IPv6, atomic fragment", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("001e", "2c") FRAGMENT("2f", "0000") GRE INNER, IS(CLEAN),
     INNER_AT(70, 14)},
    {"IPv6, atomic fragment, reserved bits", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("001e", "2c") "2f ff 0006 00000001" GRE INNER, IS(CLEAN),
     INNER_AT(70, 14)},
    {"IPv6, first fragment", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("001e", "2c") FRAGMENT("2f", "0001") GRE INNER, IS(FRAGMENT)},
    {"IPv6, later fragment", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("001e", "2c") FRAGMENT("2f", "0009") GRE INNER, IS(FRAGMENT)},
    {"IPv6, last fragment", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("001e", "2c") FRAGMENT("2f", "8000") GRE INNER, IS(FRAGMENT)},
    {"IPv6, fragment behind the encapsulation limit", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("0026", "3c") ENCAP_LIMIT("2c") FRAGMENT("2f", "0008") GRE INNER,
     IS(FRAGMENT)},
    {"IPv6, later fragment's data is no header", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("0010", "2c") FRAGMENT("3c", "0008") ENCAP_LIMIT("2f"), IS(OTHER)},
    {"IPv6, fragment of UDP", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("001e", "2c") FRAGMENT("11", "0001") GRE INNER, IS(OTHER)},

    {"IPv4, total length 0", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("0000", "2f") GRE INNER "0102", IS(CLEAN), INNER_AT(42, 16)},
    {"IPv6, payload length 0", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("0000", "2f") GRE INNER "0102", IS(CLEAN), INNER_AT(62, 16)},
    {"IPv4, trailing bytes", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("002a", "2f") GRE INNER "01020304", IS(CLEAN), INNER_AT(42, 14)},
    {"IPv6, trailing bytes", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("0016", "2f") GRE INNER "01", IS(CLEAN), INNER_AT(62, 14)},

    {"SLL", NVGRE_LINK_SLL, SLL("0800") IPV4("002a", "2f") GRE INNER, IS(CLEAN), INNER_AT(44, 14)},
    {"SLL, tag, IPv6", NVGRE_LINK_SLL, SLL("8100") "0067 86dd" IPV6("0016", "2f") GRE INNER,
     IS(CLEAN), INNER_AT(68, 14), 1},
    {"SLL2", NVGRE_LINK_SLL2, SLL2("0800") IPV4("002a", "2f") GRE INNER, IS(CLEAN),
     INNER_AT(48, 14)},
    {"SLL2, tag, IPv6", NVGRE_LINK_SLL2, SLL2("8100") "0067 86dd" IPV6("0016", "2f") GRE INNER,
     IS(CLEAN), INNER_AT(72, 14), 1},
    {"RAW, IPv4", NVGRE_LINK_RAW, IPV4("002a", "2f") GRE INNER, IS(CLEAN), INNER_AT(28, 14)},
    {"RAW, IPv6", NVGRE_LINK_RAW, IPV6("0016", "2f") GRE INNER, IS(CLEAN), INNER_AT(48, 14)},
    {"RAW, version 5", NVGRE_LINK_RAW, "5500 0014", MALFORMED_BY(IP_VERSION, 5)},
    {"NULL, big endian", NVGRE_LINK_NULL, "00000002" IPV4("002a", "2f") GRE INNER, IS(CLEAN),
     INNER_AT(32, 14)},
    {"NULL, little endian", NVGRE_LINK_NULL, "1e000000" IPV6("0016", "2f") GRE INNER, IS(CLEAN),
     INNER_AT(52, 14)},
    {"NULL, unknown family", NVGRE_LINK_NULL, "00000007" IPV4("002a", "2f") GRE INNER, IS(OTHER)},
    {"NULL, family of no byte order", NVGRE_LINK_NULL, "02000002" IPV4("002a", "2f") GRE INNER,
     IS(OTHER)},
    {"NULL, family of the other version", NVGRE_LINK_NULL, "00000002" IPV6("0016", "2f") GRE INNER,
     MALFORMED_BY(IP_VERSION, 6)},

    {"empty", NVGRE_LINK_ETHERNET, "", IS(OTHER)},
    {"13 bytes", NVGRE_LINK_ETHERNET, "0200c0a80416 0200c0a8040b 08", IS(OTHER)},
    {"tag and no more", NVGRE_LINK_ETHERNET, ETHERNET("8100") "006708", IS(OTHER)},
    {"empty, SLL", NVGRE_LINK_SLL, "", IS(OTHER)},
    {"empty, SLL2", NVGRE_LINK_SLL2, "", IS(OTHER)},
    {"empty, RAW", NVGRE_LINK_RAW, "", IS(OTHER)},
    {"empty, NULL", NVGRE_LINK_NULL, "", IS(OTHER)},
    {"ARP", NVGRE_LINK_ETHERNET, ETHERNET("0806") "0001 0800 06 04 0001", IS(OTHER)},
    {"802.3", NVGRE_LINK_ETHERNET, ETHERNET("0003") "424203", IS(OTHER)},

    {"no IP header at all", NVGRE_LINK_ETHERNET, ETHERNET("0800"), MALFORMED_BY(IP_LEN, 0)},
    {"IPv4 header of 19 bytes", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") "4500 0013 0000 4000 402f 0000 c0a8040b c0a804", MALFORMED_BY(IP_LEN, 19)},
    {"IPv6 header of 39 bytes", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") "60000000 0000 2f40 c0a8040b c0a8040b c0a8040b c0a8040b"
                      "c0a8040b c0a8040b c0a8040b c0a804",
     MALFORMED_BY(IP_LEN, 39)},
    {"IPv4 header of 19 bytes, TCP", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") "4500 0013 0000 4000 4006 0000 c0a8040b c0a804", IS(OTHER)},
    {"IPv6 header of 39 bytes, TCP", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") "60000000 0000 0640 c0a8040b c0a8040b c0a8040b c0a8040b"
                      "c0a8040b c0a8040b c0a8040b c0a804",
     IS(OTHER)},
    {"IPv4 header length 16, TCP", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") "44b9 002a 0001 4000 4006 0000" IPV4_ADDRESSES GRE INNER, IS(OTHER)},
    {"IPv4 header length 16", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_OPTIONS("44", "002a", "") GRE INNER, MALFORMED_BY(IP_HDR_LEN, 16)},
    {"IPv4 header length 0", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_OPTIONS("40", "002a", "") GRE INNER, MALFORMED_BY(IP_HDR_LEN, 0)},
    {"IPv4 length below the header's", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_OPTIONS("46", "0017", "01010100") GRE INNER, MALFORMED_BY(IP_LEN, 23)},
    {"IPv4 options beyond the frame, total length 0", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4_OPTIONS("4f", "0000", "01010100") GRE INNER, MALFORMED_BY(IP_LEN, 46)},
    {"IPv4 length beyond the frame", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("002b", "2f") GRE INNER, MALFORMED_BY(IP_BEYOND, 43)},
    {"IPv6 length beyond the frame", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("0017", "2f") GRE INNER, MALFORMED_BY(IP_BEYOND, 63)},
    {"IPv6 in EtherType IPv4", NVGRE_LINK_ETHERNET, ETHERNET("0800") IPV6("0016", "2f") GRE INNER,
     MALFORMED_BY(IP_VERSION, 6)},
    {"IPv4 in EtherType IPv6", NVGRE_LINK_ETHERNET, ETHERNET("86dd") IPV4("002a", "2f") GRE INNER,
     MALFORMED_BY(IP_VERSION, 4)},
    {"IPv6 extension header of 7 bytes", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("0007", "3c") "2f000401040101", MALFORMED_BY(IP_LEN, 47)},
    {"IPv6 extension header beyond the packet", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("0010", "3c") ENCAP_LIMIT("3c") "2f 01 040104 010100" GRE INNER,
     MALFORMED_BY(IP_LEN, 56)},
    {"GRE header of 7 bytes", NVGRE_LINK_ETHERNET, ETHERNET("0800") IPV4("001b", "2f") GRE INNER,
     MALFORMED_BY(GRE_LEN, 8)},
    {"GRE header of 3 bytes", NVGRE_LINK_ETHERNET, ETHERNET("86dd") IPV6("0003", "2f") GRE INNER,
     MALFORMED_BY(GRE_LEN, 4)},
    {"no GRE header at all", NVGRE_LINK_ETHERNET, ETHERNET("0800") IPV4("0014", "2f"),
     MALFORMED_BY(GRE_LEN, 4)},
    {"sequence number beyond the packet", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("001c", "2f") "3000 6558 00138950" INNER, MALFORMED_BY(GRE_LEN, 12)},
    {"inner frame of 13 bytes", NVGRE_LINK_ETHERNET, ETHERNET("0800") IPV4("0029", "2f") GRE INNER,
     MALFORMED_BY(INNER_LEN, 13)},
    {"no inner frame at all, no key", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("0018", "2f") "0000 6558", MALFORMED_BY(INNER_LEN, 0)},

    {"TCP, IPv4 length beyond the frame", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("ffff", "06") GRE INNER, IS(OTHER)},
    {"TCP, IPv4 length below the header's", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") IPV4("0013", "06") GRE INNER, IS(OTHER)},
    {"UDP, IPv4 header length 16", NVGRE_LINK_ETHERNET,
     ETHERNET("0800") "4400 002a 0000 4000 4011 0000" IPV4_ADDRESSES GRE INNER, IS(OTHER)},
    {"UDP, IPv6 length beyond the frame", NVGRE_LINK_ETHERNET,
     ETHERNET("86dd") IPV6("ffff", "11") GRE INNER, IS(OTHER)},
};

struct ip_case {
    const char *name;
    const char *hex;
    uint32_t header_len;
    uint32_t len;
    uint8_t version;
    uint8_t tos;
    uint8_t protocol;
    bool fragment;
};

static const struct ip_case ip_headers[] = {
    {"IPv4", IPV4("0014", "06"), 20, 20, 4, 0xB9, 6, false},
    {"IPv4, TOS 0", "4500 0014 0000 4000 402f 0000" IPV4_ADDRESSES, 20, 20, 4, 0, 47, false},
    {"IPv4, options, payload", IPV4_OPTIONS("47", "001e", IPV4_ADDRESSES) "0102", 28, 30, 4, 0, 47,
     false},
    {"IPv4, total length 0", IPV4("0000", "11") "0102", 20, 22, 4, 0xB9, 17, false},
    {"IPv4, trailing bytes", IPV4("0014", "11") "0102", 20, 20, 4, 0xB9, 17, false},
    {"IPv4, protocol 0", IPV4("0014", "00"), 20, 20, 4, 0xB9, 0, false},
    {"IPv4, fragment", IPV4_FRAGMENT("0014", "0001", "11"), 20, 20, 4, 0xB9, 17, true},
    {"IPv6", IPV6("0000", "3b"), 40, 40, 6, 0, 59, false},
    {"IPv6, traffic class, flow label", "6b91 2345 0001 3a ff" IPV6_ADDRESSES "80", 40, 41, 6, 0xB9,
     58, false},
    {"IPv6, payload length 0", IPV6("0000", "11") "0102", 40, 42, 6, 0, 17, false},
    {"IPv6, trailing bytes", IPV6("0001", "11") "0102", 40, 41, 6, 0, 17, false},
    {"IPv6, options and routing", IPV6("0021", "3c") ENCAP_LIMIT("2b") ROUTING("06") "01", 72, 73,
     6, 0, 6, false},
    {"IPv6, atomic fragment", IPV6("0008", "2c") FRAGMENT("06", "0000"), 48, 48, 6, 0, 6, false},
    {"IPv6, fragment", IPV6("0010", "2c") FRAGMENT("3c", "0008") ENCAP_LIMIT("06"), 48, 56, 6, 0,
     60, true},
};

/* A tenant's frame; the offsets where there is such a header. */
struct inner_case {
    const char *name;
    const char *hex;
    bool has_l2;
    bool has_ip;
    uint8_t vlan_count;
    uint16_t ethertype;
    uint32_t l3_offset;
    uint32_t l4_offset;
};

static const struct inner_case inners[] = {
    {"IPv4", ETHERNET("0800") IPV4("0016", "11") "0102", true, true, 0, 0x0800, 14, 34},
    {"tagged IPv6", ETHERNET("8100") "0067 86dd" IPV6("0010", "3c") ENCAP_LIMIT("06"), true, true,
     1, 0x86DD, 18, 66},
    {"IPv4 length beyond the end", ETHERNET("0800") IPV4("ffff", "11") "0102", true, true, 0,
     0x0800, 14, 34},
    {"IPv6 length beyond the end", ETHERNET("86dd") IPV6("ffff", "11"), true, true, 0, 0x86DD, 14,
     54},
    {"IPv4, total length 0", ETHERNET("0800") IPV4("0000", "11"), true, true, 0, 0x0800, 14, 34},
    {"IPv4, options cut", ETHERNET("0800") IPV4_OPTIONS("46", "0020", "010101"), true, true, 0,
     0x0800, 14, 38},
    {"IPv4 header length 16", ETHERNET("0800") IPV4_OPTIONS("44", "0020", ""), true, false, 0,
     0x0800, 14, 0},
    {"tagged ARP", ETHERNET("8100") "0067 0806 0001", true, false, 1, 0x0806, 18, 0},
    {"header only", ETHERNET("0800"), true, false, 0, 0x0800, 14, 0},
    {"tag cut", ETHERNET("8100") "006708", false, false, 0, 0, 0, 0},
    {"header cut", "0200c0a80416 0200c0a8040b 08", false, false, 0, 0, 0, 0},
    {"empty", "", false, false, 0, 0, 0, 0},
};

#endif
