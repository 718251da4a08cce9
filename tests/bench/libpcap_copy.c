/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Copies a capture packet by packet, as in libpcap's manual. This is the cost of a tool that uses
 * libpcap for input and output and does nothing with the packets.
 *
 * libpcap_copy IN OUT; - is standard input or output.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(const char *what, const char *reason)
{
    fprintf(stderr, "libpcap_copy: %s: %s\n", what, reason);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *in;
    pcap_dumper_t *out;

    if (argc != 3)
        return fail("usage", "libpcap_copy IN OUT");
    in = pcap_open_offline(argv[1], error);
    if (!in)
        return fail(argv[1], error);
    out = pcap_dump_open(in, argv[2]);
    if (!out)
        return fail(argv[2], pcap_geterr(in));
    if (pcap_loop(in, -1, pcap_dump, (unsigned char *)out) < 0)
        return fail(argv[1], pcap_geterr(in));
    if (pcap_dump_flush(out) != 0)
        return fail(argv[2], "cannot write");
    pcap_dump_close(out);
    pcap_close(in);
    return EXIT_SUCCESS;
}
