/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_STATISTICS_H
#define NVGRE_STATISTICS_H

/*
 * The statistics tree "nvgre,tree": tenants, below them pairs of provider addresses, below them
 * FlowIDs. Each row has the number of packets and the average, minimum and maximum length of the
 * inner frames.
 */

/* Maximum number of rows in a tree. Later items are counted in rows such as "Other VSIDs". */
#define NVGRE_TREE_ROWS_MAX 20000u

void nvgre_statistics_register(void);

#endif
