/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "signals.h"

#include <poll.h>
#include <stddef.h>
#include <time.h>

#include "diag.h"

volatile sig_atomic_t signals_pending;
volatile sig_atomic_t signals_stop;
volatile sig_atomic_t signals_report;
volatile sig_atomic_t signals_pause;
volatile sig_atomic_t signals_tick;

static void on_stop(int number)
{
    signals_stop = number;
    signals_pending = 1;
}

static void on_report(int number)
{
    (void)number;
    signals_report = 1;
    signals_pending = 1;
}

static void on_pause(int number)
{
    (void)number;
    signals_pause = 1;
    signals_pending = 1;
}

/* A signal that is ignored at the start (nohup, a shell's background job) stays ignored. */
static void install(int number, const struct sigaction *action)
{
    struct sigaction before;

    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, action, NULL);
}

void signals_install(void)
{
    struct sigaction stop = {.sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND};
    struct sigaction report = {.sa_handler = on_report};

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    install(SIGINT, &stop);
    install(SIGTERM, &stop);
    install(SIGHUP, &stop);
    install(SIGUSR1, &report);
}

void signals_catch_pause(void)
{
    const struct sigaction pause = {.sa_handler = on_pause};

    install(SIGTSTP, &pause);
}

void signals_suspend(void)
{
    signals_pause = 0;
    raise(SIGSTOP);
}

bool signals_handle(const struct signals_actions *actions)
{
    signals_pending = signals_stop != 0;
    if (signals_pause && actions->pause)
        actions->pause(actions->context);
    if (signals_report) {
        signals_report = 0;
        diag_progress_end();
        if (actions->report)
            actions->report(actions->context);
    }
    if (signals_tick && actions->progress) {
        signals_tick = 0;
        actions->progress(actions->context);
    }
    return signals_stop == 0;
}

bool signals_wait(int fd, int timeout_ms)
{
    const struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    sigset_t block;
    sigset_t before;
    int ready = poll(&readable, 1, 0);

    if (ready != 0)
        return true;
    sigemptyset(&block);
    sigaddset(&block, SIGINT);
    sigaddset(&block, SIGTERM);
    sigaddset(&block, SIGHUP);
    sigaddset(&block, SIGUSR1);
    sigaddset(&block, SIGTSTP);
    sigprocmask(SIG_BLOCK, &block, &before);
    if (!signals_pending)
        ready = ppoll(&readable, 1, timeout_ms < 0 ? NULL : &timeout, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return ready > 0;
}

bool signals_wait_while(bool (*go_on)(void *context), void *context, int fd)
{
    while (!signals_wait(fd, -1))
        if (!go_on(context))
            return false;
    return true;
}

void signals_end(void)
{
    int number = signals_stop;

    if (number == 0)
        return;
    signal(number, SIG_DFL);
    raise(number);
}
