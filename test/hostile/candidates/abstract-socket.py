# Talks to an abstract socket of the machine.
import socket
try:
    one = socket.socket(socket.AF_UNIX)
    one.connect('\0anneal-hostile')
    one.sendall(b'leak')
except OSError as error:
    print(error)
