# Leaves more files than a disk likes.
import os
out = os.environ['ANNEAL_OUT']
for folder in range(250):
    os.makedirs(f'{out}/{folder}')
    for file in range(1000):
        open(f'{out}/{folder}/{file}', 'w').close()
