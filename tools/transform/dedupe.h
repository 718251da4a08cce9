/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_DEDUPE_H
#define TRANSFORM_DEDUPE_H

/*
 * Knows the copies of a frame that an NVE sent to several others (RFC 7637 section 4.2, N-way
 * unicast): the same inner frame in the same VSID, soon after one another, to different PAs. To
 * the same PA it is the frame itself once more.
 *
 * Memory is constant. What is forgotten, since many other frames came between, is no copy.
 */

#include <stdbool.h>
#include <stdint.h>

#include "capfile/capture.h"
#include "frame.h"

#define DEDUPE_FRAMES 4096u /* remembered, the last ones */
#define DEDUPE_PAS_MAX 250u /* that a frame goes to; one more is taken for another frame */

struct dedupe;

/* NULL where memory is out. */
struct dedupe *dedupe_new(uint32_t window_ms);
void dedupe_free(struct dedupe *dedupe);

/* Whether a packet, which was decoded as CLEAN or DEVIANT, is a copy of one that was asked of. */
bool dedupe_is_copy(struct dedupe *dedupe, const struct cap_packet *packet,
                    const struct nvgre_frame *frame);

#endif
