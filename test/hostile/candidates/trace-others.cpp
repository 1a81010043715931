// Takes hold of its parent to change what it does.
#include <cstdio>
#include <sys/ptrace.h>
#include <unistd.h>
int main() { for (int pid = 1; pid < 400; pid++) if (pid != getpid() && ptrace(PTRACE_ATTACH, pid, 0, 0) == 0) std::puts("traced"); }
