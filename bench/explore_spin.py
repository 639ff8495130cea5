#!/usr/bin/env python3
"""`explore` beside SPIN on the same life cycle, in one run.

Usage: bench/explore_spin.py LASTCALL [--size 3x2] [--repeat N] [--csv FILE]

A size is threads x rounds; there is a micro-program of each. SPIN's verifier
is made anew each time, since whoever has a model pays for that; `explore` runs
the program that is there. All take turns, and medians are compared. Seconds are
those of the processor: the clock, which is shown for the whole way to a
verdict, tells of other programs, too. What SPIN stores is what `explore` calls
states and ends.
"""

import argparse
import csv
import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / 'model/spin/life_cycle.pml'
PROGRAMS = {'2x1': 'life_cycle', '3x2': 'life_cycle_3x2',
            '3x3': 'life_cycle_3x3'}
# Bits of SPIN's table: about what it is fastest with.
TABLE_BITS = {'2x1': 14, '3x2': 24, '3x3': 24}
COLUMNS = ['size', 'tool', 'turn', 'states', 'generate_s', 'compile_s',
           'search_s', 'states_per_s', 'verdict_s', 'verdict_clock_s']
EXPLORE = ('explore, depth', 'explore, breadth')
SPIN = ('SPIN, no reduction', 'SPIN, reduction')


class Spent(NamedTuple):
    """Seconds of the processor, and on the clock."""
    processor: float
    clock: float


def timed(words: list[str], folder: Path) -> tuple[str, Spent]:
    """What it says, and what it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    result = subprocess.run(words, cwd=folder, capture_output=True, text=True,
                            check=False)
    clock = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode != 0:
        sys.exit(f'{words}: {result.stdout[-300:]}{result.stderr[-300:]}')
    return result.stdout, Spent(
        after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
        clock)


def row(states: int, generating: Spent, compiling: Spent,
        search: Spent) -> dict:
    steps = (generating, compiling, search)
    return {'states': states, 'generate_s': generating.processor,
            'compile_s': compiling.processor, 'search_s': search.processor,
            'states_per_s': states / search.processor,
            'verdict_s': sum(step.processor for step in steps),
            'verdict_clock_s': sum(step.clock for step in steps)}


def explore(lastcall: Path, size: str, order: str) -> dict:
    said, search = timed(
        [str(lastcall), 'explore', '--json', '--program', PROGRAMS[size],
         '--order', order, '--reduction', 'none',
         '--traces', '0'], ROOT)
    answer = json.loads(said)
    if answer['verdict'] != 'proved':
        sys.exit(f'{size}: {answer["verdict"]}')
    nothing = Spent(0, 0)
    return row(answer['states'] + answer['ends'], nothing, nothing, search)


def spin(size: str, flags: list[str]) -> dict:
    threads, rounds = size.split('x')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, generating = timed(['spin', '-a', f'-DTHREADS={threads}',
                               f'-DROUNDS={rounds}', str(MODEL)], folder)
        _, compiling = timed(['gcc', '-O2', '-w', '-DSAFETY', *flags, '-o',
                              'pan', 'pan.c'], folder)
        said, search = timed(['./pan', '-m100000', '-c0',
                              f'-w{TABLE_BITS[size]}'], folder)
    stored = re.search(r'(\d+) states, stored', said)
    if 'errors: 0\n' not in said or 'too small' in said or stored is None:
        sys.exit(f'{size}: {said[-600:]}')
    return row(int(stored.group(1)), generating, compiling, search)


def measure(lastcall: Path, size: str, turns: int) -> list[dict]:
    rows = []
    for turn in range(1, turns + 1):
        for tool, one in zip(EXPLORE + SPIN, (
                lambda: explore(lastcall, size, 'depth'),
                lambda: explore(lastcall, size, 'breadth'),
                lambda: spin(size, ['-DNOREDUCE']),
                lambda: spin(size, []))):
            rows.append({'size': size, 'tool': tool, 'turn': turn, **one()})
            print(f'{size}, turn {turn} of {turns}: {tool}', file=sys.stderr)
    return rows


def median(rows: list[dict], tool: str, column: str) -> float:
    return statistics.median(row[column] for row in rows
                             if row['tool'] == tool)


def compared(what: str, rows: list[dict], column: str, more_is_better: bool,
             pair: tuple[str, str]) -> str:
    own, other = (median(rows, tool, column) for tool in pair)
    ratio = own / other if more_is_better else other / own
    winner, factor = (pair[0], ratio) if ratio > 1 else (pair[1], 1 / ratio)
    return f'  {what}: {winner} wins by a factor of {factor:.2f}'


def show(size: str, rows: list[dict]) -> None:
    print(f'{size} (threads x rounds), medians')
    print(f'  {"":18}{"states":>10}{"generate":>10}{"compile":>9}{"search":>9}'
          f'{"states/s":>11}{"verdict":>9}{"by clock":>10}')
    for tool in EXPLORE + SPIN:
        value = {column: median(rows, tool, column) for column in COLUMNS[3:]}
        print(f'  {tool:18}{value["states"]:10.0f}'
              f'{value["generate_s"]:8.2f} s{value["compile_s"]:7.2f} s'
              f'{value["search_s"]:7.2f} s{value["states_per_s"]:11.0f}'
              f'{value["verdict_s"]:7.2f} s{value["verdict_clock_s"]:8.2f} s')
    same = (EXPLORE[0], SPIN[0])
    print(compared('states/s of the same graph', rows, 'states_per_s', True,
                   same))
    print(compared('time to the verdict', rows, 'verdict_s', False, same))
    print(compared('time to the verdict, with reduction', rows, 'verdict_s',
                   False, (EXPLORE[0], SPIN[1])))


def write(path: str, rows: list[dict]) -> None:
    with open(path, 'w', encoding='utf-8', newline='') as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator='\n')
        table.writeheader()
        for one in rows:
            table.writerow({
                column: f'{value:.0f}' if column == 'states_per_s' else
                f'{value:.3f}' if column.endswith('_s') else value
                for column, value in one.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('lastcall', type=Path)
    parser.add_argument('--size', action='append', choices=sorted(PROGRAMS),
                        help='threads x rounds (3x2)')
    parser.add_argument('--repeat', type=int, default=5, help='turns (5)')
    parser.add_argument('--csv', help='all that was measured, too')
    given = parser.parse_args()
    if shutil.which('spin') is None:
        sys.exit('spin is not installed (tools/setup installs it)')
    print(timed(['spin', '-V'], ROOT)[0].strip())
    print(timed(['gcc', '--version'], ROOT)[0].splitlines()[0])
    print(timed([str(given.lastcall.resolve()), '--version'], ROOT)[0].strip())
    rows = []
    for size in given.size or ['3x2']:
        measured = measure(given.lastcall.resolve(), size, given.repeat)
        show(size, measured)
        sys.stdout.flush()
        rows += measured
    if given.csv:
        write(given.csv, rows)


try:
    main()
except KeyboardInterrupt:
    sys.exit(130)
