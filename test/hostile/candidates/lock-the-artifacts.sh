# Shuts the artifacts, so that the grader or the clearing up fails.
mkdir -p "$ANNEAL_OUT/shut/in" && echo x > "$ANNEAL_OUT/shut/in/file" && chmod 000 "$ANNEAL_OUT/shut/in" "$ANNEAL_OUT/shut" && chmod 000 "$ANNEAL_OUT"
exit 0
