# Leaves a good file and a link in a folder beside it.
import json, os
out = os.environ['ANNEAL_OUT']
os.makedirs(out + '/deep/er')
os.symlink('/etc/passwd', out + '/deep/er/notes')
json.dump([1, 0, 0, 0, 0, 0, 0, 0], open(out + '/answers.json', 'w'))
