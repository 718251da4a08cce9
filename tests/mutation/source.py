# SPDX-License-Identifier: GPL-2.0-or-later
"""C source as tokens: what is code, which brackets belong together, where statements begin.

This relies on clang-format: a function's braces, and the last one of a table, are in column 0.
"""

import re
from typing import NamedTuple

TOKEN = re.compile(r"""
    (?P<directive> ^[ \t]*\#(?:/\*.*?\*/|\\\n|[^\n])*)
  | (?P<comment>   /\*.*?\*/|//[^\n]*)
  | (?P<space>     \s)
  | (?P<string>    "(?:\\.|[^"\\\n])*")
  | (?P<char>      '(?:\\.|[^'\\\n])*')
  | (?P<number>    \.?\d(?:[eEpP][+-]|[\w.])*)
  | (?P<name>      [A-Za-z_]\w*)
  | (?P<operator>  <<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
""", re.VERBOSE | re.MULTILINE | re.DOTALL)
NOT_CODE = ("directive", "comment", "space")

CLOSING = {"(": ")", "[": "]", "{": "}"}
HEADS = ("if", "for", "while", "switch")  # keywords with a head in parentheses
NOT_DELETED = (*HEADS, "do", "else", "case", "default", "goto", "{", "}", ";",
               "static_assert", "_Static_assert", "va_end")
TYPES = ("auto", "bool", "char", "const", "double", "enum", "extern", "float", "int", "long",
         "register", "short", "signed", "static", "struct", "typedef", "union", "unsigned", "void",
         "volatile")
# What is in parentheses after one of these is no code that runs.
FIXED = ("static_assert", "_Static_assert", "__attribute__", "sizeof", "offsetof", "_Alignof")


class Token(NamedTuple):
    """A piece of code."""

    kind: str
    text: str
    start: int  # offset in the file
    line: int  # from 1
    first: bool  # whether it begins in column 0

    @property
    def end(self):
        """The offset after it."""
        return self.start + len(self.text)


class Statement(NamedTuple):
    """A statement that ends with a semicolon, from its first token to that."""

    first: int
    last: int
    declares: bool


def tokens(text):
    """The code of a file, without comments, spaces and lines of the preprocessor."""
    found, line = [], 1
    for match in TOKEN.finditer(text):
        if match.lastgroup not in NOT_CODE:
            first = match.start() == 0 or text[match.start() - 1] == "\n"
            found.append(Token(match.lastgroup, match.group(), match.start(), line, first))
        line += match.group().count("\n")
    return found


def declares(code, first):
    """Whether a statement that begins there is a declaration."""
    if code[first].text in TYPES:
        return True
    if code[first].kind != "name" or code[first].text == "return":
        return False
    after = first + 1
    while code[after].text == "*":
        after += 1
    return code[after].kind == "name" and (
        after == first + 1 or code[after + 1].text in ("=", ";", ",", "["))


class Source:
    """A file: its tokens, the partner of each bracket, and the parts where code runs."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self.code = tokens(text)
        self.partner = {}
        self.fixed = set()  # tokens whose values are not those of running code
        self.members = set()  # names of an enum's members, where they get their values
        self.functions = []  # (first, last) of the braces
        self.tables = []  # the same of what is initialised outside of functions
        self._pair()
        self._find_parts()
        self.statements = [statement for body in self.functions
                           for statement in self._statements(*body)]
        self._fix()

    def is_at(self, index, *texts):
        """Whether one of the texts is at that place."""
        return 0 <= index < len(self.code) and self.code[index].text in texts

    def _pair(self):
        open_ones = []
        for index, token in enumerate(self.code):
            if token.first and token.text == "}":
                open_ones = open_ones[:1]  # an #else may have opened more than is closed
            if token.text in CLOSING and token.kind == "operator":
                open_ones.append(index)
            elif token.text in CLOSING.values() and open_ones and \
                    CLOSING[self.code[open_ones[-1]].text] == token.text:
                first = open_ones.pop()
                self.partner[first], self.partner[index] = index, first

    def _find_parts(self):
        for index, token in enumerate(self.code):
            if token.text != "{" or index not in self.partner:
                continue
            part = (index, self.partner[index])
            if not self.code[part[1]].first:
                continue
            if token.first:
                self.functions.append(part)
            elif self._is_enum(index):
                self.tables.append(part)
                self.members.update(place for place in range(*part)
                                    if self.is_at(place - 1, "{", ","))
            elif self.is_at(index - 1, "="):
                self.tables.append(part)

    def _is_enum(self, brace):
        return self.is_at(brace - 1, "enum") or self.is_at(brace - 2, "enum")

    def _statements(self, first, last):
        index = first + 1
        while index < last:
            text = self.code[index].text
            if text in HEADS and self.is_at(index + 1, "(") and index + 1 in self.partner:
                index = self.partner[index + 1] + 1
            elif text in ("case", "default"):
                while index < last and self.code[index].text != ":":
                    index += 1
                index += 1
            elif text in ("{", "}", ";", "do", "else"):
                index += 1
            else:
                end = self._end_of(index, last)
                yield Statement(index, end, declares(self.code, index))
                index = end + 1

    def _end_of(self, index, last):
        while index < last and self.code[index].text != ";":
            index = self.partner.get(index, index) + 1 if self.code[index].text in CLOSING \
                else index + 1
        return index

    def _fix(self):
        for index, token in enumerate(self.code):
            if token.text in FIXED and self.is_at(index + 1, "(") and index + 1 in self.partner:
                self.fixed.update(range(index, self.partner[index + 1] + 1))
        for first, last, is_declaration in self.statements:
            if is_declaration:
                self._fix_sizes(first, last)

    def _fix_sizes(self, first, last):
        """The sizes of declared arrays, which are before any "=" of a declaration."""
        index = first
        while index < last and self.code[index].text != "=":
            if self.code[index].text == "[" and index in self.partner:
                self.fixed.update(range(index, self.partner[index]))
                index = self.partner[index]
            index += 1

    def runs(self):
        """The tokens' indices in functions."""
        for first, last in self.functions:
            yield from range(first, last)

    def values(self):
        """The tokens' indices in functions and tables."""
        for first, last in sorted(self.functions + self.tables):
            yield from range(first, last)

    def piece(self, first, last):
        """The text from one token to another; None if it is not on one line."""
        text = self.text[self.code[first].start:self.code[last].end]
        return None if "\n" in text else text
