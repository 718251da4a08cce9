/* SPDX-License-Identifier: GPL-2.0-or-later */
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

struct session {
    struct encap_options options;
    struct encap_setup setup;
};

static int check(void *context)
{
    const struct session *session = context;

    return encap_options_check(&encap_option_set, &session->options);
}

static int setup(void *context, struct transform *transform)
{
    struct session *session = context;
    int code = encap_setup(&session->setup, &session->options);

    *transform = encap_transform(&session->setup.config);
    return code;
}

static void free_session(void *context)
{
    encap_setup_free(&((struct session *)context)->setup);
}

int cmd_encap(int argc, char **argv)
{
    static const struct run_command command = {&encap_option_set, check, setup, free_session};
    struct session session = {.setup.map = NULL};

    return run_command(&command, &session, argc, argv);
}
