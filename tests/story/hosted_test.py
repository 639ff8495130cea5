"""Real DLLs: the correct one holds, the broken one is caught, and what a DLL
does wrong becomes a finding instead of a crash."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

LASTCALL, PASS, OWN, BROKEN = sys.argv[1:5]
WAYS = {Path(path).stem: path for path in sys.argv[5:]}
problems = []


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([LASTCALL, *words], capture_output=True, text=True,
                          timeout=200, check=False)


def expect(name: str, fact: bool, result: subprocess.CompletedProcess) -> None:
    if not fact:
        problems.append(name)
        print(f'{name}: exit {result.returncode}\n{result.stdout[-800:]}'
              f'{result.stderr[-400:]}')


SCHEDULE = '''lastcall schedule 1
process A
  thread a
    WSAStartup 2.2
    s = socket stream
    WSACleanup
    Sleep 1000
'''
# A close that is to fail; a last cleanup while another thread makes a socket.
REFUSED = '''lastcall schedule 1
process A
  thread a
    WSAStartup 2.2
    s = socket stream
    connect s
    linger s on 1
    send s 1
    nonblocking s on
    closesocket s
    closesocket s
'''
CLEANED = '''lastcall schedule 1
process A
  thread a
    WSAStartup 2.2
    s = socket stream
  thread b
    s1 = socket stream
    WSACleanup
'''
# Some orders break what is planted, and some come to the layer.
BOTH = '''lastcall schedule 1
world
  provider tcp base
  provider filter ifs
  chain filter tcp
  plant wakeup_lost
process A
  thread a
    WSAStartup 2.2
    s = socket stream via tcp
  thread b
    WSACleanup
    s1 = socket stream via filter
'''
# Operations of each kind through a layer with handles of its own; two are cut off.
OVERLAPPED = '''lastcall schedule 1
process A
  thread a
    WSAStartup 2.2
    WSACreateEvent e1
    s = socket stream
    connect s
    WSASend s 3000 e1
    WSAGetOverlappedResult s wait
    WSASend s 100 routine
    SleepEx 1000
    WSAGetOverlappedResult s poll
    CreateIoCompletionPort s
    WSASend s 200 nothing
    GetQueuedCompletionStatus 1000
    WSASend s 30000 routine
    WSASend s 20000 e1
    closesocket s
    SleepEx 100
    WSACleanup
'''
TOLD = (
    r'filter makes thread',
    r'filter -> tcp WSPSend \d+ 3000 0$',
    r'A\.worker\d +operation 5 sets its event, 3000 bytes$',
    r'  a +WSAGetOverlappedResult = 3000$',
    r'A\.worker\d +filter -> ws2_32 WPUQueueApc',
    r'  a +operation 7 runs its routine, 100 bytes$',
    r'  a +WSAGetOverlappedResult = 100$',
    r'A\.worker\d +operation 11 posts its packet, 200 bytes$',
    r'operation 14 sets its event, 0 bytes WSA_OPERATION_ABORTED$',
    r'  a +closesocket = 0$',
    r'operation 13 runs its routine, \d+ bytes WSA_OPERATION_ABORTED$',
    r'A\.worker\d +thread A\.worker\d of filter ends$',
    r'A\.worker\d +thread A\.worker\d of filter ends$',
    r'filter gives back thread',
    r'^held$',
)
# A last cleanup with operations under way, one of which is waited for; and once
# more at once.
UNDER_WAY = '''lastcall schedule 1
process A
  thread a
    WSAStartup 2.2
    WSACreateEvent e1
    s = socket stream
    connect s
    WSASend s 900000 routine
    WSASend s 900000 e1
    WSAGetOverlappedResult s wait
  thread b
    Sleep 100
    WSACleanup
    WSAStartup 2.2
    s1 = socket stream
    connect s1
    WSACreateEvent e1
    WSASend s1 10 e1
    WSAGetOverlappedResult s1 wait
    WSACleanup
'''
# What is above a DLL with handles of its own needs its own.
ABOVE = '''lastcall schedule 1
world
  provider tcp base
  provider filter ifs
  provider outer ifs
  chain outer filter tcp
process A
  thread a
    WSAStartup 2.2
    s = socket stream
    connect s
    send s 100
    closesocket s
    WSACleanup
'''
# What each way must show as, and what the fault's line must name.
SHOWS = {
    'null_call': (r'broken FAULT', r'bad jump'),
    'wild_write': (r'broken FAULT', r'bad write at offset 0x'),
    'divide': (r'broken FAULT', r'division by zero'),
    'overflow': (r'broken FAULT', r'stack overflow'),
    'endless': (r'broken FAULT', r'endless loop'),
    'endless_calls': (r'broken FAULT', r'endless loop'),
    'other_module': (r'broken FAULT', r'FAULT in filter: bad jump'),
    'endless_sleep': (r'broken LIVELOCK', r'for ever'),
    'late_upcall': (r'broken (LOAD-15|INV-2|INV-4|UPCALL-5|CLEAN-17)', r'.'),
}

with tempfile.TemporaryDirectory() as folder:
    schedule = Path(folder) / 's.lc'
    schedule.write_text(SCHEDULE, encoding='utf-8')
    for way, (verdict, line) in SHOWS.items():
        result = run('run', '--twice', '--provider', f'filter={WAYS[way]}',
                     str(schedule))
        expect(way, result.returncode == 1 and
               re.search(verdict, result.stdout) is not None and
               re.search(line, result.stdout) is not None, result)

    # What the shim lacks is a gap of Lastcall and no finding; it has a name.
    result = run('run', '--provider', f'filter={WAYS["unserved"]}',
                 str(schedule))
    expect('unserved', result.returncode == 0 and
           result.stdout.startswith('unspecified') and
           'USER32.dll!GetSystemMetrics' in result.stdout, result)
    result = run('run', '--strict-exit', '--provider',
                 f'filter={WAYS["unserved"]}', str(schedule))
    expect('unserved, strict', result.returncode == 1, result)

    result = run('fuzz', '--seed', '1', '--schedules', '600', '--provider',
                 f'filter={WAYS["unserved"]}')
    most = re.search('  most of all where (.*) was called, which is not served: '
                     r'(\d+) times', result.stdout)
    whole = re.search(r'(\d+) of them ended unspecified', result.stdout)
    expect('unserved in a search', result.returncode == 0 and
           most is not None and whole is not None and most.groups() == (
               'USER32.dll!GetSystemMetrics', whole.group(1)), result)
    answers = [json.loads(run(
        'fuzz', '--seed', '1', '--schedules', '600', '--json', '--jobs', jobs,
        '--provider', f'filter={dll}').stdout)
        for jobs, dll in (('1', WAYS['unserved']), ('2', WAYS['unserved']),
                          ('1', PASS))]
    expect('unserved in a search, --json', most is not None and [
        answer['unserved'] for answer in answers] == 2 * [
            {'import': most.group(1), 'schedules': int(most.group(2))}] + [
                None], answers)

    # What a hostile act leaves unspecified lacks nothing.
    answer = json.loads(run('fuzz', '--seed', '1', '--schedules', '2000',
                            '--hostile', '--json').stdout)
    expect('hostile acts', answer['unserved'] is None and
           answer['findings'] == [], answer)

    # Where all of them did nothing is known: a script must not take it for what
    # held.
    where = Path(folder) / 'unserved'
    alone = ['--seed', '1', '--schedules', '1', '--provider',
             f'filter={WAYS["unserved"]}']
    for words in (['fuzz'], ['campaign', str(where)]):
        result = run(*words, *alone)
        expect(f'nothing was judged: {words[0]}', result.returncode == 2 and
               'no rule was broken' not in result.stdout and
               all(text.splitlines()[-1].endswith(
                   'nothing was judged: all schedules ended unspecified')
                   for text in (result.stdout, result.stderr)), result)
        result = run(*words, *alone, '--json')
        expect(f'nothing was judged: {words[0]} --json',
               result.returncode == 2, result)
    result = run('report', str(where))
    expect('nothing was judged: report', result.returncode == 0 and
           'no rule was broken' not in result.stdout and
           result.stdout.endswith('\nnothing was judged: all schedules ended '
                                  'unspecified\n'), result)

    # The same code after its unload, for a library that stays mapped.
    pinned = Path(folder) / 'pinned.lc'
    pinned.write_text(SCHEDULE.replace(
        'process A', 'world\n  provider tcp base\n  provider filter ifs\n'
        '  pin filter\n  chain filter tcp\nprocess A'), encoding='utf-8')
    result = run('run', '--provider', f'filter={WAYS["late_upcall"]}',
                 str(pinned))
    expect('late upcall of a pinned DLL', result.returncode == 1 and
           re.search(r'broken (UPCALL-5|LOAD-15|INV-2|INV-4|CLEAN-17)',
                     result.stdout) is not None, result)

    # Of a DLL that never comes up little is found: that is said. What breaks
    # there is the table's rule, not one of ws2_32, which can't clean up through
    # a table that is empty.
    refused = 'its WSPStartup gave another version than 2.2, or no whole table'
    for way, why, rule in (
            ('no_start', 'its WSPStartup returned 10091', None),
            ('no_version', refused, None),
            ('no_entry', refused, 'START-15'),
            ('no_table', refused, 'START-15'),
            ('no_attach', 'its WSPStartup was never called', None)):
        for words in (['run', str(schedule)], ['explore', str(schedule)],
                      ['fuzz', '--seed', '1', '--schedules', '20'],
                      ['campaign', str(Path(folder) / f'campaign-{way}'),
                       '--seed', '1', '--schedules', '20']):
            result = run(*words, '--provider', f'filter={WAYS[way]}')
            expect(f'{words[0]}, {way}',
                   re.findall(r'^broken (\S+?)(?=[,:\s])', result.stdout,
                              re.MULTILINE) == [rule] * (rule is not None) and
                   result.returncode == (rule is not None) and
                   f'remark: filter was not started in a first trial: {why}'
                   in result.stderr, result)
    for way in (PASS, BROKEN):
        result = run('run', '--provider', f'filter={way}', str(schedule))
        expect(f'{way} comes up', 'first trial' not in result.stderr, result)

    # A DLL that ends the process, whatever it says of that, ends no proof, and
    # its schedule is told.
    for way in ('exit', 'exit_9', 'exit_77'):
        result = run('explore', '--order', 'depth', '--provider',
                     f'filter={WAYS[way]}', str(schedule))
        expect(f'explore {way}', result.returncode == 1 and
               result.stdout.startswith('broken FAULT\n') and
               'lastcall schedule 1' in result.stdout and
               'the DLL ended the process' in result.stderr, result)
    result = run('explore', '--order', 'depth', '--jobs', '2', '--provider',
                 f'filter={WAYS["exit"]}', str(schedule))
    expect('explore a DLL by two', result.returncode == 2 and
           '--jobs' in result.stderr, result)
    for words in (['explore', str(schedule)], ['blame', str(schedule)],
                  ['explore', '--state', str(Path(folder) / 'no' / 'x'),
                   str(schedule)]):
        dll = WAYS['exit'] if '--state' in words else __file__
        result = run(*words, '--provider', f'filter={dll}')
        expect(f'{words} of no DLL', result.returncode == 2 and
               result.stderr.count('\n') == 1 and
               'ended the process' not in result.stderr, result)
    # Whoever tells it to stop tells its child, too, or tells both.
    for tell in (os.kill, os.killpg, os.killpg, os.killpg):
        with subprocess.Popen(
                [LASTCALL, 'explore', '--order', 'depth', '--provider',
                 f'filter={PASS}', 'corpus/seed/standard.lc'],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, start_new_session=True) as process:
            assert process.stderr is not None
            process.stderr.readline()  # its first line of progress
            tell(process.pid, signal.SIGTERM)
            output, remarks = process.communicate(timeout=200)
        expect(f'told to stop by {tell.__name__}', process.returncode == 0 and
               output.startswith('bounded: interrupted'),
               subprocess.CompletedProcess([], process.returncode, output,
                                           remarks))
    # Runs that end unspecified were looked at.
    both = Path(folder) / 'both.lc'
    both.write_text(BOTH, encoding='utf-8')
    result = run('explore', '--order', 'depth', '--all', '--provider',
                 f'filter={WAYS["unserved"]}', str(both))
    expect('broken and unspecified', result.returncode == 1 and
           result.stdout.startswith('broken DEADLOCK') and
           'ended unspecified' in result.stdout and
           'not all orders' not in result.stdout, result)

    result = run('run', '--provider', f'filter={WAYS["no_startup"]}',
                 str(schedule))
    expect('no WSPStartup', result.returncode == 2 and
           'does not export WSPStartup' in result.stderr, result)

    # A search over a DLL that faults ends with the finding, and goes on.
    result = run('fuzz', '--seed', '1', '--schedules', '60', '--jobs', '2',
                 '--provider', f'filter={WAYS["wild_write"]}')
    expect('a fault in a search', result.returncode == 1 and
           'broken FAULT' in result.stdout and
           '60 schedules' in result.stdout, result)

    result = run('run', '--twice', '--provider', f'filter={WAYS["exit_77"]}',
                 str(schedule))
    expect('no status is a sign of ours', result.returncode == 1 and
           'the DLL ended the process (status 77)' in result.stdout and
           'two plays differed' not in result.stderr, result)

    # A DLL that ends the process, with whatever status: a fault like others.
    for way, status in (('exit', 0), ('exit_9', 9)):
        provider = ['--provider', f'filter={WAYS[way]}']
        said = f'the DLL ended the process (status {status})'
        result = run('run', '--twice', *provider, str(schedule))
        expect(way, result.returncode == 1 and said in result.stdout and
               result.stdout.startswith('broken FAULT') and
               result.stdout.count('to replay: ') == 1, result)
        result = run('run', '--json', *provider, str(schedule))
        expect(f'{way}, --json', result.returncode == 1 and
               said in result.stderr and
               json.loads(result.stdout)['rule'] == 'FAULT', result)
        small = Path(folder) / f'{way}.lc'
        result = run('shrink', *provider, str(schedule), '-o', str(small))
        expect(f'{way}, shrink', result.returncode == 0 and
               run('run', '--expect', str(small)).returncode == 0 and
               'now 2 and 0' in result.stderr and
               'not shrunk' not in result.stderr, result)
        found = Path(folder) / f'{way}-findings'
        result = run('fuzz', '--seed', '1', '--schedules', '60', '--jobs', '2',
                     *provider, '-o', str(found))
        expect(f'{way} in a search', result.returncode == 1 and
               'broken FAULT' in result.stdout and
               '60 schedules' in result.stdout and
               'what was played ended the process, with status '
               f'{status} (again when replayed)' in result.stdout, result)
        result = run('fuzz', '--seed', '1', '--schedules', '60', '--json',
                     *provider)
        expect(f'{way} in a search, --json', [
            (one['rule'], one['signal'], one['exit_status'], one['replayed'],
             one['shrunk'])
            for one in json.loads(result.stdout)['findings']] ==
            [('FAULT', 0, status, True, True)], result)
        for path in found.glob('*.lc'):
            expect(f'{way} replays', run(
                'run', '--expect', str(path)).returncode == 0, result)
        result = run('campaign', str(Path(folder) / f'{way}-campaign'),
                     '--seed', '1', '--schedules', '60', *provider)
        expect(f'{way} in a campaign', result.returncode == 1 and
               '60 schedules' in result.stdout, result)
        result = run('report', str(Path(folder) / f'{way}-campaign'))
        expect(f'{way} in a report', 'what was played ended the process, with '
               f'status {status} (again' in result.stdout, result)

    # A bug with no built-in provider left to be in, and one that has its own.
    for bug, is_said in (('worker_left', True), ('unsent_dropped', False)):
        result = run('run', '--provider', f'filter={PASS}',
                     f'corpus/zoo/{bug}/minimal.lc')
        expect(f'remark on {bug}', is_said == (
            f"left to plant '{bug}'" in result.stderr), result)
    result = run('fuzz', '--seed', '1', '--schedules', '8', '--world', 'any',
                 '--bug', 'worker_left', '--provider', f'filter={PASS}')
    expect('other layers have the bug', result.returncode in (0, 1), result)

    result = run('fuzz', '--seed', '1', '--schedules', '4000',
                 '--provider', f'filter={PASS}')
    expect('passlayer', result.returncode == 0, result)

    # The sibling with handles of its own, threads and a port.
    result = run('provider', OWN)
    expect('imports of ownlayer', result.returncode == 0 and
           ', 0 of them not served' in result.stdout, result)
    for words in ([], ['--faults'], ['--faults', '--world', 'any']):
        result = run('fuzz', '--seed', '1', '--schedules', '4000', *words,
                     '--provider', f'filter={OWN}')
        expect(f'ownlayer {words}', result.returncode == 0 and
               'no rule was broken' in result.stdout, result)
    told = Path(folder) / 'told.lc'
    told.write_text(OVERLAPPED, encoding='utf-8')
    result = run('run', '--twice', '--trace', 'text', '--provider',
                 f'filter={OWN}', str(told))
    at = 0
    for line in TOLD:
        found = re.compile(line, re.M).search(result.stdout, at)
        expect(f'ownlayer tells: {line}', found is not None, result)
        at = at if found is None else found.end()
    told.write_text(UNDER_WAY, encoding='utf-8')
    result = run('run', '--twice', '--trace', 'text', '--provider',
                 f'filter={OWN}', str(told))
    expect('ownlayer, cleaned up with operations under way',
           re.search('^held$', result.stdout, re.M) is not None and
           'WSAGetOverlappedResult = -1 WSA_OPERATION_ABORTED' in
           result.stdout and
           result.stdout.count('WSAGetOverlappedResult = 10\n') == 1 and
           len(re.findall('thread A.worker. of filter ends$', result.stdout,
                          re.M)) == 4 and
           'runs its routine' not in result.stdout, result)
    # INV-18: a peer can't tell it from the base alone.
    result = run('bench', 'chains', '--layer', OWN, '--schedules', '60',
                 '--json')
    answer = json.loads(result.stdout)
    expect('chains of ownlayer', result.returncode == 0 and
           answer['differed'] == 0 and answer['compared'] > 700, result)
    result = run('bench', 'chains', '--layer', WAYS['no_startup'],
                 '--schedules', '1')
    expect('chains of a DLL that is none', result.returncode == 2 and
           'does not export WSPStartup' in result.stderr, result)
    result = run('bench', 'chains', '--layer', f'{OWN}.none')
    expect('chains of no DLL', result.returncode == 2 and
           '--layer: ' in result.stderr and
           result.stderr.count('\n') == 1, result)
    # Which kind of handles a DLL has is found out; what is above follows.
    above = Path(folder) / 'above.lc'
    for dll, upcall in ((OWN, 'CreateSocketHandle'), (PASS, 'ModifyIFSHandle')):
        above.write_text(ABOVE, encoding='utf-8')
        result = run('run', '--trace', 'text', '--provider', f'filter={dll}',
                     str(above))
        expect(f'{dll} below another', result.returncode == 0 and all(
            f'{layer} -> ws2_32 WPU{upcall} ' in result.stdout
            for layer in ('filter', 'outer')) and
            re.search('^held$', result.stdout, re.M) is not None, result)
    # A schedule says it itself.
    above.write_text(ABOVE.replace('filter ifs', f'filter dll "{OWN}" nonifs'),
                     encoding='utf-8')
    result = run('run', str(above))
    expect('IFS handles above own ones', result.returncode == 2 and
           'IFS handles' in result.stderr, result)
    findings = Path(folder) / 'findings'
    result = run('fuzz', '--seed', '1', '--schedules', '4000', '--provider',
                 f'filter={BROKEN}', '-o', str(findings))
    expect('brokenlayer', result.returncode == 1, result)
    rules = sorted(path.name.rsplit('-', 1)[0] for path in
                   findings.glob('*.lc'))
    expect(f'both defects, found {rules}',
           'CLOSE-16' in rules and 'LAYER-11' in rules, result)
    for path in findings.glob('*.lc'):
        text = path.read_text(encoding='utf-8')
        calls = len(re.findall(r'^    \S', text, re.M))
        result = run('run', '--twice', '--expect', str(path))
        expect(f'{path.name} replays', result.returncode == 0, result)
        expect(f'{path.name} has {calls} calls', calls <= 8, result)

    # All orders of a DLL: a proof of the correct one, in either order of search
    # over the same states, and what the broken one does with a schedule that
    # replays it, on that DLL only.
    refused = Path(folder) / 'refused.lc'
    refused.write_text(REFUSED, encoding='utf-8')
    cleaned = Path(folder) / 'cleaned.lc'
    cleaned.write_text(CLEANED, encoding='utf-8')
    beside = Path(folder) / 'beside.lc'
    beside.write_text(CLEANED.replace('    WSACleanup\n', ''),
                      encoding='utf-8')
    for path, least in ((refused, 200), (beside, 5000)):
        answers = []
        for order in ('breadth', 'depth'):
            result = run('explore', '--json', '--order', order, '--provider',
                         f'filter={PASS}', str(path))
            expect(f'explore passlayer, {path.name}, {order} first',
                   result.returncode == 0 and
                   json.loads(result.stdout)['verdict'] == 'proved', result)
            answers.append(json.loads(result.stdout))
        expect(f'states of passlayer, {path.name}',
               answers[0]['states'] > least and
               answers[0]['ends'] > 1 and all(
                   answers[0][name] == answers[1][name]
                   for name in ('states', 'ends')), result)
    for path, rule, order in ((refused, 'CLOSE-16', 'breadth'),
                              (refused, 'CLOSE-16', 'depth'),
                              (cleaned, 'LAYER-11', 'depth')):
        name = f'explore brokenlayer for {rule}, {order} first'
        way = Path(folder) / f'way-{rule}-{order}.lc'
        result = run('explore', '--order', order, '-o', str(way), '--provider',
                     f'filter={BROKEN}', str(path))
        expect(name, result.returncode == 1 and
               result.stdout.startswith(f'broken {rule}\n') and
               f'broken {rule}\n' in way.read_text(encoding='utf-8'), result)
        for provider in ([], ['--provider', f'filter={BROKEN}']):
            result = run('run', '--twice', '--expect', *provider, str(way))
            expect(f'{name}, replayed {provider}', result.returncode == 0,
                   result)
        result = run('run', '--twice', '--provider', f'filter={PASS}', str(way))
        expect(f'{name}, on passlayer', result.returncode == 0 and
               result.stdout.startswith('held'), result)

# A rule that is only inferred, and breaks nothing: a search that says no word of
# it is taken for one in which all was well.
LEAK = ['--provider', f'filter={WAYS["leak_on_failed_start"]}']
FAILS = '''lastcall schedule 1
world
  provider tcp base
  provider filter ifs
  chain filter tcp
  faults load
process A
  thread a
    WSAStartup 2.2
    s = socket stream
    WSACleanup
'''
with tempfile.TemporaryDirectory() as folder:
    said = []
    for jobs in '1', '3':
        out = Path(folder) / f'jobs{jobs}'
        result = run('fuzz', '--seed', '1', '--schedules', '800', '--faults',
                     '-j', jobs, '-o', str(out), *LEAK)
        line = next((line for line in result.stdout.splitlines()
                     if line.startswith('  START-10 in ')), '')
        said.append(line.split(',')[:2])
        expect(f'warnings, {jobs} jobs', result.returncode == 0 and
               re.search(r'^  START-10 in \d+ schedules, the first: seed \d+, ',
                         line) is not None, result)
        one = run('run', str(out / 'warning-START-10.lc'))
        expect('the schedule of a warning', one.returncode == 0 and
               re.search(r'warnings: \d+, the first is START-10 ', one.stdout)
               is not None and re.search(
                   r'^    event \d+ of filter in process \w+, made at record '
                   r'\d+, was not given back$', one.stdout, re.M) is not None,
               one)
    expect(f'warnings of any number of workers: {said}', said[0] == said[1],
           result)
    result = run('fuzz', '--seed', '1', '--schedules', '800', '--faults',
                 '--json', *LEAK)
    warnings = json.loads(result.stdout)['warnings']
    expect('warnings in JSON', warnings['schedules'] > 1 and
           [one['rule'] for one in warnings['rules']] == ['START-10'] and
           f'seed {warnings["rules"][0]["seed"]}' in said[0][1] and
           warnings['rules'][0]['schedule'].startswith('lastcall'), result)
    path = Path(folder) / 'fails.lc'
    path.write_text(FAILS, encoding='utf-8')
    heaps = Path(folder) / 'heaps.lc'
    heaps.write_text(FAILS.replace('faults load', 'faults alloc'),
                     encoding='utf-8')
    result = run('fuzz', '--sweep', str(path), *LEAK)
    expect('warnings of a sweep', result.returncode == 0 and
           '  START-10 in 1 schedule, the first: when this fails: a in 2 socket '
           'at LoadLibrary@filter\n' in result.stdout, result)
    for order in 'breadth', 'depth':
        result = run('explore', '--faults', '1', '--order', order, *LEAK,
                     str(path))
        expect(f'warnings of an exploration, {order}', result.returncode == 0 and
               'warnings in one order or another: START-10; --inferences '
               'shows a way to START-10\n' in result.stdout, result)
        # What warns whatever is asked: --inferences leads nowhere.
        for more in [], ['--inferences']:
            result = run('explore', '--order', order, *more, '--provider',
                         f'filter={WAYS["closed_twice"]}', str(path))
            expect(f'a warning that stays one, {order}, {more}',
                   result.returncode == 0 and
                   '  warnings in one order or another: MISUSE\n'
                   in result.stdout, result)
        # More calls that may fail than can be told apart in a step.
        words = ['explore', '--order', order, '--provider',
                 f'filter={WAYS["many_heaps"]}', str(heaps)]
        result = run(*words)
        expect(f'many heaps, nothing fails, {order}',
               result.stdout.startswith('proved'), result)
        result = run(*words, '--faults', '1')
        expect(f'many heaps, {order}', result.returncode == 0 and
               result.stdout.startswith(
                   'bounded: numbers of a step: at most 1 fault\n') and
               'a step drew more than 21 numbers' in result.stderr, result)
        result = run('explore', '--json', '--order', order, *LEAK, str(path))
        expect('no warning without a fault',
               json.loads(result.stdout)['warnings'] == [], result)
    campaign = Path(folder) / 'campaign'
    result = run('run', str(path), '--provider',
                 f'filter={WAYS["no_table"]}')
    expect('how much of a table is filled', result.returncode == 1 and
           '\n    0 of the 30 entries of its table are filled\n'
           in result.stdout, result)
    result = run('campaign', str(campaign), '--seed', '1', '--schedules', '800',
                 '--world', str(path), *LEAK)
    expect('warnings of a campaign', result.returncode == 0 and
           re.search(r'^\d+ schedules had warnings; `lastcall report`',
                     result.stdout, re.M) is not None, result)
    result = run('report', str(campaign))
    kept = campaign / 'warnings' / 'START-10.lc'
    expect('warnings in a report', f', {kept}\n' in result.stdout and
           '  START-10 in ' in result.stdout and kept.is_file(), result)
    result = run('report', '--json', str(campaign))
    warnings = json.loads(result.stdout)['warnings']
    expect('warnings in a report in JSON', warnings['schedules'] > 1 and
           warnings['rules'][0]['schedule'] ==
           kept.read_text(encoding='utf-8'), result)

sys.exit(1 if problems else 0)
