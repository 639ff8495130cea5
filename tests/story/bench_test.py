"""Schedulers and planted bugs measured: `bench` as scripts use it."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from story import LASTCALL, TIMEOUT_S, expect, problems, run

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
           answer['explored'][0]['states'] == 5000, answer)
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
        r' at least [1-9]\d* traces \(elsewhere 34696\)', result.stdout),
           result)
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
    for seed in range(8, 400, 8):  # where programs begin
        words = ['--bug', 'lock_in_section', '--sampler', 'few', '--seed',
                 str(seed)]
        count = json.loads(run('bench', 'bugs', *words, '--trials', '1',
                               '--json').stdout)['bugs'][0]['schedules']
        if count > 1:
            break
    results = [run('fuzz', *words, '--schedules', str(schedules))
               for schedules in (count - 1, count)]
    expect('a trial is a search', count > 1 and results[0].returncode == 0 and
           results[1].returncode == 1, (count, results))
    # One that is hardly ever met is given up, and some have no finding.
    result = run('bench', 'bugs', '--bug', 'entry_reused', '--sampler', 'rw',
                 '--trials', '2', '--schedules', '50')
    expect('trials that are given up are said', '>100' in result.stdout and
           '0/2' in result.stdout, result)
for word, value in (('--program', 'reorder'), ('--program', 'life_cycle'),
                    ('--sampler', 'pct')):
    result = run('bench', 'schedulers', word, value)
    expect(f'schedulers {word} {value}', result.returncode == 2 and
           value in result.stderr and result.stderr.count('\n') == 1, result)
for word, value in (('--bug', 'no_such_bug'), ('--sampler', 'pct10')):
    result = run('bench', 'bugs', word, value)
    expect(f'bugs {word} {value}', result.returncode == 2 and
           value in result.stderr and result.stderr.count('\n') == 1, result)
# INV-18: a peer can't tell layers from the base, and can tell one that loses.
words = ['bench', 'chains', '--schedules', '1000', '--json']
answers = [json.loads(run(*words, '-j', jobs).stdout) for jobs in ('1', '3')]
expect('bench chains', answers[0] == answers[1] and
       answers[0]['programs'] == 1000 and answers[0]['differed'] == 0 and
       answers[0]['compared'] > 15000 and answers[0]['bytes'] > 1000000,
       answers)
for bug in ('last_byte_lost', 'shutdown_swallowed'):
    result = run('bench', 'chains', '--schedules', '500', '--bug', bug)
    expect(f'bench chains notices {bug}', result.returncode == 1 and
           'can tell layers from the base alone' in result.stdout and
           f'plant {bug}\n' in result.stdout, result)
    result = run('bench', 'chains', '--schedules', '500', '--bug', bug,
                 '--json')
    answer = json.loads(result.stdout)
    expect(f'bench chains counts {bug}', result.returncode == 1 and
           answer['differed'] > 0 and answer['differed_seed'] >= 1, result)
for bug in ('no_such_bug', 'unsent_dropped'):
    result = run('bench', 'chains', '--bug', bug)
    expect(f'chains --bug {bug}', result.returncode == 2 and
           bug in result.stderr and result.stderr.count('\n') == 1, result)
# INV-17: a process that starts Winsock again is as the first time.
words = ['bench', 'lives', '--schedules', '1000', '--json']
answers = [json.loads(run(*words, '-j', jobs).stdout) for jobs in ('1', '3')]
answer = answers[0]
expect('bench lives', answer == answers[1] and answer['programs'] == 1000 and
       answer['differed'] == 0 and answer['compared'] > 500 and
       answer['lives'] > 2 * answer['compared'] and
       min(answer[stack] for stack in ('base', 'ifs', 'nonifs')) > 100 and
       sum(answer[word] for word in ('base', 'ifs', 'nonifs')) ==
       answer['compared'] and
       sum(answer[word] for word in ('compared', 'unended', 'unbalanced',
                                     'limit')) == 1000, answers)
for bug in ('not_restartable', 'worker_left'):
    result = run('bench', 'lives', '--schedules', '500', '--bug', bug)
    expect(f'bench lives notices {bug}', result.returncode == 1 and
           'differs from the first one' in result.stdout and
           f'plant {bug}\n' in result.stdout, result)
result = run('bench', 'lives', '--bug', 'no_such_bug')
expect('lives --bug no_such_bug', result.returncode == 2 and
       'no_such_bug' in result.stderr and result.stderr.count('\n') == 1, result)
# What belongs to another part of bench is not left out without a word.
for words in (['throughput', '--trials', '3'], ['throughput', '-j', '2'],
              ['throughput', '--explore'], ['schedulers', '--seconds', '3'],
              ['schedulers', '--bug', 'worker_left'], ['bugs', '--explore'],
              ['bugs', '--walks', '0'], ['bugs', '--program', 'stack'],
              ['bugs', '--provider', 'filter=x.dll'],
              ['chains', '--sampler', 'rw'], ['chains', '--trials', '3'],
              ['lives', '--sampler', 'rw'], ['lives', '--trials', '3']):
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
    # It may have said how far it is before.
    lines = [line for line in remarks.splitlines() if ' cells' not in line]
    expect(f'bench {words[0]} is interrupted', process.returncode == 0 and
           len(lines) == 1 and 'interrupted' in lines[0],
           (process.returncode, output, remarks))

sys.exit(1 if problems else 0)
