#!/usr/bin/env python3
"""What a campaign is bound to, and what it does not lose."""

import json
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from story import LASTCALL, TIMEOUT_S, expect, problems, run

PLAYED = ('chunk', 'finding', 'alias', 'unshrunk', 'coverage', 'warning',
          'sketch', 'pct')
ANEW = 'it is begun anew, with those of this start'


def settings(folder: Path) -> dict:
    return json.loads(run('report', '--json', str(folder)).stdout)['settings']


def forget(folder: Path, *more: str) -> None:
    """Leaves what a start leaves that was killed before it kept a schedule."""
    with closing(sqlite3.connect(folder / 'ledger.sqlite')) as ledger:
        for table in PLAYED:
            ledger.execute(f'DELETE FROM {table}')
        for name in more:
            ledger.execute('DELETE FROM setting WHERE name = ?', (name,))
        ledger.commit()
    shutil.rmtree(folder / 'findings')


def what_was_begun_is_binding(folder: Path) -> None:
    """A start that ended before it kept a schedule has said what to search: the
    next one searches that, or it would report that something else is well."""
    words = ['campaign', str(folder), '--schedules']
    result = run(*words, '200', '--bug', 'worker_left', '--seed', '1',
                 '--sampler', 'pct', '--inferences')
    expect('begun', result.returncode == 1 and 'begun anew' not in
           result.stderr, result)
    kept = settings(folder)
    forget(folder)
    for other in (['--bug', 'unsent_dropped'], ['--seed', '2'],
                  ['--sampler', 'rw']):
        result = run(*words, '200', *other)
        expect(f'{other} is refused', result.returncode == 2 and
               f'{other[0]}: {folder} was begun with another' in result.stderr,
               result)
    result = run(*words, '200')
    expect('it finds what it was begun for', result.returncode == 1 and
           'LOAD-15' in result.stdout and settings(folder) == kept and
           kept['bug'] == 'worker_left' and kept['seed'] == 1 and
           'begun anew' not in result.stderr, (result, kept))


def killed_at_its_start(folder: Path) -> None:
    """Settings are kept before anything is searched."""
    with subprocess.Popen(
            [LASTCALL, 'campaign', str(folder), '--bug', 'worker_left', '--seed',
             '1', '--for', '1h'], text=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.readline()  # version and seed: now it searches
        process.send_signal(signal.SIGKILL)
    result = run('campaign', str(folder), '--schedules', '200')
    expect('killed at once', result.returncode == 1 and
           settings(folder)['bug'] == 'worker_left' and
           settings(folder)['seed'] == 1, result)


def settings_that_are_not_whole(folder: Path) -> None:
    """They bind nobody; that is said."""
    words = ['campaign', str(folder), '--schedules', '100']
    run(*words, '--bug', 'worker_left', '--seed', '1')
    forget(folder, 'build', 'bug')
    result = run(*words, '--seed', '2')
    expect('begun anew', result.returncode == 0 and ANEW in result.stderr and
           settings(folder)['seed'] == 2 and settings(folder)['bug'] == '',
           result)
    # A start that is refused keeps nothing.
    other = folder / 'other'
    words[1] = str(other)
    result = run(*words, '--seed', '3', '--provider', f'tcp={LASTCALL}')
    with closing(sqlite3.connect(other / 'ledger.sqlite')) as ledger:
        count, = ledger.execute('SELECT count(*) FROM setting').fetchone()
    expect('all or nothing', result.returncode == 2 and count == 0, count)
    result = run(*words)
    expect('a start that was refused is said', ANEW in result.stderr, result)


def full_disk(folder: Path) -> None:
    """What was found and can't be kept is shown."""
    words = ['campaign', str(folder), '--bug', 'unsent_dropped', '--seed', '1',
             '--schedules']
    run(*words, '8')
    forget(folder)

    def small() -> None:
        # Room for what the ledger needs to be opened, not for a chunk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (40 << 10, 40 << 10))

    result = subprocess.run([LASTCALL, *words, '500'], capture_output=True,
                            text=True, preexec_fn=small, timeout=TIMEOUT_S,
                            check=False)
    said, _, text = result.stderr.partition(
        'lastcall: the schedule that was not saved:\n')
    text, _, rest = text.partition(f'lastcall: {folder}/ledger.sqlite: ')
    shown = folder / 'shown.lc'
    shown.write_text(text, encoding='utf-8')
    expect('a finding on a full disk', result.returncode == 2 and rest != '' and
           'broken CLEAN-16\n' in text and
           run('run', '--expect', str(shown)).returncode == 0,
           (said, text, rest))


with tempfile.TemporaryDirectory() as name:
    for part in (what_was_begun_is_binding, killed_at_its_start,
                 settings_that_are_not_whole, full_disk):
        part(Path(name) / part.__name__)
sys.exit(1 if problems else 0)
