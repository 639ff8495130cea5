"""Whatever is handed to the program: one clear line, exit 2, no crash."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

LASTCALL = sys.argv[1]
problems = []


def refused(name: str, *words: str, word: str = '') -> None:
    result = subprocess.run([LASTCALL, *words], capture_output=True,
                            timeout=60, check=False)
    error = result.stderr.decode('utf-8', 'replace')
    lines = [line for line in error.splitlines() if line]
    if (result.returncode != 2 or len(lines) != 1 or
            not lines[0].startswith('lastcall: ') or word not in error):
        problems.append(name)
        print(f'{name}: exit {result.returncode}: {error[:300]}')


standard = Path('corpus/seed/standard.lc').read_bytes()
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / 'bad.lc'

    # Cut off anywhere but between two calls of the second thread.
    for cut in range(0, len(standard) - 1, 7):
        if standard[cut - 1:cut] == b'\n':
            continue
        path.write_bytes(standard[:cut])
        refused(f'cut off at {cut}', 'run', str(path), word='bad.lc:')

    path.write_bytes(standard.replace(b'process A', b'process \xff\xfe'))
    refused('not UTF-8', 'run', str(path), word='not UTF-8')
    path.write_bytes(standard.replace(b'send u', b'sendd u'))
    refused('unknown call', 'run', str(path), word='"sendd"')
    path.write_bytes(standard.replace(b'peer sink', b'plant no_such_bug'))
    refused('unknown bug', 'run', str(path), word='no_such_bug')
    with open(path, 'wb') as file:
        file.write(standard)
        file.truncate(100 << 20)
    refused('100 MB', 'run', str(path), word='1 MiB')
    refused('no file', 'run', str(Path(folder) / 'none.lc'))
    refused('a folder', 'run', folder)
    path.write_bytes(b'')
    refused('empty', 'run', str(path))

    good = 'corpus/seed/standard.lc'
    dll = Path(folder) / 'bad.dll'
    dll.write_text('this is no DLL\n', encoding='utf-8')
    refused('text for a DLL', 'run', '--provider', f'filter={dll}', good,
            word='bad.dll')
    refused('text for a DLL', 'provider', str(dll))
    program = Path(LASTCALL).resolve()
    for source in (program.parent / 'examples/passlayer/passlayer.dll',):
        if not source.exists():
            continue
        whole = source.read_bytes()
        for cut in list(range(0, 1500, 61)) + \
                list(range(1500, len(whole) - 1, 4099)):
            dll.write_bytes(whole[:cut])
            result = subprocess.run([LASTCALL, 'provider', str(dll)],
                                    capture_output=True, timeout=60,
                                    check=False)
            # What is cut off behind the sections is only symbols.
            if result.returncode not in (0, 2):
                problems.append(f'DLL cut off at {cut}')
                print(f'DLL cut off at {cut}: exit {result.returncode}')

    refused('no command')
    refused('unknown command', 'walk')
    refused('unknown option', 'run', '--fast', good, word='--fast')
    refused('option without value', 'fuzz', '--seed', word='--seed')
    refused('no number', 'fuzz', '--schedules', 'many', word='many')
    refused('no sampler', 'fuzz', '--sampler', 'dice', word='dice')
    refused('no such layer', 'fuzz', '--schedules', '1', '--provider',
            f'nobody={dll}')
    refused('no campaign', 'report', folder)
    refused('no rule', 'rules', 'NOTHING-1', word='NOTHING-1')
    if os.path.exists('/dev/full'):
        with open('/dev/full', 'w', encoding='utf-8') as full:
            result = subprocess.run([LASTCALL, 'rules'], stdout=full,
                                    stderr=subprocess.PIPE, timeout=60,
                                    check=False)
        if result.returncode != 2:
            problems.append('full disk')
            print(f'full disk: exit {result.returncode}')

sys.exit(1 if problems else 0)
