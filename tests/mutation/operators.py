# SPDX-License-Identifier: GPL-2.0-or-later
"""The mutants of a C file, each a change of one line.

condition   a condition, or an operand of && and ||, negated; == and != exchanged
comparison  < and <=, > and >= exchanged
constant    a number or a constant's name, one more or one less
statement   a statement deleted: "while (0)" before it, which is right before an "else" too
arguments   two arguments of a call that follow each other, exchanged
"""

import hashlib
import re
from typing import NamedTuple

from source import HEADS, NOT_DELETED, Source

EXCHANGED = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
ASSIGNS = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=")
ENDS = (*ASSIGNS, "&&", "||", "?", ":", ",", ";", "{", "return", "case")
CONDITION_ENDS = tuple(text for text in ENDS if text not in ("&&", "||"))

INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|0|[1-9]\d*)([uUlL]*)")
CONSTANT = re.compile(r"(?!PRI|NULL$|HFILL$|EOF$)[A-Z][A-Z0-9_]{2,}")
NO_CALLS = (*HEADS, "return", "sizeof", "defined", "_Static_assert", "static_assert")
# Calls that do the same with their first two arguments exchanged: the comparisons are with 0.
SYMMETRICAL = ("calloc", "memcmp", "strcmp", "strncmp", "strcasecmp", "strncasecmp")


class Mutant(NamedTuple):
    """A change of one line."""

    path: str
    line: int
    operator: str
    start: int
    end: int
    text: str  # instead of that from start to end
    before: str  # the line, without spaces around it
    after: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.operator}: {self.before} -> {self.after}"

    def apply(self, source):
        """The file's text with the change."""
        return source[:self.start] + self.text + source[self.end:]


def change(source, operator, first, last, text):
    """A mutant: other text for the tokens from first to last, which are on one line."""
    start, end = source.code[first].start, source.code[last].end
    begin = source.text.rfind("\n", 0, start) + 1
    before = source.lines[source.code[first].line - 1]
    after = before[:start - begin] + text + before[end - begin:]
    return Mutant(source.path, source.code[first].line, operator, start, end, text,
                  before.strip(), after.strip())


def negated(source, first, last):
    """The mutant that negates what is from first to last, if that is on one line."""
    text = source.piece(first, last) if first <= last else None
    if text:
        yield change(source, "condition", first, last, f"!({text})")


def operand(source, index, step, ends):
    """The last token on one side of an operator that belongs to it."""
    index += step
    while not source.is_at(index, *ends, *("([{" if step < 0 else ")]}")):
        if source.is_at(index, *(")]}" if step < 0 else "([{")):
            index = source.partner[index]
        index += step
    return index - step


def conditions(source):
    """Conditions negated."""
    for index in source.runs():
        text = source.code[index].text
        if text in ("if", "while") and source.is_at(index + 1, "("):
            yield from negated(source, index + 2, source.partner[index + 1] - 1)
        elif text == "for":
            yield from for_condition(source, index + 1)
        elif text == "?":
            yield from negated(source, operand(source, index, -1, CONDITION_ENDS), index - 1)
        elif text in ("&&", "||"):
            yield from negated(source, operand(source, index, -1, ENDS), index - 1)
            yield from negated(source, index + 1, operand(source, index, 1, ENDS))
        elif text in ("==", "!=") and index not in source.fixed:
            yield change(source, "condition", index, index, EXCHANGED[text])


def for_condition(source, head):
    """The condition of a for loop negated."""
    last = source.partner[head]
    semicolons = [index for index in range(head, last) if source.code[index].text == ";"]
    if len(semicolons) == 2:
        yield from negated(source, semicolons[0] + 1, semicolons[1] - 1)


def comparisons(source):
    """Comparisons moved by one."""
    for index in source.runs():
        text = source.code[index].text
        if text in ("<", "<=", ">", ">=") and index not in source.fixed:
            yield change(source, "comparison", index, index, EXCHANGED[text])


def moved(number):
    """A number's text, one more and one less."""
    digits, suffix = INTEGER.fullmatch(number).groups()
    is_hex = digits[:2] in ("0x", "0X")
    value = int(digits, 16 if is_hex else 10)
    for other in (value + 1, value - 1)[:2 if value else 1]:
        yield (f"0x{other:0{len(digits) - 2}x}" if is_hex else str(other)) + suffix


def constants(source):
    """Constants moved by one."""
    for index in source.values():
        token = source.code[index]
        if index in source.fixed or source.is_at(index - 1, ".", "->", "goto"):
            continue
        if token.kind == "number" and INTEGER.fullmatch(token.text):
            for text in moved(token.text):
                yield change(source, "constant", index, index, text)
        elif token.kind == "name" and CONSTANT.fullmatch(token.text) and is_value(source, index):
            for sign in "+-":
                yield change(source, "constant", index, index, f"({token.text} {sign} 1)")


def is_value(source, index):
    """Whether a name in capitals is a value, not another macro or a new member of an enum."""
    around = [source.code[place] for place in (index - 1, index + 1) if place < len(source.code)]
    if source.is_at(index + 1, "(") or any(token.kind == "string" for token in around):
        return False
    if source.is_at(index - 1, "[") and source.is_at(index + 2, "="):
        return False  # which element of a table this is
    if index in source.members:
        return False
    return not any(token.kind == "name" and token.text not in ("return", "case")
                   for token in around)


def statements(source):
    """Statements deleted, but not a function's last return, after which nothing has a value."""
    ends = {last for _, last in source.functions}
    for first, last, declares in source.statements:
        if declares or source.code[first].text in NOT_DELETED or source.is_at(first + 1, ":"):
            continue
        if source.code[first].text == "return" and last + 1 in ends:
            continue
        yield change(source, "statement", first, first, f"while (0) {source.code[first].text}")


def arguments(source):
    """Two arguments of a call exchanged."""
    for index in source.runs():
        token = source.code[index]
        if token.kind != "name" or token.text in NO_CALLS or token.text.isupper() or \
                not source.is_at(index + 1, "(") or index in source.fixed:
            continue
        given = split(source, index + 1)
        for place, (one, other) in enumerate(zip(given, given[1:])):
            first, second = source.piece(*one), source.piece(*other)
            both = source.piece(one[0], other[1])
            if both and first != second and not (place == 0 and token.text in SYMMETRICAL):
                between = both[len(first):len(both) - len(second)]
                yield change(source, "arguments", one[0], other[1], second + between + first)


def split(source, opening):
    """The arguments in parentheses, as (first, last)."""
    found, first, index, last = [], opening + 1, opening + 1, source.partner[opening]
    while index < last:
        if source.code[index].text == ",":
            found.append((first, index - 1))
            first = index + 1
        index = source.partner.get(index, index) + 1
    return found + [(first, last - 1)] if first < last else []


OPERATORS = (conditions, comparisons, constants, statements, arguments)


def mutants(path, text):
    """All mutants of a file."""
    source = Source(path, text)
    found = {}
    for operator in OPERATORS:
        for mutant in operator(source):
            found.setdefault((mutant.line, mutant.after), mutant)
    return list(found.values())


def draw(seed, *words):
    """Random, but depends on the seed and the words alone, with any release of Python."""
    return hashlib.sha256("\n".join(map(str, (seed, *words))).encode()).hexdigest()


def chosen(seed, found):
    """The mutants in the order of a seed, one of each line that has any."""
    lines, equal, drawn = {}, {}, []
    for mutant in sorted(found, key=lambda mutant: (mutant.path, mutant.line)):
        lines.setdefault((mutant.path, mutant.line), []).append(mutant)
    for (path, _), there in lines.items():
        # Not the line's number: lines that are added elsewhere change nothing.
        words = (path, there[0].before)
        place = (*words, equal.setdefault(words, 0))
        equal[words] += 1
        name = min({mutant.operator for mutant in there}, key=lambda name: draw(seed, *place, name))
        drawn.append((draw(seed, *place), min(
            (mutant for mutant in there if mutant.operator == name),
            key=lambda mutant: draw(seed, *place, mutant.after))))
    return [mutant for _, mutant in sorted(drawn)]
