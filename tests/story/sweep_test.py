"""Each call that can fail in a schedule of the corpus fails once: the correct
stack goes on, all drains, and nothing is left behind. The zoo's schedules are
swept without their bugs."""

import json
import re
import sys
import tempfile
from pathlib import Path

from story import expect, problems, run

# The kinds of faults that some schedule meets; threads are of hosted DLLs alone.
KINDS = ['alloc', 'load', 'proc', 'startup', 'upcall', 'event', 'net']


def swept(path: Path, text: str, folder: str) -> dict:
    """What the sweep of a schedule says, without what it expects."""
    file = Path(folder) / 'swept.lc'
    file.write_text(text, encoding='utf-8')
    result = run('fuzz', '-j', '1', '--sweep', str(file), '--json')
    expect(f'{path}: its sweep ends', result.stdout.startswith('{'), result)
    answer = json.loads(result.stdout)
    answer['status'] = result.returncode
    return answer


def all_holds(folder: str) -> None:
    """No rule is broken, nothing is warned of (a leak on a start that fails is
    such a warning), and all schedules come to their end."""
    paths = sorted(Path('corpus').glob('*/*.lc')) + \
        sorted(Path('corpus/zoo').glob('*/*.lc'))
    kinds = dict.fromkeys(KINDS, 0)
    sites = 0
    for path in paths:
        text = path.read_text(encoding='utf-8')
        if path.parts[1] != 'zoo' and 'expect\n  held' not in text:
            continue
        text = re.sub(r'(?m)^ *plant .*\n', '', text)
        answer = swept(path, text.split('\nexpect\n')[0] + '\n', folder)
        expect(f'{path}: a fault breaks nothing', answer['status'] == 0 and
               answer['findings'] == [] and answer['unspecified'] == 0 and
               answer['warnings']['rules'] == [] and not answer['cut'] and
               answer['schedules'] == answer['swept'] + 1 and
               answer['swept'] == sum(answer['sites'].values()), answer)
        sites += answer['swept']
        for kind in KINDS:
            kinds[kind] += answer['sites'][kind]
    expect('there is much to sweep', len(paths) > 40 and sites > 1000 and
           all(kinds.values()), (len(paths), sites, kinds))


def a_leak_is_noticed(folder: str) -> None:
    """A sweep of the standard schedule finds what goes wrong with a fault only:
    with these bugs nothing is as long as nothing fails."""
    path = Path('corpus/seed/standard.lc')
    text = path.read_text(encoding='utf-8').split('\nexpect\n')[0] + '\n'
    for bug in ('error_lost', 'library_kept'):
        planted = text.replace('peer sink\n', f'peer sink\n  plant {bug}\n')
        answer = swept(path, planted, folder)
        alone = run('run', str(Path(folder) / 'swept.lc'))
        expect(f'{bug} is noticed', answer['status'] == 1 and
               answer['findings'] != [] and alone.returncode == 0, answer)


with tempfile.TemporaryDirectory() as temporary:
    all_holds(temporary)
    a_leak_is_noticed(temporary)

sys.exit(1 if problems else 0)
