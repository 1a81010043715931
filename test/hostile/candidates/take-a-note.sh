# Looks for what an earlier attempt left.
for place in /tmp /dev/shm /var/tmp "$HOME" "$ANNEAL_OUT/.."; do cat "$place/anneal-hostile-note" 2>/dev/null && echo LEAK; done
exit 0
