/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define NS_PER_S 1e9

static struct replay_counts total_of(const struct replay *replay)
{
    struct replay_counts total = {0};

    for (uint32_t i = 0; i < replay->target_count; i++) {
        const struct replay_counts *counts = &replay->targets[i].counts;

        total.sent += counts->sent;
        total.bytes += counts->bytes;
    }
    return total;
}

static void print_target(const struct replay_target *target, FILE *stream)
{
    const struct replay_counts *counts = &target->counts;

    fprintf(stream,
            "Statistics for network device: %s (%s)\n"
            "\tSuccessful packets:        %" PRIu64 "\n"
            "\tFailed packets:            %" PRIu64 "\n"
            "\tTruncated packets:         %" PRIu64 "\n"
            "\tRetried packets (ENOBUFS): %" PRIu64 "\n"
            "\tRetried packets (EAGAIN):  %" PRIu64 "\n",
            target->name, target->sender ? sender_name(target->sender) : "not open yet",
            counts->sent, counts->failed, counts->cut, counts->queue_full, counts->busy);
    if (counts->failed && counts->reason)
        fprintf(stream, "\tLast failure:              %s\n", strerror(counts->reason));
    if (counts->over_mtu)
        fprintf(stream, "\tAbove the MTU:             %" PRIu64 "\n", counts->over_mtu);
    if (counts->missing)
        fprintf(stream, "\tMissing at the interface:  %" PRIu64 "\n", counts->missing);
}

void replay_print(const struct replay *replay, FILE *stream)
{
    const struct replay_counts total = total_of(replay);
    const double seconds = (double)replay->ns / NS_PER_S;
    const double per_second = replay->ns > 0 ? 1 / seconds : 0;

    fprintf(stream, "Actual: %" PRIu64 " packets (%" PRIu64 " bytes) sent in %.6f seconds\n",
            total.sent, total.bytes, seconds);
    fprintf(stream, "Rated: %.1f Bps, %.2f Mbps, %.2f pps\n", (double)total.bytes * per_second,
            (double)total.bytes * 8 / 1e6 * per_second, (double)total.sent * per_second);
    for (uint32_t i = 0; i < replay->target_count; i++)
        print_target(&replay->targets[i], stream);
    summary_print_outcomes(&replay->source.scan.summary, stream);
}

static json_t *target_json(const struct replay_target *target)
{
    const struct replay_counts *counts = &target->counts;

    return json_pack("{s:o,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "interface",
                     summary_json_name(target->name), "sender", sender_name(target->sender),
                     "successful", (json_int_t)counts->sent, "bytes", (json_int_t)counts->bytes,
                     "failed", (json_int_t)counts->failed, "truncated", (json_int_t)counts->cut,
                     "retried", (json_int_t)counts->queue_full + (json_int_t)counts->busy,
                     "above_mtu", (json_int_t)counts->over_mtu, "missing",
                     (json_int_t)counts->missing);
}

int replay_print_json(const struct replay *replay, FILE *stream)
{
    const struct summary *summary = &replay->source.scan.summary;
    json_t *root = json_pack("{s:s}", "command", "replay");
    json_t *targets = json_array();
    int failed = summary_set_read(summary, root);

    for (uint32_t i = 0; i < replay->target_count; i++)
        failed |= json_array_append_new(targets, target_json(&replay->targets[i]));
    failed |= json_object_set_new(root, "loops", summary_json_count(replay->loops));
    failed |= json_object_set_new(root, "packets", summary_json_count(replay->packets));
    failed |= json_object_set_new(root, "seconds", json_real((double)replay->ns / NS_PER_S));
    failed |= json_object_set_new(root, "interfaces", targets);
    failed |= summary_set_outcomes(summary, root);
    return summary_put_json(root, failed, stream);
}
