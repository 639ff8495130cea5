"""What somebody meets who uses the program: limits that are told, output that
can't be written, signals that come twice, folders that are something else."""

import re
import sys
from pathlib import Path

from story import MANUAL, expect, problems, run


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


numbers()
sys.exit(1 if problems else 0)
