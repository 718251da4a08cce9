/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/text.h"
#include "show.h"

enum { LINKTYPES_SHOWN = 4 };

/* ---- Deviations ---- */

struct findings {
    const struct info *info;
    enum info_rule rules[INFO_RULE_COUNT];
    uint32_t count;
};

#define FINDINGS ((const struct findings *)context)
#define FINDING (&FINDINGS->info->findings[FINDINGS->rules[row]])

GRID_CELL(rule_cell)
{
    snprintf(out, GRID_CELL_MAX, "%s", info_rule_rows[FINDINGS->rules[row]].text);
}

GRID_CELL(reference_cell)
{
    snprintf(out, GRID_CELL_MAX, "%s", info_rule_rows[FINDINGS->rules[row]].reference);
}

GRID_CELL(finding_cell)
{
    snprintf(out, GRID_CELL_MAX, "%" PRIu64, FINDING->packets);
}

GRID_CELL(numbers_cell)
{
    uint64_t packets = FINDING->packets;
    unsigned count = packets < INFO_NUMBERS_MAX ? (unsigned)packets : INFO_NUMBERS_MAX;

    *out = '\0';
    for (unsigned i = 0; i < count; i++) {
        char item[TEXT_MAX];

        snprintf(item, sizeof item, "%" PRIu64, FINDING->numbers[i]);
        grid_list_add(out, item);
    }
    grid_list_end(out, packets - count);
}

static const struct grid_column finding_columns[] = {
    {.title = "what", .left = true, .text = rule_cell},
    {.title = "rule", .left = true, .text = reference_cell, .rank = 1},
    {.title = "packets", .text = finding_cell},
    {.title = "packet numbers", .list = true, .text = numbers_cell},
};

/* ---- Other traffic ---- */

struct kinds {
    const struct info *info;
    enum info_kind kinds[INFO_KIND_COUNT];
    uint32_t count;
};

#define KINDS ((const struct kinds *)context)
#define KIND KINDS->info->kinds[KINDS->kinds[row]]

GRID_CELL(kind_cell)
{
    snprintf(out, GRID_CELL_MAX, "%s", info_kind_rows[KINDS->kinds[row]].text);
}

GRID_CELL(kind_packets_cell)
{
    snprintf(out, GRID_CELL_MAX, "%" PRIu64, KIND.packets);
}

GRID_CELL(kind_bytes_cell)
{
    char text[TEXT_MAX];

    snprintf(out, GRID_CELL_MAX, "%s", text_scaled((double)KIND.bytes, "B", text));
}

static const struct grid_column kind_columns[] = {
    {.title = "what", .left = true, .text = kind_cell},
    {.title = "packets", .text = kind_packets_cell},
    {.title = "bytes", .text = kind_bytes_cell},
};

/* ---- The whole output ---- */

/* Lists the link types, such as `Ethernet, raw IP`. The list is "" if there are no packets. */
static void put_linktypes(const struct info *info, char out[GRID_CELL_MAX])
{
    unsigned count = 0;

    *out = '\0';
    for (unsigned i = 0; i <= UINT16_MAX; i++) {
        char text[TEXT_MAX];

        if (info->linktypes[i] && ++count <= LINKTYPES_SHOWN)
            grid_list_add(out, info_linktype_text((uint16_t)i, text));
    }
    grid_list_end(out, count > LINKTYPES_SHOWN ? count - LINKTYPES_SHOWN : 0);
}

static void show_file(const struct info_view *view, const struct grid_style *style, FILE *stream)
{
    const struct info_file *file = &view->info->file;
    char linktypes[GRID_CELL_MAX];
    char text[TEXT_MAX];

    put_linktypes(view->info, linktypes);
    grid_title(view->in, style, stream);
    fprintf(stream, "  %s, %s%s%" PRIu64 " packets, %s\n", info_format_text(view->format),
            linktypes, *linktypes ? ", " : "", file->all.packets,
            text_scaled((double)file->all.bytes, "B", text));
    if (file->span.given) {
        const char *first = text_time(file->span.first.sec, file->span.first.nsec, text);

        fprintf(stream, "  %s, for %.6f s\n", first ? first : "beyond the calendar",
                info_span_seconds(&file->span));
    }
    if (file->cut_packets) {
        fprintf(stream, "  %" PRIu64 " packets cut short by the capture, ", file->cut_packets);
        fprintf(stream, "%s missing\n",
                text_scaled((double)(file->all.bytes - file->captured_bytes), "B", text));
    }
    if (view->not_selected)
        fprintf(stream, "  %" PRIu64 " packets not selected\n", view->not_selected);
}

static int show_findings(const struct info *info, const struct grid_style *style, FILE *stream)
{
    struct findings findings = {.info = info};

    for (int i = 0; i < INFO_RULE_COUNT; i++)
        if (info->findings[i].packets)
            findings.rules[findings.count++] = (enum info_rule)i;
    if (findings.count == 0 && info->nvgre.packets == 0)
        return 0;
    fputc('\n', stream);
    if (findings.count == 0) {
        grid_title("No deviations", style, stream);
        return 0;
    }
    grid_title("Deviations and remarks", style, stream);
    return GRID_PRINT(finding_columns, findings.count, &findings, style, stream);
}

static int show_kinds(const struct info *info, const struct grid_style *style, FILE *stream)
{
    struct kinds kinds = {.info = info};

    for (int i = 0; i < INFO_KIND_COUNT; i++)
        if (info->kinds[i].packets)
            kinds.kinds[kinds.count++] = (enum info_kind)i;
    if (kinds.count == 0)
        return 0;
    fputc('\n', stream);
    grid_title("Not NVGRE", style, stream);
    return GRID_PRINT(kind_columns, kinds.count, &kinds, style, stream);
}

int info_show_table(const struct info_view *view, const struct grid_style *style, FILE *stream)
{
    show_file(view, style, stream);
    if (info_show_tenants(view, style, stream) != 0 ||
        show_findings(view->info, style, stream) != 0 || show_kinds(view->info, style, stream) != 0)
        return -1;
    if (view->cut)
        fprintf(stream, "\nInput cut: this is of what stands before the cut.\n");
    if (view->interrupted)
        fprintf(stream, "\nInterrupted: this is of what was read so far.\n");
    return 0;
}
