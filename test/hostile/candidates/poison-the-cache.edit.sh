# Leaves compiled modules that Python would prefer to the sources.
mkdir -p __pycache__ src/__pycache__ && echo evil > __pycache__/evaluate.cpython-311.pyc && echo evil > src/__pycache__/json.cpython-311.pyc
