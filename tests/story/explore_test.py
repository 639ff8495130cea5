"""All orders of a schedule, and which of its decisions it was: `explore` and
`blame` as scripts use them."""

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from story import (LASTCALL, MANUAL, STANDARD, TIMEOUT_S, expect,
                   has_terminals, problems, run)

# Starts a program that no end of a child is told to.
DEAF = ('import os, signal, sys; '
        'signal.signal(signal.SIGCHLD, signal.SIG_IGN); '
        'os.execv(sys.argv[1], sys.argv[1:])')
# What must be the same, however the states were come to.
COUNTS = () if 'rough' in sys.argv else ('states', 'transitions')



def stop_on_terminal(order: str, kept: str, schedule: str,
                     can_save: bool = False) -> subprocess.CompletedProcess:
    """Explores on a terminal; while it does, the name of what is to be written
    beside the file is taken."""
    terminal, end = pty.openpty()
    remarks = b''
    with subprocess.Popen(
            [LASTCALL, 'explore', '--all', '--order', order, '--state', kept,
             schedule], stdout=subprocess.PIPE, stderr=end) as process:
        os.close(end)
        assert process.stdout is not None
        while b' to expand' not in remarks:
            remarks += os.read(terminal, 4096)
        if not can_save:
            os.mkdir(kept + '.new')
        process.send_signal(signal.SIGINT)
        output = process.stdout.read()
        try:
            while piece := os.read(terminal, 4096):
                remarks += piece
        except OSError:
            pass  # nobody has the other end any more
    os.close(terminal)
    if not can_save:
        os.rmdir(kept + '.new')
    return subprocess.CompletedProcess([], process.returncode, output.decode(),
                                       remarks.decode().replace('\r\n', '\n'))


def saved_on_terminal(folder: str) -> None:
    """What can't be saved is said at once, on a line of its own; whether it was
    broken counts for more than that."""
    many = many_with_a_plant(folder)
    for order, status, word in (('breadth', 2, 'bounded'),
                                ('depth', 1, 'broken')):
        kept = os.path.join(folder, order + '.unsaved')
        result = stop_on_terminal(order, kept, many)
        expect(f'explore {order} first that is not saved',
               result.returncode == status and
               result.stdout.startswith(word) and
               f'\r\x1b[Klastcall: --state: {kept} could not be written: '
               'Is a directory\n' in result.stderr and
               'goes on' not in result.stderr and not os.path.exists(kept),
               result)
    kept = os.path.join(folder, 'older.state')
    result = stop_on_terminal('breadth', kept, many, can_save=True)
    older = Path(kept).read_bytes()
    expect('explore that is saved', result.returncode == 0 and
           f'the same command goes on from {kept}\n' in result.stderr, result)
    result = stop_on_terminal('breadth', kept, many)
    expect('an older file stays', result.returncode == 2 and
           f'goes on from where {kept} was written last\n' in result.stderr and
           Path(kept).read_bytes() == older, result)


def many_with_a_plant(folder: str) -> str:
    """A schedule with a planted bug that has orders for minutes."""
    path = os.path.join(folder, 'many.lc')
    text = Path('corpus/zoo/worker_left/minimal.lc').read_text(encoding='utf-8')
    Path(path).write_text(text[:text.index('choices\n')] + ''.join(
        f'  thread {name}\n    WSAStartup 2.2\n    {name}1 = socket stream\n'
        f'    {name}2 = socket stream\n    WSACleanup\n' for name in 'xyz'),
        encoding='utf-8')
    return path


def dies_once(folder: str) -> None:
    """What kills the process that explores and does not come again is no
    finding, and is said in each form."""
    many = many_with_a_plant(folder)
    for more in ([], ['--json']):
        with subprocess.Popen(
                [LASTCALL, 'explore', '--all', '--order', 'depth', *more, many],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stderr.readline()  # how far it is
            tasks = f'/proc/{process.pid}/task/{process.pid}/children'
            child = Path(tasks).read_text(encoding='ascii').split()[0]
            os.kill(int(child), signal.SIGABRT)
            output, remarks = process.communicate(timeout=TIMEOUT_S)
        if more:
            answer = json.loads(output)
            is_said = (answer['verdict'], answer['bound'], answer['rule'],
                       answer['has_died']) == (
                           'bounded', 'a run ended the process', None, True)
        else:
            is_said = output.startswith('bounded: a run ended the process\n')
        expect(f'explore {more}, what dies once',
               process.returncode == -signal.SIGABRT and is_said and
               'no more can be said' in remarks, (output, remarks))


def dies_of_a_fault(folder: str, two: str) -> None:
    """What ends the process only if a call fails is a finding that says which."""
    ends = Path(LASTCALL).resolve().parent / 'tests/data/no_memory.dll'
    if not ends.exists():
        return
    for order in ('breadth', 'depth'):
        way = os.path.join(folder, order + '-fault.lc')
        words = ['explore', '--order', order, '--provider', f'filter={ends}', two]
        result = run(*words)
        expect(f'explore {order} first, nothing fails',
               result.stdout.startswith('proved'), result)
        result = run(*words, '--faults', '2', '-o', way)
        expect(f'explore {order} first, what dies of a fault',
               result.returncode == 1 and
               result.stdout.startswith('broken FAULT\n') and
               'HeapAlloc@filter #2 : fail\n' in
               Path(way).read_text(encoding='utf-8') and
               run('run', '--expect', way).returncode == 0, result)


# By default the second call of the layer comes 120 ms behind the first.
LATE = '''lastcall schedule 1
world
  provider tcp base
  provider filter ifs
  chain filter tcp
  link rate 1Mbit latency 20ms window 16384
process A
  thread a
    WSAStartup 2.2
    r = socket stream via filter
    s = socket stream via tcp
    connect s
    linger s on 5
    send s 100
    closesocket s
    t = socket stream via filter
    WSACleanup
'''


def dies_of_a_number(folder: str) -> None:
    """What ends the process only behind a number that --values has drawn."""
    ends = Path(LASTCALL).resolve().parent / 'tests/data/late.dll'
    if not ends.exists():
        return
    late = os.path.join(folder, 'late.lc')
    Path(late).write_text(LATE, encoding='utf-8')
    for order in ('breadth', 'depth'):
        way = os.path.join(folder, order + '-late.lc')
        words = ['explore', '--order', order, '--provider', f'filter={ends}',
                 late]
        result = run(*words)
        expect(f'explore {order} first, nothing is late',
               result.stdout.startswith('proved'), result)
        result = run(*words, '--values', '-o', way)
        expect(f'explore {order} first, what dies of a latency',
               result.returncode == 1 and
               result.stdout.startswith('broken FAULT\n') and
               '  packet 1.2 : late ' in
               Path(way).read_text(encoding='utf-8') and
               run('run', '--expect', way).returncode == 0, result)


def dies_of_the_first_look_at_a_clock(folder: str) -> None:
    """Orders that differ in the time alone are two, where a DLL that asks for
    it comes behind them."""
    data = Path(LASTCALL).resolve().parent / 'tests/data'
    if not (data / 'late.dll').exists():
        return
    once = os.path.join(folder, 'once.lc')
    Path(once).write_text(
        LATE.replace('    r = socket stream via filter\n', ''),
        encoding='utf-8')
    for order in ('breadth', 'depth'):
        words = ['explore', '--order', order, '--values', once, '--provider']
        result = run(*words, f'filter={data / "late.dll"}')
        expect(f'explore {order} first, a clock that is imported',
               result.returncode == 1 and
               result.stdout.startswith('broken FAULT\n'), result)
        result = run(*words, f'filter={data / "late_looked_up.dll"}')
        expect(f'explore {order} first, a clock that is looked up',
               not result.stdout.startswith('proved') and
               (result.stdout.startswith('broken FAULT\n') or
                result.stdout.startswith('bounded') and
                'asked for the time' in result.stderr), result)


def limits_are_named(folder: str, few: str) -> None:
    """Which limit has left something, and what helps."""
    state = os.path.join(folder, 'limits.state')
    for words, said in (
            (['--depth', '3', few], 'after the 3 decisions of --depth'),
            (['--memory', '1', STANDARD],
             'the 1 MiB of --memory are used up; with more it gets further, '
             '--order depth needs less\n'),
            (['--memory', '1', '--order', 'depth', STANDARD],
             'the 1 MiB of --memory are used up; with more it gets further\n')):
        result = run('explore', *words)
        expect(f'explore {words} says its limit', result.returncode == 0 and
               'not all orders were looked at: ' in result.stderr and
               said in result.stderr, result)
    for more, said in (([], 'told to stop; --state FILE keeps how far'),
                       (['--state', state], 'it was told to stop\n')):
        with subprocess.Popen(
                [LASTCALL, 'explore', *more, STANDARD], text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stderr is not None
            process.stderr.readline()  # how far it is
            process.send_signal(signal.SIGINT)
            _, remarks = process.communicate(timeout=TIMEOUT_S)
        expect(f'explore {more} that is told to stop says so',
               said in remarks, remarks)


page = Path(MANUAL).read_text(encoding='utf-8')
with tempfile.TemporaryDirectory() as folder:
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
    part = page[page.index('.SS explore'):page.index('.SS convert')]
    expect('members of explore --json', all(
        re.search(fr'\b{name}\b', part) for name in answer) and
        (answer['has_died'], answer['has_broken']) == (False, False), answer)
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
        for member in ('depth', 'memory_bytes', 'seconds', *(
                () if COUNTS else ('states', 'transitions', 'merged'))):
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
        # Told late, it may have seen all states, and not all that leads there.
        expect(f'explore {order} first goes on',
               0 < answers[0]['resumed'] <= answers[0]['states'] and
               answers[1]['resumed'] == 0 and
               all(answers[0][name] == answers[1][name] for name in
                   ('verdict', 'ends', *COUNTS)) and
               not os.path.exists(kept), answers)
        # So it does when its memory was used up.
        result = run(*words, '--memory', '1')
        expect(f'explore {order} first is short of memory',
               result.returncode == 0 and
               result.stdout.startswith('bounded: memory\n') and
               'the same command with more --memory goes on from '
               f'{kept}\n' in result.stderr and os.path.exists(kept), result)
        more = json.loads(run(*words, '--json').stdout)
        expect(f'explore {order} first goes on with more memory',
               0 < more['resumed'] < more['states'] and
               all(more[name] == answers[1][name] for name in
                   ('verdict', 'ends', *COUNTS)) and
               not os.path.exists(kept), more)
    for order in ('breadth', 'depth'):
        way = os.path.join(folder, order + '.lc')
        result = run('explore', '--order', order, '-o', way,
                     'corpus/zoo/worker_left/minimal.lc')
        expect(f'explore finds, {order} first', result.returncode == 1 and
               result.stdout.startswith('broken') and
               run('run', '--twice', '--expect', way).returncode == 0, result)
    if has_terminals():
        saved_on_terminal(folder)
    dies_once(folder)
    limits_are_named(folder, few)
    # A provider whose own check fails ends the process: that is a finding.
    for order in ('breadth', 'depth'):
        way = os.path.join(folder, order + '-died.lc')
        words = ['explore', '--all', '--order', order,
                 'corpus/zoo/entry_reused/minimal.lc']
        result = run(*words, '-o', way)
        expect(f'explore {order} first, what dies is told',
               result.returncode == 1 and
               result.stdout.startswith('broken FAULT\n') and
               f'{LASTCALL} run {way}' in result.stdout and
               'check failed, with a planted bug' in result.stderr and
               'internal' not in result.stderr and
               'to replay' not in result.stderr, result)
        for more in ([], ['--twice'], ['--expect', '--twice']):
            result = run('run', *more, way)
            expect(f'run {more} of what dies', result.returncode ==
                   (0 if '--expect' in more else 1) and
                   result.stdout.startswith('broken FAULT\n') and
                   'the process died of signal 6\n' in result.stdout and
                   f'to replay: {LASTCALL} run {way}\n' in result.stdout,
                   result)
        result = run('run', '--json', way)
        answer = json.loads(result.stdout)
        expect('run --json of what dies', result.returncode == 1 and
               (answer['verdict'], answer['rule'], answer['hash']) ==
               ('broken', 'FAULT', None) and
               'lastcall: the process died of signal 6\n' in result.stderr,
               result)
        small = os.path.join(folder, order + '-small.lc')
        result = run('shrink', way, '-o', small)
        expect('shrink of what dies', result.returncode == 0 and
               'FAULT: ' in result.stderr and
               run('run', '--expect', small).returncode == 0, result)
        result = run('blame', way)
        expect('blame of what dies', result.returncode == 1 and
               result.stdout == '' and
               'the process died of signal 6 in this run: no more can be said'
               in result.stderr, result)
        result = run('blame', '--json', way)
        answer = json.loads(result.stdout)
        expect('blame --json of what dies', result.returncode == 1 and
               (answer['verdict'], answer['rule'], answer['blame'],
                answer['reason']) == ('broken', 'FAULT', 'died',
                                      'the process died of signal 6'), result)
        answer = json.loads(run(*words, '--json').stdout)
        expect('explore --json, what dies', (
            answer['verdict'], answer['rule'], answer['bound']) ==
            ('broken', 'FAULT', 'a run ended the process') and
            answer['has_died'] and answer['has_broken'] and
            answer['states'] > 500 and
            answer['schedule'] == Path(way).read_text(encoding='utf-8'),
            answer)
    dies_of_a_fault(folder, two)
    dies_of_a_number(folder)
    dies_of_the_first_look_at_a_clock(folder)
    ends = Path(LASTCALL).resolve().parent / 'tests/data/exit.dll'
    if ends.exists():
        result = run('explore', '--json', '--provider', f'filter={ends}', two)
        answer = json.loads(result.stdout)
        expect('explore a DLL that ends the process', result.returncode == 1 and
               answer['rule'] == 'FAULT' and 'expect\n  broken FAULT' in
               answer['schedule'], result)
    counts = []
    for order in ('breadth', 'depth'):
        result = run('explore', '--all', '--json', '--order', order,
                     '--program', 'reorder_3')
        counts.append(json.loads(result.stdout)['states'])
    expect('explore a program', result.returncode == 1 and
           counts == [103, 103], counts)
    # Requests, queued calls and events come back with a snapshot.
    answers = [json.loads(run('explore', '--json', '--order', order,
                              'corpus/seed/overlapped.lc').stdout)
               for order in ('breadth', 'depth')]
    expect('explore overlapped operations',
           all(one['verdict'] == 'proved' for one in answers) and
           all(one[count] == answers[0][count] for one in answers
               for count in COUNTS), answers)
    words = ('explore', '--program', 'life_cycle', '--order', 'depth')
    ways = (((), 'sleep sets'),
            (('--reduction', 'sleep'), 'sleep sets'),
            (('--reduction', 'none'), 'none: as was asked for'),
            (('--jobs', '2'), 'none: several processes (--jobs) have none'),
            (('--state', few + '.kept'), 'sleep sets'))
    answers = [json.loads(run(*words, *more, '--json').stdout)
               for more, _ in ways]
    expect('explore reduced', [one['reduction'] for one in answers] ==
           ['sleep', 'sleep', 'none', 'none', 'sleep'] and
           {(one['verdict'], one['states'], one['ends'])
            for one in answers} == {('proved', 1405, 5)} and
           answers[0]['transitions'] == answers[1]['transitions'] ==
           answers[4]['transitions'] <
           answers[2]['transitions'], answers)
    for more, said in ways:
        result = run(*words, *more)
        expect(f'explore {more} says how it was reduced',
               result.returncode == 0 and f'  reduction: {said}\n' in
               result.stdout, result)
    expect('explore counts traces', [one['traces'] for one in answers] ==
           [answers[0]['traces']] * len(ways) and answers[0]['traces'] > 1,
           answers)
    few_steps = json.loads(run(*words, '--json', '--traces', '9').stdout)
    expect('more traces than were counted', few_steps['traces'] is None and
           'at least' in run(*words, '--traces', '9').stdout and
           'trace' not in run(*words, '--traces', '0').stdout and
           f'  {answers[0]["traces"]} traces (sleep sets, ' in
           run(*words).stdout, few_steps)
    expect('no traces of schedules', json.loads(
        run('explore', '--json', few).stdout)['traces'] is None and
        run('explore', '--traces', '9', few).returncode == 2)
    for more in (('--jobs', '2'), ('--reduction', 'ample')):
        result = run(*words, '--reduction', 'sleep', *more)
        expect(f'explore --reduction with {more}', result.returncode == 2 and
               'lastcall: --reduction: ' in result.stderr, result)
    result = run('explore', few)
    expect('explore a schedule is not reduced', result.returncode == 0 and
           '  reduction: none: not all that a step touches is known\n' in
           result.stdout and
           run('explore', '--reduction', 'sleep', few).returncode == 2, result)
    result = run('explore', '-o', '/dev/full',
                 'corpus/zoo/worker_left/minimal.lc')
    expect('what was found and could not be written is shown',
           result.returncode == 2 and 'WSAStartup' in result.stdout and
           'to replay' not in result.stdout, result)
    # That it can't be written is not said after hours.
    for name in (os.path.join('none', 'x.lc'), ''):
        result = run('explore', '-o', os.path.join(folder, name),
                     'corpus/zoo/worker_left/minimal.lc')
        expect('explore -o is tried before', result.returncode == 2 and
               result.stdout == '' and result.stderr.count('\n') == 1, result)
    # It is longer than what is kept back: it fails before the end.
    for target, said in (('/dev/full', 'No space left on device'),
                         (None, 'Broken pipe')):
        reader, writer = os.pipe()
        os.close(reader)
        with open(target if target else writer, 'w', encoding='ascii') as full:
            result = subprocess.run(
                [LASTCALL, 'rules'], stdout=full, stderr=subprocess.PIPE,
                text=True, timeout=TIMEOUT_S, check=False)
        if target:
            os.close(writer)
        expect('why the output could not be written', result.returncode == 2 and
               result.stderr == f'lastcall: standard output: {said}\n', result)
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
    expect('what is proved rests on no number', any(
        line.startswith('certain after decision ') for line in lines) and not
        any('rests on' in line for line in lines), lines)
    for samples, bound in (('2', '2 orders, so that with 95 % up to 100.0 %'),
                           ('20', '20 orders, so that with 95 % up to 15.0 %')):
        result = run('blame', '--samples', samples, '--states', '0', lost)
        expect(f'what {samples} orders are worth', result.returncode == 1 and
               '\nit seems certain after decision ' in result.stdout and
               f'\n  not proved: it rests on {bound} of all may do otherwise '
               '(3/N)\n' in result.stdout, result)
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
    # Whoever starts it may ignore the ends of children; it does not.
    for words, status in ((['explore', '--order', 'depth', '--jobs', '2',
                            two], 0),
                          (['blame', '--samples', '20', lost], 1),
                          (['fuzz', '--schedules', '10'], 0)):
        result = subprocess.run(
            [sys.executable, '-c', DEAF, LASTCALL, *words],
            capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        expect(f'{words[0]} waits for its children',
               result.returncode == status, result)
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
    with open(lost, encoding='utf-8') as file:
        result = subprocess.run([LASTCALL, 'blame', '-'], text=True,
                                stdin=file, capture_output=True,
                                timeout=TIMEOUT_S, check=False)
    expect('no replay line for blame', result.returncode == 1 and
           'to replay: save the schedule and blame it\n' in result.stdout,
           result)

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

sys.exit(1 if problems else 0)
