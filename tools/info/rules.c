/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules.h"

const struct info_rule_row info_rule_rows[INFO_RULE_COUNT] = {
    [INFO_RULE_CHECKSUM] = {"checksum_present", "checksum present (C=1)", "RFC 7637 3.2"},
    [INFO_RULE_SEQUENCE] = {"sequence_present", "sequence number present (S=1)", "RFC 7637 3.2"},
    [INFO_RULE_DISCARD_BITS] = {"discard_bits", "bits that receivers discard for", "RFC 2784 2.3"},
    [INFO_RULE_RESERVED_BITS] = {"reserved_bits", "reserved bits, to be ignored", "RFC 2784 2.3"},
    [INFO_RULE_NO_KEY] = {"no_key", "Ethernet in GRE, no key (K=0)", "RFC 7637 3.2"},
    [INFO_RULE_VSID_RESERVED] = {"vsid_reserved", "reserved VSID (0 to 4095)", "RFC 7637 3.4"},
    [INFO_RULE_VSID_VENDOR] = {"vsid_vendor", "VSID of vendors (16777215)", "RFC 7637 3.4"},
    [INFO_RULE_INNER_8021Q] = {"inner_8021q", "802.1Q tag in the inner frame", "RFC 7637 3.3"},
    [INFO_RULE_OUTER_FRAGMENT] = {"outer_fragment", "fragment of an outer packet", "RFC 7637 4.4"},
    [INFO_RULE_OUTER_TTL] = {"outer_ttl", "outer TTL or hop limit 0", "RFC 791"},
    [INFO_RULE_ECN_DROP] = {"ecn_drop", "outer CE, inner without ECN", "RFC 6040 4.2"},
    [INFO_RULE_ECN_UNUSED] = {"ecn_unused", "ECN pair that does not occur", "RFC 6040 4.2"},
    [INFO_RULE_INNER_LENGTH] = {"inner_length", "inner packet longer than its frame", ""},
    [INFO_RULE_NESTED] = {"nested", "NVGRE within NVGRE", ""},
    [INFO_RULE_MALFORMED] = {"malformed", "malformed", ""},
    [INFO_RULE_TRUNCATED] = {"truncated", "cut before the inner frame", ""},
    [INFO_RULE_BAD_BLOCK] = {"bad_block", "pcapng block without a packet in it", ""},
};
