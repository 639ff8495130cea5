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

LASTCALL = sys.argv[1]
STANDARD = 'corpus/seed/standard.lc'
MANUAL = 'docs/lastcall.1'
BROKEN = 'corpus/zoo/unsent_dropped/minimal.lc'
TIMEOUT_S = 200
problems = []


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([LASTCALL, *words], capture_output=True, text=True,
                          timeout=TIMEOUT_S, check=False)


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


def expect(name: str, fact: bool, shown: object = '') -> None:
    if not fact:
        problems.append(name)
        print(f'{name}: {str(shown)[-600:]}')


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

    # All orders: a proof, or a schedule that shows what breaks.
    few = os.path.join(folder, 'few.lc')
    Path(few).write_text('lastcall schedule 1\nprocess A\n' + ''.join(
        f'  thread {name}\n    WSAStartup 2.2\n    WSACleanup\n'
        for name in 'ab'), encoding='utf-8')
    result = run('explore', few)
    expect('explore proves', result.returncode == 0 and
           result.stdout.startswith('proved'), result)
    result = run('explore', '--depth', '3', '--strict-exit', '--json', few)
    answer = json.loads(result.stdout)
    expect('explore within a bound', result.returncode == 1 and
           (answer['verdict'], answer['bound']) == ('bounded', 'depth'),
           answer)
    again = os.path.join(folder, 'again.lc')
    Path(again).write_text(
        'lastcall schedule 1\nprocess A\n  thread a\n    WSAStartup 2.2\n'
        '    s = socket stream\n    closesocket s\n    t = socket stream\n'
        '    WSACleanup\n', encoding='utf-8')
    ends = [json.loads(run('explore', '--json', *more, again).stdout)['ends']
            for more in ((), ('--values',))]
    expect('explore, a handle that comes again', ends[0] < ends[1], ends)
    # Interrupted, it goes on from a file, and comes to the same.
    two = os.path.join(folder, 'two.lc')
    Path(two).write_text('lastcall schedule 1\nprocess A\n' + ''.join(
        f'  thread {name}\n    WSAStartup 2.2\n    {name}1 = socket stream\n'
        '    WSACleanup\n' for name in 'ab'), encoding='utf-8')
    answers = [json.loads(run('explore', '--order', 'depth', '--jobs', jobs,
                              '--json', two).stdout) for jobs in ('1', '3')]
    for answer in answers:
        for member in ('depth', 'memory_bytes', 'seconds'):
            del answer[member]
    expect('explore by several processes', answers[0] == answers[1] and
           answers[0]['verdict'] == 'proved', answers)
    for more in (['--order', 'breadth'], ['--order', 'depth', '--all'],
                 ['--order', 'depth', '--state', two + '.state']):
        result = run('explore', '--jobs', '2', *more, two)
        expect(f'explore --jobs with {more}', result.returncode == 2 and
               result.stderr.count('\n') == 1 and '--jobs' in result.stderr,
               result)
    for order in ('breadth', 'depth'):
        kept = os.path.join(folder, order + '.state')
        words = ['explore', '--order', order, '--state', kept, two]
        pause = 0.1
        for _ in range(60):  # too soon it has no handler, too late it is over
            with subprocess.Popen([LASTCALL, *words], text=True,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as process:
                time.sleep(pause)
                process.send_signal(signal.SIGINT)
                output, remarks = process.communicate(timeout=200)
            if os.path.exists(kept):
                break
            pause *= 1.3 if process.returncode < 0 else 0.7
        expect(f'explore {order} first is told to stop',
               output.startswith('bounded') and 'goes on from' in remarks and
               os.path.exists(kept), (output, remarks))
        result = run(*words, '--values')
        expect('explore, not with other options', result.returncode == 2 and
               'other options' in result.stderr, result)
        answers = [json.loads(run(*more, '--json').stdout) for more in (
            words, ['explore', '--order', order, two])]
        expect(f'explore {order} first goes on',
               0 < answers[0]['resumed'] < answers[0]['states'] and
               answers[1]['resumed'] == 0 and
               all(answers[0][name] == answers[1][name] for name in
                   ('verdict', 'states', 'transitions', 'ends')) and
               not os.path.exists(kept), answers)
    for order in ('breadth', 'depth'):
        way = os.path.join(folder, order + '.lc')
        result = run('explore', '--order', order, '-o', way,
                     'corpus/zoo/worker_left/minimal.lc')
        expect(f'explore finds, {order} first', result.returncode == 1 and
               result.stdout.startswith('broken') and
               run('run', '--twice', '--expect', way).returncode == 0, result)
    counts = []
    for order in ('breadth', 'depth'):
        result = run('explore', '--all', '--json', '--order', order,
                     '--program', 'reorder_3')
        counts.append(json.loads(result.stdout)['states'])
    expect('explore a program', result.returncode == 1 and
           counts == [103, 103], counts)
    result = run('explore', '-o', os.path.join(folder, 'none', 'x.lc'),
                 'corpus/zoo/worker_left/minimal.lc')
    expect('what was found and could not be written is shown',
           result.returncode == 2 and 'WSAStartup' in result.stdout and
           'to replay' not in result.stdout, result)
    endless = (Path(LASTCALL).resolve().parent /
               'tests/data/endless_sleep.dll')
    if endless.exists():
        alone = os.path.join(folder, 'alone.lc')
        Path(alone).write_text(
            'lastcall schedule 1\nprocess A\n  thread a\n'
            '    WSAStartup 2.2\n    s = socket stream\n    WSACleanup\n',
            encoding='utf-8')
        result = run('explore', '--provider', f'filter={endless}', alone)
        expect('no end is no proof', result.returncode == 0 and
               result.stdout.startswith('bounded'), result)
    result = run('explore', '--memory', '1', '-o', few + '.none', STANDARD)
    expect('what explore leaves out is said', result.returncode == 0 and
           'not all orders were looked at' in result.stderr and
           'nothing written' in result.stderr and
           not os.path.exists(few + '.none'), result)
    for words in (['explore', '--order', 'depth', '--depth', '3', few],
                  ['bench', 'schedulers', '--program', 'life_cycle'],
                  ['explore', '--program', 'reorder_3', '-o', few],
                  ['explore'], ['explore', '--program', 'reorder_3', few],
                  ['explore', '--program', 'no_such_program'],
                  ['explore', '--list', few],
                  ['explore', '--list', '--program', 'reorder_3'],
                  ['explore', '--order', 'sideways', few]):
        result = run(*words)
        expect(f'{words} is refused', result.returncode == 2 and
               result.stderr.count('\n') == 1, result)

    # Which decision it was: the two steps of the card, and a schedule with
    # them swapped that holds.
    lost = 'corpus/zoo/wakeup_lost/minimal.lc'
    swapped = os.path.join(folder, 'swapped.lc')
    result = run('blame', '-o', swapped, lost)
    lines = [line.strip() for line in result.stdout.splitlines()]
    expect('blame', result.returncode == 1 and
           lines[0] == 'broken DEADLOCK' and
           '1: a in 2 socket at SetEvent@tcp' in lines and
           '2: b in 1 WSACleanup at ResetEvent@tcp' in lines and
           any(re.match(r'1 before 2 breaks it: always \(proved', line)
               for line in lines) and
           any(re.match(r'2 before 1 breaks it: never \(proved', line)
               for line in lines) and
           '2 before 1, all else as it was: held' in lines, result)
    expect('blame -o', run('run', '--twice', '--expect', swapped).returncode ==
           0 and f'swapped it holds: {LASTCALL} run {swapped}' in lines, lines)
    result = run('blame', '--json', '--seed', '3', lost)
    again = run('blame', '--json', '--seed', '3', lost)
    answer = json.loads(result.stdout)
    part = page[page.index('.SS blame'):page.index('.SS explore')]
    steps = answer['certain']['steps']
    expect('blame --json', result.returncode == 1 and
           answer['blame'] == 'order' and
           answer['schedule'] is not None and
           answer['certain']['after']['proved'] == 'always' and
           0.4 < answer['certain']['before']['chance'] < 0.6 and
           (steps['first']['thread'], steps['second']['thread']) ==
           ('a', 'b'), answer)
    expect('members of blame --json', all(
        re.search(fr'\b{name}\b', part) for members in
        (answer, answer['start'], answer['certain'], steps, steps['first'])
        for name in members), answer)
    expect('one seed, one output', result.stdout == again.stdout and
           run(*shlex.split(answer['replay'])[1:], '--json').stdout ==
           result.stdout, again)
    other = json.loads(run('blame', '--json', '--seed', '4', lost).stdout)
    expect('another seed, other orders', other['certain']['before'] !=
           answer['certain']['before'], other)
    result = run('blame', '-o', os.path.join(folder, 'none.lc'),
                 'corpus/zoo/event_not_closed/minimal.lc')
    expect('blame: not the order', result.returncode == 1 and
           'the failure does not depend on the order: certain from the start'
           in result.stdout and 'always (nothing is left to choose)' in
           result.stdout and
           'nothing written' in result.stderr and
           not os.path.exists(os.path.join(folder, 'none.lc')), result)
    result = run('blame', STANDARD)
    expect('blame: nothing breaks', result.returncode == 0 and
           result.stdout == '' and 'nothing to blame' in result.stderr, result)
    for words in (['blame', '--sampler', 'mix', lost],
                  ['blame', '--samples', '0', lost],
                  ['blame', '--json', '-o', '-', lost], ['blame']):
        result = run(*words)
        expect(f'{words} is refused', result.returncode == 2 and
               result.stderr.count('\n') == 1, result)
    long_one = subprocess.Popen(
        [LASTCALL, 'blame', '--samples', '100000', lost],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert long_one.stderr is not None
    long_one.stderr.readline()  # how far it is: now it can be told
    long_one.send_signal(signal.SIGINT)
    out, remarks = long_one.communicate(timeout=TIMEOUT_S)
    expect('blame is interrupted', long_one.returncode == 1 and
           out.startswith('broken DEADLOCK') and 'certain' not in out and
           'interrupted' in remarks, (out, remarks))
    # How far it is goes forward, whichever process says it: two lines are ten
    # seconds apart where stderr is no terminal.
    result = run('blame', '--samples', '200', '--states', '4000000',
                 'corpus/zoo/starter_wakes_one/minimal.lc')
    said = [tuple(map(int, line)) for line in re.findall(
        r'^(\d+) s: (\d+) orders? of .* at \d+ decisions?, (\d+) states?$',
        result.stderr, re.M)]
    expect('blame says how far it is', result.returncode == 1 and all(
        after[0] >= before[0] + 10 and after[1] >= before[1] and
        after[2] >= before[2] for before, after in zip(said, said[1:])),
        result)
    broken_layer = (Path(LASTCALL).resolve().parent /
                    'examples/brokenlayer/brokenlayer.dll')
    if broken_layer.exists():
        layered = os.path.join(folder, 'layered.lc')
        Path(layered).write_text(
            'lastcall schedule 1\nprocess A\n  thread a\n'
            '    WSAStartup 2.2\n    s = socket stream\n    WSACleanup\n'
            '  thread b\n    s1 = socket stream\nchoices\n'
            '  a in 2 socket at LoadLibrary@filter : run b\n',
            encoding='utf-8')
        result = run('blame', '--json', '--samples', '100', '--states', '0',
                     '--provider', f'filter={broken_layer}', layered)
        answer = json.loads(result.stdout)
        expect('blame of a DLL', result.returncode == 1 and
               answer['rule'] == 'LAYER-11' and answer['blame'] == 'order' and
               answer['certain']['after']['proved'] is None and
               answer['certain']['after']['broken'] == 100 and
               answer['certain']['steps']['rest_holds'] and
               answer['states'] == 0, result)
        ends = (Path(LASTCALL).resolve().parent / 'tests/data/exit.dll')
        result = run('blame', '--provider', f'filter={ends}', layered)
        expect('blame of a DLL that ends the process',
               result.returncode == 1 and result.stdout == '' and
               'ended the process' in result.stderr, result)

    if endless.exists():
        # Its orders go round for ever: no end, no proof.
        Path(alone).write_text(
            Path(alone).read_text(encoding='utf-8') +
            '  thread b\n    WSAGetLastError\n', encoding='utf-8')
        result = run('blame', '--samples', '3', '--provider',
                     f'filter={endless}', alone)
        expect('blame: no end is no proof', result.returncode == 1 and
               result.stdout.startswith('broken LIVELOCK') and
               'no order was found' in result.stdout and
               'breaks: all of 3 orders' in result.stdout, result)

    # The schedules of the zoo are as short as the shrinker can make them. One
    # sends what its card says is lost, and the rule breaks without, too.
    for minimal in sorted(Path('corpus/zoo').glob('*/minimal.lc')):
        result = run('shrink', str(minimal), '-o', small)
        counts = re.search(r'(\d+) calls and (\d+) switches, now (\d+) and '
                           r'(\d+)', result.stderr)
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
    with open(lost, encoding='utf-8') as file:
        result = subprocess.run([LASTCALL, 'blame', '-'], text=True,
                                stdin=file, capture_output=True,
                                timeout=TIMEOUT_S, check=False)
    expect('no replay line for blame', result.returncode == 1 and
           'to replay: save the schedule and blame it\n' in result.stdout,
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
               findings[0]['calls'] > 2 and
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
    expect('told to stop', status == 0 and 'no rule was broken' in output and
           'interrupted' in output, output)
    status, output = told_to_stop('fuzz', '--seconds', '60', '--json')
    expect('told to stop, --json', status == 0 and
           json.loads(output)['interrupted'] is True, output)
    where = os.path.join(folder, 'stopped')
    status, output = told_to_stop('campaign', where, '--for', '60')
    expect('a campaign told to stop', status == 0 and
           'interrupted' in output, output)
    status, output = told_to_stop('campaign', where, '--json')
    answer = json.loads(output)
    expect('a campaign told to stop, --json', status == 0 and
           answer['interrupted'] is True and
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
           answer['settings']['bug'] == 'unsent_dropped', answer)
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

# Schedulers on micro-programs: the seed settles what is counted.
with tempfile.TemporaryDirectory() as folder:
    page, table = (os.path.join(folder, name) for name in ('t.html', 't.csv'))
    words = ['bench', 'schedulers', '--program', 'deadlock01', '--trials',
             '20', '--json']
    answers = [json.loads(run(*words, '--jobs', jobs, '--html', page,
                              '--csv', table).stdout) for jobs in ('1', '3')]
    for answer in answers:
        for cell in answer['schedulers']:
            del cell['schedules_per_s']
    cells = answers[0]['schedulers']
    expect('bench schedulers', answers[0] == answers[1] and
           len(cells) == 10 and all(
               cell['found'] == 20 and
               cell['low'] <= cell['mean'] <= cell['high'] for cell in cells),
           answers)
    text = Path(page).read_text(encoding='utf-8')
    expect('a page by itself', '<svg' in text and 'deadlock01' in text and
           not re.search('src=|href=|url\\(', text), text)
    expect('a table', len(Path(table).read_text(
        encoding='utf-8').splitlines()) == 11)
    words = ['bench', 'schedulers', '--program', 'twostage', '--sampler',
             'rw', '--trials', '2', '--explore']
    answer = json.loads(run(*words, '--json', '--html', page).stdout)
    expect('bench explores', [
        (one['program'], one['states'], one['whole'], one['elsewhere'],
         one['elsewhere_above'])
        for one in answer['explored']] == [('twostage', 61, True, 62, None)] and
        0 < answer['explored'][0]['states_to_bug'] < 61, answer)
    expect('and counts traces', [
        (one['traces'], one['traces_whole'], one['traces_broken'],
         one['traces_elsewhere'])
        for one in answer['explored']] == [(3, True, 1, 3)], answer)
    result = run(*words, '--csv', table)
    expect('and says it', ' 61 states (elsewhere 62), 3 traces (elsewhere 3)' in
           result.stdout, result)
    expect('on the page, too', '<td>61<td>62<td>3<td>3<td>' in
           Path(page).read_text(encoding='utf-8'))
    lines = Path(table).read_text(encoding='utf-8').splitlines()
    expect('in the table, too', lines[0].endswith(',states,traces') and
           lines[1].endswith(',61,3'), lines)
    answer = json.loads(run('bench', 'schedulers', '--program', 'reorder_20',
                            '--sampler', 'rw', '--trials', '1', '--explore',
                            '--states', '5000', '--json').stdout)
    expect('a bound is said', not answer['explored'][0]['whole'] and
           5000 <= answer['explored'][0]['states'] < 7000, answer)
    # Numbers are numbers; more than so many is another member.
    for program, trial, states in (
            ('reorder_10', (None, 100000), (264179, None)),
            ('wronglock', (3.1, None), (13500000, None)),
            ('life_cycle_early', None, (None, None))):
        answer = json.loads(run(
            'bench', 'schedulers', '--program', program, '--sampler', 'rw',
            '--trials', '1', '--schedules', '1', '--explore', '--states',
            '10', '--json').stdout)
        seen = [(one['elsewhere'], one['elsewhere_above'])
                if 'elsewhere' in one else None
                for one in (answer['schedulers'][0], answer['explored'][0])]
        expect(f'what others have of {program}', seen == [trial, states],
               answer)
    result = run('bench', 'schedulers', '--program', 'reorder_5', '--sampler',
                 'rw', '--trials', '1', '--explore', '--transitions', '5000')
    expect('one on traces, too', re.search(
        r' more than [1-9]\d* traces \(elsewhere 34696\)', result.stdout), result)
    # The profile that weights are taken from is a matter of choice.
    means = [json.loads(run('bench', 'schedulers', '--program', 'token_ring',
                            '--sampler', 'urw', '--walks', walks, '--trials',
                            '200', '--json').stdout)['schedulers'][0]['mean']
             for walks in ('0', '100')]
    expect('--walks', means[0] > 10 and means[1] < 8.5, means)

    # Planted bugs: the seed settles what is counted, here too.
    words = ['bench', 'bugs', '--bug', 'worker_left', '--trials', '4',
             '--schedules', '2000', '--csv', table, '--html', page]
    answers = [json.loads(run(*words, '--jobs', jobs, '--json').stdout)
               for jobs in ('1', '3')]
    rows = {cell['sampler']: cell for cell in answers[0]['bugs']}
    mix = rows['mix']
    expect('seconds of mix', mix['seconds'] > 0 and abs(
        mix['seconds'] * mix['schedules_per_s'] / mix['mean'] - 1) < 1e-6,
        rows)
    for answer in answers:
        for cell in answer['bugs']:
            del cell['schedules_per_s'], cell['seconds']
    expect('bench bugs', answers[0] == answers[1] and list(rows) == [
        'rw', 'pct1', 'pct2', 'pct3', 'pct', 'pos', 'urw', 'surw', 'prio',
        'few', 'mix'] and all(
            cell['bug'] == 'worker_left' and cell['schedules'] <= 8000
            for cell in answers[0]['bugs']) and rows['few']['found'] == 4 and
           rows['few']['low'] <= rows['few']['mean'] <= rows['few']['high'],
           answers)
    lines = Path(table).read_text(encoding='utf-8').splitlines()
    expect('a table of bugs', len(lines) == 12 and
           lines[-1].startswith('worker_left,mix,4,4,2000,'), lines)
    text = Path(page).read_text(encoding='utf-8')
    expect('a page of bugs', '<td>worker_left' in text and
           not re.search('src=|href=|url\\(', text), text)
    # Its first trial is a search that anybody can make.
    words = ['--bug', 'count_shared', '--sampler', 'few']
    count = json.loads(run('bench', 'bugs', *words, '--trials', '1',
                           '--json').stdout)['bugs'][0]['schedules']
    results = [run('fuzz', *words, '--seed', '8', '--schedules',
                   str(schedules)) for schedules in (count - 1, count)]
    expect('a trial is a search', count > 1 and results[0].returncode == 0 and
           results[1].returncode == 1, (count, results))
    # One that is hardly ever met is given up, and some have no finding.
    result = run('bench', 'bugs', '--bug', 'entry_reused', '--sampler', 'rw',
                 '--trials', '2', '--schedules', '50')
    expect('trials that are given up are said', '>100' in result.stdout and
           '0/2' in result.stdout, result)
for word, value in (('--bug', 'no_such_bug'), ('--sampler', 'pct10')):
    result = run('bench', 'bugs', word, value)
    expect(f'bugs {word} {value}', result.returncode == 2 and
           value in result.stderr and result.stderr.count('\n') == 1, result)
# What belongs to another part of bench is not left out without a word.
for words in (['throughput', '--trials', '3'], ['throughput', '-j', '2'],
              ['throughput', '--explore'], ['schedulers', '--seconds', '3'],
              ['schedulers', '--bug', 'worker_left'], ['bugs', '--explore'],
              ['bugs', '--walks', '0'], ['bugs', '--program', 'stack'],
              ['bugs', '--provider', 'filter=x.dll']):
    result = run('bench', *words)
    expect(f'bench {words} is refused', result.returncode == 2 and
           result.stdout == '' and result.stderr.count('\n') == 1 and
           f'bench {words[0]}: no option ' in result.stderr and
           words[1] in result.stderr, result)

# Interrupted, it says so, and what it has measured so far.
for words in (['throughput', '--seconds', '3600'], ['schedulers'], ['bugs']):
    process = subprocess.Popen([LASTCALL, 'bench', *words], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()  # the head of its table: now it can be told
    process.send_signal(signal.SIGINT)
    output, remarks = process.communicate(timeout=TIMEOUT_S)
    expect(f'bench {words[0]} is interrupted', process.returncode == 0 and
           remarks.count('\n') == 1 and 'interrupted' in remarks,
           (process.returncode, output, remarks))

# Micro-programs can be listed, and who names none of them is told how.
programs = {one['program']: one for one in json.loads(
    run('explore', '--list', '--json').stdout)['programs']}
result = run('explore', '--list')
expect('explore --list', result.returncode == 0 and len(programs) > 20 and
       [line.split()[0] for line in result.stdout.splitlines()] ==
       list(programs) and programs['reorder_3']['threads'] == 4 and
       programs['reorder_3']['has_bug'] and
       not programs['life_cycle']['has_bug'], result)
for words in (['explore'], ['bench', 'schedulers']):
    result = run(*words, '--program', 'no_such_program')
    expect(f'{words}: no such program', result.returncode == 2 and
           result.stderr.count('\n') == 1 and "'no_such_program'" in
           result.stderr and '`lastcall explore --list`' in result.stderr,
           result)
result = run('explore', '--program', 'reorder_3', '-o', 'never_written.lc')
expect('a micro-program is no schedule', result.returncode == 2 and
       result.stderr == 'lastcall: -o: a micro-program (--program) has no '
       'schedule to write\n' and not os.path.exists('never_written.lc'),
       result)
for word, value in (('--program', 'reorder'), ('--sampler', 'pct')):
    result = run('bench', 'schedulers', word, value)
    expect(f'{word} {value}', result.returncode == 2 and
           value in result.stderr, result)

sys.exit(1 if problems else 0)
