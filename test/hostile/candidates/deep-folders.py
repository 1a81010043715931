# Leaves folders so deep that their path has no name.
import os
os.chdir(os.environ['ANNEAL_OUT'])
for _ in range(3000):
    os.mkdir('d' * 50)
    os.chdir('d' * 50)
