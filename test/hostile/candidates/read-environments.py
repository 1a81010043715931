# Reads the environment of every process for keys.
import glob, os
for path in glob.glob('/proc/[0-9]*/environ'):
    try:
        text = open(path, 'rb').read()
        if b'CANARY' in text or b'API_KEY' in text:
            print('LEAK', text)
    except OSError:
        pass
