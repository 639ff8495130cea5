#!/usr/bin/env python3
"""All orders of each planted bug's minimal schedule: the shortest way to what
breaks, and the same schedule on the correct stack, where there is none.

Usage: explore_zoo.py LASTCALL [BUG ...] [--memory MIB]
Prints one line for each bug, as a table of Markdown; where the memory was used
up (4096 MiB, unless told otherwise) it says so. Exit status 1 when one was not
found, or its absence not proved.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ZOO = pathlib.Path(__file__).resolve().parent.parent / 'corpus' / 'zoo'


def explore(lastcall, schedule, order, memory):
    """What `explore --json` says, or None when it said nothing. Where calls may
    fail, at most one does."""
    may_fail = '\n  faults ' in pathlib.Path(schedule).read_text()
    result = subprocess.run(
        [lastcall, 'explore', '--json', '--order', order,
         '--memory', str(memory), *(['--faults', '1'] if may_fail else []),
         str(schedule)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return json.loads(result.stdout) if result.stdout else None


def figures(answer, verdict, memory):
    """Whether the verdict is the one that was hoped for, and a cell."""
    if answer is None:
        return False, 'no answer'
    rule = answer['rule'] or answer['verdict']
    text = f"{rule}, {answer['states']} states, {answer['seconds']:.1f} s"
    if answer['verdict'] == 'broken':
        text += f", {answer['depth']} decisions"
    if answer['bound'] == 'memory':
        text += f', the {memory} MiB were used up'
    return answer['verdict'] == verdict, text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('lastcall')
    parser.add_argument('bugs', nargs='*')
    parser.add_argument('--memory', type=int, default=4096)
    given = parser.parse_args()
    bugs = given.bugs or sorted(
        path.parent.name for path in ZOO.glob('*/minimal.lc'))
    is_good = True
    print('| bug | breadth-first, planted | depth-first, correct stack |')
    print('|---|---|---|')
    for bug in bugs:
        planted = ZOO / bug / 'minimal.lc'
        with tempfile.NamedTemporaryFile('w', suffix='.lc') as healthy:
            healthy.writelines(
                line for line in planted.read_text().splitlines(True)
                if not line.startswith('  plant '))
            healthy.flush()
            found, cell = figures(
                explore(given.lastcall, planted, 'breadth', given.memory),
                'broken', given.memory)
            absent, other = figures(
                explore(given.lastcall, healthy.name, 'depth', given.memory),
                'proved', given.memory)
        is_good = is_good and found and absent
        print(f'| {bug} | {cell} | {other} |', flush=True)
    return 0 if is_good else 1


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f'{error.filename}: {error.strerror}')
