"""What is made to fail: what the application gets, that a correct stack goes on
as if nothing had been, and that sweeps, searches and explorations with faults
find what breaks."""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

from story import LASTCALL, STANDARD, expect, problems, run

# The sites, one of each kind and module at least; the call that fails, with what
# the application gets.
INIT = 'socket = -1 WSAEPROVIDERFAILEDINIT'
SITES = [
    ('socket', 'LoadLibrary@ws2_32', INIT),
    ('socket', 'GetProcAddress@ws2_32', INIT),
    ('socket', 'WSPStartup>filter', INIT),
    ('socket', 'WSPStartup>filter #1 : fail WSAEPROCLIM', INIT),
    ('socket', 'WSPStartup>filter : fail WSAEFAULT', INIT),
    ('socket', 'WSPStartup>filter : fail WSAEINVALIDPROCTABLE',
     'socket = -1 WSAEINVALIDPROCTABLE'),
    ('socket', 'WSPStartup>filter : fail WSAEINVALIDPROVIDER',
     'socket = -1 WSAEINVALIDPROVIDER'),
    ('socket', 'HeapCreate@filter', INIT),
    ('socket', 'CreateEvent@filter', INIT),
    ('socket', 'HeapAlloc@filter', INIT),
    ('socket', 'WPUGetProviderPath^filter', INIT),
    ('socket', 'WPUGetProviderPath^filter #2', INIT),
    ('socket', 'LoadLibrary@filter', INIT),
    ('socket', 'GetProcAddress@filter', INIT),
    ('socket', 'WSPStartup>tcp', INIT),
    ('socket', 'WSPStartup>tcp : fail WSAEINPROGRESS', INIT),
    ('socket', 'WSPStartup>tcp : fail WSAEFAULT', INIT),
    ('socket', 'WSPStartup>tcp : fail WSAEINVALIDPROCTABLE', INIT),
    ('socket', 'WSPStartup>tcp : fail WSAEINVALIDPROVIDER', INIT),
    ('socket', 'HeapCreate@tcp', INIT),
    ('socket', 'CreateEvent@tcp', INIT),
    ('socket', 'HeapAlloc@filter #2', 'socket = -1 WSAENOBUFS'),
    ('socket', 'HeapAlloc@tcp', 'socket = -1 WSAENOBUFS'),
    ('socket', 'net@tcp', 'socket = -1 WSAENETDOWN'),
    ('socket', 'WPUModifyIFSHandle^tcp', 'socket = -1 WSAEINVAL'),
    ('socket', 'WPUModifyIFSHandle^filter', 'socket = -1 WSAEINVAL'),
    ('connect', 'net@tcp', 'connect = -1 WSAENETDOWN'),
    ('send', 'net@tcp', 'send = -1 WSAENETDOWN'),
    ('socket', 'catalog@filter', 'socket = 64'),
    ('closesocket', 'WSPCloseSocket>filter', 'closesocket = -1 WSAENETDOWN'),
    ('closesocket', 'WSPCloseSocket>tcp', 'closesocket = -1 WSAENETDOWN'),
]
ALL = ('alloc load proc startup upcall event thread net close cleanup '
       'wouldblock catalog')
# The same calls once more, in the same life and in another one.
CALLS = ['WSAStartup 2.2', 's = socket stream', 'connect s', 'send s 100',
         't = socket stream', 'connect t', 'send t 100', 'closesocket t',
         'closesocket s', 'WSACleanup', 'WSAStartup 2.2', 'u = socket stream', 'connect u',
         'send u 100', 'closesocket u', 'WSACleanup']
TWO = """lastcall schedule 1
world
  provider tcp base
  provider filter ifs
  chain filter tcp
  faults startup load
PLANT
process A
  thread one
    WSAStartup 2.2
    s = socket stream
    WSACleanup
  thread two
    WSAStartup 2.2
    WSACleanup
"""


def written(folder: str, name: str, text: str) -> str:
    path = os.path.join(folder, name)
    Path(path).write_text(text, encoding='utf-8')
    return path


def each_kind_fails(folder: str, layers: list) -> None:
    """A failing call tells the application, and nothing else: the next one
    works, and so does the next life, in which nothing of it is left (all rules
    hold)."""
    number = {'socket': 2, 'connect': 3, 'send': 4, 'closesocket': 8}
    # A DLL's C run-time asks for memory once before, and does without.
    shifted = {'HeapAlloc@filter': 'HeapAlloc@filter #2',
               'HeapAlloc@filter #2': 'HeapAlloc@filter #3'}
    for layer in layers:
        for call, place, gets in SITES:
            place = place if layer == 'ifs' else shifted.get(place, place)
            fails = place if ': fail' in place else place + ' : fail'
            text = '\n'.join(
                ['lastcall schedule 1', 'world', '  provider tcp base',
                 '  provider filter ' + layer, '  chain filter tcp',
                 '  faults ' + ALL, 'process A', '  thread a'] +
                ['    ' + line for line in CALLS] +
                ['choices', f'  a in {number[call]} {call} at {fails}', ''])
            result = run('run', '--trace', 'text',
                         written(folder, 'kind.lc', text))
            lines = [line[33:] for line in result.stdout.splitlines()]
            name = f'{fails} in {call} ({layer})'
            made = [line for line in lines if 'is made to fail' in line]
            expect(f'{name} fails once', len(made) == 1, result.stdout)
            returns = [line for line in lines
                       if line.startswith(call + ' = ')]
            expect(f'{name} is told', len(returns) == 3 and
                   returns[0] == gets, returns)
            expect(f'{name}: the next works',
                   all(' -1' not in line for line in returns[1:]), returns)
            expect(f'{name} leaves nothing', result.returncode == 0 and
                   '\nheld' in result.stdout, result.stdout)


def sweeps_find_nothing(words: list) -> None:
    """Each schedule of the corpus that holds does so when one call fails, too,
    whichever it is."""
    swept = 0
    for path in sorted(Path('corpus').glob('**/*.lc')):
        text = path.read_text(encoding='utf-8')
        if '\n  held' not in text or (words and ' filter' not in text):
            continue
        result = run('fuzz', '--json', '--sweep', str(path), *words)
        expect(f'sweep of {path}', result.returncode == 0,
               result.stdout + result.stderr)
        said = json.loads(result.stdout)
        sites = sum(said['sites'].values())
        expect(f'sites of {path}', said['schedules'] == sites + 1 and
               said['swept'] == sites > 10 and said['findings'] == [], said)
        swept += 1
    expect('there is something to sweep', swept >= (2 if words else 4), swept)


def sweeps_find_what_breaks(folder: str) -> None:
    planted = run('fuzz', '--sweep', STANDARD, '--bug', 'library_kept',
                  '-o', folder + '/swept')
    expect('a sweep finds', planted.returncode == 1 and
           'swept 38 sites: 7 alloc, 2 load, 2 proc, 4 startup, 6 upcall, '
           '2 event, 6 net, 4 close, 4 cleanup, 1 catalog' in planted.stdout and
           'first when this fails: one in 2 socket at WSPStartup>tcp'
           in planted.stdout, planted.stdout)
    early = ['fuzz', '--sweep', STANDARD, '--bug', 'library_kept',
             '--stop-after', '1', '-j1']
    said = json.loads(run(*early, '--json').stdout)
    expect('a sweep that ends early, --json', 0 < said['swept'] < 38 and
           sum(said['sites'].values()) == 38, said)
    result = run(*early)
    expect('a sweep that ends early says of how many', result.returncode == 1
           and f"swept {said['swept']} of these 38 sites: 7 alloc, 2 load" in
           result.stdout, result.stdout)
    # With its own fault the schedule breaks as it is.
    result = run('fuzz', '--sweep',
                 'corpus/zoo/failed_start_counted/minimal.lc')
    expect('a sweep says that nothing had to fail', result.returncode == 1 and
           'CLEAN-18 without a fault of the sweep\n' in result.stderr and
           'first without a fault of the sweep\n' in result.stdout and
           'seed' not in result.stderr + result.stdout, result)
    said = json.loads(run('fuzz', '--json', '--schedules', '1').stdout)
    expect('no sweep, --json', said['swept'] is None and said['sites'] is None,
           said)
    found = list(Path(folder, 'swept').glob('*.lc'))
    expect('what it found is there', len(found) == 1 and
           run('run', '--expect', str(found[0])).returncode == 0, found)
    for wrong in (['--seed', '1'], ['--faults'], ['--world', 'any'],
                  ['--sampler', 'rw'], ['--schedules', '5']):
        result = run('fuzz', '--sweep', STANDARD, *wrong)
        expect(f'sweep with {wrong[0]}', result.returncode == 2 and
               len(result.stderr.splitlines()) == 1, result.stderr)
    result = run('fuzz', '--sweep', 'no.lc')
    expect('sweep of nothing', result.returncode == 2 and
           'no.lc' in result.stderr, result.stderr)


def searches_find_nothing(words: list) -> None:
    result = run('fuzz', '--faults', '--seed', '1', '--schedules', '4000',
                 *words)
    expect(f'search {words}', result.returncode == 0 and
           'no rule was broken' in result.stdout, result.stdout)


def campaigns_have_faults(folder: str) -> None:
    """As a search has them; the ledger keeps that it does, so that the next
    start need not say it and may not begin with it."""
    def begin(name: str, *words: str) -> tuple:
        where = os.path.join(folder, name)
        result = run('campaign', where, '--seed', '1', '--bug', 'library_kept',
                     '--schedules', '2000', *words)
        kept = json.loads(run('report', '--json', where).stdout)['settings']
        return result, kept['faults'], where

    # The bug is one of a failed start.
    result, kept, where = begin('with', '--faults')
    expect('a campaign with faults', result.returncode == 1 and kept is True and
           'broken LOAD-22' in result.stdout, result.stdout)
    result = run('campaign', where, '--schedules', '2100')
    expect('it goes on with faults', result.returncode == 1, result.stderr)
    result, kept, where = begin('without')
    expect('a campaign without', result.returncode == 0 and kept is False,
           result.stdout)
    result = run('campaign', where, '--faults', '--schedules', '2100')
    expect('it can\'t get them later', result.returncode == 2 and
           '--faults: ' in result.stderr, result.stderr)


def what_never_fails_is_said(folder: str) -> None:
    """A call that is to fail and does not come."""
    path = os.path.join(folder, 'never.lc')
    Path(path).write_text(
        'lastcall schedule 1\nworld\n  provider tcp base\n'
        '  provider filter ifs\n  chain filter tcp\n  faults startup\n'
        'process A\n  thread a\n    WSAStartup 2.2\n    s = socket stream\n'
        'choices\n  a in 2 socket at WSPStartup>tcp : fail\n'
        '  a in 2 socket at WSPStartup>tcp #5 : fail\n', encoding='utf-8')
    result = run('run', path)
    expect('a place that is not reached', result.returncode == 0 and
           'choices whose place was not reached: 1\n' in result.stdout,
           result.stdout)
    answer = json.loads(run('run', '--json', path).stdout)
    expect('a place that is not reached, --json',
           (answer['choices_unmet'], answer['choices_unreached']) == (0, 1),
           answer)


def explorations_are_bounded(folder: str) -> None:
    good = written(folder, 'good.lc', TWO.replace('PLANT\n', ''))
    bad = written(folder, 'bad.lc',
                  TWO.replace('PLANT', '  plant library_kept'))
    none = json.loads(run('explore', '--json', good).stdout)
    one = json.loads(run('explore', '--json', '--faults', '1', good).stdout)
    expect('faults make states', none['faults'] == 0 and one['faults'] == 1 and
           one['states'] > none['states'] and one['ends'] > none['ends'] and
           one['verdict'] == none['verdict'] == 'proved', [none, one])
    result = run('explore', '--faults', '1', good)
    expect('the bound is said', 'proved within the bounds: at most 1 fault\n'
           in result.stdout and '  faults: load startup,' in result.stdout,
           result.stdout)
    expect('without faults the bug is not there',
           run('explore', bad).stdout.startswith('proved'))
    for order in ('breadth', 'depth'):
        path = os.path.join(folder, order + '.lc')
        result = run('explore', '--faults', '1', '--order', order, bad,
                     '-o', path)
        expect(f'explore finds, {order}', result.returncode == 1 and
               'broken LOAD-22' in result.stdout, result.stdout)
        expect(f'what it found breaks, {order}',
               run('run', '--expect', path).returncode == 0)
    result = run('explore', '--program', 'reorder_3', '--faults', '1')
    expect('no faults in micro-programs', result.returncode == 2 and
           len(result.stderr.splitlines()) == 1 and
           '--faults' in result.stderr, result.stderr)


expect('the program is there', os.access(LASTCALL, os.X_OK), LASTCALL)
dlls = sys.argv[2:]
with tempfile.TemporaryDirectory() as place_for_files:
    each_kind_fails(place_for_files,
                    ['ifs'] + [f'dll "{os.path.abspath(d)}"' for d in dlls])
    sweeps_find_nothing([])
    sweeps_find_what_breaks(place_for_files)
    searches_find_nothing([])
    searches_find_nothing(['--world', 'any'])
    for dll in dlls:
        sweeps_find_nothing(['--provider', f'filter={dll}'])
        searches_find_nothing(['--provider', f'filter={dll}'])
    explorations_are_bounded(place_for_files)
    what_never_fails_is_said(place_for_files)
    campaigns_have_faults(place_for_files)

sys.exit(1 if problems else 0)
