/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select.h"

#include "base/diag.h"
#include "transform/classes.h"

int select_init(struct selection *selection, const struct select_config *config,
                enum inner_frame inner_frame, const char *file)
{
    bool failed = false;

    *selection = (struct selection){.config = *config, .inner_frame = inner_frame, .file = file};
    selection->wanted = config->filter || config->inner_filter || config->has_start ||
                        config->has_stop || config->include.count || config->exclude.count ||
                        config->count;
    if (config->filter) {
        selection->filter = filter_new(config->filter);
        failed |= !selection->filter;
    }
    if (config->inner_filter) {
        selection->inner_filter = filter_new(config->inner_filter);
        failed |= !selection->inner_filter;
    }
    return failed ? -1 : 0;
}

void select_free(struct selection *selection)
{
    filter_free(selection->filter);
    filter_free(selection->inner_filter);
    *selection = (struct selection){0};
}

/* Converts a filter's answer, and reports a filter that does not compile. */
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
    struct select_config *config = &selection->config;

    return range_set_selects(&config->include, number) && !range_set_has(&config->exclude, number);
}

/* A packet without a time is never in the time span, as in editcap. */
static bool is_in_time(const struct select_config *config, const struct cap_packet *packet)
{
    struct time_point time;

    if (!config->has_start && !config->has_stop)
        return true;
    if (packet->record == CAP_RECORD_SIMPLE)
        return false;
    time = cap_packet_time(packet);
    return !(config->has_start && time_is_before(&time, &config->start)) &&
           !(config->has_stop && !time_is_before(&time, &config->stop));
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

/* The same for the inner frame of an NVGRE packet. A packet without one does not match. */
static enum select_answer ask_in_tunnel(struct selection *selection,
                                        const struct cap_packet *packet)
{
    struct transform_result unused;
    struct nvgre_frame frame;

    if (decode_packet(packet, &frame, &unused) != OUTCOME_DONE)
        return SELECT_NO;
    return ask_frame(selection, packet->data + frame.inner_offset, frame.inner_caplen,
                     frame.inner_len);
}

enum select_answer select_packet(struct selection *selection, const struct cap_packet *packet)
{
    enum select_answer answer = SELECT_YES;

    if (!is_listed(selection, packet->number) || !is_in_time(&selection->config, packet))
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
    selection->enough = selection->config.count && selection->selected >= selection->config.count;
}
