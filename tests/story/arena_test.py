"""A program whose address range is taken says so in one line, and exits 2. So
does one that may have too few addresses, and says that.

Usage: arena_test.py PROGRAM LIBRARY [sanitized]: sanitizers want more than
any limit.
"""

import os
import resource
import subprocess
import sys

LASTCALL, LIBRARY = sys.argv[1:3]
GOOD = 'corpus/seed/standard.lc'
problems = 0


def run(words: list[str], **more: str) -> subprocess.CompletedProcess:
    return subprocess.run([LASTCALL, *words], capture_output=True, text=True,
                          env={**os.environ, **more}, timeout=60, check=False)


for words in (['run', GOOD], ['run', '--json', GOOD],
              ['fuzz', '--schedules', '1'],
              ['shrink', GOOD, '-o', '/dev/null']):
    result = run(words, LD_PRELOAD=LIBRARY)
    lines = result.stderr.splitlines()
    if (result.returncode != 2 or len(lines) != 1 or result.stdout or
            not lines[0].startswith('lastcall: ') or
            'from 0x520000000000' not in lines[0]):
        problems += 1
        print(f'{words}: exit {result.returncode}: {result.stdout[-300:]}'
              f'{result.stderr[-500:]}')
if run(['run', GOOD]).returncode != 0:
    problems += 1
    print('not even without the library')


def little() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


for words in (['run', GOOD], ['fuzz', '--schedules', '1'], ['explore', GOOD]):
    if 'sanitized' in sys.argv:
        break
    result = subprocess.run([LASTCALL, *words], capture_output=True, text=True,
                            preexec_fn=little, timeout=60, check=False)
    if (result.returncode, result.stdout, result.stderr) != (
            2, '', 'lastcall: no room for the arena: the address space of the '
            'process is limited (`ulimit -v`)\n'):
        problems += 1
        print(f'{words} with few addresses: {result}')

sys.exit(1 if problems else 0)
