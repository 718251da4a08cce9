/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "time_point.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NSEC_DIGITS = 9, NS_PER_SEC = 1000000000, MINUTE = 60, HOUR = 3600 };

/* Exactly `digits` digits; the value is from `min` to `max`. */
static bool take_digits(const char **text, int digits, int min, int max, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++, ++*text) {
        if (!isdigit((unsigned char)**text))
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return *value >= min && *value <= max;
}

static bool take(const char **text, char wanted)
{
    if (**text != wanted)
        return false;
    ++*text;
    return true;
}

/* Up to 9 digits after a point or comma. Without point or comma the fraction is 0. */
static bool take_fraction(const char **text, uint32_t *nsec)
{
    int digits = 0;

    *nsec = 0;
    if (!take(text, '.') && !take(text, ','))
        return true;
    for (; isdigit((unsigned char)**text) && digits < NSEC_DIGITS; digits++, ++*text)
        *nsec = *nsec * 10 + (uint32_t)(**text - '0');
    if (digits == 0)
        return false;
    for (; digits < NSEC_DIGITS; digits++)
        *nsec *= 10;
    return true;
}

static bool take_date(const char **text, struct tm *tm)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year;
    int month;
    bool leap;

    if (!take_digits(text, 4, 0, 9999, &year) || !take(text, '-') ||
        !take_digits(text, 2, 1, 12, &month) || !take(text, '-'))
        return false;
    leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    tm->tm_year = year - 1900;
    tm->tm_mon = month - 1;
    return take_digits(text, 2, 1, days[month - 1] + (month == 2 && leap), &tm->tm_mday);
}

static bool take_clock(const char **text, struct tm *tm, uint32_t *nsec)
{
    *nsec = 0;
    if (!take_digits(text, 2, 0, 23, &tm->tm_hour) || !take(text, ':') ||
        !take_digits(text, 2, 0, 59, &tm->tm_min))
        return false;
    if (!take(text, ':'))
        return true;
    return take_digits(text, 2, 0, 60, &tm->tm_sec) && take_fraction(text, nsec);
}

/* Z or an offset from UTC, up to the end of the text. *local is set if there is neither. */
static bool take_zone(const char *text, int *offset, bool *local)
{
    int sign = *text == '-' ? -1 : 1;
    int hours;
    int minutes = 0;

    *offset = 0;
    *local = *text == '\0';
    if (*local)
        return true;
    if (take(&text, 'Z'))
        return *text == '\0';
    if (!take(&text, '+') && !take(&text, '-'))
        return false;
    if (!take_digits(&text, 2, 0, 23, &hours))
        return false;
    if (*text && (take(&text, ':'), !take_digits(&text, 2, 0, 59, &minutes)))
        return false;
    *offset = sign * (hours * HOUR + minutes * MINUTE);
    return *text == '\0';
}

static bool read_calendar(const char *text, struct time_point *time)
{
    struct tm tm = {.tm_isdst = -1};
    time_t sec;
    int offset;
    bool local;

    if (!take_date(&text, &tm) || (!take(&text, 'T') && !take(&text, ' ')) ||
        !take_clock(&text, &tm, &time->nsec) || !take_zone(text, &offset, &local))
        return false;
    sec = local ? mktime(&tm) : timegm(&tm);
    time->sec = (int64_t)sec - offset;
    return true;
}

static bool read_epoch(const char *text, struct time_point *time)
{
    char *end;

    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    time->sec = strtoll(text, &end, 10);
    text = end;
    return errno == 0 && take_fraction(&text, &time->nsec) && *text == '\0';
}

bool time_text_read(const char *text, struct time_point *time)
{
    return strchr(text, '-') ? read_calendar(text, time) : read_epoch(text, time);
}

bool time_span_read(const char *text, int64_t *ns)
{
    bool back = *text == '-';
    struct time_point time;

    if (back || *text == '+')
        text++;
    if (!read_epoch(text, &time) || time.sec > INT64_MAX / NS_PER_SEC ||
        (time.sec == INT64_MAX / NS_PER_SEC && time.nsec > INT64_MAX % NS_PER_SEC))
        return false;
    *ns = time.sec * NS_PER_SEC + time.nsec;
    if (back)
        *ns = -*ns;
    return true;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

bool time_scale_read(const char *text, uint32_t max, uint64_t *numerator, uint64_t *denominator)
{
    struct time_point time;
    uint64_t divisor;

    if (!read_epoch(text, &time) || time.sec > max)
        return false;
    *numerator = (uint64_t)time.sec * NS_PER_SEC + time.nsec;
    if (*numerator == 0 || *numerator > (uint64_t)max * NS_PER_SEC)
        return false;
    divisor = common_divisor(*numerator, NS_PER_SEC);
    *numerator /= divisor;
    *denominator = NS_PER_SEC / divisor;
    return true;
}
