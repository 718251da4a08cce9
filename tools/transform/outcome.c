/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform.h"

const struct outcome_row outcome_rows[OUTCOME_COUNT] = {
    [OUTCOME_DONE] = {DISPOSITION_DONE, "done", "done"},
    [OUTCOME_NOT_NVGRE] = {DISPOSITION_OTHER, "not_nvgre", "not NVGRE"},
    [OUTCOME_NO_KEY] = {DISPOSITION_OTHER, "no_key", "Ethernet in GRE without a key"},
    [OUTCOME_OTHER_GRE] = {DISPOSITION_OTHER, "other_gre", "GRE of another kind"},
    [OUTCOME_FRAGMENT] = {DISPOSITION_BAD, "fragment", "fragment of an outer packet"},
    [OUTCOME_NOT_SELECTED] = {DISPOSITION_OTHER, "not_selected", "not selected"},
    [OUTCOME_SAME_HOST] = {DISPOSITION_OTHER, "same_host", "to a machine behind the same endpoint"},
    [OUTCOME_INNER_VLAN] = {DISPOSITION_DROP, "inner_vlan", "802.1Q tag in the inner frame"},
    [OUTCOME_CONGESTION] = {DISPOSITION_DROP, "congestion",
                            "outer CE on an inner packet without ECN (RFC 6040)"},
    [OUTCOME_NO_PEER] = {DISPOSITION_DROP, "no_peer", "from an address that is no peer's"},
    [OUTCOME_OVER_MTU] = {DISPOSITION_DROP, "over_mtu", "above the MTU with outer headers"},
    [OUTCOME_NO_WAY_DROPPED] = {DISPOSITION_DROP, "no_way", "no receiver in the map"},
    [OUTCOME_MALFORMED] = {DISPOSITION_BAD, "malformed", "malformed"},
    [OUTCOME_TRUNCATED] = {DISPOSITION_BAD, "truncated", "cut before the inner frame"},
    [OUTCOME_MUST_DISCARD] = {DISPOSITION_BAD, "must_discard",
                              "GRE bits that a receiver must discard"},
    [OUTCOME_DEVIANT] = {DISPOSITION_BAD, "deviant", "C, S or reserved GRE bits"},
    [OUTCOME_OVERSIZE] = {DISPOSITION_BAD, "oversize", "too long for an outer IP packet"},
    [OUTCOME_NO_VSID] = {DISPOSITION_BAD, "no_vsid", "no VSID known for the packet"},
    [OUTCOME_NO_WAY] = {DISPOSITION_BAD, "no_way", "no receiver in the map"},
    [OUTCOME_NO_LOCAL] = {DISPOSITION_BAD, "no_local", "no provider address known of the sender"},
    [OUTCOME_MTU_ERROR] = {DISPOSITION_BAD, "mtu_error", "above the MTU with outer headers"},
    [OUTCOME_LINK_TYPE] = {DISPOSITION_BAD, "link_type", "link type that cannot be taken"},
    [OUTCOME_BAD_BLOCK] = {DISPOSITION_BAD, "bad_block", "packet block that makes no sense"},
    [OUTCOME_UNSTORABLE] = {DISPOSITION_BAD, "unstorable",
                            "lost: the output's format cannot hold it"},
};

const struct note_row note_rows[NOTE_COUNT] = {
    [NOTE_DEVIANT] = {"deviant", "with C, S or reserved GRE bits"},
    [NOTE_RESERVED_VSID] = {"reserved_vsids", "with a reserved VSID"},
    [NOTE_UNTAGGED] = {"untagged", "802.1Q tag removed"},
    [NOTE_NESTED] = {"nested", "out of nested tunnels"},
    [NOTE_OVER_MTU] = {"over_mtu", "above the MTU with outer headers"},
    [NOTE_CUT_TO_MTU] = {"cut_to_mtu", "inner frame cut to the MTU"},
    [NOTE_SEGMENTED] = {"segmented", "in several segments"},
    [NOTE_COPIED] = {"copied", "to several endpoints"},
    [NOTE_ROUTED] = {"routed", "to a machine of another subnet"},
};
