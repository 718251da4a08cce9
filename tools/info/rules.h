/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_RULES_H
#define INFO_RULES_H

/*
 * What a packet can have that RFC 7637, or what it builds on, rules out or sets aside. Names are
 * part of the JSON output; where the Wireshark plugin has the same remark, it has the same name.
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
    const char *reference; /* "" for none */
};

extern const struct info_rule_row info_rule_rows[INFO_RULE_COUNT];

#define INFO_NUMBERS_MAX 10

/* Packets of a rule, and the numbers of the first of them. */
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
