/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_COMPRESSION_H
#define CAPFILE_COMPRESSION_H

/* The kinds of compressed files: gzip (RFC 1952) and zstd (RFC 8878). */

#include <stdint.h>

enum cap_compression { CAP_COMPRESSION_NONE, CAP_COMPRESSION_GZIP, CAP_COMPRESSION_ZSTD };

/* Bytes from which a compressed file is told. */
#define CAP_COMPRESSION_MAGIC_LEN 4

/* What the first bytes of a file say it is. A zstd file may begin with a skippable frame. */
enum cap_compression cap_compression_of(const uint8_t first[CAP_COMPRESSION_MAGIC_LEN]);

/* The name, as messages have it. */
const char *cap_compression_name(enum cap_compression kind);

#endif
