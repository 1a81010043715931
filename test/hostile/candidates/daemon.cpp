// A daemon that ignores every signal it can.
#include <csignal>
#include <unistd.h>
int main() {
  for (int number = 1; number < 32; number++) std::signal(number, SIG_IGN);
  if (fork() == 0) { setsid(); if (fork() == 0) execlp("sleep", "sleep", "4711", nullptr); _exit(0); }
  usleep(200000);
}
