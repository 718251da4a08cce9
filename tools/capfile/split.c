/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "split.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool.h"

/* Bytes before a file's first packet: a new section header or a pcap header. */
enum { HEAD_ROOM = 256 };

/*
 * Slots in the interface tables of all files together: 64 MiB. If thousands of interfaces need
 * more, all files begin a new section and describe their interfaces again.
 */
#define SLOTS_MAX (4u << 20)

struct split_file {
    struct cap_split *split;
    uint32_t vsid;
    uint32_t section; /* split->section when this file's section began */
    struct cap_spool_file spooled;
    struct cap_writer writer;
};

struct cap_split {
    char *prefix; /* of the paths, before the VSID */
    char *suffix; /* after the VSID */
    const struct cap_reader *reader;
    struct cap_writer_config config;
    struct cap_spool spool;
    struct table file_by_vsid;
    uint32_t file_count;
    uint32_t section; /* increases when all files must begin a new section */
    uint32_t slots;   /* in the interface tables of all files */
    uint8_t *staging; /* records are built here */
    uint8_t *room;    /* place of the packet's data in `staging` */
    uint8_t head[HEAD_ROOM];
    struct split_file *files[CAP_SPLIT_FILES_MAX];
};

bool cap_split_is_pattern(const char *pattern)
{
    const char *slash = strrchr(pattern, '/');
    int vsids = 0;

    for (const char *p = pattern; (p = strchr(p, '%')); p += 2) {
        if (p[1] == 'v' && (!slash || p > slash))
            vsids++;
        else if (p[1] != '%')
            return false;
    }
    return vsids == 1;
}

/* Copies `len` bytes of a pattern, %% as one percent sign. Returns NULL if out of memory. */
static char *unescape(const char *pattern, size_t len)
{
    char *text = strndup(pattern, len);
    char *to = text;

    for (const char *from = text; from && *from; from++) {
        from += *from == '%';
        *to++ = *from;
    }
    if (text)
        *to = '\0';
    return text;
}

static const char *find_vsid(const char *pattern)
{
    const char *p = strchr(pattern, '%');

    while (p[1] != 'v')
        p = strchr(p + 2, '%');
    return p;
}

/* Sets the parts of the paths before and after the VSID. Returns false if out of memory. */
static bool read_pattern(const char *pattern, char **prefix, char **suffix)
{
    const char *vsid = find_vsid(pattern);

    *prefix = unescape(pattern, (size_t)(vsid - pattern));
    *suffix = unescape(vsid + 2, strlen(vsid + 2));
    return *prefix && *suffix;
}

/* Whether both are in the same folder. Then sets the names to the rest after the folder. */
static bool same_folder(const char *prefix, const char *path, const char **prefix_name,
                        const char **name)
{
    const char *const paths[] = {prefix, path};
    const char **const names[] = {prefix_name, name};
    struct stat folders[2];

    for (int i = 0; i < 2; i++) {
        const char *slash = strrchr(paths[i], '/');
        char *folder = slash ? strndup(paths[i], (size_t)(slash + 1 - paths[i])) : strdup(".");
        bool found = folder && stat(folder, &folders[i]) == 0;

        free(folder);
        if (!found)
            return false;
        *names[i] = slash ? slash + 1 : paths[i];
    }
    return folders[0].st_dev == folders[1].st_dev && folders[0].st_ino == folders[1].st_ino;
}

static bool is_vsid(const char *text, size_t len)
{
    if (len == 0 || len > 8 || (text[0] == '0' && len > 1))
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

bool cap_split_names(const char *pattern, const char *path)
{
    char *target = realpath(path, NULL); /* the target of a link; NULL for a new file */
    char *prefix;
    char *suffix;
    const char *start;
    const char *name;
    bool named = read_pattern(pattern, &prefix, &suffix) &&
                 same_folder(prefix, target ? target : path, &start, &name);

    if (named) {
        size_t rest = strlen(start) + strlen(suffix);
        size_t len = strlen(name);

        named = len > rest && strncmp(name, start, strlen(start)) == 0 &&
                strcmp(name + len - strlen(suffix), suffix) == 0 &&
                is_vsid(name + strlen(start), len - rest);
    }
    free(target);
    free(prefix);
    free(suffix);
    return named;
}

struct cap_split *cap_split_open(const char *pattern, const struct cap_reader *reader,
                                 const struct cap_writer_config *config, struct cap_error *error)
{
    struct cap_split *split = calloc(1, sizeof *split);
    struct cap_writer model;

    cap_writer_init(&model, reader, config);
    if (split) {
        split->reader = reader;
        split->config = *config;
        split->config.own_sections = true;
        split->spool.folder_fd = -1;
        split->staging = aligned_alloc(CAP_IO_ALIGNMENT, CAP_OUTPUT_ROOM);
    }
    if (split && split->staging && read_pattern(pattern, &split->prefix, &split->suffix) &&
        cap_spool_open(&split->spool, split->prefix, config->compression) == 0) {
        split->room = split->staging + model.header_len;
        return split;
    }
    cap_error_system(error, "cannot create");
    cap_split_close(split);
    return NULL;
}

uint8_t *cap_split_room(const struct cap_split *split)
{
    return split->room;
}

static char *file_path(const struct cap_split *split, uint32_t vsid)
{
    char *path;

    return asprintf(&path, "%s%u%s", split->prefix, vsid, split->suffix) < 0 ? NULL : path;
}

static bool is_open_at(int fd, const struct stat *existing)
{
    struct stat status;

    return fstat(fd, &status) == 0 && cap_same_file(&status, existing);
}

/* Whether `path` may be replaced. Checked before the first packet of the file is accepted. */
static bool may_replace(const struct cap_split *split, const char *path, struct cap_error *error)
{
    struct stat existing;
    bool exists = stat(path, &existing) == 0;

    if (!exists && errno == ENOENT)
        return true;
    if (exists && is_open_at(split->reader->input.fd, &existing))
        cap_error_set(error, "is also the input; the input is never overwritten");
    else if (exists && is_open_at(STDOUT_FILENO, &existing))
        cap_error_set(error, "is also standard output");
    else if (exists && !S_ISREG(existing.st_mode))
        cap_error_set(error, "cannot create: not a regular file");
    else if (!exists || access(path, W_OK) != 0)
        cap_error_system(error, "cannot create");
    else
        return true;
    return false;
}

static int sink(void *context, const uint8_t *data, size_t len)
{
    struct split_file *file = context;

    return cap_spool_add(&file->split->spool, &file->spooled, data, len);
}

/* Returns NULL with *error set on failure. */
static struct split_file *add_file(struct cap_split *split, uint32_t vsid, struct cap_error *error)
{
    struct split_file *file = NULL;
    char *path = file_path(split, vsid);

    if (path && !may_replace(split, path, error)) {
        free(path);
        return NULL;
    }
    if (path)
        file = calloc(1, sizeof *file);
    free(path);
    if (!file) {
        cap_error_set(error, "out of memory");
        return NULL;
    }
    file->split = split;
    file->vsid = vsid;
    file->section = split->section;
    file->spooled.number = vsid;
    cap_writer_init(&file->writer, split->reader, &split->config);
    split->files[split->file_count++] = file;
    return file;
}

/* Writes the header before packets. It uses `head`, because `staging` has the current packet. */
static void begin(struct split_file *file)
{
    cap_output_to_sink(&file->writer.output, file->split->head, sink, file);
    file->writer.started = false; /* each section has a header */
    cap_writer_start(&file->writer);
    if (!file->writer.output.error)
        cap_output_to_sink(&file->writer.output, file->split->staging, sink, file);
    file->section = file->split->section;
}

static struct split_file *file_of(struct cap_split *split, uint32_t vsid, struct cap_error *error,
                                  enum cap_result *result)
{
    const struct table_key key = {vsid, 0};
    const struct table_slot *slot = table_find(&split->file_by_vsid, key);
    struct split_file *file;

    *result = CAP_WRITE_FAILED;
    if (slot)
        return split->files[table_slot_index(slot)];
    if (split->file_count == CAP_SPLIT_FILES_MAX) {
        cap_error_set(error, "no file for VSID %u, as there are %u already", vsid,
                      CAP_SPLIT_FILES_MAX);
        *result = CAP_UNSTORABLE;
        return NULL;
    }
    file = add_file(split, vsid, error);
    if (!file)
        return NULL;
    if (table_add(&split->file_by_vsid, key, split->file_count - 1, 0) != 0) {
        cap_error_set(error, "out of memory");
        return NULL;
    }
    begin(file);
    return file;
}

/* Makes all files begin a new section and describe their interfaces again. */
static void forget_interfaces(struct cap_split *split)
{
    for (uint32_t i = 0; i < split->file_count; i++)
        table_free(&split->files[i]->writer.pcapng.map.tenants);
    split->slots = 0;
    split->section++;
}

enum cap_result cap_split_commit(struct cap_split *split, const struct cap_packet *packet,
                                 uint32_t caplen, uint32_t len, uint32_t vsid, const char *comment,
                                 struct cap_error *error)
{
    const struct cap_label label = {vsid, comment};
    enum cap_result result;
    struct split_file *file = file_of(split, vsid, error, &result);
    uint32_t slots;

    if (!file)
        return result;
    slots = table_room(&file->writer.pcapng.map.tenants);
    if (file->section != split->section)
        begin(file);
    if (!file->writer.output.error)
        result = cap_writer_commit_labelled(&file->writer, packet, CAP_LINKTYPE_ETHERNET, caplen,
                                            len, &label);
    if (result == CAP_UNSTORABLE)
        *error = file->writer.error;
    if (result == CAP_WRITE_FAILED) {
        errno = file->writer.output.error;
        cap_error_system(error, "cannot write");
    }
    split->slots += table_room(&file->writer.pcapng.map.tenants) - slots;
    if (split->slots > SLOTS_MAX)
        forget_interfaces(split);
    return result;
}

void cap_split_section(struct cap_split *split)
{
    split->section += split->config.format == CAP_FORMAT_PCAPNG;
}

void cap_split_count(const struct cap_split *split, struct cap_split_counts *counts)
{
    *counts = (struct cap_split_counts){.files = split->file_count};
    for (uint32_t i = 0; i < split->file_count; i++) {
        counts->packets += split->files[i]->writer.packets;
        counts->bytes += split->files[i]->writer.bytes;
    }
}

int cap_split_publish(struct cap_split *split, struct cap_error *error)
{
    bool failed = cap_spool_complete(&split->spool) != 0;

    for (uint32_t i = 0; i < split->file_count && !failed; i++) {
        char *path = file_path(split, split->files[i]->vsid);

        failed = !path || cap_spool_publish(&split->spool, &split->files[i]->spooled, path) != 0;
        free(path);
    }
    if (failed)
        cap_error_system(error, "cannot write");
    return failed ? -1 : 0;
}

void cap_split_close(struct cap_split *split)
{
    if (!split)
        return;
    for (uint32_t i = 0; i < split->file_count; i++) {
        cap_spool_discard(&split->spool, &split->files[i]->spooled);
        cap_writer_close(&split->files[i]->writer);
        free(split->files[i]);
    }
    cap_spool_close(&split->spool);
    table_free(&split->file_by_vsid);
    free(split->prefix);
    free(split->suffix);
    free(split->staging);
    free(split);
}
