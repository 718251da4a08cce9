/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iface_link.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"

enum { ANSWER_MAX = 32768, WAIT_SECONDS = 5 };

struct request {
    struct nlmsghdr header;
    struct ifinfomsg info;
    struct rtattr name;
    char text[IFNAMSIZ];
};

union answer {
    struct nlmsghdr header;
    char bytes[ANSWER_MAX];
};

/* Sends the request and receives one answer. Returns the answer's length, or -1 with errno set. */
static ssize_t ask(const struct request *request, union answer *answer)
{
    const struct timeval limit = {.tv_sec = WAIT_SECONDS};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ssize_t len = -1;
    int reason;

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (send(fd, request, request->header.nlmsg_len, 0) >= 0) {
        do {
            len = recv(fd, answer, sizeof *answer, 0);
        } while (len < 0 && errno == EINTR);
    }
    reason = errno;
    close(fd);
    errno = reason;
    return len;
}

static void copy_text(char *to, size_t room, const struct rtattr *attribute)
{
    size_t len = strnlen(RTA_DATA(attribute), RTA_PAYLOAD(attribute));

    if (len >= room)
        len = room - 1;
    memcpy(to, RTA_DATA(attribute), len);
    to[len] = '\0';
}

static void take_counters(struct iface_counters *counters, const struct rtattr *attribute)
{
    struct rtnl_link_stats64 stats = {0};
    size_t len = RTA_PAYLOAD(attribute);

    memcpy(&stats, RTA_DATA(attribute), len < sizeof stats ? len : sizeof stats);
    counters->packets = stats.tx_packets;
}

static void take_attribute(struct iface_link *link, const struct rtattr *attribute)
{
    switch (attribute->rta_type) {
    case IFLA_MTU:
        if (RTA_PAYLOAD(attribute) == sizeof link->info.mtu)
            memcpy(&link->info.mtu, RTA_DATA(attribute), sizeof link->info.mtu);
        break;
    case IFLA_ADDRESS:
        if (RTA_PAYLOAD(attribute) == sizeof link->info.mac)
            memcpy(link->info.mac, RTA_DATA(attribute), sizeof link->info.mac);
        break;
    case IFLA_QDISC:
        copy_text(link->qdisc, sizeof link->qdisc, attribute);
        break;
    case IFLA_STATS64:
        take_counters(&link->counters, attribute);
        break;
    default:
        break;
    }
}

static int take_answer(const union answer *answer, ssize_t len, struct iface_link *link)
{
    const struct nlmsghdr *header = &answer->header;
    const struct ifinfomsg *info = NLMSG_DATA(header);
    const struct rtattr *attribute = IFLA_RTA(info);
    size_t rest;

    errno = EPROTO;
    if (len < (ssize_t)sizeof *header || !NLMSG_OK(header, (size_t)len))
        return -1;
    if (header->nlmsg_type == NLMSG_ERROR && header->nlmsg_len >= NLMSG_LENGTH(sizeof(int))) {
        int code;

        memcpy(&code, NLMSG_DATA(header), sizeof code);
        errno = -code;
        return -1;
    }
    if (header->nlmsg_type != RTM_NEWLINK || header->nlmsg_len < NLMSG_LENGTH(sizeof *info))
        return -1;
    link->index = info->ifi_index;
    link->hardware = info->ifi_type;
    link->info.up = (info->ifi_flags & IFF_UP) != 0;
    link->carrier = (info->ifi_flags & IFF_RUNNING) != 0;
    rest = IFLA_PAYLOAD(header);
    for (; RTA_OK(attribute, rest); attribute = RTA_NEXT(attribute, rest))
        take_attribute(link, attribute);
    return 0;
}

int iface_link(const char *name, struct iface_link *link)
{
    struct request request = {.header = {.nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST}};
    size_t len = strlen(name);
    union answer answer;
    ssize_t got;

    *link = (struct iface_link){.index = 0};
    if (len == 0 || len >= IFNAMSIZ) {
        errno = ENODEV;
        return -1;
    }
    memcpy(link->name, name, len + 1);
    memcpy(request.text, name, len + 1);
    request.name.rta_type = IFLA_IFNAME;
    request.name.rta_len = (unsigned short)RTA_LENGTH(len + 1);
    request.header.nlmsg_len = (uint32_t)(NLMSG_LENGTH(sizeof request.info) + RTA_SPACE(len + 1));
    got = ask(&request, &answer);
    return got < 0 ? -1 : take_answer(&answer, got, link);
}

int iface_link_type(struct iface_link *link, struct cap_error *error)
{
    link->info.tag_is_extra = link->hardware == ARPHRD_ETHER;
    switch (link->hardware) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
        link->info.linktype = CAP_LINKTYPE_ETHERNET;
        return 0;
    case ARPHRD_NONE:
        link->info.linktype = LINKTYPE_RAW;
        return 0;
    default:
        cap_error_set(error,
                      "is neither Ethernet nor a tun device: packets of hardware type %u "
                      "(ARPHRD) cannot be sent",
                      link->hardware);
        return -1;
    }
}

void iface_error(struct cap_error *error, const char *what, int reason)
{
    switch (reason) {
    case ENODEV:
    case ENXIO:
        cap_error_set(error, "no such interface");
        break;
    case EPERM:
    case EACCES:
        cap_error_set(error, "no rights to send: needs CAP_NET_RAW, or root");
        break;
    case ENETDOWN:
        cap_error_set(error, "the interface is down");
        break;
    default:
        cap_error_set(error, "%s: %s", what, strerror(reason));
    }
}

bool iface_has_carrier(int socket, const struct iface_link *link)
{
    struct ifreq request = {.ifr_flags = 0};

    memcpy(request.ifr_name, link->name, sizeof request.ifr_name);
    return ioctl(socket, SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_RUNNING);
}

uint32_t iface_excess(const struct iface_info *info, const uint8_t *data, uint32_t len)
{
    uint64_t most = info->mtu;

    if (info->linktype == CAP_LINKTYPE_ETHERNET)
        most += NVGRE_ETH_LEN;
    if (info->mtu == 0 || len <= most)
        return 0;
    if (info->tag_is_extra && wire_get16(data + NVGRE_ETH_TYPE_AT) == NVGRE_TPID_8021Q)
        most += NVGRE_VLAN_TAG_LEN;
    return len > most ? (uint32_t)(len - most) : 0;
}

int iface_refuses(const struct iface_link *link, const uint8_t *data, uint32_t len)
{
    if (len == 0 || (link->info.linktype == CAP_LINKTYPE_ETHERNET && len < NVGRE_ETH_LEN))
        return EINVAL;
    return iface_excess(&link->info, data, len) ? EMSGSIZE : 0;
}

int iface_info(const char *name, struct iface_info *info, struct cap_error *error)
{
    struct iface_link link;

    if (iface_link(name, &link) != 0) {
        iface_error(error, "cannot ask the system", errno);
        return -1;
    }
    if (iface_link_type(&link, error) != 0)
        return -1;
    *info = link.info;
    return 0;
}

int iface_counters(const char *name, struct iface_counters *counters)
{
    struct iface_link link;

    if (iface_link(name, &link) != 0)
        return -1;
    *counters = link.counters;
    return 0;
}
