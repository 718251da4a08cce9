/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RSS_H
#define RSS_H

#include <stdint.h>
#include <sys/socket.h>

/* Microsoft's RSS verification suite; its addresses, ports and the first two hashes. */
struct rss_case {
    const char *name;
    int family;
    const char *src, *dst;
    uint16_t src_port, dst_port;
    uint32_t addresses_hash, ports_hash, symmetric_hash;
};

static const struct rss_case rss[] = {
    {"IPv4, 1", AF_INET, "66.9.149.187", "161.142.100.80", 2794, 1766, 0x323e8fc2, 0x51ccc178,
     0x9fcc9fcc},
    {"IPv4, 2", AF_INET, "199.92.111.2", "65.69.140.83", 14230, 4739, 0xd718262a, 0xc626b0ea,
     0x60d760d7},
    {"IPv4, 3", AF_INET, "24.19.198.95", "12.22.207.184", 12898, 38024, 0xd2d0a5de, 0x5c2b394a,
     0x3a3e3a3e},
    {"IPv4, 4", AF_INET, "38.27.205.30", "209.142.163.6", 48228, 2217, 0x82989176, 0xafc7327f,
     0xd26ed26e},
    {"IPv4, 5", AF_INET, "153.39.163.191", "202.188.127.2", 44251, 1303, 0x5d1809c5, 0x10e828a2,
     0xf23ef23e},
    {"IPv6, 1", AF_INET6, "3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766, 0x2cc18cd5,
     0x40207d3d, 0x13eb13eb},
    {"IPv6, 2", AF_INET6, "3ffe:501:8::260:97ff:fe40:efab", "ff02::1", 14230, 4739, 0x0f0c461c,
     0xdde51bbf, 0x36913691},
    {"IPv6, 3", AF_INET6, "3ffe:1900:4545:3:200:f8ff:fe21:67cf", "fe80::200:f8ff:fe21:67cf", 44251,
     38024, 0x4b61e985, 0x02d1feef, 0x08090809},
};

#endif
