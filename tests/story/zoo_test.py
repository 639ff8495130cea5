"""Each planted bug is found by a search, its schedule shows it, and without
the bug the same schedule holds."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

LASTCALL = sys.argv[1]
problems = []


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([LASTCALL, *words], capture_output=True, text=True,
                          timeout=200, check=False)


def expect(name: str, fact: bool, result: subprocess.CompletedProcess) -> None:
    if not fact:
        problems.append(name)
        print(f'{name}: exit {result.returncode}\n{result.stdout[-600:]}')


# What the rule is broken by: which object, who owes what, who waits for whom.
ABOUT = {
    'event_not_closed': ['event 4 of filter in process A, made at record 13, '
                         'was not given back'],
    'freed_by_both': ['block 10 was given back twice: first at record 77, made '
                      'at record 35'],
    'library_kept': ['filter in process A has not freed the DLL of tcp, which '
                     'it loaded at record 20'],
    'lock_in_section': ['there is no such critical section in this process'],
    'lower_not_cleaned': ['filter in process A has not cleaned up tcp, which it '
                          'started at record 31'],
    'unsent_dropped': [],
    'worker_left': ['thread A.worker1 of filter, begun at record 57, has not '
                    'ended'],
    'worker_needs_lock': [
        'thread a of process A, in filter, waits since record 92 for thread 6, '
        'which filter made at record 15',
        'thread A.worker1 of process A, in filter, waits since record 94 for '
        'lock 2, which thread a holds since record 91'],
}


bugs = sorted(path.parent for path in Path('corpus/zoo').glob('*/bug.patch'))
if len(bugs) < 21:
    problems.append(f'only {len(bugs)} planted bugs')
for bug in bugs:
    schedule = bug / 'minimal.lc'
    text = schedule.read_text(encoding='utf-8')
    result = run('run', '--expect', str(schedule))
    expect(f'{bug.name} shows', result.returncode == 0 and
           'broken' in result.stdout, result)
    if bug.name in ABOUT:
        shown = [line[4:] for line in result.stdout.splitlines()
                 if re.match(r'    [a-z]', line)]
        said = run('run', '--json', str(schedule)).stdout
        expect(f'{bug.name}: what it is about', shown == ABOUT[bug.name] ==
               json.loads(said)['about'], result)
    with tempfile.TemporaryDirectory() as folder:
        healthy = Path(folder) / 'healthy.lc'
        healthy.write_text(re.sub(r'  plant .*\n', '', text),
                           encoding='utf-8')
        result = run('run', str(healthy))
        expect(f'{bug.name} without the bug', result.returncode == 0 and
               result.stdout.startswith('held'), result)
        # A bug that is hard to find says what finds it.
        card = (bug / 'README.md').read_text(encoding='utf-8')
        row = re.search(r'^\| found with \| `(.+)` \|$', card, re.M)
        words = row.group(1) if row else '--seed 1 --schedules 3000'
        result = run('fuzz', '--bug', bug.name, *words.split(),
                     '--stop-after', '1', '-o', folder + '/found')
        found = [path for path in
                 sorted(Path(folder, 'found').glob('*.lc'))
                 if not path.name.startswith('warning-')]
        expect(f'{bug.name} is found', result.returncode == 1 and
               len(found) == 1, result)
        for path in found:
            result = run('run', '--expect', '--twice', str(path))
            expect(f'{path} replays', result.returncode == 0, result)

sys.exit(1 if problems else 0)
