/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list.h"

#include <stdlib.h>

int list_read(const char *text, size_t size, list_read_item read_item, void **items, size_t *count)
{
    size_t room = 1;
    char *array;

    *items = NULL;
    *count = 0;
    for (const char *p = text; *p; p++)
        room += *p == ',';
    array = malloc(room * size);
    if (!array)
        return -2;
    for (size_t read = 0; read_item(&text, array + read * size);) {
        read++;
        if (*text == '\0') {
            *items = array;
            *count = read;
            return 0;
        }
        if (*text++ != ',')
            break;
    }
    free(array);
    return -1;
}
