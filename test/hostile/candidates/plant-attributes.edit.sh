# Sets a filter that would run when files are checked out.
echo '* filter=evil' > .gitattributes
