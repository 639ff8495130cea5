"""The commands as scripts use them: exit status, --json, round trips, a search
whose result does not depend on the number of workers, a campaign that is
killed."""

import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from story import (BROKEN, LASTCALL, MANUAL, STANDARD, TIMEOUT_S, expect,
                   problems, run)


def options_by_command(page: str) -> dict[str, set[str]]:
    """Of a manual page's section COMMANDS: what stands in the headings, and in
    the lines that a paragraph hangs on."""
    commands: dict[str, set[str]] = {}
    options: set[str] = set()
    is_tag = False
    body = page[page.index('.SH COMMANDS'):page.index('.SH EXIT STATUS')]
    for line in body.splitlines():
        if line.startswith('.SS '):
            options = commands.setdefault(line.split()[1], set())
        if is_tag or line.startswith('.SS '):
            options |= {found.replace('\\', '') for found in re.findall(
                r'(?<![a-z])\\-(?:\\-)?[a-z]+(?:\\-[a-z]+)*', line)}
        is_tag = line == '.TP'
    return commands


def children(parent: int) -> list[int]:
    """The processes that one has made and that are still there."""
    found = []
    for path in Path('/proc').glob('[0-9]*/stat'):
        try:
            words = path.read_text(encoding='utf-8').rpartition(')')[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        if int(words[1]) == parent:
            found.append(int(path.parent.name))
    return found


result = run('run', STANDARD)
expect('held is 0', result.returncode == 0, result)
result = run('run', BROKEN)
expect('broken is 1', result.returncode == 1, result)
result = run('run', '--twice', BROKEN)
expect('two plays agree', result.returncode == 1, result)
result = run('run', '--json', BROKEN)
answer = json.loads(result.stdout)
expect('run --json', answer['verdict'] == 'broken' and
       re.fullmatch('[0-9a-f]{16}', answer['hash']) is not None, answer)
expect('what decided', 0 <= answer['record'] < answer['records'] and
       answer['rule'] == 'CLEAN-16' and answer['rule'] in answer['rules'],
       answer)
held = json.loads(run('run', '--json', STANDARD).stdout)
expect('nothing decided', held.keys() == answer.keys() and
       (held['verdict'], held['rule'], held['rules'], held['record']) ==
       ('held', None, [], None) and held['warnings'] == {'count': 0}, held)
result = run('run', '--trace', 'text', STANDARD)
expect('a trace of many lines', len(result.stdout.splitlines()) > 100, result)
expect('rules', 'CLEAN-16' in run('rules').stdout)
planted = {path.parent.name for path in Path('corpus/zoo').glob('*/bug.patch')}
lines = run('zoo', 'list').stdout.splitlines()
expect('zoo list', {line.split()[0] for line in lines} == planted and
       all(len(line.split()) > 2 for line in lines), lines)
zoo = Path('corpus/zoo/README.md').read_text(encoding='utf-8')
for path in Path('corpus/zoo').glob('*/README.md'):
    rows = re.findall(r'^\| (\w[\w ]*) \|', path.read_text(encoding='utf-8'),
                      re.M)
    expect(f'rows of {path} are explained', len(rows) > 3 and all(
        f'**{row}**' in zoo for row in rows), rows)
plants = json.loads(run('zoo', '--json').stdout)['plants']
expect('zoo --json', {plant['id'] for plant in plants} == planted, plants)
for plant in plants:
    result = run('zoo', plant['id'])
    expect('zoo ' + plant['id'], result.returncode == 0 and
           plant['told'] in result.stdout and
           plant['breaks'] in result.stdout and
           all(run('rules', rule).returncode == 0 for rule in
               plant['breaks'].split(', ')), result)
result = run('zoo', '--json', 'worker_left')
expect('zoo --json ID', [plant['id'] for plant in json.loads(
    result.stdout)['plants']] == ['worker_left'], result)
result = run('zoo', 'no_such_bug')
expect('no such bug', result.returncode == 2 and 'no_such_bug' in
       result.stderr, result)
for word in ('CLEAN-16', 'clean-16', 'Clean-16'):
    expect(f'rules {word}', run('rules', word).stdout.startswith('CLEAN-16\n'))
for word, hint in (('clean16', 'is CLEAN-16 meant?'),
                   ('CLEAN_16', 'is CLEAN-16 meant?'),
                   ('zlean-16', '`lastcall rules` lists them'),
                   ('fault-9', 'checked are FAULT'),
                   ('14', '`lastcall rules` lists them')):
    result = run('rules', word)
    expect(f'rules {word}', result.returncode == 2 and result.stderr ==
           f"lastcall: rules: no rule '{word}'; {hint}\n", result)
result = run('rules', 'clean-99')
expect('rules of an area', ' CLEAN-16 ' in result.stderr and
       'LOAD' not in result.stderr, result)
expect('rules --json', len(json.loads(run('rules', '--json').stdout)['rules'])
       > 40)

# What --help lists and what the manual page explains is the same.
result = run('--help')
listed = set(re.findall(r'^  (\w+) ', result.stdout, re.M))
expect('--help', result.returncode == 0 and len(listed) >= 10, result)
page = Path(MANUAL).read_text(encoding='utf-8')
part = page[page.index('.SS run'):page.index('.SS fuzz')]
members = json.loads(run('run', '--json', BROKEN).stdout)
expect('members of run --json', all(
    re.search(fr'\b{name}\b', part) for name in members), members)
explained = options_by_command(page)
searching = page[page.index('.SS fuzz'):page.index('.SS shrink')]
expect('commands of the manual page', set(explained) == listed,
       (sorted(explained), sorted(listed)))
for option in ('-h, --help', '--version'):
    expect(f'{option} has its line', f'\n  {option} ' in result.stdout)
for option in ('--help', '--version'):
    expect(f'{option} works', run(option).returncode == 0 and
           option.replace('-', r'\-') in page, result)
for command in sorted(listed):
    result = run(command, '--help')
    expect(f'{command} --help', result.returncode == 0 and
           result.stdout.startswith('usage: lastcall ' + command), result)
    names = re.findall(r'^  (?:(-[a-z])(?:, )?)?(--[a-z][a-z-]*)? ',
                       result.stdout, re.M)
    offered = {name for pair in names for name in pair if name}
    expect(f'{command} -h', {'-h', '--help'} < offered | {''} and
           run(command, '-h').stdout == result.stdout, offered)
    offered -= {'-h', '--help'}
    expect(f'options of {command}: --help and the manual page',
           offered == explained.get(command), (offered, explained))
    for option in offered:
        # Without a value, or with one that a flag can't have.
        is_long = option.startswith('--')
        result = run(command, option + '=' if is_long else option)
        expect(f'{command} knows {option}', result.returncode == 2 and
               re.search(f'{option}\\S*: ', result.stderr) is not None,
               result)

with tempfile.TemporaryDirectory() as folder:
    compact = os.path.join(folder, 's.bin')
    text = os.path.join(folder, 's.lc')
    run('convert', BROKEN, '-o', compact)
    run('convert', compact, '-o', text)
    expect('text to bytes and back', Path(text).read_text(encoding='utf-8') ==
           Path(BROKEN).read_text(encoding='utf-8'))
    small = os.path.join(folder, 'small.lc')
    result = run('shrink', BROKEN, '-o', small)
    expect('shrink', result.returncode == 0 and
           run('run', '--expect', small).returncode == 0, result)
    result = run('shrink', '--json', BROKEN)
    answer = json.loads(result.stdout)
    expect('shrink --json', answer['text'] == Path(small).read_text(
        encoding='utf-8') and answer['rule'] == 'CLEAN-16' and
        answer['calls'] < answer['calls_before'], answer)
    result = run('shrink', '--json', '-o', '-', BROKEN)
    expect('shrink --json -o -', result.returncode == 2 and
           result.stdout == '', result)

    # A bug of another build goes through `convert`.
    strange = Path(BROKEN).read_text(encoding='utf-8').replace(
        'unsent_dropped', 'of_another_build')
    Path(folder, 'strange.lc').write_text(strange, encoding='utf-8')
    run('convert', os.path.join(folder, 'strange.lc'), '-o', compact)
    result = run('convert', compact)
    expect('convert a bug of another build', result.stdout == strange, result)
    expect('run a bug of another build', run('run', compact).returncode == 2)
    strange = Path(BROKEN).read_text(encoding='utf-8').replace(
        'CLEAN-16', 'OTHER-1')
    Path(folder, 'strange.lc').write_text(strange, encoding='utf-8')
    run('convert', os.path.join(folder, 'strange.lc'), '-o', compact)
    result = run('convert', compact)
    expect('convert a rule of another build', result.stdout == strange, result)
    result = run('run', compact)
    expect('run a rule of another build', result.returncode == 2 and
           "no rule 'OTHER-1'" in result.stderr, result)

    # The schedules of the zoo are as short as the shrinker can make them. One
    # sends what its card says is lost, and the rule breaks without, too.
    for minimal in sorted(Path('corpus/zoo').glob('*/minimal.lc')):
        result = run('shrink', str(minimal), '-o', small)
        counts = re.search(r'(\d+) calls? and (\d+) switch(?:es)?, now '
                           r'(\d+) and (\d+)', result.stderr)
        before, after = (counts.group(1, 2), counts.group(3, 4)) \
            if counts else ((), (0,))
        if minimal.parent.name == 'unsent_dropped':
            after = (str(int(after[0]) + 1), *after[1:])
        expect(f'{minimal} is minimal', before == after, result)

    # What is to be typed to see it again can be typed.
    odd = os.path.join(folder, "it's a file.lc")
    Path(odd).write_bytes(Path(BROKEN).read_bytes())
    result = run('run', '--json', '--inferences', odd)
    words = shlex.split(json.loads(result.stdout)['replay'])
    expect('a replay line', words[0] == LASTCALL and odd in words and
           run(*words[1:]).stdout.startswith('broken'), words)

    # What comes through a pipe can't be named again.
    for path in ('-', '/dev/stdin', '/dev/fd/0'):
        with open(BROKEN, encoding='utf-8') as file:
            result = subprocess.run([LASTCALL, 'run', path], text=True,
                                    stdin=file, capture_output=True,
                                    timeout=TIMEOUT_S, check=False)
        expect(f'no replay line for {path}', result.returncode == 1 and
               'to replay: save the schedule and run it\n' in result.stdout,
               result)
    for path in ('-', '/dev/stdin', '/proc/self/fd/0'):
        result = subprocess.run(
            [LASTCALL, 'run', path], text=True, capture_output=True,
            input=Path(BROKEN).read_text(encoding='utf-8'),
            timeout=TIMEOUT_S, check=False)
        expect(f'a pipe is read by {path}', result.returncode == 1 and
               'to replay: save the schedule and run it\n' in result.stdout,
               result)

    strange = os.path.join(os.fsencode(folder), b'-\xff.lc')
    Path(os.fsdecode(strange)).write_bytes(Path(BROKEN).read_bytes())
    program = os.path.abspath(LASTCALL)
    answer = json.loads(subprocess.run(
        [program, 'run', '--json', '--', b'-\xff.lc'], cwd=folder,
        capture_output=True, check=False).stdout)
    expect('a path that is not UTF-8', answer['replay'] ==
           f"{program} run ./'-?.lc'", answer)

    # What is found does not depend on how many look for it.
    seen = []
    for jobs in (['-j1'], ['--jobs', '3']):
        where = os.path.join(folder, 'jobs' + jobs[-1])
        result = run('fuzz', '--bug', 'work_before_zero', '--seed', '5',
                     '--schedules', '400', *jobs, '-o' + where, '--json')
        answer = json.loads(result.stdout)
        expect('not interrupted', answer['interrupted'] is False, answer)
        expect('400 schedules', answer['schedules'] == 400, answer)
        expect('members of fuzz --json', all(
            re.search(fr'\b{name}\b', searching) for name in (
                *answer, *answer['statistics'],
                *answer['statistics']['pct'][0],
                *answer['findings'][0], *answer['findings'][0]['share'])),
            answer)
        expect('no bound where something broke',
               answer['statistics']['bound_schedules'] is None, answer)
        seen.append((sorted(os.listdir(where)), answer['records'],
                     answer['statistics']))
    expect('one worker or three', seen[0] == seen[1], seen)

    dlls = Path(LASTCALL).resolve().parent / 'tests/data'
    if (dlls / 'unsteady.dll').exists():
        # A DLL that does something else each time: that is said, and by what
        # to find it again.
        unsteady = f'filter={dlls / "unsteady.dll"}'
        result = run('fuzz', '--seed', '1', '--schedules', '10000', '--jobs',
                     '2', '--provider', unsteady, '--json')
        seen = [finding['differed'] for finding in
                json.loads(result.stdout)['findings']]
        expect('two plays differed', result.returncode == 3 and
               seen == [True] and 'differed' in result.stderr, result)
        where = os.path.join(folder, 'unsteady')
        result = run('campaign', where, '--seed', '1', '--schedules', '10000',
                     '--jobs', '2', '--provider', unsteady)
        line = re.search(r'two plays of seed (\d+) differed; to look for it '
                         r'again: (\S*lastcall fuzz .*)', result.stderr)
        expect('two plays differed in a campaign', result.returncode == 3 and
               line is not None and 'findings/FAULT-' in result.stderr, result)
        if line is not None:
            again = run(*shlex.split(line.group(2))[1:])
            expect('what to type to look for it again',
                   again.returncode in (0, 1, 3) and
                   f'seed {line.group(1)}\n' in again.stderr and
                   again.stdout.startswith('1 schedule, '), again)
        result = run('report', where)
        expect('report', 'two plays differed' in result.stdout, result)

        # One that breaks no rule, and no two plays of it are the same: some of
        # the schedules are played twice for that.
        counting = f'filter={dlls / "counting.dll"}'
        words = ('fuzz', '--seed', '1', '--schedules', '1024', '--jobs')
        result = run(*words, '1', '--provider', counting, '--json')
        answer = json.loads(result.stdout)
        expect('nothing broke, and two plays differed',
               result.returncode == 3 and answer['findings'] == [] and
               answer['twice'] == 16 and 0 < answer['differed'] <= 16, result)
        first = answer['differed_seed']
        line = re.search(fr'two plays of seed {first} differed; to look for it '
                         r'again: (\S*lastcall fuzz .*)', result.stderr)
        expect('the line for it', line is not None and
               result.stderr.count('two plays of seed') == 1, result)
        if line is not None:
            again = run(*shlex.split(line.group(1))[1:])
            expect('it differs again', again.returncode == 3 and
                   '1 of 1 schedule that was played twice differed' in
                   again.stdout and 'no rule was broken' in again.stdout, again)
        result = run(*words, '2', '--provider', counting, '--json')
        both = json.loads(result.stdout)
        expect('two workers say the same', result.returncode == 3 and
               both['differed_seed'] == first and both['twice'] == 16, result)
        where = os.path.join(folder, 'counting')
        for until in ('1024', '1032'):  # the second start says it, too
            result = run('campaign', where, '--seed', '1', '--schedules', until,
                         '--jobs', '2', '--provider', counting)
            expect('two plays differed in a campaign',
                   result.returncode == 3 and
                   f'two plays of seed {first} differed' in result.stderr and
                   re.search(r'\b\d+ of 16 schedules that were played twice '
                             'differed', result.stdout) is not None, result)
        answer = json.loads(run('report', where, '--json').stdout)
        expect('the report says it', answer['twice'] == 16 and
               answer['differed'] > 0 and answer['differed_seed'] == first,
               answer)
        one = os.path.join(folder, 'one.lc')
        Path(one).write_text('lastcall schedule 1\nprocess A\n  thread a\n'
                             '    WSAStartup 2.2\n    s = socket stream\n',
                             encoding='utf-8')
        result = run('explore', one, '--provider', counting)
        expect('nothing is proved of it', result.returncode == 3 and
               'proved' not in result.stdout and
               f'two plays of {one} differed' in result.stderr, result)
        result = run('run', one, '--provider', counting)
        expect('a first trial that differs', result.returncode == 3 and
               result.stdout.startswith('held\n') and
               'two plays of a first trial differed' in result.stderr, result)
        result = run('explore', one, '--provider', f'filter={dlls.parents[1] / "examples/passlayer/passlayer.dll"}')
        expect('one that does the same each time', result.returncode == 0 and
               'differed' not in result.stderr, result)

        # Told to end while a first trial takes its time.
        for words in (['fuzz', '--seed', '1'],
                      ['campaign', os.path.join(folder, 'trial')],
                      ['explore', one]):
            process = subprocess.Popen(
                [LASTCALL, *words, '--provider',
                 f'filter={dlls / "endless.dll"}'], text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while process.poll() is None and not children(process.pid):
                pass
            process.send_signal(signal.SIGINT)
            output, remarks = process.communicate(timeout=TIMEOUT_S)
            # Nothing held, where nothing was played to its end.
            is_search = words[0] != 'explore'
            last = output.splitlines()[-1]
            expect(f'{words[0]}: a first trial is interrupted',
                   process.returncode == (2 if is_search else 0) and
                   'interrupted' in output and
                   'no rule was broken' not in output and is_search == (
                       last == 'nothing was judged: no schedule came to its '
                       'end') and is_search == (
                       f'lastcall: {last}' == remarks.splitlines()[-1]),
                   (process.returncode, output, remarks))
        report = run('report', os.path.join(folder, 'trial'))
        expect('a report of nothing', report.returncode == 0 and
               'no rule was broken' not in report.stdout and
               report.stdout.endswith('\nnothing was judged: no schedule came '
                                      'to its end\n'), report)
        result = run('run', '--provider', f'filter={dlls / "endless.dll"}', one)
        expect('where a DLL does not come back', 'remark: filter did not come '
               'back from WSPSocket in a first trial; each ' in result.stderr,
               result)

        # Code that never comes back is seen by the watchdog, before a signal
        # ends the worker (FUZZ_WORKER_CPU_SECONDS). When the search is told to
        # end, what was found is played once more, and not shrunk: that would
        # take many plays. Two children are a worker, and who plays the finding.
        words = ['fuzz', '--seed', '1', '--jobs', '1', '--provider',
                 f'filter={dlls / "endless.dll"}', '--json']
        process = subprocess.Popen([LASTCALL, *words], text=True,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        while process.poll() is None and len(children(process.pid)) < 2:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output, remarks = process.communicate(timeout=TIMEOUT_S)
        answer = json.loads(output)
        findings = answer['findings']
        expect('it hangs', process.returncode == 1 and answer['interrupted'] and
               [(one['rule'], one['replayed'], one['signal'])
                for one in findings] == [('FAULT', True, 0)] and
               findings[0]['calls'] > 2 and not findings[0]['shrunk'] and
               1 <= findings[0]['count'] <= answer['schedules'],
               (output, remarks))

    # Told to stop, with all its workers: that is no finding.
    def told_to_stop(*words: str) -> tuple[int, str]:
        process = subprocess.Popen([LASTCALL, *words, '--seed', '5', '--jobs',
                                    '2'], text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE,
                                   start_new_session=True)
        assert process.stderr is not None
        process.stderr.readline()  # version and seed: now it can be told
        os.killpg(process.pid, signal.SIGTERM)
        output, _ = process.communicate(timeout=TIMEOUT_S)
        return process.returncode, output

    lines = [run('fuzz', '--seed', '7', '--schedules', '4000', '--jobs',
                 jobs).stdout.split('\n')[1:] for jobs in ('1', '2')]
    expect('what a search has seen', lines[0] == lines[1] and all(
        any(re.search(words, line) for line in lines[0]) for words in (
            'states of the model, [0-9]+ pairs of steps', 'Good-Turing',
            r'PCT in .* 1/\(n k\^\(d-1\)\) .* where d is 3',
            r'one program in 166 .* one of them in 1333 \(3/N\)')), lines)
    result = run('fuzz', '--seed', '7', '--schedules', '800', '--sampler',
                 'urw')
    expect('no PCT, no guarantee', 'Good-Turing' in result.stdout and
           'PCT' not in result.stdout, result)

    status, output = told_to_stop('fuzz', '--seconds', '60')
    # Before the first schedule, on a machine that is busy.
    is_empty = output.startswith('0 schedules')
    expect('told to stop', status == (2 if is_empty else 0) and
           ('no rule was broken' in output) != is_empty and
           'interrupted' in output, output)
    status, output = told_to_stop('fuzz', '--seconds', '60', '--json')
    answer = json.loads(output)
    expect('told to stop, --json', answer['interrupted'] is True and
           status == (0 if answer['schedules'] > 0 else 2), output)
    where = os.path.join(folder, 'stopped')
    status, output = told_to_stop('campaign', where, '--for', '60')
    expect('a campaign told to stop', 'interrupted' in output and
           status == (2 if 'nothing was judged' in output else 0), output)
    status, output = told_to_stop('campaign', where, '--json')
    answer = json.loads(output)
    expect('a campaign told to stop, --json', answer['interrupted'] is True and
           status == (0 if answer['schedules'] > 0 else 2) and
           answer['schedules_now'] <= answer['schedules'], answer)

    # A campaign that has played nothing is bound to nothing.
    where = os.path.join(folder, 'fresh')
    result = run('campaign', where, '--bug', 'no_such_bug' + 70 * 'x')
    expect('a campaign of no bug', result.returncode == 2 and
           'no_such_bug' in result.stderr, result)
    result = run('campaign', where, '--provider', f'tcp={LASTCALL}')
    expect('a campaign of no layer', result.returncode == 2, result)
    result = run('campaign', where, '--bug', 'worker_left', '--schedules',
                 '100', '--json')
    expect('then one that has a bug', result.returncode == 1 and
           json.loads(result.stdout)['settings']['bug'] == 'worker_left',
           result)

    # One of a kind is no plural.
    result = run('fuzz', '--bug', 'worker_left', '--seed', '1',
                 '--schedules', '200', '--stop-after', '1', '--jobs', '1')
    expect('1 finding', re.search(r'^\d+ schedules?, .*, 1 finding, ',
                                  result.stdout) is not None and
           not re.search(r'\b1 (schedules|calls|switches|times|findings)\b',
                         result.stdout), result)

    # What a schedule expects is said even when nobody asks for it.
    stale = os.path.join(folder, 'stale.lc')
    Path(stale).write_text(re.sub(
        'plant .*\n', '', Path(BROKEN).read_text(encoding='utf-8')),
        encoding='utf-8')
    result = run('run', stale)
    expect('another outcome than expected', result.returncode == 0 and
           'expected broken CLEAN-16, got held' in result.stderr, result)

    # A campaign that is killed again and again loses and repeats nothing.
    campaign = os.path.join(folder, 'campaign')
    words = [LASTCALL, 'campaign', campaign, '--bug', 'unsent_dropped',
             '--schedules', '60000', '--seed', '1', '--jobs', '2']
    totals = [0]
    for kill in range(6):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(0.1 + 0.07 * kill)
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(0.1)
        ledger = os.path.join(campaign, 'ledger.sqlite')
        if os.path.exists(ledger):
            with closing(sqlite3.connect(ledger)) as connection:
                try:
                    totals.append(connection.execute(
                        'SELECT total(schedules) FROM chunk').fetchone()[0])
                except sqlite3.OperationalError:
                    pass  # killed before the tables were made
    expect('totals never fall', totals == sorted(totals), totals)
    finished = subprocess.run(words, capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)
    with closing(sqlite3.connect(
            os.path.join(campaign, 'ledger.sqlite'))) as ledger:
        chunks = ledger.execute(
            'SELECT first, next, schedules FROM chunk ORDER BY first'
        ).fetchall()
        found = ledger.execute('SELECT rule, count FROM finding').fetchall()
        sound = ledger.execute('PRAGMA integrity_check').fetchone()[0]
    says = finished.stdout.splitlines()
    expect('a campaign says what it has found', finished.returncode == 1 and
           ', 1 finding' in says[0].split(' rules exercised')[1:] and
           re.fullmatch(r'broken CLEAN-16, (\d+) times: (.*/findings/.*\.lc)',
                        says[-1]) is not None and
           os.path.exists(says[-1].split(': ', 1)[1]), finished)
    expect('60000 schedules', sum(chunk[2] for chunk in chunks) == 60000,
           (chunks, finished.stderr))
    expect('no seed is left out or played twice', all(
        chunk[1] == after[0] for chunk, after in zip(chunks, chunks[1:])),
        chunks)
    expect('one bug, one finding', [rule for rule, _ in found] == ['CLEAN-16']
           and found[0][1] > 100 and sound == 'ok', (found, sound))
    expect('nothing is left beside the ledger', not [
        name for name in os.listdir(campaign) if name.endswith('-wal')])

    # A campaign of somebody else, to be read only. Nobody may write for root.
    aside = os.path.join(folder, 'else % where?')
    shutil.copytree(campaign, aside)
    report = run('report', campaign)
    expect('report', report.returncode == 0 and 'CLEAN-16' in report.stdout,
           report)
    answer = json.loads(run('report', '--json', campaign).stdout)
    shown = [(finding['rule'], finding['count']) for finding in
             answer['findings']]
    expect('report --json', shown == found and
           answer['schedules'] == 60000 and
           answer['statistics']['watched'] > 7000 and
           'Good-Turing' in report.stdout and
           answer['settings']['bug'] == 'unsent_dropped' and
           answer['settings']['seed'] == 1 and
           answer['settings']['inferences'] is False, answer)
    os.chmod(folder, 0o755)
    os.chmod(aside, 0o555)
    reader = {'user': 65534, 'group': 65534} if os.getuid() == 0 else {}
    if not reader or all(os.stat(part).st_mode & 0o001
                         for path in (LASTCALL, aside)
                         for part in Path(path).resolve().parents):
        result = subprocess.run(
            [os.path.abspath(LASTCALL), 'report', aside], text=True,
            capture_output=True, timeout=TIMEOUT_S, check=False, **reader)
        expect('a report of what only can be read', result.returncode == 0 and
               result.stdout.count('\n') == report.stdout.count('\n'), result)
    os.chmod(aside, 0o755)
    result = run('fuzz', '--world', os.path.join(campaign, 'world.lc'),
                 '--seed', '1', '--schedules', '50')
    expect('the world of a campaign can be searched', result.returncode == 0,
           result)
    changed = subprocess.run([*words, '--seed', '9'], capture_output=True,
                             text=True, timeout=TIMEOUT_S, check=False)
    expect('another seed is refused', changed.returncode == 2 and
           'seed' in changed.stderr, changed)

sys.exit(1 if problems else 0)
