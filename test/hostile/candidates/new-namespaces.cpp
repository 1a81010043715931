// Makes namespaces of its own to gain rights inside them.
#include <cstdio>
#include <sched.h>
#include <sys/mount.h>
int main() {
  std::printf("%d\n", unshare(CLONE_NEWUSER | CLONE_NEWNS));
  if (mount("none", "/tmp", "tmpfs", 0, "") == 0) std::puts("mounted");
}
