/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_STATISTICS_H
#define NVGRE_STATISTICS_H

/*
 * The statistics tree "nvgre,tree": tenants, in them pairs of provider addresses, in them
 * FlowIDs. Each has its number of packets and the average, least and greatest length of their
 * inner frames.
 */

/* Rows of a tree. What turns up later is counted in rows of its own, "Other VSIDs" and so on. */
#define NVGRE_TREE_ROWS_MAX 20000u

void nvgre_statistics_register(void);

#endif
