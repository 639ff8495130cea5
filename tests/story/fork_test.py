"""Where no second process can be made, nothing is said of what it would have
shown."""

import os
import subprocess
import sys
import tempfile

LASTCALL, LIBRARY = sys.argv[1:]
DIES = 'corpus/zoo/entry_reused/minimal.lc'
problems = 0


def run(*words: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run([LASTCALL, *words], capture_output=True, text=True,
                          env={**os.environ, **more}, timeout=200, check=False)


with tempfile.TemporaryDirectory() as folder:
    way = os.path.join(folder, 'died.lc')
    found = run('explore', '--all', DIES, '-o', way)
    again = run('run', '--twice', way)
    alone = run('run', '--twice', way, LD_PRELOAD=LIBRARY)
    if (found.returncode, again.returncode) != (1, 1) or 'differed' in \
            again.stderr:
        problems += 1
        print(f'not even with two processes: {found} {again}')
    if alone.returncode != 2 or 'differed' in alone.stderr or \
            not alone.stderr.endswith(
                'lastcall: --twice: not played again: no process can be made: '
                'Resource temporarily unavailable\n') or \
            not alone.stdout.startswith('broken FAULT\n'):
        problems += 1
        print(f'with one process: {alone}')

sys.exit(1 if problems else 0)
