"""The quickstart does not take a search that was interrupted for a whole one.

It runs in a folder of its own, in which all that it calls is a stand-in."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Says what a search of that number says, and ends as it does.
LASTCALL = r'''#!/bin/sh
[ "$1" != rules ] || exit 0
[ "$1" = fuzz ] || exit 1
echo search >>searches
count=$(wc -l <searches)
if [ "$count" -eq 3 ]; then
    for name in one two; do
        mkdir -p build/quickstart-findings
        echo '  broken RULE-1' >"build/quickstart-findings/$name.lc"
    done
fi
echo "400 schedules"
[ "$count" -ne "$INTERRUPTED" ] || echo "interrupted before the end"
[ "$count" -lt 3 ]
'''
problems = []


def play(search: int) -> tuple[subprocess.CompletedProcess, int]:
    """Interrupts that search; 0: none. Returns how many there were, too."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in (
                ('tools/setup', '#!/bin/sh\n'),
                ('bin/ninja', '#!/bin/sh\n'),
                ('build/lastcall', LASTCALL),
                ('build/build.ninja', ''),
                ('build/examples/passlayer/passlayer.dll', ''),
                ('build/examples/brokenlayer/brokenlayer.dll', '')):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding='utf-8')
            (folder / path).chmod(0o755)
        shutil.copy('tools/quickstart', folder / 'tools')
        result = subprocess.run(
            [str(folder / 'tools/quickstart')], cwd=folder, text=True,
            capture_output=True, timeout=100, check=False,
            env={**os.environ, 'INTERRUPTED': str(search),
                 'PATH': f'{folder}/bin:{os.environ["PATH"]}'})
        made = (folder / 'searches').read_text(encoding='utf-8')
        return result, made.count('\n')


for number in range(4):
    answer, count = play(number)
    seen = (answer.returncode, count, 'As expected' in answer.stdout,
            'quickstart: interrupted' in answer.stderr)
    if seen != ((0, 3, True, False) if number == 0 else
                (130, number, False, True)):
        problems.append(number)
        print(f'search {number}: {count} searches, {answer}')

sys.exit(1 if problems else 0)
