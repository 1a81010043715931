# Writes into its own tree, which the grader or the next step might load.
import os
for name in ('evaluate.py', 'src/main.sh', '__pycache__/json.cpython-311.pyc', '.git/config'):
    try:
        path = os.path.join(os.environ['ANNEAL_CANDIDATE'], name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, 'w').write('evil')
    except OSError as error:
        print(error)
