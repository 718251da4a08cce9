/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *text_scaled(double value, const char *unit, char out[TEXT_MAX])
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E", "Z"};
    unsigned prefix = 0;
    int digits;

    while (value >= 999.5 && prefix + 1 < sizeof prefixes / sizeof prefixes[0]) {
        value /= 1000;
        prefix++;
    }
    digits = value >= 99.95 || (prefix == 0 && value == (double)(long)value) ? 0
             : value >= 9.995                                                ? 1
                                                                             : 2;
    snprintf(out, TEXT_MAX, "%.*f%s%s%s", digits, value, prefix || *unit ? " " : "",
             prefixes[prefix], unit);
    return out;
}

const char *text_percent(double share, char out[TEXT_MAX])
{
    double percent = share * 100;

    if (percent > 0 && percent < 0.1)
        return "<0.1%";
    if (percent > 99.9 && percent < 100)
        return ">99.9%";
    snprintf(out, TEXT_MAX, "%.*f%%",
             (percent > 0 && percent < 9.95) || (percent > 99 && percent < 100) ? 1 : 0, percent);
    return out;
}

const char *text_time(int64_t seconds, uint32_t nanoseconds, char out[TEXT_MAX])
{
    const time_t calendar = seconds;
    const bool fine = nanoseconds % 1000 != 0;
    struct tm parts;

    if (!gmtime_r(&calendar, &parts) || parts.tm_year < -1900 || parts.tm_year > 9999 - 1900)
        return NULL;
    snprintf(out, TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%0*uZ", parts.tm_year + 1900,
             parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
             fine ? 9 : 6, fine ? nanoseconds : nanoseconds / 1000);
    return out;
}

void text_wrap(FILE *stream, const char *text, unsigned at, unsigned indent, unsigned width)
{
    size_t used = at;
    bool begun = false; /* the line has a word already */

    for (;;) {
        bool own_line = text[0] == '\n' && text[1] == ' ';
        size_t len;

        text += strspn(text, " \n");
        len = strcspn(text, " \n");
        if (len == 0)
            break;
        if (begun && (own_line || used + 1 + len > width)) {
            fprintf(stream, "\n%*s", (int)indent, "");
            used = indent;
            begun = false;
        }
        fprintf(stream, "%s%.*s", begun ? " " : "", (int)len, text);
        used += len + begun;
        begun = true;
        text += len;
    }
    fputc('\n', stream);
}
