"""What a DLL without instrumentation does with memory that is not its own: what
is found in the default mode, and what at its instruction with a page heap."""

import subprocess
import sys
import tempfile
from pathlib import Path

LASTCALL, PASS = sys.argv[1:3]
WAYS = {Path(path).stem: path for path in sys.argv[3:]}
problems = []

SCHEDULE = '''lastcall schedule 1
world
  provider tcp base
  provider filter ifs
  chain filter tcp
{}process A
  thread a
    WSAStartup 2.2
    s = socket stream
    WSACleanup
    Sleep 1000
'''
HELD = (0, 'held', '')
MISUSE = (1, 'broken MISUSE', 'freed what was not its own')


def fault(what: str) -> tuple[int, str, str]:
    """A fault at an instruction of the DLL."""
    return 1, 'broken FAULT', f'FAULT in filter: bad {what} at offset 0x'


# By default, and with a page heap.
EXPECTED = {
    'read_past': (HELD, fault('read')),
    'write_past': (MISUSE, fault('write')),
    'write_near': (MISUSE, MISUSE),
    'write_before': (HELD, MISUSE),
    'read_freed': (HELD, fault('read')),
    'write_freed': (MISUSE, fault('write')),
    'copy_freed': (HELD, (1, 'broken FAULT', 'FAULT in filter: bad read')),
    'free_twice': (MISUSE, MISUSE),
}


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([LASTCALL, *words], capture_output=True, text=True,
                          timeout=200, check=False)


with tempfile.TemporaryDirectory() as folder:
    schedules = []
    for name, line in (('default', ''), ('paged', '  page-heap\n')):
        path = Path(folder) / f'{name}.lc'
        path.write_text(SCHEDULE.format(line), encoding='utf-8')
        schedules.append(str(path))
    for way, expected in EXPECTED.items():
        for schedule, said in zip(schedules, expected):
            result = run('run', '--twice', '--provider',
                         f'filter={WAYS[way]}', schedule)
            status, verdict, line = said
            if (result.returncode != status or
                    not result.stdout.startswith(f'{verdict}\n') or
                    line not in result.stdout):
                problems.append(f'{way}, {Path(schedule).stem}')
                print(f'{problems[-1]}: {result.stdout}{result.stderr}')

    # What is correct stays so, whatever plays it.
    provider = ['--provider', f'filter={PASS}']
    for words in (['run', '--twice', schedules[1]],
                  ['fuzz', '-j1', '--seed', '1', '--schedules', '400',
                   '--world', schedules[1]]):
        result = run(*words, *provider)
        if result.returncode != 0:
            problems.append(' '.join(words))
            print(f'{problems[-1]}: {result.stdout}{result.stderr}')
    # Snapshots give the pages back what they were.
    told = [run('explore', '--order', 'depth', *provider, schedule)
            for schedule in schedules]
    for result in told:
        if result.returncode != 0 or not result.stdout.startswith('proved'):
            problems.append('explore')
            print(result.stdout + result.stderr)

    # A finding says that it needs the page heap.
    found = Path(folder) / 'found.lc'
    result = run('shrink', '--provider', f'filter={WAYS["read_freed"]}',
                 schedules[1], '-o', str(found))
    if '\n  page-heap\n' not in found.read_text(encoding='utf-8'):
        problems.append('shrink')
        print(result.stdout + result.stderr)
    found.unlink()
    result = run('shrink', '--provider', f'filter={WAYS["free_twice"]}',
                 schedules[1], '-o', str(found))
    if 'page-heap' in found.read_text(encoding='utf-8'):
        problems.append('shrink without need')
        print(result.stdout + result.stderr)

sys.exit(bool(problems))
