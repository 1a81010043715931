# Leaves a pipe where a source file is expected; whoever reads it waits for ever.
rm -f src/main.sh; mkfifo src/main.sh
