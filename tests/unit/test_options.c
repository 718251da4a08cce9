/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "cli/options.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/diag.h"
#include "support.h"

struct test_options {
    bool flag;
    bool numeral;
    struct option_number number, big, level, colour;
    struct address address;
    struct option_mac mac;
    const char *text;
    struct range_set vsids;
    struct net_map nets;
    struct vsid_map vsid_map;
    struct port_map ports;
    struct option_span span;
    struct option_scale scale;
};

#define FIELD(name) offsetof(struct test_options, name)

static const struct option_word levels[] = {{"auto", 100}, {"none", 0}, {NULL, 0}};
static const struct option_word colours[] = {{"red", 1}, {"green", 2}, {NULL, 0}};

static const struct option_row first[] = {
    {.help = "Things"},
    {OPTION_FLAG, "flag", 'f', NULL, "a flag", .offset = FIELD(flag)},
    {OPTION_NUMBER, "number", 'n', "N", "a number", "5", 1, 10, .offset = FIELD(number)},
    {OPTION_NUMBER, "big", 0, "N", "a large number", .max = UINT32_MAX, .offset = FIELD(big)},
    {OPTION_NUMBER, "level", 0, "HOW", "a number or a word", "auto", 1, 9, levels, FIELD(level)},
    {OPTION_WORD, "colour", 'c', "WHAT", "a word", "green", .words = colours,
     .offset = FIELD(colour)},
    {0}};

static const struct option_row second[] = {
    {.help = "Other things"},
    {OPTION_ADDRESS, "address", 0, "IP", "an address", .offset = FIELD(address)},
    {OPTION_MAC, "mac", 0, "MAC", "a MAC address", "02:00:00:00:00:01", .offset = FIELD(mac)},
    {OPTION_TEXT, "text-of-some-considerable-length", 't', "FILE", "a name", "none",
     .offset = FIELD(text)},
    {OPTION_VSIDS, "vsids", 0, "LIST", "VSIDs", .offset = FIELD(vsids)},
    {OPTION_NETS, "nets", 0, "LIST", "addresses", .offset = FIELD(nets)},
    {OPTION_VSID_MAP, "map", 0, "LIST", "a map", .offset = FIELD(vsid_map)},
    {OPTION_PORTS, "ports", 0, "LIST", "ports", .offset = FIELD(ports)},
    {OPTION_SPAN, "span", 0, "SECONDS", "a time", .offset = FIELD(span)},
    {OPTION_SCALE, "scale", 0, "X", "a factor", "1", .max = 1000000, .offset = FIELD(scale)},
    {OPTION_FLAG, "numeral", 0, NULL, "another flag", .offset = FIELD(numeral)},
    {0}};

static const struct option_row *const tables[] = {first, second, NULL};
static const struct option_set set = {"test", "[options] IN OUT", "Tests options.", tables};

static const char help[] =
    "Usage: nvgre-pcap test [options] IN OUT\n"
    "\n"
    "Tests options.\n"
    "\n"
    "Things:\n"
    "  -f, --flag                  a flag\n"
    "  -n, --number N              a number: 1 to 10 (default 5)\n"
    "  --big N                     a large number: 0 to 4294967295\n"
    "  --level HOW                 a number or a word: auto|none or 1 to 9 (default\n"
    "                              auto)\n"
    "  -c, --colour WHAT           a word: red|green (default green)\n"
    "\n"
    "Other things:\n"
    "  --address IP                an address\n"
    "  --mac MAC                   a MAC address (default 02:00:00:00:00:01)\n"
    "  -t, --text-of-some-considerable-length FILE\n"
    "                              a name (default none)\n"
    "  --vsids LIST                VSIDs\n"
    "  --nets LIST                 addresses\n"
    "  --map LIST                  a map\n"
    "  --ports LIST                ports\n"
    "  --span SECONDS              a time\n"
    "  --scale X                   a factor (default 1)\n"
    "  --numeral                   another flag\n"
    "  -h, --help                  show this help\n";

/* The same help in a terminal that is too narrow for two columns. */
static const char narrow_help[] = "Usage: nvgre-pcap test [options] IN OUT\n"
                                  "\n"
                                  "Tests options.\n"
                                  "\n"
                                  "Things:\n"
                                  "  -f, --flag\n"
                                  "      a flag\n"
                                  "  -n, --number N\n"
                                  "      a number: 1 to 10 (default 5)\n"
                                  "  --big N\n"
                                  "      a large number: 0 to 4294967295\n"
                                  "  --level HOW\n"
                                  "      a number or a word: auto|none or 1\n"
                                  "      to 9 (default auto)\n";

/* Collects what is printed to a descriptor between these two calls. */
struct printed {
    FILE *stream;
    int saved;
    int file;
    char text[2000];
};

static void divert(struct printed *printed, FILE *stream, int file)
{
    fflush(stream);
    printed->stream = stream;
    printed->saved = dup(fileno(stream));
    printed->file = file;
    assert_true(dup2(file, fileno(stream)) >= 0);
}

static void restore(struct printed *printed)
{
    ssize_t len;

    fflush(printed->stream);
    clearerr(printed->stream);
    __fpurge(printed->stream); /* what did not fit on a full device */
    dup2(printed->saved, fileno(printed->stream));
    close(printed->saved);
    len = pread(printed->file, printed->text, sizeof(printed->text) - 1, 0);
    printed->text[len > 0 ? len : 0] = '\0';
    close(printed->file);
}

/* Writes options and positional arguments as text, but only what differs from the defaults. */
static void describe_number(FILE *out, const char *name, const struct option_number *number)
{
    if (number->given)
        fprintf(out, "%s=%u ", name, number->value);
}

static char *describe(const struct test_options *options, const char *const positional[2])
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    fprintf(out, "%s%s", options->flag ? "flag " : "", options->numeral ? "numeral " : "");
    describe_number(out, "number", &options->number);
    describe_number(out, "big", &options->big);
    describe_number(out, "level", &options->level);
    describe_number(out, "colour", &options->colour);
    if (options->address.version)
        fprintf(out, "IPv%u=", options->address.version);
    for (int i = 0; i < (options->address.version == 4 ? 4
                         : options->address.version    ? 16
                                                       : 0);
         i++)
        fprintf(out, "%02x%s", options->address.bytes[i], i % 4 == 3 ? " " : "");
    if (options->mac.bytes[5] != 1)
        fprintf(out, "mac=%02x%02x%02x%02x%02x%02x ", options->mac.bytes[0], options->mac.bytes[1],
                options->mac.bytes[2], options->mac.bytes[3], options->mac.bytes[4],
                options->mac.bytes[5]);
    if (strcmp(options->text, "none") != 0)
        fprintf(out, "text=%s ", options->text);
    for (size_t i = 0; i < options->vsids.count; i++)
        fprintf(out, "%" PRIu64 "-%" PRIu64 " ", options->vsids.ranges[i].first.low,
                options->vsids.ranges[i].last.low);
    for (size_t i = 0; i < options->nets.count; i++)
        fprintf(out, "IPv%u ", options->nets.pairs[i].version);
    for (size_t i = 0; i < options->vsid_map.count; i++)
        fprintf(out, "%u:%u ", options->vsid_map.pairs[i].old_first,
                options->vsid_map.pairs[i].new_first);
    if (options->ports.new_ports)
        fprintf(out, "80:%u 443:%u ", options->ports.new_ports[80], options->ports.new_ports[443]);
    if (options->span.given)
        fprintf(out, "span=%lld ", (long long)options->span.ns);
    if (options->scale.numerator != 1 || options->scale.denominator != 1)
        fprintf(out, "scale=%llu/%llu ", (unsigned long long)options->scale.numerator,
                (unsigned long long)options->scale.denominator);
    for (int i = 0; i < 2 && positional[i]; i++)
        fprintf(out, "[%s]", positional[i]);
    fclose(out);
    return text;
}

/* A command line, with `|` between its arguments, and the expected result. */
struct parse_row {
    const char *name;
    const char *arguments;
    const char *expected;
};

static const struct parse_row sound[] = {
    {"nothing", "", ""},
    {"flags", "--flag|--numeral", "flag numeral "},
    {"letters", "-f|-n|7|-c|red", "flag number=7 colour=1 "},
    {"letters in one", "-fn7", "flag number=7 "},
    {"value behind =", "--number=7", "number=7 "},
    {"lowest number", "--number|1", "number=1 "},
    {"highest number", "--number|10", "number=10 "},
    {"default given", "--number|5", "number=5 "},
    {"hexadecimal", "--number|0xa", "number=10 "},
    {"leading zeros, still decimal", "--number|010", "number=10 "},
    {"zero", "--big|0", "big=0 "},
    {"32 bits", "--big|4294967295", "big=4294967295 "},
    {"a word for a number", "--level|none", "level=0 "},
    {"a number beside words", "--level|9", "level=9 "},
    {"the last one counts", "--number|1|--number|2", "number=2 "},
    {"IPv4", "--address|192.0.2.1", "IPv4=c0000201 "},
    {"IPv6", "--address|2001:db8::1", "IPv6=20010db8 00000000 00000000 00000001 "},
    {"MAC", "--mac|0a:1B:2c:3d:4e:5f", "mac=0a1b2c3d4e5f "},
    {"MAC with hyphens", "--mac|0a-1b-2c-3d-4e-5f", "mac=0a1b2c3d4e5f "},
    {"text", "-t|-", "text=- "},
    {"VSIDs", "--vsids|7-9,5", "5-5 7-9 "},
    {"VSIDs twice", "--vsids|1|--vsids|2", "2-2 "},
    {"addresses to addresses", "--nets|10.0.0.0/8:11.0.0.0/8,[fd00::]:[fd00::1]", "IPv4 IPv6 "},
    {"addresses to addresses twice", "--nets|[::1]:[::]|--nets|1.2.3.4:1.2.3.5", "IPv4 "},
    {"VSIDs to VSIDs", "--map|7:8,5-6:5", "5:5 7:8 "},
    {"VSIDs to VSIDs twice", "--map|7:8|--map|1:2", "1:2 "},
    {"ports", "--ports|80:81", "80:81 443:443 "},
    {"ports twice", "--ports|80:81|--ports|443:444", "80:80 443:444 "},
    {"a span", "--span|-0.5", "span=-500000000 "},
    {"no time at all", "--span|0", "span=0 "},
    {"a factor", "--scale|1.5", "scale=3/2 "},
    {"abbreviated", "--fl|--big=1|--text|x", "flag big=1 text=x "},
    {"whole, though another begins with it too", "--number|3|--nume", "numeral number=3 "},
    {"arguments", "in|out", "[in][out]"},
    {"arguments between options", "in|-f|out|-n|7", "flag number=7 [in][out]"},
    {"standard input", "-|out", "[-][out]"},
    {"the end of options", "--|-f|--flag", "[-f][--flag]"},
};

#define NUMBER "expected 1 to 10"
#define MAC "expected a MAC address such as 02:00:00:00:00:01"
#define VSIDS "expected VSIDs such as 5001,6000-6009 (0 to 16777215)"

static const struct parse_row wrong[] = {
    {"number too low", "--number|0", "--number 0: " NUMBER},
    {"number too high", "-n|11", "--number 11: " NUMBER},
    {"number above 32 bits", "--big|4294967296", "--big 4294967296: expected 0 to 4294967295"},
    {"number above 64 bits", "--number|18446744073709551621",
     "--number 18446744073709551621: " NUMBER},
    {"no number", "--number|x", "--number x: " NUMBER},
    {"hexadecimal digits only", "--number|a", "--number a: " NUMBER},
    {"number and more", "--number|5x", "--number 5x: " NUMBER},
    {"empty number", "--number=", "--number : " NUMBER},
    {"negative number", "--number|-5", "--number -5: " NUMBER},
    {"number with a sign", "--number|+5", "--number +5: " NUMBER},
    {"number with a space", "--number| 5", "--number  5: " NUMBER},
    {"neither number nor word", "--level|10", "--level 10: expected auto|none or 1 to 9"},
    {"no such word", "--colour|blue", "--colour blue: expected red|green"},
    {"abbreviated word", "--colour|gre", "--colour gre: expected red|green"},
    {"no word, but zero", "--colour|0", "--colour 0: expected red|green"},
    {"a word's number", "--colour|1", "--colour 1: expected red|green"},
    {"no address", "--address|192.0.2", "--address 192.0.2: expected an IPv4 or IPv6 address"},
    {"address and more", "--address|192.0.2.1/24",
     "--address 192.0.2.1/24: expected an IPv4 or IPv6 address"},
    {"MAC too short", "--mac|02:00:00:00:00", "--mac 02:00:00:00:00: " MAC},
    {"MAC too long", "--mac|02:00:00:00:00:01:02", "--mac 02:00:00:00:00:01:02: " MAC},
    {"MAC of one digit", "--mac|2:0:0:0:0:1", "--mac 2:0:0:0:0:1: " MAC},
    {"MAC of no digits", "--mac|02:00:00:00:00:0g", "--mac 02:00:00:00:00:0g: " MAC},
    {"MAC with points", "--mac|02.00.00.00.00.01", "--mac 02.00.00.00.00.01: " MAC},
    {"empty MAC", "--mac=", "--mac : " MAC},
    {"empty text", "-t|", "--text-of-some-considerable-length : expected a name"},
    {"no VSIDs", "--vsids|5-", "--vsids 5-: " VSIDS},
    {"VSIDs, then none", "--vsids|5|--vsids|x", "--vsids x: " VSIDS},
    {"addresses to none", "--nets|10.0.0.0/8",
     "--nets 10.0.0.0/8: expected pairs such as "
     "10.0.0.0/8:172.16.0.0/12,[2001:db8::/32]:[fd00::/32]"},
    {"a VSID to two", "--map|1:2,1:3",
     "--map 1:2,1:3: expected pairs such as 5001:6001,7000-7009:8000-8009, no old VSID twice"},
    {"no ports", "--ports|80,443:8000",
     "--ports 80,443:8000: expected pairs such as 80:8000,8080-8089:80,53+123:5353"},
    {"no span", "--span|now", "--span now: expected seconds such as -3600 or 0.5"},
    {"no factor", "--scale|0",
     "--scale 0: expected a number such as 0.5 or 2, above 0, up to 1000000"},
    {"no value", "--number", "--number needs a value: 1 to 10"},
    {"no value behind a letter", "-t", "--text-of-some-considerable-length needs a value: a name"},
    {"no value, words", "in|--colour", "--colour needs a value: red|green"},
    {"a value for a flag", "--flag=1", "--flag=1 takes no value"},
    {"a value for help", "--help=1", "--help=1 takes no value"},
    {"no such option", "--blue", "unknown or ambiguous option --blue"},
    {"ambiguous", "--num|7", "unknown or ambiguous option --num"},
    {"no such letter", "-x", "unknown option -x"},
    {"no such letter behind one", "-fx", "unknown option -x"},
    {"three arguments", "in|out|more", "unexpected argument more"},
};

enum { ARGUMENTS_MAX = 8 };

static int split(const char *arguments, char *buffer, char *argv[ARGUMENTS_MAX + 1])
{
    static char command[] = "test";
    int argc = 0;
    char *next = strcpy(buffer, arguments);

    argv[argc++] = command;
    while (*arguments && next) {
        assert_true(argc < ARGUMENTS_MAX);
        argv[argc++] = strsep(&next, "|");
    }
    argv[argc] = NULL;
    return argc;
}

/* The result of a command line and what it printed. Both texts must be freed. */
struct parsed {
    int code;
    char *values;
    struct printed out;
    struct printed errors;
};

static struct parsed parse(const char *arguments)
{
    struct test_options options = {.flag = false};
    const char *positional[2] = {NULL, NULL};
    char *argv[ARGUMENTS_MAX + 1];
    char buffer[100];
    int argc = split(arguments, buffer, argv);
    struct parsed parsed;

    divert(&parsed.out, stdout, memfd_create("stdout", MFD_CLOEXEC));
    divert(&parsed.errors, stderr, memfd_create("stderr", MFD_CLOEXEC));
    parsed.code = options_parse(&set, argc, argv, &options, positional, 2);
    restore(&parsed.errors);
    restore(&parsed.out);
    parsed.values = describe(&options, positional);
    range_set_free(&options.vsids);
    net_map_free(&options.nets);
    vsid_map_free(&options.vsid_map);
    port_map_free(&options.ports);
    return parsed;
}

static void test_sound(void **state)
{
    const struct parse_row *row = *state;
    struct parsed parsed = parse(row->arguments);

    assert_string_equal(parsed.errors.text, "");
    assert_string_equal(parsed.out.text, "");
    assert_int_equal(parsed.code, OPTIONS_GO_ON);
    assert_string_equal(parsed.values, row->expected);
    free(parsed.values);
}

static void test_wrong(void **state)
{
    const struct parse_row *row = *state;
    struct parsed parsed = parse(row->arguments);
    char expected[200];

    snprintf(expected, sizeof(expected), "nvgre-pcap test: %s (see nvgre-pcap test --help)\n",
             row->expected);
    assert_string_equal(parsed.errors.text, expected);
    assert_string_equal(parsed.out.text, "");
    assert_int_equal(parsed.code, EXIT_USAGE);
    free(parsed.values);
}

static const struct parse_row helps[] = {
    {"--help", "--help", help},
    {"-h", "-h", help},
    {"--help behind other options", "-f|in|--help|more|and more", help},
    {"--help before an error", "--help|--blue", help},
};

static void test_help(void **state)
{
    const struct parse_row *row = *state;
    struct parsed parsed = parse(row->arguments);

    assert_string_equal(parsed.out.text, row->expected);
    assert_string_equal(parsed.errors.text, "");
    assert_int_equal(parsed.code, EXIT_CLEAN);
    free(parsed.values);
}

static void test_narrow_help(void **state)
{
    struct parsed parsed;

    (void)state;
    setenv("COLUMNS", "40", 1);
    parsed = parse("--help");
    setenv("COLUMNS", "80", 1);
    assert_memory_equal(parsed.out.text, narrow_help, strlen(narrow_help));
    free(parsed.values);
}

static void test_defaults(void **state)
{
    struct test_options options = {.flag = false};
    const char *positional[2] = {NULL, NULL};
    char command[] = "test";
    char *argv[] = {command, NULL};

    (void)state;
    assert_int_equal(options_parse(&set, 1, argv, &options, positional, 2), OPTIONS_GO_ON);
    assert_int_equal(options.number.value, 5);
    assert_false(options.number.given);
    assert_int_equal(options.big.value, 0);
    assert_int_equal(options.level.value, 100);
    assert_false(options.level.given);
    assert_int_equal(options.colour.value, 2);
    assert_int_equal(options.address.version, 0);
    assert_int_equal(options.mac.bytes[0], 2);
    assert_string_equal(options.text, "none");
    assert_int_equal(options.vsids.count, 0);
}

/* An error must report that help could not be written. */
static void test_full_device(void **state)
{
    struct printed out;
    struct printed errors;
    int code;

    (void)state;
    divert(&out, stdout, open("/dev/full", O_WRONLY | O_CLOEXEC));
    divert(&errors, stderr, memfd_create("stderr", MFD_CLOEXEC));
    code = options_help(&set);
    restore(&errors);
    restore(&out);
    assert_int_equal(code, EXIT_RUNTIME);
    assert_string_equal(errors.text, "standard output: cannot write: No space left on device\n");
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_narrow_help),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_full_device),
    };

    unsetenv("POSIXLY_CORRECT"); /* options may follow arguments */
    setenv("COLUMNS", "80", 1);
    return (RUN_ROWS(test_sound, sound) + RUN_ROWS(test_wrong, wrong) + RUN_ROWS(test_help, helps) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
