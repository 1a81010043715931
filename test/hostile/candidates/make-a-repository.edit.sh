# Makes a repository with hooks inside the editable folder.
mkdir -p src/inner && cd src/inner && git init -q . && echo x > a && printf '#!/bin/sh\ntouch "$CANARY_TRACE"' > .git/hooks/post-checkout
