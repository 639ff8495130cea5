#!/usr/bin/env python3
"""`lastcall surface`: docs/SURFACE.md is what the code and the corpus say, and
what a schedule is said to reach it reaches."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LASTCALL = sys.argv[1]
PAGE = Path('docs/SURFACE.md')
SHIM = Path(LASTCALL).parent / 'tests' / 'data'
failures = 0


def check(fact: bool, text: str) -> None:
    global failures
    if not fact:
        failures += 1
        print(f'surface: {text}')


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([LASTCALL, *words], capture_output=True, text=True,
                          check=False)


def page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding='utf-8')
    made = run('surface', '--markdown', 'corpus')
    check(page.startswith(made.stdout),
          f'{PAGE} is old: lastcall surface --markdown --shim {SHIM} corpus > '
          f'{PAGE}')
    if list(SHIM.glob('shim_*.dll')):  # else there is no compiler for Windows
        made = run('surface', '--markdown', '--shim', str(SHIM), 'corpus')
        check(made.stdout == page, f'the functions of Windows in {PAGE} are old')
    has_gap = '| - |' in made.stdout
    check(made.returncode == (1 if has_gap else 0),
          f'exit status {made.returncode}')


def each_call_is_in_the_trace_of_its_schedule() -> None:
    made = run('surface', '--json', 'corpus')
    for call in json.loads(made.stdout)['calls']:
        if call['schedule'] is None:
            continue
        path = Path('corpus') / call['schedule']
        trace = run('run', '--trace', 'text', str(path)).stdout
        check(f' {call["name"]}' in trace, f'{path} has no {call["name"]}')
        check(call['word'] in path.read_text(encoding='utf-8'),
              f'{path} does not say {call["word"]}')


def what_no_schedule_reaches_is_said() -> None:
    with tempfile.TemporaryDirectory() as folder:
        below = Path(folder) / 'below'
        below.mkdir()
        shutil.copy('corpus/seed/standard.lc', below / 'one.lc')
        made = run('surface', '--json', folder)
        check(made.returncode == 1, f'exit status {made.returncode}')
        calls = {call['word']: call['schedule']
                 for call in json.loads(made.stdout)['calls']}
        check(calls['send'] == 'below/one.lc', f'send: {calls["send"]}')
        check(calls['dontlinger'] is None, 'dontlinger is reached')
        gaps = sum(line['schedule'] is None
                   for part in json.loads(made.stdout).values()
                   if isinstance(part, list) for line in part)
        check(made.stderr == f'lastcall: {gaps} are reached by nothing in '
              f'{folder}\n', f'{gaps} gaps: {made.stderr}')
        (below / 'two.lc').write_text('no schedule\n', encoding='utf-8')
        made = run('surface', folder)
        check(made.returncode == 2, 'a file that is no schedule is read')
    for words in ([folder], ['--shim', folder], ['--shim', 'corpus']):
        made = run('surface', *words)
        check(made.returncode == 2 and words[-1] in made.stderr, made.stderr)


def a_function_that_no_dll_reaches_is_said() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / 'one.dll').write_bytes(b'MZ kernel32.dll Sleep\0')
        made = run('surface', '--json', '--shim', folder)
        check(made.returncode == 1, f'exit status {made.returncode}')
        by = {line['name']: line['dll']
              for line in json.loads(made.stdout)['windows']}
        check(by['kernel32.dll Sleep'] == 'one.dll', 'Sleep is not reached')
        check(by['kernel32.dll SleepEx'] is None, 'SleepEx is reached')
        check(made.stderr == f'lastcall: {len(by) - 1} are reached by nothing '
              f'in {folder}\n', made.stderr)


page_is_up_to_date()
each_call_is_in_the_trace_of_its_schedule()
what_no_schedule_reaches_is_said()
a_function_that_no_dll_reaches_is_said()
sys.exit(1 if failures else 0)
