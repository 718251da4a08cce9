/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list.h"

#include <stdlib.h>

int list_read_into(const char *text, list_read_item read_item, void *to)
{
    while (read_item(&text, to)) {
        if (*text == '\0')
            return 0;
        if (*text++ != ',')
            break;
    }
    return -1;
}

struct array {
    char *end; /* after the last item */
    size_t size;
    list_read_item read_item;
};

static bool append(const char **text, void *to)
{
    struct array *array = to;

    if (!array->read_item(text, array->end))
        return false;
    array->end += array->size;
    return true;
}

int list_read(const char *text, size_t size, list_read_item read_item, void **items, size_t *count)
{
    size_t room = 1;
    char *start;
    struct array array;

    *items = NULL;
    *count = 0;
    for (const char *p = text; *p; p++)
        room += *p == ',';
    start = malloc(room * size);
    if (!start)
        return -2;
    array = (struct array){start, size, read_item};
    if (list_read_into(text, append, &array) != 0) {
        free(start);
        return -1;
    }
    *items = start;
    *count = (size_t)(array.end - start) / size;
    return 0;
}
