# SPDX-License-Identifier: GPL-2.0-or-later
"""Tenant names: the table that the user fills in, and the places where names are shown."""

import contextlib
import re

import pytest

from test_dissect import BLUE, ECHO, nested, nvgre
from wireshark import CAPTURES, columns, dissect, readable, sandbox, sharkd, tshark

RED = nvgre(key=0x00177105)
WITHOUT_IP = nvgre(bytes(12) + b"\0\7\x42\x42\3test")


def quoted(text):
    """A value of a user table. Unusual characters are written as \\x and two digits."""
    return '"' + "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else
                         f"\\x{byte:02x}" for byte in text.encode()) + '"'


def names(*rows):
    """The options that set names, each (VSID as typed, name)."""
    return [part for vsid, name in rows
            for part in ("-o", f"uat:nvgre_tenants:{quoted(vsid)},{quoted(name)}")]


def matches(capture, display_filter, *options):
    """The number of frames that match a display filter."""
    return len(tshark(capture, "-Y", display_filter, "-T", "fields", "-e", "frame.number",
                      *options).split())


# name: (as typed, in the tree and the Info column, in endpoints)
NAMES = {
    "plain": ("Blue", "Blue", "Blue"),
    "spaces around": (" \tBlue  VMs ", "Blue  VMs", "Blue  VMs"),
    "UTF-8": ("Blåe 藍 🟦", "Blåe 藍 🟦", "Blåe 藍 🟦"),
    "quotes": ('the "Blue"', 'the "Blue"', "the 'Blue'"),
    "backslash": ("B\\lue\\", "B\\lue\\", "B/lue/"),
    "looks like a format": ("%s%n%d", "%s%n%d", "%s%n%d"),
    "looks like a row": ("Blue (5001) -> 1", "Blue (5001) -> 1", "Blue (5001) -> 1"),
    "one character": ("B", "B", "B"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_shown_in_the_tree(name):
    typed, shown, _ = NAMES[name]
    blue, red = dissect([BLUE, RED], *names(("5001", typed)))

    assert blue.fields("nvgre.tenant") == [(shown, f"Tenant: {shown}", "001389")]
    assert blue.fields("nvgre")[0].text == f"NVGRE, Tenant: {shown}, VSID: 5001 (0x001389), FlowID: 0x50"
    assert not red.fields("nvgre.tenant")
    assert red.fields("nvgre")[0].text == "NVGRE, VSID: 6001 (0x001771), FlowID: 0x05"


@pytest.mark.parametrize("name", NAMES)
def test_names_are_shown_in_the_info_column(name):
    typed, shown, _ = NAMES[name]
    blue, red = columns([BLUE, RED], *names(("5001", typed)))

    assert blue[1].startswith(f"{shown} (5001) | Echo")
    assert red[1].startswith("VSID 6001 | Echo")


def test_names_are_not_shown_in_an_info_column_without_vsid():
    [blue] = columns([BLUE], "-o", "nvgre.info_vsid:FALSE", *names(("5001", "Blue")))

    assert blue[1].startswith("Echo")


@pytest.mark.parametrize("name", NAMES)
def test_names_are_shown_in_statistics(name):
    typed, shown, end = NAMES[name]
    printed = tshark([BLUE, RED], "-q", *names(("5001", typed)), "-z", "nvgre,tree",
                     "-z", "nvgre_flowid", "-z", "conv,nvgre", "-z", "endpoints,nvgre_pa")

    assert f" {shown} (5001) " in printed
    assert f" |{shown} " in printed
    assert re.search(re.escape(f"{end} (5001) 10.0.0.5") + " +<-> "
                     + re.escape(f"{end} (5001) 10.0.0.7 "), printed)
    assert f"{end} (5001) 192.168.4.11 " in printed
    assert "6001 192.168.4.11 " in printed


@pytest.mark.parametrize("name", NAMES)
def test_filters_with_names_match(name):
    typed, _, end = NAMES[name]
    options = names(("5001", typed))
    capture = CAPTURES / "two-tenants.pcap"

    assert matches(capture, f'nvgre.endpoint=="{end} (5001) 10.0.0.5"', *options) == 16
    assert matches(capture, f'nvgre.pa_endpoint.src=="{end} (5001) 192.168.4.11"', *options) == 10


@pytest.mark.parametrize("display_filter, frames", [
    ('nvgre.tenant == "Blue"', 18),
    ("nvgre.tenant", 18),
    ("nvgre && !nvgre.tenant", 17),
    ('nvgre.endpoint == "6001 10.0.0.5"', 15),
    ('nvgre.endpoint == "5001 10.0.0.5"', 0),
])
def test_filters_where_one_tenant_has_a_name(display_filter, frames):
    assert matches(CAPTURES / "two-tenants.pcap", display_filter,
                   *names(("5001", "Blue"))) == frames


def test_names_of_nested_tunnels():
    [packet] = dissect([nested(3)], *names(("5000", "Inside"), ("5002", "Outside")))
    [(_, info)] = columns([nested(3)], *names(("5000", "Inside"), ("5002", "Outside")))

    assert packet.values("nvgre.tenant") == ["Outside", "Inside"]
    assert info.startswith("Outside (5002) | VSID 5001 | Inside (5000) | ")


@pytest.mark.parametrize("typed, vsid", [
    ("0", 0),
    ("5001", 5001),
    ("05001", 5001),
    (" 5001 ", 5001),
    ("0x1389", 5001),
    ("0X00001389", 5001),
    ("0xabCDef", 0xABCDEF),
    ("16777215", 0xFFFFFF),
    ("0xFFFFFF", 0xFFFFFF),
])
def test_vsids(typed, vsid):
    [packet] = dissect([nvgre(key=vsid << 8)], *names((typed, "Blue")))

    assert packet.values("nvgre.tenant") == ["Blue"]


WRONG_VSID = "A VSID is a number from 0 to 16777215"
WRONG_NAME = "The name of a tenant is UTF-8 text"


@pytest.mark.parametrize("row, error", [
    *((f'"{vsid}","Blue"', WRONG_VSID) for vsid in (
        "", " ", "x", "-1", "+1", "1.5", "5001x", "0x", "0xg", "50 01", "16777216", "0x1000000",
        "18446744073709551617", "999999999999999999999999", "1389h")),
    ('5001,"Blue"', WRONG_VSID),  # without quotes it would be a byte string
    *((f'"5001","{name}"', WRONG_NAME) for name in (
        "", " ", r"\x09", r"a\x0ab", r"a\x00b", r"\x1b[31m", r"\x7f", r"\xc2\x85", r"\xff",
        r"\xc3", r"\xed\xa0\x80")),
    ('"5001"', "expecting field name"),
])
def test_rows_that_are_refused(row, error):
    with pytest.raises(AssertionError, match="tshark exited with 1") as failure:
        tshark([BLUE], "-o", f"uat:nvgre_tenants:{row}")

    assert error in str(failure.value)


def test_the_last_name_of_a_vsid_counts():
    [packet] = dissect([BLUE], *names(("5001", "First"), ("6001", "Red"), ("0x1389", "Last")))

    assert packet.values("nvgre.tenant") == ["Last"]


@contextlib.contextmanager
def table_in_the_profile(text):
    """The user's table as a file."""
    folder = sandbox() / "home" / ".config" / "wireshark"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, folder.parent):
        path.chmod(0o777)
    (folder / "nvgre_tenants").write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        (folder / "nvgre_tenants").unlink()


@pytest.mark.parametrize("table, info", [
    ('"5001","Blue"\n', "Blue (5001) | Echo"),
    ("# nothing\n", "VSID 5001 | Echo"),
    ('"6001","Red"\n"5001x","Green"\n"5001","Blue"\n', "Blue (5001) | Echo"),
    ('"5001","Blue"\n"5001",""\n', "Blue (5001) | Echo"),
], ids=["good", "empty", "a bad row before", "a bad row after"])
def test_a_table_in_a_file(table, info):
    with table_in_the_profile(table):
        [(_, shown)] = columns([BLUE])

    assert shown.startswith(info)


def test_the_command_line_goes_before_the_file():
    with table_in_the_profile('"5001","File"\n"6001","Red"\n'):
        blue, red = dissect([BLUE, RED], *names(("5001", "Option")))

    assert blue.values("nvgre.tenant") == ["Option"]
    assert red.values("nvgre.tenant") == ["Red"]


def test_a_large_table():
    table = "".join(f'"{vsid}","Tenant {vsid}"\n' for vsid in range(100_000))
    with table_in_the_profile(table):
        shown = dissect([nvgre(key=vsid << 8) for vsid in (0, 5001, 99_999, 100_000)])

    assert [packet.values("nvgre.tenant") for packet in shown] == [
        ["Tenant 0"], ["Tenant 5001"], ["Tenant 99999"], []]


def test_names_change_what_has_been_dissected():
    capture = readable([BLUE])
    *_, before, _, after, _, again = sharkd([
        ("load", {"file": str(capture)}),
        ("frames", {}),
        ("setconf", {"name": "uat:nvgre_tenants", "value": '"5001","Blue"'}),
        ("frames", {}),
        ("setconf", {"name": "uat:nvgre_tenants", "value": '"5001","Azure"'}),
        ("frames", {}),
    ])

    assert [frames[0]["c"][-1].split(" | ")[0] for frames in (before, after, again)] == [
        "VSID 5001", "Blue (5001)", "Azure (5001)"]


ADDRESSES = [
    ("nvgre.pa.src", ["192.168.4.11"]),
    ("nvgre.pa.dst", ["192.168.4.22"]),
    ("nvgre.pa", ["192.168.4.11", "192.168.4.22"]),
    ("nvgre.pa_endpoint.src", ["5001 192.168.4.11"]),
    ("nvgre.pa_endpoint.dst", ["5001 192.168.4.22"]),
    ("nvgre.pa_endpoint", ["5001 192.168.4.11", "5001 192.168.4.22"]),
    ("nvgre.ca.src", ["10.0.0.5"]),
    ("nvgre.ca.dst", ["10.0.0.7"]),
    ("nvgre.ca", ["10.0.0.5", "10.0.0.7"]),
    ("nvgre.endpoint.src", ["5001 10.0.0.5"]),
    ("nvgre.endpoint.dst", ["5001 10.0.0.7"]),
    ("nvgre.endpoint", ["5001 10.0.0.5", "5001 10.0.0.7"]),
]


@pytest.mark.parametrize("field, values", ADDRESSES)
def test_addresses(field, values):
    """In the tree, as a column, as a filter: each requests the field in a different way."""
    [packet] = dissect([BLUE])
    column = tshark([BLUE], "-o", f'gui.column.format:"Field","%Cus:{field}"', "-T", "tabs")
    alone = tshark([BLUE], "-T", "fields", "-e", field)

    assert packet.values(field) == values
    assert column.strip().split(",") == alone.strip().split(",") == values
    for value in values:
        assert matches([BLUE], f'{field} == "{value}"') == 1


def test_addresses_of_every_kind():
    shown = tshark([nested(2), WITHOUT_IP, nvgre(bytes(ECHO)[:13]), nvgre(b"x")], "-T", "fields",
                   "-e", "nvgre.pa.src", "-e", "nvgre.ca.src", "-e", "nvgre.endpoint.dst")

    assert [line.split("\t") for line in shown.splitlines()] == [
        ["192.168.4.11,192.168.4.11", "192.168.4.11,06:06:00:00:00:05",
         "5001 192.168.4.22,5000 06:06:00:00:00:07"],
        ["192.168.4.11", "00:00:00:00:00:00", "5001 00:00:00:00:00:00"],
        ["192.168.4.11", "", ""],
        ["192.168.4.11", "", ""],
    ]


def test_without_names_nothing_of_them_is_shown():
    printed = tshark([BLUE], "-V") + tshark([BLUE], "-T", "pdml")

    assert "nvgre.tenant" not in printed
    assert "Tenant:" not in printed
