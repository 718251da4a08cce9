/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/reassemble.h"

#include "support.h"
#include "wire.h"

/*
 * A script of fragments: steps, each for a datagram named by a letter:
 *
 *   a0-16+    payload bytes 0 to 15 of datagram a; more follow (without + these are the last ones)
 *   a0-16+!   the same with other bytes
 *   a0-16+c   the last byte is not captured
 *   a0-16+E   with ECN CE; T with ECT(0), U with ECT(1)
 *   a0-16+i   at another interface
 *   a0-16+s   from another sender
 *   ~40       40 s later
 *
 * The expected result has a letter for each step: h held, R refused, W whole, n not ours. After it
 * comes a number for each fragment that this step returns, counted from 0 in order of arrival.
 * After
 * `/` come the fragments that are returned at the end.
 */
struct script_row {
    const char *name;
    const char *steps;
    const char *expected;
    bool not_taken; /* whole packets are not taken */
    struct reassemble_config config;
    enum reassemble_reason reason; /* of the last fragment that was refused or returned */
    uint8_t only;                  /* IP version, or 0 for both */
    uint8_t ecn;                   /* of the last whole packet */
};

#define GIVES(text) .expected = (text)
#define SAYS(kind) .reason = REASSEMBLE_##kind

static const struct script_row scripts[] = {
    {"in order", "a0-16+ a16-20", GIVES("hW/")},
    {"backwards", "a16-20 a0-16+", GIVES("hW/")},
    {"three, the middle one last", "a0-8+ a24-30 a8-24+", GIVES("hhW/")},
    {"three, the first one last", "a24-30 a8-24+ a0-8+", GIVES("hhW/")},
    {"two datagrams", "a0-16+ b0-8+ b8-16 a16-20", GIVES("hhWW/")},
    {"not taken", "a0-16+ a16-20", GIVES("hW01/"), .not_taken = true, SAYS(NOT_TAKEN)},
    {"not taken, in order of arrival", "a16-20 b0-8+ a0-16+", GIVES("hhW02/1"), .not_taken = true,
     SAYS(INCOMPLETE)},
    {"missing first", "a16-20", GIVES("h/0"), SAYS(INCOMPLETE)},
    {"missing last", "a0-16+ a16-24+", GIVES("hh/01"), SAYS(INCOMPLETE)},
    {"a gap", "a0-8+ a16-20", GIVES("hh/01"), SAYS(INCOMPLETE)},
    {"oldest first", "b0-8+ a0-8+ b8-16+ a8-16+", GIVES("hhhh/0213"), SAYS(INCOMPLETE)},
    {"duplicate of the first", "a0-16+ a0-16+ a16-20", GIVES("hhW/")},
    {"duplicate of the last", "a16-20 a16-20 a0-16+", GIVES("hhW/")},
    {"duplicates come back", "a0-8+ a0-8+ a8-16+ a0-8+", GIVES("hhhh/0123"), SAYS(INCOMPLETE)},
    {"duplicates of what was not taken", "a0-16+ a0-16+ a16-20", GIVES("hhW012/"),
     .not_taken = true, SAYS(NOT_TAKEN)},
    {"duplicate behind completion", "a0-16+ a16-20 a16-20", GIVES("hWh/2"), SAYS(INCOMPLETE)},
    {"another interface", "a0-16+ a16-20i", GIVES("hh/01"), SAYS(INCOMPLETE)},
    {"each interface by itself", "a0-16+ a0-16+i a16-20i a16-20", GIVES("hhWW/")},
    {"another sender", "a0-16+ a16-20s", GIVES("hh/01"), SAYS(INCOMPLETE)},
    {"each sender by itself", "a0-16+ a0-16+s a16-20s a16-20", GIVES("hhWW/")},
    {"the ID again", "a0-16+ a16-20 a0-16+ a16-24", GIVES("hWhW/")},
    {"differs in bytes", "a0-16+ a0-16+! a16-20", GIVES("hh01R/"), SAYS(OVERLAP)},
    {"differs in length", "a0-16+ a0-8+ a16-20", GIVES("hh01R/"), SAYS(OVERLAP)},
    {"differs in length, longer", "a0-8+ a0-16+ a16-20", GIVES("hh01R/"), SAYS(OVERLAP)},
    {"overlaps the one before", "a0-16+ a8-24+", GIVES("hh01/"), SAYS(OVERLAP)},
    {"overlaps the one behind", "a8-24+ a0-16+", GIVES("hh01/"), SAYS(OVERLAP)},
    {"covers another", "a8-16+ a0-24+", GIVES("hh01/"), SAYS(OVERLAP)},
    {"covered by another", "a0-24+ a8-16+", GIVES("hh01/"), SAYS(OVERLAP)},
    {"another datagram stays", "b0-8+ a0-16+ a8-24+ b8-16", GIVES("hhh12W/"), SAYS(OVERLAP)},
    {"two ends", "a16-20 a16-24", GIVES("hh01/"), SAYS(ENDS)},
    {"an earlier end", "a16-24 a8-16", GIVES("hh01/"), SAYS(ENDS)},
    {"beyond the end", "a8-16 a16-24+", GIVES("hh01/"), SAYS(ENDS)},
    {"to the end, but not last", "a8-16 a0-16+", GIVES("hh01/"), SAYS(ENDS)},
    {"an end before others", "a24-32+ a8-16", GIVES("hh01/"), SAYS(ENDS)},
    {"the same with and without more", "a8-16+ a8-16", GIVES("hh01/"), SAYS(ENDS)},
    {"just below 65536", "a65528-65535", GIVES("h/0"), SAYS(INCOMPLETE)},
    {"beyond 65535", "a65528-65536", GIVES("h0/"), SAYS(TOO_LONG)},
    {"beyond 65535, more to come", "a65528-65544+ a0-8+", GIVES("h0R/"), SAYS(TOO_LONG)},
    {"cut", "a0-16+c a16-20", GIVES("Rh/1"), SAYS(INCOMPLETE)},
    {"cut at the end", "a0-16+ a16-20c", GIVES("hR/0"), SAYS(INCOMPLETE)},
    {"empty", "a8-8", GIVES("R/"), SAYS(EMPTY)},
    {"empty, more to come", "a0-0+", GIVES("R/"), SAYS(EMPTY)},
    {"no multiple of 8", "a0-12+", GIVES("R/"), SAYS(UNALIGNED)},
    {"no fragment", "a0-16", GIVES("n/")},
    {"in time", "a0-16+ ~30 a16-20", GIVES("hW/")},
    {"too late", "a0-16+ ~31 a16-20", GIVES("hh0/1"), SAYS(INCOMPLETE)},
    {"counted from the first", "a0-8+ ~20 a8-16+ ~20 b0-8+", GIVES("hhh01/2"), SAYS(INCOMPLETE)},
    {"a shorter time", "a0-16+ ~3 a16-20", GIVES("hh0/1"), SAYS(INCOMPLETE),
     .config = {.max_bytes = 1u << 20, .max_datagrams = 9, .max_fragments = 9, .timeout_s = 2}},
    {"refused only for a time", "a0-16+ a8-16+ a16-20 ~31 a0-16+ a16-20", GIVES("hh01RhW/"),
     SAYS(OVERLAP)},
    {"back in time", "~50 a0-16+ ~-40 a16-20", GIVES("hW/")},
    {"a later one shields an older one", "~90 a0-8+ ~-90 b0-8+ ~40 b8-16", GIVES("hhh1/02"),
     SAYS(INCOMPLETE)},
    {"too many datagrams", "a0-8+ b0-8+ c0-8+ a8-16", GIVES("hhh0h1/23"), SAYS(INCOMPLETE),
     .config = {.max_bytes = 1u << 20, .max_datagrams = 2, .max_fragments = 9, .timeout_s = 9}},
    {"too many of its own", "a0-8+ b0-8+ b8-16 a8-16", GIVES("hh0Wh/3"), SAYS(INCOMPLETE),
     .config = {.max_bytes = 1u << 20, .max_datagrams = 1, .max_fragments = 9, .timeout_s = 9}},
    {"too many fragments", "a0-8+ a8-16+ a16-24+ a24-32", GIVES("hhh012R/"), SAYS(TOO_MANY),
     .config = {.max_bytes = 1u << 20, .max_datagrams = 9, .max_fragments = 2, .timeout_s = 9}},
    {"no memory for any", "a0-8+", GIVES("R/"), SAYS(EVICTED),
     .config = {.max_bytes = 100, .max_datagrams = 9, .max_fragments = 9, .timeout_s = 9}},
    {"memory for one", "a0-400+ b0-400+ b400-408", GIVES("hh0h1/2"), SAYS(INCOMPLETE),
     .config = {.max_bytes = 1024, .max_datagrams = 9, .max_fragments = 9, .timeout_s = 9}},
    {"CE on one", "a0-16+T a16-20E", GIVES("hW/"), .ecn = 3},
    {"CE on the first", "a0-16+E a16-20U", GIVES("hW/"), .ecn = 3},
    {"CE on all", "a0-16+E a16-20E", GIVES("hW/"), .ecn = 3},
    {"ECT(0) first", "a0-16+T a16-20U", GIVES("hW/"), .ecn = 2},
    {"ECT(1) first", "a16-20T a0-16+U", GIVES("hW/"), .ecn = 1},
    {"CE and Not-ECT", "a0-16+ a16-20E", GIVES("hh01/"), SAYS(ECN)},
    {"ECT and Not-ECT", "a0-16+T a16-20", GIVES("hh01/"), SAYS(ECN)},
};

/* One step, parsed. */
struct step {
    char datagram;
    uint32_t from, to;
    bool more, other, cut;
    bool other_iface, other_sender;
    uint8_t ecn;
};

static const char *step_read(const char *text, struct step *step)
{
    char *end;

    *step = (struct step){.datagram = *text++};
    step->from = (uint32_t)strtoul(text, &end, 10);
    step->to = (uint32_t)strtoul(end + 1, &end, 10);
    for (; *end && *end != ' '; end++) {
        step->more |= *end == '+';
        step->other |= *end == '!';
        step->cut |= *end == 'c';
        step->other_iface |= *end == 'i';
        step->other_sender |= *end == 's';
        step->ecn |= *end == 'E' ? 3 : *end == 'T' ? 2 : *end == 'U' ? 1 : 0;
    }
    return *end ? end + 1 : end;
}

/* The byte at position `at` of a datagram's payload. */
static uint8_t payload_byte(char datagram, uint32_t at)
{
    return (uint8_t)(at * 7 + (at >> 8) + (uint8_t)datagram);
}

static void add_payload(struct bytes *bytes, const struct step *step)
{
    for (uint32_t at = step->from; at < step->to; at++)
        add8(bytes, payload_byte(step->datagram, at) ^ (step->other ? 1u : 0u));
}

#define MACS "0200c0a80416 0200c0a8040b "
#define PAS6 "fd000000 00000000 00000000 0000000b fd000000 00000000 00000000 00000016 "

static struct bytes ipv4_fragment(const struct step *step)
{
    struct bytes bytes = from_hex(MACS "8100 0064 0800 46b8 0000 0000 0000 402f 0000 c0a8040b "
                                       "c0a80416 01010100");
    uint8_t *ip = bytes.data + 18;

    ip[1] |= step->ecn;
    ip[15] ^= step->other_sender;
    wire_put16(ip + 2, (uint16_t)(24 + step->to - step->from));
    wire_put16(ip + 4, (uint16_t)step->datagram);
    wire_put16(ip + 6, (uint16_t)(0x8000 | (step->more ? 0x2000 : 0) | step->from / 8));
    add_payload(&bytes, step);
    return bytes;
}

static struct bytes ipv6_fragment(const struct step *step)
{
    /* Before it: destination options, an atomic fragment header and a routing header. */
    struct bytes bytes =
        from_hex(MACS "86dd 6b800000 0000 3c 40" PAS6 "2c00 0104 00000000 2bff0000 00000009"
                      "2c00 0000 00000000 2f00 0000 00000000");
    uint8_t *ip = bytes.data + 14;

    ip[1] |= (uint8_t)(step->ecn << 4);
    ip[23] ^= step->other_sender;
    wire_put16(ip + 4, (uint16_t)(32 + step->to - step->from));
    wire_put16(ip + 66, (uint16_t)(step->from | (step->more ? 1 : 0)));
    wire_put32(ip + 68, (uint8_t)step->datagram);
    add_payload(&bytes, step);
    return bytes;
}

/* The whole packet of a datagram's fragments. */
static struct bytes whole_packet(uint8_t version, const struct step *last, uint32_t len,
                                 uint8_t ecn)
{
    const struct step all = {
        .datagram = last->datagram, .to = len, .other_sender = last->other_sender, .ecn = ecn};
    struct bytes bytes = version == 4 ? ipv4_fragment(&all) : ipv6_fragment(&all);
    uint8_t *ip = bytes.data + (version == 4 ? 18 : 14);

    if (version == 4) {
        wire_put16(ip + 10, (uint16_t)~naive_sum(ip, 24));
        return bytes;
    }
    wire_put16(ip + 4, (uint16_t)(24 + len));
    ip[56] = 0x2f;
    memmove(ip + 64, ip + 72, len);
    bytes.len -= 8;
    return bytes;
}

enum { PACKETS_MAX = 8 };

struct play {
    const struct script_row *row;
    uint8_t version;
    struct reassembler r;
    struct bytes packets[PACKETS_MAX];
    struct step steps[PACKETS_MAX];
    uint32_t count;
    uint32_t sec;
    char said[64];
    enum reassemble_reason reason;
};

static void say(struct play *play, char what)
{
    size_t len = strlen(play->said);

    play->said[len] = what;
    play->said[len + 1] = '\0';
}

static void hear_returned(struct play *play)
{
    const struct reassemble_fragment *fragment;

    while ((fragment = reassemble_returned(&play->r))) {
        const struct cap_packet *packet = &fragment->packet;
        const struct bytes *sent = &play->packets[packet->number];

        say(play, (char)('0' + packet->number));
        assert_int_equal(packet->len, sent->len);
        assert_int_equal(packet->caplen, sent->len);
        assert_memory_equal(packet->data, sent->data, sent->len);
        assert_ptr_equal(packet->iface, &fragment->iface);
        play->reason = fragment->reason;
    }
}

static void check_whole(struct play *play)
{
    const struct cap_packet *whole = &play->r.whole;
    const struct step *last = &play->steps[play->count];
    uint32_t len = 0;
    struct bytes expected;

    for (uint32_t i = 0; i <= play->count; i++)
        if (play->steps[i].datagram == last->datagram && !play->steps[i].more)
            len = play->steps[i].to;
    expected = whole_packet(play->version, last, len, play->row->ecn);
    assert_int_equal(whole->caplen, expected.len);
    assert_int_equal(whole->len, expected.len);
    assert_memory_equal(whole->data, expected.data, expected.len);
    assert_int_equal(whole->number, play->count);
}

static void play_step(struct play *play, const struct step *step)
{
    const struct cap_iface iface = {.linktype = 1, .tsresol = 6};
    const struct bytes bytes = play->version == 4 ? ipv4_fragment(step) : ipv6_fragment(step);
    const uint32_t caplen = bytes.len - (step->cut ? 1 : 0);
    uint8_t *data = exact_copy(bytes.data, caplen);
    struct cap_packet packet = {.data = data,
                                .caplen = caplen,
                                .len = bytes.len,
                                .number = play->count,
                                .iface = &iface,
                                .iface_id = step->other_iface,
                                .record = CAP_RECORD_PCAP};

    memcpy(&packet.ts, &play->sec, sizeof play->sec);
    play->packets[play->count] = bytes;
    play->steps[play->count] = *step;
    switch (reassemble_add(&play->r, &packet, NVGRE_LINK_ETHERNET)) {
    case REASSEMBLE_NOT_OURS:
        say(play, 'n');
        break;
    case REASSEMBLE_REFUSED:
        say(play, 'R');
        play->reason = play->r.refused;
        break;
    case REASSEMBLE_HELD:
        say(play, 'h');
        break;
    case REASSEMBLE_WHOLE:
        say(play, 'W');
        check_whole(play);
        reassemble_settle(&play->r, !play->row->not_taken);
        break;
    case REASSEMBLE_NO_MEMORY:
        fail();
    }
    free(data);
    hear_returned(play);
    assert_true(play->r.bytes <= play->r.config.max_bytes);
    play->count++;
}

static void play_script(const struct script_row *row, uint8_t version)
{
    struct play play = {.row = row, .version = version, .sec = 1000};
    const char *text = row->steps;

    reassemble_init(&play.r, row->config.max_bytes ? &row->config : &reassemble_defaults);
    while (*text) {
        struct step step;

        if (*text == '~') {
            char *end;

            play.sec += (uint32_t)strtol(text + 1, &end, 10);
            text = *end ? end + 1 : end;
            continue;
        }
        text = step_read(text, &step);
        play_step(&play, &step);
    }
    say(&play, '/');
    reassemble_flush(&play.r);
    hear_returned(&play);
    assert_string_equal(play.said, row->expected);
    assert_int_equal(play.reason, row->reason);
    assert_int_equal(play.r.bytes, 0);
    assert_int_equal(play.r.datagrams, 0);
    reassemble_free(&play.r);
}

static void test_script(void **state)
{
    play_script(*state, 4);
    play_script(*state, 6);
}

int main(void)
{
    return RUN_ROWS(test_script, scripts) != 0;
}
