/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/table.h"

#include "support.h"

enum { KEYS = 40000, FEW = 500, SEEDS = 20 };

static struct table_key random_key(uint32_t *random, uint32_t different)
{
    return (struct table_key){next_random(random) % different, 0};
}

/*
 * Keys that differ in the last bits of `low`, in its first bits, or in both parts; and hashed keys.
 */
static struct table_key key_of(uint32_t kind, uint32_t number)
{
    /* With the factor of many hash functions, the products of these keys are small numbers. */
    const uint64_t inverse_of_factor = 0xF1DE83E19937733Du;

    switch (kind) {
    case 0:
        return (struct table_key){number, 0};
    case 1:
        return (struct table_key){(uint64_t)number << 32, 0};
    case 2:
        return (struct table_key){(uint64_t)number << 48, (uint8_t)(number >> 16)};
    case 3:
        return (struct table_key){number >> 8, (uint8_t)number};
    case 4:
        return (struct table_key){number * inverse_of_factor, 0};
    case 5:
        return table_key_add(table_key_begin(), number);
    default:
        return table_key_bytes(&number, sizeof number);
    }
}

enum { KINDS = 7 };

static void fill(struct table *table, uint32_t kind, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(table_add(table, key_of(kind, i), i, ~i), 0);
}

static void test_find(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        struct table table = {0};

        assert_null(table_find(&table, key_of(kind, 0)));
        fill(&table, kind, KEYS);
        assert_int_equal(table.count, KEYS);
        for (uint32_t i = 0; i < 2 * KEYS; i++) {
            const struct table_slot *slot = table_find(&table, key_of(kind, i));

            assert_int_equal(slot != NULL, i < KEYS);
            if (!slot)
                continue;
            assert_int_equal(table_slot_index(slot), i);
            assert_int_equal(slot->value, ~i);
            assert_null(table_next(&table, key_of(kind, i), slot));
        }
        table_free(&table);
        assert_null(table_find(&table, key_of(kind, 0)));
        table_free(&table);
    }
}

static void test_high_index(void **state)
{
    const struct table_key key = {UINT64_MAX, UINT8_MAX};
    struct table table = {0};
    (void)state;

    assert_int_equal(table_add(&table, key, TABLE_INDEX_MAX, UINT32_MAX), 0);
    assert_int_equal(table_slot_index(table_find(&table, key)), TABLE_INDEX_MAX);
    assert_null(table_find(&table, (struct table_key){UINT64_MAX, UINT8_MAX - 1}));
    assert_null(table_find(&table, (struct table_key){UINT64_MAX - 1, UINT8_MAX}));
    table_free(&table);
}

/* The same key several times: each entry is found once, also after the table grew. */
static void test_same_key(void **state)
{
    const struct table_key key = {7637, 1};
    struct table table = {0};
    (void)state;

    for (uint32_t i = 0; i < 100; i++) {
        uint64_t found[2] = {0, 0};

        assert_int_equal(table_add(&table, key, i, 0), 0);
        for (const struct table_slot *slot = table_find(&table, key); slot;
             slot = table_next(&table, key, slot)) {
            const uint32_t index = table_slot_index(slot);

            assert_false(found[index / 64] >> index % 64 & 1);
            found[index / 64] |= UINT64_C(1) << index % 64;
        }
        for (uint32_t index = 0; index < 100; index++)
            assert_int_equal(found[index / 64] >> index % 64 & 1, index <= i);
    }
    table_free(&table);
}

/*
 * Keys are added and removed, also the smallest and largest. A plain array has the expected
 * content.
 */
static void test_remove(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        bool present[FEW] = {false};
        struct table table = {0};
        uint32_t random = (uint32_t)seed;
        uint32_t count = 0;

        table_seed(seed);
        for (uint32_t step = 0; step < 20000; step++) {
            const struct table_key key = random_key(&random, step < 10000 ? FEW : FEW / 8);
            const struct table_slot *slot = table_find(&table, key);

            assert_int_equal(slot != NULL, present[key.low]);
            if (slot)
                table_remove(&table, slot);
            else
                assert_int_equal(table_add(&table, key, (uint32_t)key.low, 0), 0);
            present[key.low] = !slot;
            count += slot ? UINT32_MAX : 1;
            assert_int_equal(table.count, count);
        }
        for (uint32_t i = 0; i < FEW; i++) {
            const struct table_slot *slot = table_find(&table, (struct table_key){i, 0});

            assert_int_equal(slot != NULL, present[i]);
            assert_true(!slot || table_slot_index(slot) == i);
        }
        table_free(&table);
    }
}

/* ---- Secrets ---- */

/* Places depend on the secret: with another one, hardly any key has the same place. */
static void test_seeds_differ(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        struct table table = {0};
        uint32_t homes[1000];
        uint32_t same = 0;

        table_seed(1);
        fill(&table, kind, 1000);
        for (uint32_t i = 0; i < 1000; i++)
            homes[i] = table_home(&table, key_of(kind, i));
        table_seed(2);
        for (uint32_t i = 0; i < 1000; i++)
            same += table_home(&table, key_of(kind, i)) == homes[i];
        assert_true(same < 10);
        table_seed(1);
        for (uint32_t i = 0; i < 1000; i++)
            assert_int_equal(table_home(&table, key_of(kind, i)), homes[i]);
        table_free(&table);
    }
}

static void test_random_seed(void **state)
{
    uint64_t before[2];
    (void)state;

    table_seed_random();
    memcpy(before, table_secret, sizeof before);
    table_seed_random();
    assert_true(before[0] != table_secret[0] && before[1] != table_secret[1]);
    assert_true(table_secret[1]);
}

/* Average number of slots read to find a key. */
static double probes(const struct table *table, uint32_t kind, uint32_t count)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct table_key key = key_of(kind, i);
        const struct table_slot *slot = table_find(table, key);

        sum += 1 + (((uint32_t)(slot - table->slots) - table_home(table, key)) & table->mask);
    }
    return (double)sum / count;
}

/* A secret must spread keys of any pattern, if whoever chose the keys does not know it. */
static void test_chosen_keys(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (uint32_t kind = 0; kind < KINDS; kind++)
            for (uint32_t count = KEYS / 4; count <= KEYS; count *= 2) {
                struct table table = {0};

                table_seed(seed);
                fill(&table, kind, count);
                assert_true(probes(&table, kind, count) < 1.6);
                table_free(&table);
            }
}

/* ---- Recent keys ---- */

enum { ROOM = 64, STEPS = 5000 };

/* With any secret the same keys are remembered: the last ones added. */
static void test_recent(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint32_t added_at[2 * ROOM] = {0}; /* step + 1 */
        uint32_t values[2 * ROOM] = {0};
        struct table_recent recent;
        uint32_t random = 7637;

        table_seed(seed);
        assert_int_equal(table_recent_init(&recent, ROOM), 0);
        for (uint32_t step = 0; step < STEPS; step++) {
            const struct table_key key = random_key(&random, 2 * ROOM);
            const struct table_slot *slot = table_find(&recent.table, key);

            assert_int_equal(slot != NULL, added_at[key.low] && step < added_at[key.low] + ROOM);
            assert_true(!slot || slot->value == values[key.low]);
            assert_int_equal(table_recent_add(&recent, key, step), step % ROOM);
            assert_int_equal(table_slot_index(table_find(&recent.table, key)), step % ROOM);
            added_at[key.low] = step + 1;
            values[key.low] = step;
            assert_true(recent.table.count <= ROOM);
        }
        table_recent_free(&recent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_seed), cmocka_unit_test(test_find),
        cmocka_unit_test(test_high_index),  cmocka_unit_test(test_same_key),
        cmocka_unit_test(test_remove),      cmocka_unit_test(test_seeds_differ),
        cmocka_unit_test(test_chosen_keys), cmocka_unit_test(test_recent)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
