/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_RULES_H
#define INFO_RULES_H

/*
 * Deviations from RFC 7637 and from the standards that it uses, and other remarks about a packet.
 * The names are part of the JSON output. A remark that the Wireshark plugin also makes has the same
 * name there.
 */

#include <stdint.h>

enum info_rule {
    INFO_RULE_CHECKSUM,
    INFO_RULE_SEQUENCE,
    INFO_RULE_DISCARD_BITS,
    INFO_RULE_RESERVED_BITS,
    INFO_RULE_NO_KEY,
    INFO_RULE_VSID_RESERVED,
    INFO_RULE_VSID_VENDOR,
    INFO_RULE_INNER_8021Q,
    INFO_RULE_OUTER_FRAGMENT,
    INFO_RULE_OUTER_TTL,
    INFO_RULE_ECN_DROP,
    INFO_RULE_ECN_UNUSED,
    INFO_RULE_INNER_LENGTH,
    INFO_RULE_NESTED,
    INFO_RULE_MALFORMED,
    INFO_RULE_TRUNCATED,
    INFO_RULE_BAD_BLOCK,
    INFO_RULE_COUNT
};

struct info_rule_row {
    const char *name;
    const char *text;
    const char *reference; /* "" if there is none */
};

extern const struct info_rule_row info_rule_rows[INFO_RULE_COUNT];

#define INFO_NUMBERS_MAX 10

/* The number of packets that a rule applies to, and the first packet numbers. */
struct info_finding {
    uint64_t packets;
    uint64_t numbers[INFO_NUMBERS_MAX];
};

static inline void info_finding_add(struct info_finding *finding, uint64_t number)
{
    if (finding->packets < INFO_NUMBERS_MAX)
        finding->numbers[finding->packets] = number;
    finding->packets++;
}

#endif
