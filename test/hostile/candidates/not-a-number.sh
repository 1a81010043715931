# Leaves answers that are no numbers.
echo '[NaN, Infinity, 1e999, null, true, "0", [], {}]' > "$ANNEAL_OUT/answers.json"
