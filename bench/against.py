#!/usr/bin/env python3
"""The throughput of this tree beside that of an older commit: both are built
alike (a release build), and `lastcall bench throughput` of the two goes by
turns, so that what slows the machine down slows both.

Usage: against.py COMMIT [--rounds N] [--least RATIO] [--folder DIR]
Prints for each stack the schedules per second of both, and of all rounds the
median of the ratio (this tree by the commit), the least and the most. Exit
status 1 when a median is below RATIO.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DLL = 'examples/passlayer/passlayer.dll'


def build(source, folder):
    """A release build; the program."""
    if not (folder / 'build.ninja').exists():
        subprocess.run(
            ['meson', 'setup', str(folder), str(source),
             '--buildtype=release'], stdout=subprocess.DEVNULL, check=True)
    targets = subprocess.run(
        ['ninja', '-C', str(folder), '-t', 'targets', 'all'],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    subprocess.run(
        ['ninja', '-C', str(folder), 'lastcall',
         *([DLL] if f'\n{DLL}:' in targets else [])],
        stdout=subprocess.DEVNULL, check=True)
    return folder / 'lastcall'


def extract(commit, folder):
    """The files of a commit. No worktree: that would be one more thing in the
    repository to clear away."""
    if not (folder / 'meson.build').exists():
        folder.mkdir(parents=True, exist_ok=True)
        files = subprocess.run(['git', '-C', str(ROOT), 'archive', commit],
                               stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(['tar', '-x', '-C', str(folder)], input=files,
                       check=True)
    return folder


def measure(lastcall):
    """Judged schedules per second, by stack."""
    answer = json.loads(subprocess.run(
        [str(lastcall), 'bench', 'throughput', '--json'],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
    return {row['name']: row['schedules_per_s']
            for row in answer['throughput']}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('commit')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--least', type=float, default=0.8)
    parser.add_argument('--folder', type=pathlib.Path)
    given = parser.parse_args()
    if given.rounds < 1:
        parser.error('--rounds: one at least')
    commit = subprocess.run(
        ['git', '-C', str(ROOT), 'rev-parse', '--verify',
         given.commit + '^{commit}'],
        stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or pathlib.Path(temporary)).resolve()
        old = build(extract(commit, folder / commit / 'source'),
                    folder / commit / 'build')
        new = build(ROOT, folder / 'this')
        rounds = []
        for i in range(given.rounds):
            pair = {}
            for program in (old, new) if i % 2 == 0 else (new, old):
                pair[program] = measure(program)
            rounds.append((pair[old], pair[new]))
    is_good = True
    for stack in rounds[0][0]:
        ratios = [after[stack] / before[stack] for before, after in rounds]
        median = statistics.median(ratios)
        is_good = is_good and median >= given.least
        print(f'{stack}: {max(before[stack] for before, _ in rounds):.0f} '
              f'schedules/s at {commit[:7]}, '
              f'{max(after[stack] for _, after in rounds):.0f} here; ratio '
              f'{median:.2f} ({min(ratios):.2f} to {max(ratios):.2f})')
    return 0 if is_good else 1


if __name__ == '__main__':
    sys.exit(main())
