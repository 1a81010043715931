# Names a file with control characters and a path that looks like another.
printf x > "$(printf 'src/\033]0;owned\007\nmain.txt')"
