/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_TABLES_H
#define NVGRE_TABLES_H

/*
 * Two conversation tables with their endpoint tables. Each address includes the tenant:
 *
 *   NVGRE      conv,nvgre      customer addresses; bytes of the inner frames
 *   NVGRE PA   conv,nvgre_pa   provider addresses; bytes of the whole frames
 *
 * A packet counts once for each of its NVGRE layers.
 */

/* The name of the second table and of its tap: Wireshark finds the tap by the table's name. */
#define NVGRE_PA_TAP "nvgre_pa"

void nvgre_tables_register(int proto);

#endif
