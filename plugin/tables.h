/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_TABLES_H
#define NVGRE_TABLES_H

/*
 * Two tables of conversations and of endpoints, both with the tenant in each address:
 *   NVGRE      conv,nvgre      customer addresses; bytes are those of the inner frames
 *   NVGRE PA   conv,nvgre_pa   provider addresses; bytes are those of the whole frames
 * A packet counts once for each NVGRE layer that it has.
 */

/* The name of the second table, and of the tap for it: Wireshark looks for one of that name. */
#define NVGRE_PA_TAP "nvgre_pa"

void nvgre_tables_register(int proto);

#endif
