"""What somebody meets who uses the program: limits that are told, output that
can't be written, signals that come twice, folders that are something else."""

import csv
import ctypes
import fcntl
import json
import os
import re
import resource
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from story import (BROKEN, LASTCALL, MANUAL, STANDARD, TIMEOUT_S, expect,
                   has_terminals, problems, run)


def numbers() -> None:
    """What --help says of numbers is what the manual page says, and what is
    asked for."""
    page = Path(MANUAL).read_text(encoding='utf-8').replace('\\-', '-')
    part = page[page.index('.SH SCHEDULES AND NUMBERS'):
                page.index('.SH SIGNALS')]
    explained: dict[str, dict[str, str]] = {}
    for line in part[part.index('.nf'):part.index('.fi')].splitlines()[1:]:
        if not line.startswith('  '):
            command = explained.setdefault(line, {})
        else:
            name, _, limits = line.strip().partition(' ')
            command[name] = limits
    listed = re.findall(r'^  (\w+) ', run('--help').stdout, re.M)
    for name in listed:
        text = run(name, '--help').stdout
        said = {pair[0]: pair[1] for pair in re.findall(
            r'^  (?:-\w, )?(--[a-z-]+) .*\[(\d+ to \d+.*)\]$', text, re.M)}
        expect(f'{name}: ranges', said == explained.get(name, {}),
               (said, explained.get(name)))
        takes = 'SCHEDULE' in text.splitlines()[0]
        expect(f'{name}: standard input', takes ==
               ('- is standard input' in text), text)
        words = ['throughput'] if name == 'bench' else []
        for option, limits in said.items():
            result = run(name, *words, option, str(2**64 - 1))
            expect(f'{name} {option}: too large', result.returncode == 2 and
                   result.stderr.endswith(f' is not from {limits}\n'), result)
    result = run('campaign', '--for', '0', 'never_made')
    expect('the unit is said', result.stderr == 'lastcall: --for: 0 is not '
           'from 1 to 1073741824 seconds\n', result)


def inferences_that_count() -> None:
    """Who reads that inferences are warnings must know of those that are not."""
    page = Path(MANUAL).read_text(encoding='utf-8')
    named = re.search(r'Some INF rules always count: ([^;]*);', page)
    rules = json.loads(run('rules', '--json').stdout)['rules']
    counting = {rule['id'] for rule in rules if rule['strength'] == 'INF' and
                rule['promotion'] is not None}
    expect('inferences that count', named is not None and counting == set(
        re.findall(r'[A-Z]+-\d+', named.group(1))), (named, counting))
    for rule in counting:
        result = run('rules', rule)
        expect(f'why {rule} counts', 'why an inference counts: ' in
               result.stdout, result)


def output_files(folder: Path) -> None:
    """What can't be written is said before hours were spent on it."""
    for part in ('schedulers', 'bugs'):
        for option in ('--csv', '--html'):
            for path, why in ((folder / 'none' / 'x', 'No such file or '
                               'directory'), (folder, 'Is a directory')):
                result = run('bench', part, option, str(path))
                expect(f'bench {part} {option} {path}', result.stdout == '' and
                       result.returncode == 2 and
                       result.stderr == f'lastcall: {path}: {why}\n', result)
    kept = folder / 'kept.csv'
    kept.write_text('kept', encoding='utf-8')
    words = ['bench', 'schedulers', '--sampler', 'few', '--program',
             'deadlock01', '--trials', '1', '--json']
    result = run(*words, '--csv', str(kept), '--html', str(folder / 'no/x'))
    expect('what is there stays', kept.read_text(encoding='utf-8') == 'kept' and
           result.returncode == 2 and not (folder / 'no').exists(), result)
    result = run(*words, '--csv', '/dev/full')
    expect('why it was not written', result.returncode == 2 and result.stderr
           == 'lastcall: /dev/full: No space left on device\n', result)
    # What nobody else has measured agrees with nothing.
    table = folder / 'table.csv'
    answer = json.loads(run(*words, '--csv', str(table)).stdout)
    expect('no reference, no agreement', answer['interrupted'] is False and
           answer['schedulers'][0]['elsewhere'] is None and
           answer['schedulers'][0]['agrees'] is None, answer)
    rows = list(csv.DictReader(table.read_text(encoding='utf-8').splitlines()))
    expect('nor in the table', [row['agrees'] for row in rows] == [''], rows)
    for option in ('--transitions', '--states'):
        result = run('bench', 'schedulers', option, '5')
        expect(f'{option} alone', result.returncode == 2 and result.stderr ==
               f'lastcall: {option}: goes with --explore only\n', result)


def schedule_files(folder: Path) -> None:
    """The same of a schedule that is to be written: nothing is played before
    it is said, and nothing is left there."""
    kept = folder / 'kept.lc'
    kept.write_text('kept', encoding='utf-8')
    for path, why in ((folder / 'none' / 'x', 'No such file or directory'),
                      (folder, 'Is a directory'),
                      (kept / 'x', 'Not a directory')):
        for command in ('blame', 'shrink'):
            result = run(command, BROKEN, '-o', str(path))
            expect(f'{command} -o {path}', result.returncode == 2 and
                   result.stdout == '' and
                   result.stderr == f'lastcall: {path}: {why}\n', result)
    result = run('blame', '--samples', '3', BROKEN, '-o', '/dev/null')
    expect('a device', result.returncode == 1 and 'swapped it holds: '
           in result.stdout, result)
    result = run('blame', '--samples', '3', STANDARD, '-o', str(kept))
    expect('what is there stays', result.returncode == 0 and
           os.listdir(folder) == ['kept.lc'] and
           kept.read_text(encoding='utf-8') == 'kept', result)


def names(folder: Path) -> None:
    """Messages name standard input in one way, and no file by an empty
    name."""
    def said(text: str, *words: str) -> str:
        return subprocess.run([LASTCALL, *words], input=text, text=True,
                              capture_output=True, timeout=TIMEOUT_S,
                              check=False).stderr

    good = Path(STANDARD).read_text(encoding='utf-8')
    for command in ('run', 'explore', 'blame', 'shrink', 'convert'):
        answer = said('rubbish\n', command, '-')
        expect(f'{command} of rubbish', answer.startswith(
            'lastcall: (standard input):1:1: '), answer)
    silent = good[:good.index('expect')]
    for name, text, words, answer in (
            ('expects nothing', silent, ['run', '--expect', '-'],
             '--expect: (standard input) expects nothing'),
            ('an unknown bug', good.replace('peer sink', 'plant none'),
             ['run', '-'], "(standard input):8:9: no planted bug 'none'; "
             '`lastcall zoo list` has them'),
            ('nothing to blame', good, ['blame', '-'],
             '(standard input): breaks no rule, nothing to blame'),
            ('nothing to shrink', good, ['shrink', '-'],
             '(standard input): breaks no rule (held), nothing to shrink')):
        result = said(text, *words)
        expect(name, result == f'lastcall: {answer}\n', result)
    for command, what in (('run', 'SCHEDULE'), ('campaign', 'DIR'),
                          ('report', 'DIR'), ('provider', '[FILE]')):
        result = run(command, '')
        expect(f'{command} of an empty name', result.returncode == 2 and
               result.stderr == f'lastcall: {command}: an empty word for '
               f'{what}\n', result)
    expect('nothing is made', os.listdir(folder) == [])


class Terminal:
    """A program whose standard error is a terminal."""

    def __init__(self, *words: str) -> None:
        self.screen, its = os.openpty()
        self.process = subprocess.Popen([LASTCALL, *words], text=True,
                                        stdout=subprocess.PIPE, stderr=its)
        os.close(its)
        self.said = ''

    def read_up_to(self, pattern: str) -> bool:
        """Whether it came before the program ended."""
        while not re.search(pattern, self.said):
            try:
                self.said += os.read(self.screen, 4096).decode()
            except OSError:  # it has ended
                return False
        return True

    def stop(self) -> str:
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=TIMEOUT_S)
        os.close(self.screen)
        return output


def progress() -> None:
    for words in (['bugs', '--bug', 'entry_reused', '--trials', '1000000'],
                  ['schedulers', '--program', 'safestack', '--trials',
                   '1000000', '--sampler', 'rw']):
        terminal = Terminal('bench', *words, '--json')
        is_shown = terminal.read_up_to(r'\r\x1b\[K\d+ s: 0 of \d+ cells')
        answer = json.loads(terminal.stop())
        expect(f'bench {words[0]} shows how far it is', is_shown and
               answer['interrupted'] is True, (terminal.said, answer))


def folders(folder: Path) -> None:
    """A campaign keeps out of what belongs to something else, and a ledger
    that is none is called that."""
    ledger = folder / 'ledger.sqlite'

    def refused(name: str, *words: str, why: str) -> None:
        result = run(*words)
        expect(name, result.returncode == 2 and result.stdout == '' and
               result.stderr == f'lastcall: {why}\n', result)

    one = ['--schedules', '1']
    (folder / 'letter.txt').touch()
    refused('a folder of something else', 'campaign', str(folder), *one,
            why=f'{folder}: neither empty nor a campaign')
    expect('nothing was put there', os.listdir(folder) == ['letter.txt'])
    (folder / 'letter.txt').unlink()
    ledger.touch()
    refused('an empty ledger', 'report', str(folder),
            why=f'{ledger}: an empty ledger: its campaign has played nothing')
    result = run('campaign', str(folder), *one)
    expect('a campaign that was killed at once', result.returncode in (0, 1) and
           run('report', str(folder)).returncode == 0, result)
    ledger.write_text('a letter of more than one line\n' * 100,
                      encoding='utf-8')
    for words in (['report', str(folder)], ['campaign', str(folder), *one]):
        refused(f'{words[0]}: a text', *words, why=f'{ledger}: no ledger: it '
                'is not an SQLite database')
    ledger.unlink()
    with closing(sqlite3.connect(ledger)) as base:
        base.execute('CREATE TABLE letter (line)')
        base.commit()
    for words in (['report', str(folder)], ['campaign', str(folder), *one]):
        refused(f'{words[0]}: another database', *words, why=f'{ledger}: no '
                'ledger: it is a database of something else')


def full_disk(folder: Path) -> None:
    """Where a file can grow no more it is said which one."""
    def small() -> None:
        # As a shell leaves it: python ignores it.
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40 << 10, 40 << 10))

    campaign = folder / 'campaign'
    result = subprocess.run(
        [LASTCALL, 'campaign', str(campaign), '--schedules', '100'],
        capture_output=True, text=True, preexec_fn=small, timeout=TIMEOUT_S,
        check=False)
    lines = result.stderr.splitlines()
    expect('a full disk', result.returncode == 2 and
           lines[-1].startswith(f'lastcall: {campaign}/'), result)
    out = folder / 'out.bin'
    out.write_text('kept', encoding='utf-8')

    def nothing() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    result = subprocess.run(
        [LASTCALL, 'convert', STANDARD, '-o', str(out)], capture_output=True,
        text=True, preexec_fn=nothing, timeout=TIMEOUT_S, check=False)
    expect('a file that may not grow', result.returncode == 2 and
           result.stderr == f'lastcall: {out}: File too large\n' and
           out.read_text(encoding='utf-8') == 'kept' and
           set(os.listdir(folder)) == {'campaign', 'out.bin'}, result)


def findings_that_stay(folder: Path) -> None:
    """What could not be written is not to be replayed from there."""
    words = ['fuzz', '--bug', 'worker_left', '--seed', '1', '--stop-after', '1',
             '--jobs', '1', '-o', str(folder)]
    result = run(*words)
    name, = os.listdir(folder)
    expect('a file', f'to replay: {LASTCALL} run {folder / name}' in
           result.stdout and result.returncode == 1, result)
    (folder / name).unlink()
    (folder / name).mkdir()
    result = run(*words)
    expect('no file', 'to replay' not in result.stdout and
           '    lastcall schedule 1' in result.stdout and
           result.returncode == 2 and name in result.stderr, result)
    answer = json.loads(run(*words, '--json').stdout)
    expect('no file in JSON',
           answer['findings'][0]['schedule'] == answer['findings'][0]['text'],
           answer)

    # Nor is an older file of that name this finding's.
    (folder / name).rmdir()
    (folder / name).write_text('older', encoding='utf-8')

    def nothing() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    for more in ([], ['--json']):
        result = subprocess.run(
            [LASTCALL, *words, *more], capture_output=True, text=True,
            preexec_fn=nothing, timeout=TIMEOUT_S, check=False)
        expect(f'an older file {more}', 'to replay' not in result.stdout and
               str(folder / name) not in result.stdout and
               'lastcall schedule 1' in result.stdout and
               result.returncode == 2 and
               (folder / name).read_text(encoding='utf-8') == 'older', result)


def ends_where_it_was_found() -> None:
    """One worker plays on to the end of the program (8 seeds) that shows the
    last finding, and no further."""
    for words, count in ((['--bug', 'worker_left'], 1),
                         (['--bug', 'unsent_dropped'], 1)):
        result = run('fuzz', *words, '--seed', '1', '--stop-after', str(count),
                     '--schedules', '20000', '-j1', '--json')
        answer = json.loads(result.stdout)
        last = answer['findings'][-1]['seed']
        expect(f'{words}: where it ends', len(answer['findings']) == count and
               1 + answer['schedules'] == (last // 8 + 1) * 8, answer)


def one_state(folder: Path) -> None:
    """Two explorations would write over each other's state."""
    state, lock = folder / 'kept', folder / 'kept.lock'
    words = ['explore', '--program', 'reorder_3', '--all', '--state',
             str(state)]
    with open(lock, 'w', encoding='utf-8') as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = run(*words)
    expect('a state that another has', result.returncode == 2 and
           result.stdout == '' and result.stderr == f'lastcall: --state: '
           f'{state}: another exploration keeps its state there\n', result)
    result = run(*words)
    expect('a lock that nobody holds', result.returncode == 1 and
           os.listdir(folder) == [], (result, os.listdir(folder)))
    first = Terminal('explore', '--state', str(state), STANDARD)
    is_running = first.read_up_to(r'\d+ s: \d+ states')
    result = run('explore', '--state', str(state), STANDARD)
    first.stop()
    expect('two at once', is_running and result.returncode == 2 and
           'another exploration' in result.stderr and
           os.listdir(folder) == ['kept'], (first.said, result))


def twice(folder: Path) -> None:
    """timeout(1) tells the program and then its group: one wish. The summary
    is there."""
    process = subprocess.Popen(
        [LASTCALL, 'campaign', str(folder), '--for', '1h'], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    assert process.stderr is not None
    process.stderr.readline()  # version and seed: now it can be told
    # It finds both when it is woken: of a thread and of a process they are not
    # merged into one, and how long this script takes does not matter.
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    told = ctypes.CDLL(None).tgkill(process.pid, process.pid, signal.SIGINT)
    os.killpg(process.pid, signal.SIGINT)
    process.send_signal(signal.SIGCONT)
    output, _ = process.communicate(timeout=TIMEOUT_S)
    expect('told twice', told == 0 and process.returncode in (0, 1, 2) and
           'interrupted; the same command goes on' in output,
           (process.returncode, output))


def goes_on(folder: Path) -> None:
    """Of a campaign that goes on, what is this start's and what is of all."""
    first = Terminal('campaign', str(folder), '--seed', '1')
    expect('the first start', first.read_up_to(
        r'\d+ s: \d+ schedules?, \d+/s, [\d.]+ virtual days, \d+ rules?'),
           first.said)
    first.stop()
    before = json.loads(run('report', '--json', str(folder)).stdout)
    second = Terminal('campaign', str(folder))
    pattern = (r'\d+ s: (\d+) schedules?, \d+/s, [\d.]+ virtual days in this '
               r'start; in all (\d+) schedules, \d+ rules')
    is_said = second.read_up_to(pattern)
    second.stop()
    found = re.search(pattern, second.said)
    expect('the second start', is_said and found is not None and
           int(found.group(2)) - int(found.group(1)) == before['schedules'],
           (before['schedules'], second.said))


def plain_numbers() -> None:
    """Texts for people have no exponents."""
    exponent = re.compile(r'\d[eE][-+]\d')
    for words in (['fuzz', '--seed', '1', '--schedules', '3000'],
                  ['fuzz', '--seed', '1', '--schedules', '3000', '--bug',
                   'worker_left'],
                  ['explore', '--program', 'reorder_3', '--all'],
                  ['bench', 'schedulers', '--program', 'reorder_20',
                   '--sampler', 'urw'],
                  ['bench', 'bugs', '--bug', 'worker_left', '--trials', '2']):
        result = run(*words)
        expect(f'{words}: plain numbers', result.returncode in (0, 1) and
               re.search(r'\d', result.stdout) is not None and
               exponent.search(result.stdout) is None, result)


def benches(folder: Path) -> None:
    """The scripts of bench/ end quietly when they are told to."""
    tools = folder / 'bin'
    tools.mkdir()
    began = folder / 'began'
    os.mkfifo(began)
    slow = tools / 'spin'  # it stands for all that they start
    slow.write_text(f'#!/bin/sh\necho >{began}\nexec sleep 1000\n',
                    encoding='utf-8')
    slow.chmod(0o755)
    for script in ('explore_spin', 'explore_zoo'):
        heard = os.open(began, os.O_RDWR)  # nobody waits for its other end
        process = subprocess.Popen(
            [sys.executable, f'bench/{script}.py', str(slow)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, 'PATH': f'{tools}:{os.environ["PATH"]}'})
        ended = os.pidfd_open(process.pid)
        select.select([heard, ended], [], [], TIMEOUT_S)
        os.killpg(process.pid, signal.SIGINT)
        _, remarks = process.communicate(timeout=TIMEOUT_S)
        os.close(heard)
        os.close(ended)
        expect(f'{script} is told to stop', process.returncode == 130 and
               remarks == '', (process.returncode, remarks))
    for words, said in (([str(folder / 'none')], str(folder / 'none')),
                        ([LASTCALL, 'no_such_bug'], 'no_such_bug')):
        result = subprocess.run(
            [sys.executable, 'bench/explore_zoo.py', *words], text=True,
            capture_output=True, timeout=TIMEOUT_S, check=False)
        expect(f'explore_zoo {words}', result.returncode == 1 and
               result.stderr.count('\n') == 1 and said in result.stderr and
               'No such file' in result.stderr, result)
    result = subprocess.run(
        [sys.executable, 'bench/explore_zoo.py', LASTCALL,
         'starter_wakes_one', '--memory', '1'], text=True, capture_output=True, timeout=TIMEOUT_S,
        check=False)
    expect('explore_zoo says when its memory is used up',
           result.returncode == 1 and
           'the 1 MiB were used up |' in result.stdout, result)


numbers()
inferences_that_count()
plain_numbers()
ends_where_it_was_found()
parts = [names, output_files, schedule_files, folders, full_disk,
         findings_that_stay, twice, benches]
if has_terminals():
    parts += [one_state, goes_on]
    progress()
for part in parts:
    with tempfile.TemporaryDirectory() as name:
        part(Path(name))
sys.exit(1 if problems else 0)
