/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select.h"

#include <stdlib.h>

#include "base/diag.h"
#include "capfile/timestamp.h"
#include "transform/link.h"

#define FIELD(name) offsetof(struct select_options, name)

const struct option_row select_option_rows[] = {
    {.help = "Which packets (others are kept as they are, or left out with --others=drop)"},
    {OPTION_WORDS, "FILTER", 0, NULL,
     "packets that match this expression of tcpdump (outer headers)", .offset = FIELD(words)},
    {OPTION_TEXT, "inner-filter", 0, "EXPR",
     "those whose inner frame (of encap: the frame read) matches this one",
     .offset = FIELD(inner_filter)},
    {OPTION_TIME, "start-time", 'A', "TIME", "those captured at this time or later",
     .offset = FIELD(start)},
    {OPTION_TIME, "stop-time", 'B', "TIME", "those captured before this time",
     .offset = FIELD(stop)},
    {OPTION_PACKETS, "include", 0, "LIST", "those with these numbers, such as 1,3-5,100-",
     .offset = FIELD(include)},
    {OPTION_PACKETS, "exclude", 0, "LIST", "those without these numbers", .offset = FIELD(exclude)},
    {OPTION_NUMBER, "packet-count", 'c', "N", "stop reading after so many selected packets",
     .min = 1, .max = UINT32_MAX, .offset = FIELD(count)},
    {0}};

static bool is_before(const struct cap_time *a, const struct cap_time *b)
{
    return a->sec != b->sec ? a->sec < b->sec : a->nsec < b->nsec;
}

int select_check(const struct option_set *set, const struct select_options *options)
{
    if (options->start.given && options->stop.given &&
        !is_before(&options->start.time, &options->stop.time))
        return options_misuse(set, "--start-time must be before --stop-time");
    return OPTIONS_GO_ON;
}

void select_options_free(struct select_options *options)
{
    packet_list_free(&options->include);
    packet_list_free(&options->exclude);
}

static char *join(char *const *words)
{
    size_t len = 1;
    char *text;
    char *p;

    for (char *const *word = words; *word; word++)
        len += strlen(*word) + 1;
    p = text = malloc(len);
    if (!text)
        return NULL;
    for (; *words; words++) {
        size_t word_len = strlen(*words);

        memcpy(p, *words, word_len);
        p += word_len;
        *p++ = ' ';
    }
    p[-1] = '\0';
    return text;
}

int select_init(struct selection *selection, const struct select_options *options,
                char *const *filter, enum inner_frame inner_frame, const char *file)
{
    bool failed = false;

    *selection = (struct selection){.options = *options, .inner_frame = inner_frame, .file = file};
    selection->wanted = *filter || options->inner_filter || options->start.given ||
                        options->stop.given || options->include.count || options->exclude.count ||
                        options->count.given;
    if (*filter) {
        selection->expression = join(filter);
        if (selection->expression)
            selection->filter = filter_new(selection->expression);
        failed |= !selection->filter;
    }
    if (options->inner_filter) {
        selection->inner_filter = filter_new(options->inner_filter);
        failed |= !selection->inner_filter;
    }
    return failed ? -1 : 0;
}

void select_free(struct selection *selection)
{
    filter_free(selection->filter);
    filter_free(selection->inner_filter);
    free(selection->expression);
    *selection = (struct selection){0};
}

/* What a filter's answer is here; one that does not compile is told of. */
static enum select_answer answer_of(struct selection *selection, const struct filter *filter,
                                    enum filter_answer answer, uint16_t linktype)
{
    if (answer == FILTER_MATCH)
        return SELECT_YES;
    if (answer == FILTER_UNFIT)
        diag(selection->file, "filter \"%s\" for link type %u: %s", filter_expression(filter),
             linktype, filter_reason(filter));
    else if (answer == FILTER_PASSED_BY && selection->messages++ < DIAG_MESSAGES_MAX)
        diag(selection->file, "filter \"%s\" matches no packets of link type %u: %s",
             filter_expression(filter), linktype, filter_reason(filter));
    return answer == FILTER_UNFIT ? SELECT_UNFIT : SELECT_NO;
}

static enum select_answer prepare(struct selection *selection, struct filter *filter,
                                  uint16_t linktype, bool swapped)
{
    if (!filter)
        return SELECT_YES;
    return answer_of(selection, filter, filter_prepare(filter, linktype, swapped), linktype);
}

enum select_answer select_prepare(struct selection *selection, const struct cap_reader *reader)
{
    enum select_answer answer = SELECT_YES;

    if (selection->inner_frame != INNER_IN_PACKET)
        answer = prepare(selection, selection->inner_filter, CAP_LINKTYPE_ETHERNET, false);
    if (reader->iface_count == 0)
        return answer;
    if (answer == SELECT_YES)
        answer = prepare(selection, selection->filter, reader->ifaces->linktype, reader->swapped);
    if (answer == SELECT_YES && selection->inner_frame == INNER_IN_PACKET)
        answer =
            prepare(selection, selection->inner_filter, reader->ifaces->linktype, reader->swapped);
    return answer;
}

static bool is_listed(struct selection *selection, uint64_t number)
{
    struct select_options *options = &selection->options;

    return (options->include.count == 0 || packet_list_has(&options->include, number)) &&
           !packet_list_has(&options->exclude, number);
}

/* A packet without a time is not in any span, as in editcap. */
static bool is_in_time(const struct select_options *options, const struct cap_packet *packet)
{
    struct cap_time time;

    if (!options->start.given && !options->stop.given)
        return true;
    if (packet->record == CAP_RECORD_SIMPLE)
        return false;
    time = cap_packet_time(packet);
    return !(options->start.given && is_before(&time, &options->start.time)) &&
           !(options->stop.given && !is_before(&time, &options->stop.time));
}

static enum select_answer ask(struct selection *selection, struct filter *filter,
                              const struct cap_packet *packet)
{
    uint16_t linktype = packet->iface->linktype;

    return answer_of(
        selection, filter,
        filter_ask(filter, linktype, packet->swapped, packet->data, packet->caplen, packet->len),
        linktype);
}

static enum select_answer ask_frame(struct selection *selection, const uint8_t *frame,
                                    uint32_t caplen, uint32_t len)
{
    struct filter *filter = selection->inner_filter;

    return answer_of(selection, filter,
                     filter_ask(filter, CAP_LINKTYPE_ETHERNET, false, frame, caplen, len),
                     CAP_LINKTYPE_ETHERNET);
}

/* The same of the frame that an NVGRE packet carries; what carries none does not match. */
static enum select_answer ask_in_tunnel(struct selection *selection,
                                        const struct cap_packet *packet)
{
    struct nvgre_frame frame;
    enum nvgre_link link;
    enum nvgre_class kind;

    if (!link_of(packet->iface->linktype, &link))
        return SELECT_NO;
    kind = nvgre_frame_decode(link, packet->data, packet->caplen, packet->len, &frame);
    if (!nvgre_class_has_inner(kind))
        return SELECT_NO;
    return ask_frame(selection, packet->data + frame.inner_offset, frame.inner_caplen,
                     frame.inner_len);
}

enum select_answer select_packet(struct selection *selection, const struct cap_packet *packet)
{
    enum select_answer answer = SELECT_YES;

    if (!is_listed(selection, packet->number) || !is_in_time(&selection->options, packet))
        return SELECT_NO;
    if (selection->filter)
        answer = ask(selection, selection->filter, packet);
    if (answer == SELECT_YES && selection->inner_filter &&
        selection->inner_frame == INNER_IN_PACKET)
        answer = ask(selection, selection->inner_filter, packet);
    if (answer == SELECT_YES && selection->inner_filter &&
        selection->inner_frame == INNER_IN_TUNNEL)
        answer = ask_in_tunnel(selection, packet);
    return answer;
}

enum select_answer select_result(struct selection *selection, const uint8_t *frame, uint32_t caplen,
                                 uint32_t len)
{
    if (!selection->inner_filter || selection->inner_frame != INNER_IN_RESULT)
        return SELECT_YES;
    return ask_frame(selection, frame, caplen, len);
}

void select_count(struct selection *selection, bool has_result)
{
    if (has_result || !selection->inner_filter || selection->inner_frame != INNER_IN_RESULT)
        selection->selected++;
    selection->enough =
        selection->options.count.given && selection->selected >= selection->options.count.value;
}
