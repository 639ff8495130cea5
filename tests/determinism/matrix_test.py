"""One trace hash for each schedule, whatever plays it.

Usage: matrix_test.py PROGRAM... [NAME=DLL...]

Each program (builds by other compilers, at other levels, with sanitizers) plays
each schedule in two processes, and in two more with the stacks filled with
patterns. With NAME=DLL all is played once more with that DLL in place of the
provider NAME. Schedules: the corpus, what a search over a planted bug comes
across, and bytes by chance in the compact form. The last line is one number
over all hashes: equal on all machines for one state of the sources.
A search must have seen the same, too, by whatever program and number of workers.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BY_CHANCE = 30
SEED = 20240229
FILLS = [[], [], ['--fill-stacks', '0'], ['--fill-stacks', '205']]
TIMEOUT_S = 120
# The search for leaks at each exit takes longer than all the rest.
QUICK = {**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'}


def make_by_chance(folder: Path) -> list[Path]:
    """Small numbers mostly: they are what kinds and indices are made of."""
    chance = random.Random(SEED)
    paths = []
    for index in range(BY_CHANCE):
        path = folder / f'chance{index:02}.bin'
        path.write_bytes(b'L1' + bytes(
            chance.choice((0, 1, 1, 2, 3, 5, chance.randrange(256)))
            for _ in range(chance.randrange(60, 1500))))
        paths.append(path)
    return paths


def make_by_search(program: str, folder: Path) -> list[Path]:
    """Schedules with many choices, by each way of making them."""
    for sampler in ('rw', 'pct'):
        for bug in ('count_shared', 'unsent_dropped'):
            subprocess.run(
                [program, 'fuzz', '--bug', bug, '--seed', '3', '--schedules',
                 '400', '--sampler', sampler, '-o',
                 str(folder / f'{bug}-{sampler}')],
                capture_output=True, check=False, timeout=TIMEOUT_S)
    return sorted(folder.rglob('*.lc'))


def play(job: tuple) -> str:
    program, schedule, words, fill = job
    result = subprocess.run(
        [program, 'run', '--json', *fill, *words, str(schedule)],
        capture_output=True, text=True, check=False, timeout=TIMEOUT_S,
        env=QUICK)
    try:
        answer = json.loads(result.stdout)
        return f'{answer["hash"]} {answer["verdict"]} {answer["records"]}'
    except (json.JSONDecodeError, KeyError):
        return f'exit {result.returncode}: {result.stderr.strip()[:200]}'


def search(program: str, jobs: str) -> str:
    """What a search has counted: states by their hashes, pairs of steps."""
    result = subprocess.run(
        [program, 'fuzz', '--seed', '3', '--schedules', '2000', '--world',
         'any', '--jobs', jobs, '--json'], capture_output=True, text=True,
        check=False, timeout=TIMEOUT_S, env=QUICK)
    return json.dumps(json.loads(result.stdout)['statistics'])


def main() -> int:
    programs = [word for word in sys.argv[1:] if '=' not in word]
    stacks = [[], *[['--provider', word] for word in sys.argv[1:]
                    if '=' in word]]
    number, played, problems = 0, 0, 0
    with tempfile.TemporaryDirectory() as name, \
            ThreadPoolExecutor(max_workers=2) as pool:
        folder = Path(name)
        schedules = (sorted(Path('corpus').rglob('*.lc')) +
                     make_by_search(programs[0], folder) +
                     make_by_chance(folder))
        for schedule in schedules:
            for words in stacks:
                jobs = [(program, schedule, words, fill)
                        for program in programs for fill in FILLS]
                answers = list(pool.map(play, jobs))
                played += len(jobs)
                if len(set(answers)) != 1:
                    problems += 1
                    print(f'{schedule} {" ".join(words)} differs:')
                    for job, answer in zip(jobs, answers):
                        print(f'  {answer}  {job[0]} {" ".join(job[3])}')
                elif answers[0].startswith('exit') and not words:
                    problems += 1
                    print(f'{schedule} is not played: {answers[0]}')
                elif not answers[0].startswith('exit'):
                    number = (number * 0x100000001b3 ^
                              int(answers[0].split()[0], 16)) % (1 << 64)
    seen = {search(program, jobs) for program in programs
            for jobs in ('1', '2')}
    if len(seen) != 1:
        problems += 1
        print('what searches have seen differs:', *sorted(seen), sep='\n  ')
    if len(schedules) < BY_CHANCE + 8:
        problems += 1
        print(f'only {len(schedules)} schedules')
    print(f'{len(schedules)} schedules, {len(programs)} programs, '
          f'{played} plays, {problems} problems; one number over all hashes: '
          f'{number:016x}')
    return 1 if problems else 0


sys.exit(main())
