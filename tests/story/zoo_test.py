"""Each planted bug is found by a search, its schedule shows it, and without
the bug the same schedule holds."""

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


bugs = sorted(path.parent for path in Path('corpus/zoo').glob('*/bug.patch'))
if len(bugs) < 21:
    problems.append(f'only {len(bugs)} planted bugs')
for bug in bugs:
    schedule = bug / 'minimal.lc'
    text = schedule.read_text(encoding='utf-8')
    result = run('run', '--expect', str(schedule))
    expect(f'{bug.name} shows', result.returncode == 0 and
           'broken' in result.stdout, result)
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
        found = sorted(Path(folder, 'found').glob('*.lc'))
        expect(f'{bug.name} is found', result.returncode == 1 and
               len(found) == 1, result)
        for path in found:
            result = run('run', '--expect', '--twice', str(path))
            expect(f'{path} replays', result.returncode == 0, result)

sys.exit(1 if problems else 0)
