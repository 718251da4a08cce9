# SPDX-License-Identifier: GPL-2.0-or-later
"""Which tests can see a change in a file, the most likely to fail first.

A row's files are those whose path matches its pattern. The tests of all rows that match are run, in
the order of the rows; of a row the quickest first. The last row of each folder has all tests that
can see anything there.
"""

from fnmatch import fnmatch
from math import inf
from pathlib import PurePath

ISOLATION = ("dissect_isolation", "dissect_isolation_plain", "dissect_isolation_arp",
             "dissect_isolation_preferences", "dissect_isolation_views",
             "dissect_isolation_again", "dissect_isolation_random")
REWRITE = ("rewrite", "rewrite_inner", "rewrite_files", "rewrite_cut", "rewrite_seed")
FILES = ("formats", "files", "compressed", "tags", "surroundings", "signals")
SENDING = ("replay", "replay_unique", "senders", "replay_lab")

ROWS = (
    ("codec/ecn.*", ("decap", "openvswitch_fields")),
    ("codec/*", ("decap", "encap", "dissect", *REWRITE, "dissect_captures", "info", "captures",
                 "map", "dedupe", "reassembly", "learn", "replay", "formats", "codec_pure",
                 "openvswitch_fields", "dissect_statistics", *ISOLATION)),

    ("plugin/names.*", ("dissect_names",)),
    ("plugin/filters.*", ("dissect_filters",)),
    ("plugin/[est]*", ("dissect_statistics",)),  # endpoints, spread, statistics, tables, tenant
    ("plugin/carrier.*", ("dissect_unchanged", "dissect")),
    ("plugin/[cist]*", ISOLATION),  # conversations, isolation, sctp, tenant
    ("plugin/*", ("dissect", "dissect_captures", "dissect_statistics", "dissect_names",
                  "dissect_profile", "dissect_filters", "dissect_unchanged", *ISOLATION,
                  "dissect_rewrite")),

    ("tools/*cmd_*", ("cli",)),
    ("tools/*dedupe*", ("dedupe",)),
    ("tools/*reassemble*", ("reassembly",)),
    ("tools/*fragments*", ("reassembly", "rewrite_cut")),
    ("tools/*datagram*", ("reassembly", "rewrite_cut")),
    ("tools/*decap*", ("decap", "dedupe", "reassembly")),
    ("tools/*encap*", ("encap", "map", "tags")),
    ("tools/*segment*", ("map", "encap", "openvswitch_fields")),
    ("tools/*ways*", ("map", "encap", "openvswitch_map")),
    ("tools/*anonymise*", ("rewrite_seed",)),
    ("tools/*rewrite*", REWRITE),
    ("tools/*replay*", SENDING),
    ("tools/*learn*", ("learn",)),
    ("tools/*info*", ("info",)),
    ("tools/*progress*", ("progress",)),
    ("tools/*signals*", ("signals", "replay", "surroundings")),
    ("tools/*summary*", ("summary",)),
    ("tools/*report*", ("summary", "info")),
    ("tools/*select*", ("select", "cli")),
    ("tools/*filter*", ("select",)),
    ("tools/*time*", ("select", "rewrite_files", "formats")),
    ("tools/*packet_list*", ("select",)),
    ("tools/*option*", ("cli", "manual", "completion")),
    ("tools/*number*", ("cli", "select")),
    ("tools/*diag*", ("cli", "summary")),
    ("tools/*map*", ("map", "learn", "encap")),
    ("tools/*address*", ("cli", "encap", "info")),
    ("tools/*split*", ("split",)),
    ("tools/*spool*", ("split",)),
    ("tools/*flate*", ("compressed",)),
    ("tools/*compress*", ("compressed",)),
    ("tools/*iface_name*", ("tags", "split")),
    ("tools/*order*", ("formats",)),

    ("tools/transform/*", ("encap", "decap", *REWRITE, "map", "openvswitch_fields")),
    ("tools/capfile/*", (*FILES, "split")),
    ("tools/map/*", ("map", "learn", "tags", "cli")),
    ("tools/replay/*", (*SENDING, "tcpreplay", "replay_openvswitch")),
    ("tools/info/*", ("info", "learn")),
    ("tools/cli/*", ("cli", "manual", "completion", "summary")),
    ("tools/pipeline/*", ("summary", "files", "surroundings", "signals")),
    ("tools/*", ("decap", "encap", "rewrite", "cli", "summary", "select", *FILES, "captures", "map",
                 "split", "dedupe", "reassembly", "rewrite_files", "rewrite_inner", "rewrite_cut",
                 "rewrite_seed", "learn", "progress", "replay", "replay_unique", "manual",
                 "completion", "info")),
)


def commands(path, seconds=None):
    """The files of tests/e2e to run for a source file; seconds: how long they take, where known."""
    found = {}
    for pattern, tests in ROWS:
        if fnmatch(path, pattern):
            names = (f"test_{name}.py" for name in tests)
            found |= dict.fromkeys(sorted(names, key=lambda name: (seconds or {}).get(name, inf)))
    return list(found)


def of_plugin(name):
    """Whether a file of tests/e2e tests the plugin."""
    return name.startswith("test_dissect")


def units(path, names):
    """Unit tests in the order to run them: those named like the file, others, fuzz corpora."""
    stem = PurePath(path).stem
    words = set(stem.split("_")) | {PurePath(path).parent.name}

    def rank(name):
        kind, _, tested = name.partition("_")
        if kind == "replay":
            return 3
        if tested == stem or tested.startswith(stem + "_") or stem.startswith(tested + "_"):
            return 0
        return 1 if words & set(tested.split("_")) else 2

    return sorted(names, key=lambda name: (rank(name), name))


def nearest(path, names):
    """The unit tests that are most likely to see a change in a file."""
    first = units(path, names)[:3]
    return [name for name in first if not name.startswith("replay_")]
