# Prints without end.
exec yes 'all work and no play'
