/* Addresses that a server must not send us to: they belong to this machine, not to the network. */
#include "url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

static bool ipv4_is_local(uint32_t address)
{
    return (address >> 24) == 127 || (address >> 24) == 0 || (address >> 16) == 0xa9fe ||
           (address >> 28) >= 0xe || address == 0x646464c8; /* 100.100.100.200: metadata */
}

static bool ipv6_is_local(const struct in6_addr *address)
{
    if (IN6_IS_ADDR_V4MAPPED(address) || IN6_IS_ADDR_V4COMPAT(address)) {
        uint32_t v4 = 0;
        memcpy(&v4, &address->s6_addr[12], sizeof(v4));
        return ipv4_is_local(ntohl(v4));
    }
    /* NAT64 carries an IPv4 address in its last four bytes. */
    static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    if (memcmp(address->s6_addr, nat64, sizeof(nat64)) == 0) {
        uint32_t v4 = 0;
        memcpy(&v4, &address->s6_addr[12], sizeof(v4));
        return ipv4_is_local(ntohl(v4));
    }
    static const unsigned char ec2_metadata[16] = {0xfd, 0x00,        0x0e,
                                                   0xc2, [14] = 0x02, [15] = 0x54};
    return IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address) ||
           IN6_IS_ADDR_LINKLOCAL(address) || IN6_IS_ADDR_MULTICAST(address) ||
           memcmp(address->s6_addr, ec2_metadata, sizeof(ec2_metadata)) == 0;
}

bool fp_address_is_local(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        return ipv4_is_local(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof(v6));
        return ipv6_is_local(&v6.sin6_addr);
    }
    return true; /* a Unix socket or worse */
}

bool fp_address_text_is_local(const char *host)
{
    char bare[64];
    size_t len = strlen(host);
    struct in_addr v4;
    struct in6_addr v6;
    if (len >= sizeof(bare))
        return false;
    memcpy(bare, host, len + 1);
    if (len > 2 && bare[0] == '[' && bare[len - 1] == ']') {
        bare[len - 1] = '\0';
        memmove(bare, bare + 1, len - 1);
    }
    if (inet_pton(AF_INET, bare, &v4) == 1)
        return ipv4_is_local(ntohl(v4.s_addr));
    if (inet_pton(AF_INET6, bare, &v6) == 1)
        return ipv6_is_local(&v6);
    return false;
}

bool fp_host_is_loopback(const char *host)
{
    size_t len = strlen(host);
    struct in_addr v4;
    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
        strcmp(host, "[::1]") == 0)
        return true;
    if (len > 10 && strcasecmp(host + len - 10, ".localhost") == 0)
        return true;
    return inet_pton(AF_INET, host, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}
