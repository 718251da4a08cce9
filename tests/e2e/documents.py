# SPDX-License-Identifier: GPL-2.0-or-later
"""The text and code blocks of a document, to test that they are correct."""

from typing import NamedTuple


class Part(NamedTuple):
    """A code block, or the text between blocks."""

    kind: str  # "" for text, "figure" for a block without a language, else the language
    lines: list
    section: str  # the heading above it


def parts(path):
    """The parts of a Markdown file, in order."""
    found, kind, lines, section = [], "", [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            found.append(Part(kind, lines, section))
            kind, lines = ("" if kind else line[3:] or "figure"), []
            continue
        if not kind and line.startswith("#"):
            found.append(Part(kind, lines, section))
            section, lines = line.strip("# "), []
        lines.append(line)
    assert not kind, f"{path}: a block has no end"
    return [part for part in (*found, Part(kind, lines, section)) if part.lines]


def commands(path, *sections):
    """The shell commands of some sections, or of all sections."""
    return "".join(f"{line}\n" for part in parts(path) for line in part.lines
                   if part.kind == "sh" and (not sections or part.section in sections))
