/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_DEDUPE_H
#define TRANSFORM_DEDUPE_H

/*
 * Recognises copies of a frame that an NVE sent to several others (RFC 7637 section 4.2, N-way
 * unicast): the same inner frame in the same VSID, within a short time, to different PAs. The same
 * frame to the same PA is not a copy but a repetition.
 *
 * Memory is constant. A frame that was forgotten, because many others came later, has no copies.
 */

#include <stdbool.h>
#include <stdint.h>

#include "capfile/capture.h"
#include "frame.h"

#define DEDUPE_FRAMES 4096u /* last frames that are remembered */
#define DEDUPE_PAS_MAX 250u /* receivers of one frame; the next packet counts as a new frame */

struct dedupe;

/* Returns NULL if out of memory. */
struct dedupe *dedupe_new(uint32_t window_ms);
void dedupe_free(struct dedupe *dedupe);

/*
 * Whether a packet is a copy of one in an earlier call. It must have been decoded as CLEAN or
 * DEVIANT.
 */
bool dedupe_is_copy(struct dedupe *dedupe, const struct cap_packet *packet,
                    const struct nvgre_frame *frame);

#endif
