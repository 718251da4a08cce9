/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/progress.h"
#include "base/signals.h"
#include "capfile/output.h"
#include "commands.h"
#include "replay_options.h"
#include "transform/decap.h"

/* All that a replay stands on. */
struct session {
    struct replay_options options;
    struct replay_config config;
    struct encap_setup encap;
    struct decap_config decap;
    struct transform transform;
    struct summary summary;
    struct source source;
    struct direction direction;
    char *vsids; /* of --map-intf, with the names of interfaces */
    struct replay replay;
};

/* Whether a capture can be read twice. */
static bool is_regular(const char *path)
{
    struct stat status;

    return strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_same_file(const char *path, const char *other)
{
    struct stat a;
    struct stat b;

    return stat(path, &a) == 0 && stat(other, &b) == 0 && S_ISREG(a.st_mode) &&
           cap_same_file(&a, &b);
}

/* Which interfaces there are, and what goes where; an exit code, after a message. */
static int choose_targets(struct session *session)
{
    const struct replay_options *options = &session->options;
    const char *names[DIRECTION_TARGETS_MAX] = {options->interface, options->interface2};
    uint32_t count = options->interface2 ? 2 : 1;
    int read = 0;

    if (options->interface2)
        session->direction.kind =
            options->sources.count ? DIRECTION_CIDR : (enum direction_kind)options->direction.value;
    session->direction.sources = options->sources;
    if (options->vsids) {
        session->vsids = strdup(options->vsids);
        read = session->vsids
                   ? direction_read_vsids(&session->direction, session->vsids, names, &count)
                   : -2;
    }
    if (read == -1)
        return options_misuse(&replay_option_set,
                              "--map-intf %s: expected VSIDs and interfaces such as "
                              "5001=veth1,6000-6009=veth2",
                              options->vsids);
    session->replay.targets = calloc(count, sizeof *session->replay.targets);
    if (read == -2 || !session->replay.targets) {
        diag("replay", "out of memory");
        return EXIT_RUNTIME;
    }
    session->replay.target_count = count;
    for (uint32_t i = 0; i < count; i++)
        session->replay.targets[i].name = names[i];
    return EXIT_CLEAN;
}

/* MTU and link type of an interface; an exit code, after a message. */
static int ask_interface(const struct session *session, struct replay_target *target)
{
    struct cap_error error;

    if (session->config.sender.kind == SENDER_FILE) {
        target->iface = (struct iface_info){.mtu = session->options.encap.mtu.value,
                                            .linktype = CAP_LINKTYPE_ETHERNET,
                                            .tag_is_extra = true};
        if (!is_same_file(session->options.encap.run.in, target->name))
            return EXIT_CLEAN;
        diag(target->name, "is also the input; the input is never overwritten");
        return EXIT_RUNTIME;
    }
    if (iface_info(target->name, &target->iface, &error) != 0) {
        diag(target->name, "%s", error.text);
        return EXIT_RUNTIME;
    }
    if (!target->iface.up) {
        diag(target->name, "the interface is down");
        return EXIT_RUNTIME;
    }
    return EXIT_CLEAN;
}

static int ask_interfaces(struct session *session)
{
    struct replay *replay = &session->replay;
    struct option_number *mtu = &session->options.encap.mtu;

    for (uint32_t i = 0; i < replay->target_count; i++) {
        struct replay_target *target = &replay->targets[i];
        int code = ask_interface(session, target);

        if (code != EXIT_CLEAN)
            return code;
        if (target->iface.linktype != replay->targets->iface.linktype) {
            diag(target->name, "its link type is %u, but that of %s is %u", target->iface.linktype,
                 replay->targets->name, replay->targets->iface.linktype);
            return EXIT_RUNTIME;
        }
        /* What encap makes fits into the smallest, unless it was told another one. */
        if (!mtu->given && target->iface.mtu && (!mtu->value || target->iface.mtu < mtu->value))
            mtu->value = target->iface.mtu;
    }
    mtu->given |= mtu->value && session->options.encap.mtu_action.given;
    return EXIT_CLEAN;
}

/* What is done to packets; an exit code, after a message. */
static int choose_transform(struct session *session)
{
    const struct replay_options *options = &session->options;
    int code = OPTIONS_GO_ON;

    if (options->encapsulates) {
        code = encap_options_check(&replay_option_set, &options->encap);
        if (code == OPTIONS_GO_ON)
            code = encap_setup(&session->encap, &options->encap);
        if (session->config.mtu_action == MTU_ERROR) /* then none is sent */
            session->encap.config.mtu_action = MTU_KEEP;
        session->transform = encap_transform(&session->encap.config);
    } else if (options->decapsulates) {
        session->decap.vsids = options->encap.vsids;
        session->decap.ecn = (enum ecn_mode)options->encap.ecn.value;
        session->decap.inner_vlan = options->encap.inner_vlan.given
                                        ? (enum inner_vlan)options->encap.inner_vlan.value
                                        : INNER_VLAN_DROP; /* RFC 7637 section 3.3 */
        session->transform = decap_transform(&session->decap);
    } else {
        return EXIT_CLEAN;
    }
    if (code == OPTIONS_GO_ON && session->replay.targets->iface.linktype != CAP_LINKTYPE_ETHERNET) {
        diag(session->replay.targets->name,
             "sends packets without an Ethernet header, which --encap and --decap make");
        return EXIT_RUNTIME;
    }
    session->source.transform = &session->transform;
    return code == OPTIONS_GO_ON ? EXIT_CLEAN : code;
}

/* Whether frames can be looked at before they are sent: in memory, or twice in a file. */
static bool can_look_ahead(const struct session *session)
{
    return session->source.kept || is_regular(session->options.encap.run.in);
}

/* Counters go where no capture does. */
static FILE *counts_stream(const struct session *session)
{
    for (uint32_t i = 0; i < session->replay.target_count; i++)
        if (session->config.sender.kind == SENDER_FILE &&
            strcmp(session->replay.targets[i].name, "-") == 0)
            return stderr;
    return stdout;
}

static int print_counts(const struct session *session)
{
    const struct run_options *run = &session->options.encap.run;
    FILE *stream = counts_stream(session);

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

/* Whether all went out that was to: EXIT_CLEAN, or EXIT_PARTLY. */
static int judge(const struct session *session)
{
    bool partly = summary_is_partial(&session->summary);

    for (uint32_t i = 0; i < session->replay.target_count; i++) {
        const struct replay_counts *counts = &session->replay.targets[i].counts;

        partly |= counts->failed || counts->missing;
    }
    return partly ? EXIT_PARTLY : EXIT_CLEAN;
}

/* Returns 0, or -1 after a message. */
static int close_targets(struct session *session)
{
    struct cap_error error;
    int result = 0;

    for (uint32_t i = 0; i < session->replay.target_count; i++) {
        struct replay_target *target = &session->replay.targets[i];

        if (sender_close(target->sender, &error) != 0) {
            diag(target->name, "%s", error.text);
            result = -1;
        }
        target->sender = NULL;
    }
    return result;
}

/* From an open capture to the exit code. */
static int run_open(struct session *session)
{
    struct replay *replay = &session->replay;
    struct cap_error error;
    int code = EXIT_CLEAN;
    int printed;

    for (uint32_t i = 0; i < replay->target_count; i++) {
        struct replay_target *target = &replay->targets[i];

        target->sender = sender_open(target->name, &session->config.sender, &error);
        if (!target->sender) {
            diag(target->name, "%s", error.text);
            return EXIT_RUNTIME;
        }
    }
    if (can_look_ahead(session))
        code = replay_check_mtu(replay);
    progress_phase(NULL);
    if (code != EXIT_CLEAN)
        return code;
    code = replay_run(replay);
    printed = print_counts(session);
    if (code == EXIT_CLEAN)
        code = printed;
    if (close_targets(session) != 0)
        code = EXIT_RUNTIME;
    return code == EXIT_CLEAN ? judge(session) : code;
}

static int run(struct session *session)
{
    const struct cap_wait wait = {replay_wait_for_input, replay_go_on, &session->replay};
    const struct replay_options *options = &session->options;
    const bool again = options->loops.value != 1 && !is_regular(options->encap.run.in);
    int code;

    replay_options_config(options, &session->config);
    session->replay.config = &session->config;
    session->replay.source = &session->source;
    session->replay.direction = &session->direction;
    code = choose_targets(session);
    if (code == EXIT_CLEAN)
        code = ask_interfaces(session);
    if (code == EXIT_CLEAN)
        code = choose_transform(session);
    if (code != EXIT_CLEAN)
        return code;
    session->source.options = &options->encap.run;
    session->source.summary = &session->summary;
    session->source.vsids = &options->encap.vsids;
    session->source.wait = &wait;
    session->source.linktype = session->replay.targets->iface.linktype;
    session->source.unique = (struct source_unique){options->unique_cas, options->unique_vsids};
    progress_phase("reading the capture");
    code = source_open(&session->source, options->preload || again,
                       options->encapsulates ? &session->encap.config : NULL);
    if (code == EXIT_CLEAN)
        code = run_open(session);
    source_close(&session->source);
    return code;
}

static void session_free(struct session *session)
{
    (void)close_targets(session);
    free(session->replay.targets);
    direction_free(&session->direction);
    free(session->vsids);
    encap_setup_free(&session->encap);
    replay_options_free(&session->options);
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
