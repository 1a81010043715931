# Leaves a folder where a file is expected.
mkdir -p "$ANNEAL_OUT/answers.json/answers.json"
