/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "targets.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "capfile/output.h"

static bool is_same_file(const char *path, const char *other)
{
    struct stat a;
    struct stat b;

    return stat(path, &a) == 0 && stat(other, &b) == 0 && S_ISREG(a.st_mode) &&
           cap_same_file(&a, &b);
}

/* Sets the MTU and link type of a target. Returns an exit code; on errors a message was printed. */
static int ask(const struct replay_config *config, struct replay_target *target)
{
    struct cap_error error;

    if (config->sender.kind == SENDER_FILE) {
        target->iface = (struct iface_info){
            .mtu = config->file_mtu, .linktype = CAP_LINKTYPE_ETHERNET, .tag_is_extra = true};
        if (!is_same_file(config->in, target->name))
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

int targets_prepare(struct replay *replay, const struct replay_config *config)
{
    *replay = (struct replay){.config = config};
    replay->targets = calloc(config->name_count, sizeof *replay->targets);
    if (!replay->targets) {
        diag("replay", "out of memory");
        return EXIT_RUNTIME;
    }
    for (uint32_t i = 0; i < config->name_count; i++) {
        struct replay_target *target = &replay->targets[replay->target_count++];
        int code;

        target->name = config->names[i];
        code = ask(config, target);
        if (code != EXIT_CLEAN)
            return code;
        if (target->iface.linktype != replay->targets->iface.linktype) {
            diag(target->name, "its link type is %u, but that of %s is %u", target->iface.linktype,
                 replay->targets->name, replay->targets->iface.linktype);
            return EXIT_RUNTIME;
        }
        if (target->iface.mtu && (!replay->mtu || target->iface.mtu < replay->mtu))
            replay->mtu = target->iface.mtu;
    }
    replay->linktype = replay->targets->iface.linktype;
    return EXIT_CLEAN;
}

int targets_open(struct replay *replay)
{
    struct cap_error error;

    for (uint32_t i = 0; i < replay->target_count; i++) {
        struct replay_target *target = &replay->targets[i];

        target->sender = sender_open(target->name, &replay->config->sender, &error);
        if (!target->sender) {
            diag(target->name, "%s", error.text);
            return EXIT_RUNTIME;
        }
    }
    return EXIT_CLEAN;
}

int targets_close(struct replay *replay)
{
    struct cap_error error;
    int result = 0;

    for (uint32_t i = 0; i < replay->target_count; i++) {
        struct replay_target *target = &replay->targets[i];

        if (sender_close(target->sender, &error) != 0) {
            diag(target->name, "%s", error.text);
            result = -1;
        }
        target->sender = NULL;
    }
    return result;
}

void targets_free(struct replay *replay)
{
    (void)targets_close(replay);
    free(replay->targets);
}
