# Links an editable path to a file of the machine.
ln -sf /etc/passwd src/notes.txt
