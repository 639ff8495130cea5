"""SPIN, on a model of the life cycle that shares no line with the simulator,
comes to the verdict that `explore` comes to, and to as many states.

How the numbers hang together says the head of model/spin/life_cycle.pml. The
same life as a schedule of Winsock calls has steps of another size: there only
the verdicts can be the same."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

LASTCALL = sys.argv[1]
IS_SLOW = sys.argv[2:] == ['slow']  # the build: leave the large ones out
MODEL = Path('model/spin/life_cycle.pml').resolve()
SEED = Path('corpus/seed/life_cycle.lc')
NOT_REDUCED = ('-DNOREDUCE',)
SHORTEST = ('-DNOREDUCE', '-DBFS')
problems = []


class Model(NamedTuple):
    threads: int
    rounds: int
    bug: int
    program: str
    verdict: str


class Plant(NamedTuple):
    verdict: str
    plant: str
    schedule: Path


MODELS = [
    Model(2, 1, 0, 'life_cycle', 'proved'),
    Model(2, 1, 1, 'life_cycle_unlocked', 'assertion'),
    Model(2, 1, 2, 'life_cycle_early', 'assertion'),
    Model(2, 1, 3, 'life_cycle_inverted', 'deadlock'),
    Model(2, 1, 4, 'life_cycle_lower_left', 'assertion'),
    Model(3, 2, 0, 'life_cycle_3x2', 'proved'),
]
LARGE = 'life_cycle_3x2'
# What is planted for each bug of the model: a count that is judged under one
# lock and raised under another, work before the last cleanup, a wait under a
# lock that is needed, a base that is not cleaned up.
PLANTS = {
    0: Plant('proved', '', SEED),
    1: Plant('assertion', 'slot_taken_twice',
             Path('corpus/zoo/slot_taken_twice/minimal.lc')),
    2: Plant('assertion', 'work_before_zero',
             Path('corpus/zoo/work_before_zero/minimal.lc')),
    3: Plant('deadlock', 'worker_needs_lock', SEED),
    4: Plant('assertion', 'lower_not_cleaned', SEED),
}


def expect(name: str, fact: bool, shown: object = '') -> None:
    if not fact:
        problems.append(name)
        print(f'{name}: {str(shown)[-600:]}')


def run(words: list[str], folder: str = '.') -> str:
    result = subprocess.run(words, cwd=folder, capture_output=True, text=True,
                            timeout=200, check=False)
    if result.returncode != 0 and words[0] in ('spin', 'gcc'):
        sys.exit(f'{words}: {result.stdout}{result.stderr}')
    return result.stdout


def search(model: Model, flags: tuple, *words: str) -> str:
    """What SPIN's verifier says."""
    with tempfile.TemporaryDirectory() as folder:
        run(['spin', '-a', f'-DTHREADS={model.threads}',
             f'-DROUNDS={model.rounds}', f'-DBUG={model.bug}', str(MODEL)],
            folder)
        # Of the small ones the compiler takes the most time.
        level = '-O2' if model.program == LARGE else '-O0'
        run(['gcc', level, '-w', '-DSAFETY', *flags, '-o', 'pan', 'pan.c'],
            folder)
        said = run(['./pan', '-m10000', *words], folder)
    expect(f'{model.program}: all was searched', 'too small' not in said, said)
    return said


def number(said: str, pattern: str) -> int:
    found = re.search(pattern, said)
    return int(found.group(1)) if found else -1


def verdict_of(said: str) -> str:
    if number(said, r'errors: (\d+)') == 0:
        return 'proved'
    kinds = {kind for kind, text in (
        ('assertion', 'assertion violated'),
        ('deadlock', 'invalid end state')) if f': {text} ' in said}
    return kinds.pop() if len(kinds) == 1 else 'unclear'


def explored(*words: str) -> dict:
    return json.loads(run([LASTCALL, 'explore', '--json', *words]))


def check_counts(model: Model) -> None:
    """Every state, and every way from one to the next."""
    said = search(model, NOT_REDUCED, '-c0')
    own = explored('--program', model.program, '--all', '--order', 'depth',
                   '--reduction', 'none')
    name = model.program
    expect(f'{name}: verdict of SPIN', verdict_of(said) == model.verdict, said)
    expect(f'{name}: verdict', own['verdict'] == (
        'proved' if model.verdict == 'proved' else 'broken'), own)
    errors = number(said, r'errors: (\d+)')
    stored = number(said, r'(\d+) states, stored')
    taken = number(said, r'(\d+) transitions')
    deadlocks = errors if model.verdict == 'deadlock' else 0
    print(f'{name}: {model.verdict}; SPIN stores {stored} states, of them '
          f'{deadlocks} deadlocks, takes {taken} transitions, counts {errors} '
          f'errors; explore: {own["states"]} states, {own["ends"]} ends, '
          f'{own["transitions"]} decisions, {own["broken_ends"]} runs broken')
    expect(f'{name}: as many states',
           stored == own['states'] + own['ends'] + deadlocks)
    expect(f'{name}: as many transitions', taken == own['transitions'] + 1)
    less = explored('--program', model.program, '--all', '--order', 'depth')
    expect(f'{name}: as many states by fewer transitions',
           all(less[member] == own[member]
               for member in ('verdict', 'states', 'ends')) and
           less['transitions'] < own['transitions'], less)
    if model.verdict == 'deadlock':
        expect(f'{name}: ways into deadlocks',
               0 < errors <= own['broken_ends'])
    else:
        expect(f'{name}: as many errors', errors == own['broken_ends'])


def check_shortest(model: Model) -> None:
    """Breadth-first: the fewest steps up to what breaks."""
    said = search(model, SHORTEST)
    depth = number(said, r'\(at depth (\d+)\)')
    # The state that a failing step begins in, or that nothing leads on from.
    steps = depth + (model.verdict == 'assertion')
    own = number(run([LASTCALL, 'explore', '--program', model.program]),
                 r'(\d+) decisions lead there')
    print(f'{model.program}: {steps} steps, and {own}')
    expect(f'{model.program}: as short a way',
           verdict_of(said) == model.verdict and depth > 0 and own == steps,
           said)


def check_reduced(model: Model) -> None:
    """With partial-order reduction nothing else is said."""
    said = search(model, (), '-c0')
    expect(f'{model.program}: verdict of SPIN, reduced',
           verdict_of(said) == model.verdict, said)


def check_schedule(planted: Plant) -> None:
    """The same life in calls of Winsock, with steps of another size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'life.lc')
        text = planted.schedule.read_text(encoding='utf-8')
        text = re.sub(r'  plant .*\n', '', text[:text.index('expect')])
        if planted.plant:
            text = text.replace('process A', f'  plant {planted.plant}\n'
                                'process A', 1)
        path.write_text(text, encoding='utf-8')
        own = explored('--order', 'depth', str(path))
    verdict = ('proved' if own['verdict'] == 'proved' else
               'deadlock' if own['rule'] == 'DEADLOCK' else 'assertion')
    expect(f'{planted.schedule} with "{planted.plant}"',
           verdict == planted.verdict, own)


if shutil.which('spin') is None:
    print('skipped: spin is not installed (tools/setup installs it)')
    sys.exit(77)
for one in MODELS:
    if IS_SLOW and one.program == LARGE:
        continue
    check_counts(one)
    if one.verdict != 'proved':
        check_shortest(one)
    if one.program != LARGE:
        check_reduced(one)
        check_schedule(PLANTS[one.bug])
        expect(f'{one.program}: the verdicts of both',
               PLANTS[one.bug].verdict == one.verdict)

sys.exit(1 if problems else 0)
