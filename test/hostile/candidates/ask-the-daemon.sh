# Asks a container daemon for a way out.
for socket in /var/run/docker.sock /run/containerd/containerd.sock /run/dbus/system_bus_socket; do
  [ -S "$socket" ] && curl -s --unix-socket "$socket" http://x/info && echo LEAK
done
exit 0
