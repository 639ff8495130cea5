"""The quickstart does not take a search that was interrupted for a whole one,
and ends its search when it alone is told to end. The check says how far its
tests are.

They run in a folder of their own, in which all that they call is a stand-in."""

import os
import shutil
import signal
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
if [ "$INTERRUPTED" = alone ]; then
    trap 'echo told >told; kill $!; exit 0' TERM
    sleep 5 &
    echo "it waits"
    wait
fi
echo "400 schedules"
[ "$count" -ne "$INTERRUPTED" ] || echo "interrupted before the end"
[ "$count" -lt 3 ]
'''
# Twenty tests, in the words of meson.
MESON = r'''#!/bin/sh
mkdir -p build/meson-logs
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    echo '{"name": "one", "result": "OK", "stdout": ""}' \
        >>build/meson-logs/testlog.json
    printf '%2d/20 lastcall:unit / one   OK   0.01s\n' "$number"
done
'''
problems: list[int | str] = []


def lay_out(folder: Path) -> dict[str, str]:
    """Puts the stand-ins there. Returns the environment that finds them."""
    for path, text in (
            ('tools/setup', '#!/bin/sh\n'),
            ('tools/check_layers.py', ''),
            ('tools/check_words.py', ''),
            ('bin/ninja', '#!/bin/sh\n'),
            ('bin/clang-format', '#!/bin/sh\n'),
            ('bin/meson', MESON),
            ('build/lastcall', LASTCALL),
            ('build/build.ninja', ''),
            ('build/examples/passlayer/passlayer.dll', ''),
            ('build/examples/brokenlayer/brokenlayer.dll', '')):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding='utf-8')
        (folder / path).chmod(0o755)
    for script in ('quickstart', 'check'):
        shutil.copy(f'tools/{script}', folder / 'tools')
    return {**os.environ, 'PATH': f'{folder}/bin:{os.environ["PATH"]}',
            'BUILD': 'build'}


def play(search: int) -> tuple[subprocess.CompletedProcess, int]:
    """Interrupts that search; 0: none. Returns how many there were, too."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**lay_out(folder), 'INTERRUPTED': str(search)}
        result = subprocess.run(
            [str(folder / 'tools/quickstart')], cwd=folder, text=True,
            capture_output=True, timeout=100, check=False, env=environment)
        made = (folder / 'searches').read_text(encoding='utf-8')
        return result, made.count('\n')


def told_alone() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**lay_out(folder), 'INTERRUPTED': 'alone'}
        process = subprocess.Popen(
            [str(folder / 'tools/quickstart')], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        assert process.stdout is not None
        while process.stdout.readline() not in ('it waits\n', ''):
            pass
        process.send_signal(signal.SIGTERM)
        _, remarks = process.communicate(timeout=100)
        if process.returncode != 130 or not (folder / 'told').exists() or \
                'quickstart: interrupted' not in remarks:
            problems.append('alone')
            print(f'told alone: {process.returncode} {remarks}')


def check_shows() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = subprocess.run(
            [str(folder / 'tools/check')], cwd=folder, text=True,
            capture_output=True, timeout=100, check=False, env=lay_out(folder))
        lines = [line.strip() for line in result.stderr.splitlines()
                 if ' of ' in line]
        if result.returncode != 0 or lines != [
                f'{count} of 20 tests' for count in range(2, 21, 2)] or \
                result.stdout != '23 passed, 0 failed\n':
            problems.append('check')
            print(f'check: {result}')


def check_looks_at_tracked_files() -> None:
    """A scratch file beside the tracked ones does not count."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = lay_out(folder)
        (folder / 'bin/clang-format').write_text(
            '#!/bin/sh\necho "$@" >formatted\n', encoding='utf-8')
        (folder / 'ours.c').write_text('', encoding='utf-8')
        (folder / 'scratch.c').write_text('', encoding='utf-8')
        for words in (['init', '-q'], ['add', 'ours.c']):
            subprocess.run(['git', '-C', name, *words], check=True)
        result = subprocess.run(
            [str(folder / 'tools/check')], cwd=folder, text=True,
            capture_output=True, timeout=100, check=False, env=environment)
        formatted = (folder / 'formatted').read_text(encoding='utf-8').split()
        if result.returncode != 0 or 'ours.c' not in formatted or \
                'scratch.c' in formatted:
            problems.append('tracked')
            print(f'tracked: {formatted} {result}')


for number in range(4):
    answer, count = play(number)
    seen = (answer.returncode, count, 'As expected' in answer.stdout,
            'quickstart: interrupted' in answer.stderr)
    if seen != ((0, 3, True, False) if number == 0 else
                (130, number, False, True)):
        problems.append(number)
        print(f'search {number}: {count} searches, {answer}')

told_alone()
check_shows()
check_looks_at_tracked_files()
sys.exit(1 if problems else 0)
