/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints VSID, FlowID and the inner destination and source MAC of a capture's NVGRE frames.
 *     cc vsids.c -o vsids $(pkg-config --cflags --libs nvgre libpcap)
 */
#include <nvgre/frame.h>
#include <pcap/pcap.h>
#include <stdio.h>

static void print_mac(const uint8_t *mac, const char *end)
{
    printf("%02x:%02x:%02x:%02x:%02x:%02x%s", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], end);
}

int main(int argc, char **argv)
{
    char message[PCAP_ERRBUF_SIZE] = "usage: vsids CAPTURE";
    pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], message) : NULL;
    struct pcap_pkthdr *header;
    const uint8_t *data;
    int status;

    if (!capture || pcap_datalink(capture) != DLT_EN10MB)
        return fprintf(stderr, "%s\n", capture ? "not Ethernet" : message), 1;
    while ((status = pcap_next_ex(capture, &header, &data)) == 1) {
        uint32_t len = header->len > header->caplen ? header->len : header->caplen;
        struct nvgre_frame frame;

        nvgre_frame_decode(NVGRE_LINK_ETHERNET, data, header->caplen, len, &frame);
        if (!nvgre_class_has_inner(frame.kind) || frame.inner_caplen < NVGRE_ETH_LEN)
            continue;
        printf("%u %u ", nvgre_key_vsid(frame.gre.key), nvgre_key_flowid(frame.gre.key));
        print_mac(data + frame.inner_offset, " ");
        print_mac(data + frame.inner_offset + 6, "\n");
    }
    if (status == PCAP_ERROR)
        pcap_perror(capture, argv[1]);
    pcap_close(capture);
    return status == PCAP_ERROR;
}
