# Leaves a pipe: a reader that opens it waits for ever.
mkfifo "$ANNEAL_OUT/answers.json"
