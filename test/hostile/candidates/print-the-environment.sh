# Prints whatever it was given, in the hope of a key.
env; echo "key=$OPENAI_API_KEY"
