/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "info/grid.h"
#include "support.h"

/* ---- Memory that runs out; sanitizers have their own functions ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_ENDS 0
#else
#define MEMORY_ENDS 1
#endif

static unsigned allocations_left; /* until one fails; 0 if none fails */

#if MEMORY_ENDS
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool fails(void)
{
    if (allocations_left == 0 || --allocations_left > 0)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
#endif

/* ---- A table ---- */

GRID_CELL(number_cell)
{
    (void)context;
    snprintf(out, GRID_CELL_MAX, "%u", row ? 12345u : 1u);
}

GRID_CELL(list_cell)
{
    (void)context;
    *out = '\0';
    for (uint32_t i = 0; i < 3 * row; i++)
        grid_list_add(out, i ? "some words" : "one → two");
    grid_list_end(out, row ? 7 : 0);
}

GRID_CELL(hostile_cell)
{
    (void)context;
    (void)row;
    snprintf(out, GRID_CELL_MAX, "a\033[31m\nb");
}

static double bar_cell(const void *context, uint32_t row)
{
    (void)context;
    return row ? 1 : 0.3;
}

static const struct grid_column numbers[] = {{.title = "key", .text = number_cell},
                                             {.title = "less", .text = number_cell, .rank = 2},
                                             {.title = "bar", .share = bar_cell, .rank = 1}};
static const struct grid_column lists[] = {{.title = "key", .text = number_cell},
                                           {.title = "list", .list = true, .text = list_cell}};
static const struct grid_column hostile[] = {{.title = "text", .left = true, .text = hostile_cell},
                                             {.title = "key", .text = number_cell}};

struct grid_row {
    const char *name;
    const struct grid_column *columns;
    unsigned count;
    struct grid_style style;
    const char *locale;
    const char *text;
};

static const struct grid_row rows[] = {
    {"wide",
     numbers,
     COUNT(numbers),
     {40, false},
     "C",
     "    key   less  bar\n"
     "      1      1  ####\n"
     "  12345  12345  ############\n"},
    {"UTF-8",
     numbers,
     COUNT(numbers),
     {28, false},
     "C.UTF-8",
     "    key   less  bar\n"
     "      1      1  ███▋\n"
     "  12345  12345  ████████████\n"},
    {"one column less",
     numbers,
     COUNT(numbers),
     {27, false},
     "C",
     "    key  bar\n"
     "      1  ####\n"
     "  12345  ############\n"},
    {"two columns less", numbers, COUNT(numbers), {20, false}, "C", "    key\n      1\n  12345\n"},
    {"none is left", numbers, COUNT(numbers), {3, false}, "C", "    key\n      1\n  12345\n"},
    {"colours",
     numbers,
     COUNT(numbers),
     {28, true},
     "C",
     "    key   less  bar\n"
     "      1      1  \033[36m####\033[0m\n"
     "  12345  12345  \033[36m############\033[0m\n"},
    {"a list in a line",
     lists,
     COUNT(lists),
     {80, false},
     "C.UTF-8",
     "    key  list\n"
     "      1\n"
     "  12345  one → two, some words, some words, +7\n"},
    {"a list in two lines",
     lists,
     COUNT(lists),
     {43, false},
     "C.UTF-8",
     "    key  list\n"
     "      1\n"
     "  12345  one → two, some words, some words,\n"
     "         +7\n"},
    {"between items",
     lists,
     COUNT(lists),
     {42, false},
     "C.UTF-8",
     "    key  list\n"
     "      1\n"
     "  12345  one → two, some words,\n"
     "         some words, +7\n"},
    {"between words",
     lists,
     COUNT(lists),
     {17, false},
     "C.UTF-8",
     "    key  list\n"
     "      1\n"
     "  12345  one →\n"
     "         two,\n"
     "         some\n"
     "         words,\n"
     "         some\n"
     "         words,\n"
     "         +7\n"},
    {"control characters",
     hostile,
     COUNT(hostile),
     {80, false},
     "C.UTF-8",
     "  text              key\n"
     "  a\\x1b[31m\\x0ab      1\n"
     "  a\\x1b[31m\\x0ab  12345\n"},
};

/* Returns the result of grid_print, and sets what it printed. The caller frees *text. */
static int print(const struct grid_row *row, uint32_t count, unsigned *allocations, char **text)
{
    size_t len = 0;
    FILE *stream = open_memstream(text, &len);
    int result;

    assert_non_null(stream);
    assert_non_null(setlocale(LC_CTYPE, row->locale));
    allocations_left = *allocations;
    result = grid_print(row->columns, row->count, count, NULL, &row->style, stream);
    *allocations = allocations_left;
    allocations_left = 0;
    fclose(stream);
    return result;
}

static void test_layout(void **state)
{
    const struct grid_row *row = *state;
    unsigned allocations = 0;
    char *text = NULL;

    assert_int_equal(print(row, 2, &allocations, &text), 0);
    assert_string_equal(text, row->text);
    free(text);
}

/* Whichever allocation fails, the result must be an error or the complete table. */
static void test_memory_ends(void **state)
{
    const struct grid_row *row = *state;
    unsigned failures = 0;
    unsigned left = 0;

    for (unsigned number = 1; MEMORY_ENDS && left == 0; number++) {
        char *text = NULL;

        left = number;
        if (print(row, 2, &left, &text) == 0)
            assert_string_equal(text, row->text);
        else
            failures++;
        free(text);
    }
    assert_true(failures > 10 || !MEMORY_ENDS);
}

static void test_no_rows(void **state)
{
    unsigned allocations = 0;
    char *text = NULL;

    (void)state;
    assert_int_equal(print(&rows[0], 0, &allocations, &text), 0);
    assert_string_equal(text, "");
    free(text);
}

static void test_list(void **state)
{
    char list[GRID_CELL_MAX] = "";

    (void)state;
    grid_list_end(list, 0);
    assert_string_equal(list, "");
    grid_list_add(list, "first");
    grid_list_add(list, "second");
    assert_string_equal(list, "first, second");
    grid_list_end(list, 3);
    assert_string_equal(list, "first, second, +3");
    for (unsigned i = 0; i < GRID_CELL_MAX; i++)
        grid_list_add(list, "another");
    assert_int_equal(strlen(list), GRID_CELL_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_list),
    };

    return (RUN_ROWS(test_layout, rows) + RUN_ROWS(test_memory_ends, rows) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
