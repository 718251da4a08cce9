/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader_common.h"

#include <stdlib.h>
#include <string.h>

enum cap_event cap_reader_ended(struct cap_reader *reader, const char *where, size_t needed)
{
    size_t left = cap_input_left(&reader->input);

    if (reader->input.stopped)
        return CAP_STOPPED;
    if (reader->input.error) {
        cap_error_set(&reader->error, "cannot read: %s", strerror(reader->input.error));
        return CAP_FAILED;
    }
    if (reader->input.defect.text[0]) {
        reader->error = reader->input.defect;
        return CAP_CUT;
    }
    if (left == 0)
        return CAP_END;
    cap_error_set(&reader->error, "the file ends inside the %s, %zu of %zu bytes", where, left,
                  needed);
    return CAP_CUT;
}

struct cap_iface *cap_reader_add_iface(struct cap_reader *reader)
{
    if (reader->iface_count == reader->iface_room) {
        uint32_t room = reader->iface_room ? reader->iface_room * 2 : 4;
        struct cap_iface *ifaces = realloc(reader->ifaces, room * sizeof *ifaces);

        if (!ifaces) {
            cap_error_system(&reader->error, "cannot read on");
            return NULL;
        }
        reader->ifaces = ifaces;
        reader->iface_room = room;
    }
    return &reader->ifaces[reader->iface_count++];
}
