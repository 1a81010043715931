# Leaves a .git with a hook and an fsmonitor where the candidate's tree begins.
mkdir -p .git/hooks && printf '#!/bin/sh\ntouch /tmp/anneal-hostile-trace' > .git/hooks/post-checkout && chmod +x .git/hooks/post-checkout
printf '[core]\n\tfsmonitor = "touch /tmp/anneal-hostile-trace"\n' > .git/config
