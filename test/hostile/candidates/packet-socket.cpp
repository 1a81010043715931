// Opens a raw socket to speak below the firewall.
#include <cstdio>
#include <sys/socket.h>
#include <netinet/in.h>
int main() { std::printf("%d\n", socket(AF_INET, SOCK_RAW, 1)); }
