# Writes a trace to every folder of the machine that lets it.
import os
for place in ('/', '/tmp', '/var', '/etc', '/usr', '/root', '/home', os.environ.get('CANARY_HOME', '/x'), '/proc/1/root/tmp'):
    try:
        open(place + '/anneal-hostile-trace', 'w').write('x')
    except OSError:
        pass
