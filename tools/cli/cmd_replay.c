/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "base/signals.h"
#include "commands.h"
#include "replay/report.h"
#include "replay_options.h"
#include "transform/copy.h"
#include "transform/decap.h"

struct session {
    struct replay_options options;
    struct replay_config config;
    struct direction direction;
    char *vsids; /* a copy of --map-intf; holds the interface names */
    struct encap_setup encap;
    struct decap_config decap;
    struct copy_config copy;
    struct replay replay;
};

/* Sets interfaces, and how frames are assigned to them. Returns an exit code, after a message. */
static int choose_targets(struct session *session)
{
    const struct replay_options *options = &session->options;
    struct replay_config *config = &session->config;
    int read;

    config->direction = &session->direction;
    config->names[0] = options->interface;
    config->names[1] = options->interface2;
    config->name_count = options->interface2 ? 2 : 1;
    if (options->interface2)
        session->direction.kind =
            options->sources.count ? DIRECTION_CIDR : (enum direction_kind)options->direction.value;
    session->direction.sources = options->sources;
    if (!options->vsids)
        return EXIT_CLEAN;
    session->vsids = strdup(options->vsids);
    read = session->vsids ? direction_read_vsids(&session->direction, session->vsids, config->names,
                                                 &config->name_count)
                          : -2;
    if (read == 0)
        return EXIT_CLEAN;
    if (read == -1)
        return options_misuse(&replay_option_set,
                              "--map-intf %s: expected VSIDs and interfaces such as "
                              "5001=veth1,6000-6009=veth2",
                              options->vsids);
    diag("replay", "out of memory");
    return EXIT_RUNTIME;
}

/* Without --mtu, the outer packets must fit into the smallest MTU of the interfaces. */
static int choose_encap(struct session *session, struct transform *transform)
{
    struct encap_options *options = &session->options.encap;
    int code;

    if (!options->mtu.given)
        options->mtu.value = session->replay.mtu;
    options->mtu.given |= options->mtu.value && options->mtu_action.given;
    code = encap_options_check(&replay_option_set, options);
    if (code == OPTIONS_GO_ON)
        code = encap_setup(&session->encap, options);
    if (session->config.mtu_action == MTU_ERROR) /* replay checks it and sends nothing */
        session->encap.config.mtu_action = MTU_KEEP;
    if (session->encap.config.hash_flow)
        session->config.hasher = &session->encap.config.hasher;
    *transform = encap_transform(&session->encap.config);
    return code == OPTIONS_GO_ON ? EXIT_CLEAN : code;
}

static void choose_decap(struct session *session, struct transform *transform)
{
    const struct encap_options *options = &session->options.encap;

    session->decap.vsids = options->vsids;
    session->decap.ecn = (enum ecn_mode)options->ecn.value;
    session->decap.inner_vlan = options->inner_vlan.given
                                    ? (enum inner_vlan)options->inner_vlan.value
                                    : INNER_VLAN_DROP; /* RFC 7637 section 3.3 */
    *transform = decap_transform(&session->decap);
}

/* Sets what happens to packets. Returns an exit code, after a message. */
static int choose_transform(struct session *session, struct transform *transform)
{
    const struct replay_options *options = &session->options;
    int code = EXIT_CLEAN;

    if (!options->encapsulates && !options->decapsulates) {
        session->copy = (struct copy_config){session->replay.linktype, options->encap.vsids};
        *transform = copy_transform(&session->copy);
        return EXIT_CLEAN;
    }
    if (options->encapsulates)
        code = choose_encap(session, transform);
    else
        choose_decap(session, transform);
    if (code == EXIT_CLEAN && session->replay.linktype != CAP_LINKTYPE_ETHERNET) {
        diag(session->config.names[0],
             "sends packets without an Ethernet header, which --encap and --decap make");
        return EXIT_RUNTIME;
    }
    return code;
}

static void print_on_stderr(const struct replay *replay)
{
    replay_print(replay, stderr);
}

/* Standard output, unless a capture goes there. */
static FILE *counts_stream(const struct replay_config *config)
{
    for (uint32_t i = 0; i < config->name_count; i++)
        if (config->sender.kind == SENDER_FILE && strcmp(config->names[i], "-") == 0)
            return stderr;
    return stdout;
}

static int print_counts(const struct session *session)
{
    const struct run_options *run = &session->options.encap.run;
    FILE *stream = counts_stream(&session->config);

    if (run->json) {
        if (replay_print_json(&session->replay, stream) != 0) {
            diag("counters", "cannot be made: out of memory");
            return EXIT_RUNTIME;
        }
    } else if (!run->quiet) {
        replay_print(&session->replay, stream);
    }
    return options_flush_stdout();
}

static int run(struct session *session)
{
    struct transform transform;
    int code;

    replay_options_config(&session->options, &session->config);
    session->config.report = print_on_stderr;
    code = choose_targets(session);
    if (code == EXIT_CLEAN)
        code = targets_prepare(&session->replay, &session->config);
    if (code == EXIT_CLEAN)
        code = choose_transform(session, &transform);
    if (code != EXIT_CLEAN)
        return code;
    code = replay_run(&session->replay, &transform);
    if (session->replay.start_ns) {
        int printed = print_counts(session);

        if (printed != EXIT_CLEAN && (code == EXIT_CLEAN || code == EXIT_PARTLY))
            code = printed;
    }
    return targets_close(&session->replay) == 0 ? code : EXIT_RUNTIME;
}

static void session_free(struct session *session)
{
    targets_free(&session->replay);
    direction_free(&session->direction);
    free(session->vsids);
    encap_setup_free(&session->encap);
    select_options_free(&session->options.encap.run.select);
    options_free(&replay_option_set, &session->options);
    free(session);
}

int cmd_replay(int argc, char **argv)
{
    const char *positional[1] = {NULL};
    struct session *session = calloc(1, sizeof *session);
    int code;

    if (!session) {
        diag("replay", "out of memory");
        return EXIT_RUNTIME;
    }
    code = options_parse(&replay_option_set, argc, argv, &session->options, positional, 1);
    if (code == OPTIONS_GO_ON)
        code = replay_options_check(&session->options, positional[0]);
    if (code == OPTIONS_GO_ON) {
        signals_install();
        signals_catch_pause();
        progress_begin(session->options.encap.run.quiet);
        code = run(session);
        progress_end();
    }
    session_free(session);
    signals_end();
    return code;
}
