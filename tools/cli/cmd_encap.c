/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/progress.h"
#include "commands.h"
#include "encap_options.h"

static const struct option_row *const tables[] = {encap_option_rows, encap_frame_rows,
                                                  run_option_rows, select_option_rows, NULL};

const struct option_set encap_option_set = {
    "encap",
    "--vsid N --local IP --remote IP [options] IN OUT [FILTER]\n"
    "       nvgre-pcap encap --vsid N --map FILE [options] IN OUT [FILTER]",
    "Put plain Ethernet frames into NVGRE (RFC 7637) as one endpoint sends them to another,\n"
    "or as all endpoints of a location map do. IN and OUT are pcap or pcapng files; - is standard "
    "input or output.",
    tables};

int cmd_encap(int argc, char **argv)
{
    const char *positional[2] = {NULL, NULL};
    struct encap_options options = {0};
    struct encap_setup setup = {.map = NULL};
    struct transform transform;
    int code = options_parse(&encap_option_set, argc, argv, &options, positional, 2);

    if (code == OPTIONS_GO_ON)
        code = encap_options_check(&encap_option_set, &options);
    if (code == OPTIONS_GO_ON)
        code = run_files(&encap_option_set, &options.run, positional);
    if (code == OPTIONS_GO_ON) {
        progress_begin(options.run.quiet);
        code = encap_setup(&setup, &options);
    }
    if (code == OPTIONS_GO_ON) {
        transform = encap_transform(&setup.config);
        code = run_command("encap", &options.run, &transform);
    }
    encap_setup_free(&setup);
    encap_options_free(&options);
    return code;
}
