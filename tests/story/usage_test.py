"""What somebody meets who uses the program: limits that are told, output that
can't be written, signals that come twice, folders that are something else."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from story import LASTCALL, MANUAL, TIMEOUT_S, expect, problems, run


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


numbers()
with tempfile.TemporaryDirectory() as name:
    output_files(Path(name))
progress()
sys.exit(1 if problems else 0)
