# Hopes that the same program counts twice.
touch src/main.sh
