/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_COMPRESSION_H
#define CAPFILE_COMPRESSION_H

/* Compressed files: gzip (RFC 1952) and zstd (RFC 8878). */

#include <stdint.h>

enum cap_compression { CAP_COMPRESSION_NONE, CAP_COMPRESSION_GZIP, CAP_COMPRESSION_ZSTD };

/* Bytes that identify a compressed file. */
#define CAP_COMPRESSION_MAGIC_LEN 4

/* The kind of a file by its first bytes. A zstd file may begin with a skippable frame. */
enum cap_compression cap_compression_of(const uint8_t first[CAP_COMPRESSION_MAGIC_LEN]);

/* The name for messages. Not for CAP_COMPRESSION_NONE. */
const char *cap_compression_name(enum cap_compression kind);

#endif
