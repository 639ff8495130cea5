"""One trace hash for each schedule, whatever plays it: matrix_test.py PROGRAM...

Each program (builds by other compilers, at other levels, with sanitizers) plays
each schedule in processes of its own, with the stacks left as they are and
filled with two patterns. DLL schedules are played by --provider DLL=FILE words.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

programs = [word for word in sys.argv[1:] if '=' not in word]
providers = [word for word in sys.argv[1:] if '=' in word]
folder = tempfile.TemporaryDirectory()
schedules = sorted(str(path) for path in Path('corpus').rglob('*.lc'))

# More of them, with many choices: what a search over a bug comes across.
subprocess.run([programs[0], 'fuzz', '--bug', 'count_shared', '--seed', '3',
                '--schedules', '400', '--sampler', 'rw', '-o', folder.name],
               capture_output=True, check=False)
schedules += sorted(str(path) for path in Path(folder.name).glob('*.lc'))
differing = 0
hashes = {}
for schedule in schedules:
    for words in [[], *[['--provider', word] for word in providers]]:
        seen = {}
        for program in programs:
            for fill in ([], ['--fill-stacks', '0'], ['--fill-stacks', '205']):
                result = subprocess.run(
                    [program, 'run', '--json', *fill, *words, schedule],
                    capture_output=True, text=True, check=False)
                try:
                    answer = json.loads(result.stdout)['hash']
                except json.JSONDecodeError:
                    answer = f'no answer: {result.stderr.strip()[:200]}'
                seen.setdefault(answer, []).append((program, fill))
        if len(seen) != 1 or next(iter(seen)).startswith('no answer'):
            differing += 1
            print(f'{schedule} {words}: {seen}')
        hashes[schedule, tuple(words)] = next(iter(seen))

number = 0
for key in sorted(hashes):
    value = hashes[key]
    if re.fullmatch('[0-9a-f]{16}', value):
        number = (number * 1099511628211 ^ int(value, 16)) % (1 << 64)
print(f'{len(hashes)} runs by {len(programs)} programs, {differing} differ; '
      f'one number over all: {number:016x}')
sys.exit(1 if differing or len(hashes) < 8 else 0)
