"""Whatever is handed to the program: one clear line, exit 2, no crash."""

import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LASTCALL = sys.argv[1]
GOOD = 'corpus/seed/standard.lc'
PASS = Path(LASTCALL).resolve().parent / 'examples/passlayer/passlayer.dll'
TIMEOUT_S = 120
# The search for leaks at each exit takes longer than all the rest.
QUICK = {**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'}
# What a crash under a sanitizer, or a check that fails, looks like.
CRASHES = ('Sanitizer', 'check failed', 'runtime error')
problems = 0


def problem(name: str, result: subprocess.CompletedProcess) -> None:
    global problems
    problems += 1
    error = result.stderr.decode('utf-8', 'replace')
    print(f'{name}: exit {result.returncode}: {error[:400]}')


def call(*words: str, **more) -> subprocess.CompletedProcess:
    return subprocess.run([LASTCALL, *words], stdin=subprocess.DEVNULL,
                          env=more.get('env'),
                          stdout=more.get('stdout', subprocess.PIPE),
                          stderr=subprocess.PIPE, timeout=TIMEOUT_S,
                          check=False)


def is_refusal(result: subprocess.CompletedProcess, word: str) -> bool:
    error = result.stderr.decode('utf-8', 'replace')
    lines = [line for line in error.splitlines() if line]
    return (result.returncode == 2 and len(lines) == 1 and
            lines[0].startswith('lastcall: ') and word in error)


def refused(name: str, *words: str, word: str = '') -> None:
    result = call(*words)
    if not is_refusal(result, word):
        problem(name, result)


def unharmed(name: str, *words: str) -> None:
    """Input that may be good or bad: any answer will do, but no crash."""
    result = call(*words, env=QUICK)
    error = result.stderr.decode('utf-8', 'replace')
    if result.returncode not in (0, 1, 2) or \
            any(crash in error for crash in CRASHES) or \
            (result.returncode == 2 and not is_refusal(result, '')):
        problem(name, result)


def in_parallel(jobs: list) -> None:
    with ThreadPoolExecutor(max_workers=2) as pool:
        for _ in pool.map(lambda job: job(), jobs):
            pass


def cut_schedules(folder: Path) -> None:
    """Cut off anywhere but at the end of a line, where it may be whole."""
    whole = Path(GOOD).read_bytes()

    def cut_at(size: int):
        path = folder / f'cut{size}.lc'
        path.write_bytes(whole[:size])
        if whole[:size].endswith(b'\n'):
            unharmed(f'cut off at the line end {size}', 'run', str(path))
        else:
            refused(f'cut off at {size}', 'run', str(path), word=path.name)

    in_parallel([lambda size=size: cut_at(size) for size in range(len(whole))])


def bad_schedules(folder: Path) -> None:
    whole = Path(GOOD).read_bytes()
    path = folder / 'bad.lc'

    def refused_text(name: str, text: bytes, word: str = 'bad.lc') -> None:
        path.write_bytes(text)
        refused(name, 'run', str(path), word=word)

    refused_text('empty', b'')
    refused_text('not UTF-8', whole.replace(b'process A', b'process \xff\xfe'))
    refused_text('not UTF-8 in a comment', whole.replace(
        b'world\n', b'world # \xc3\x28\n'))
    refused_text('a zero byte', whole.replace(b'send s', b'send \0s'))
    line = 1 + whole[:whole.index(b'send u')].count(b'\n')
    refused_text('unknown call', whole.replace(b'send u', b'sendd u'),
                 word='"sendd"')
    refused_text('unknown call, place', whole.replace(b'send u', b'sendd u'),
                 word=f'bad.lc:{line}:5: ')
    planted = whole.replace(b'peer sink', b'plant unsent_dropped\n'
                            b'  plant  no_such_bug # none')
    line = 1 + planted[:planted.index(b'no_such')].count(b'\n')
    refused_text('unknown bug', planted,
                 word=f"bad.lc:{line}:10: no planted bug 'no_such_bug'")
    expected = whole[:whole.index(b'expect')] + \
        b'expect\n\tbroken  FOO-1 # none\n'
    line = expected.count(b'\n')
    refused_text('unknown rule', expected,
                 word=f"bad.lc:{line}:10: no rule 'FOO-1'")
    refused_text('a number too large', whole.replace(
        b'20000', b'99999999999999999999'))
    refused_text('a negative number', whole.replace(b'20000', b'-1'))
    refused_text('a long line', whole.replace(b'sink', b'x' * 100000))
    refused_text('a later format', whole.replace(
        b'schedule 1', b'schedule 2', 1))
    refused_text('a DLL that is not there', whole.replace(
        b'filter ifs', b'filter dll "none.dll"'), word='none.dll')
    with open(path, 'wb') as file:
        file.write(whole)
        file.truncate(100 << 20)
    refused('100 MB', 'run', str(path), word='bad.lc')
    with open(path, 'wb') as file:
        file.write(b'L1')
        file.truncate(100 << 20)
    refused('100 MB of the compact form', 'run', str(path), word='bad.lc')
    compact = subprocess.run([LASTCALL, 'convert', GOOD], capture_output=True,
                             check=True).stdout
    text = subprocess.run([LASTCALL, 'convert', '-'], input=compact,
                          capture_output=True, check=True).stdout
    for command in ('convert', 'run', 'explore'):
        path.write_bytes(b'L2' + compact[2:])
        refused(f'{command} of a later compact form', command, str(path),
                word='bad.lc: the compact form of another version: this '
                'program reads L1')
        path.write_bytes(b'\xd1\x00' + compact[2:])
        refused(f'{command} of what a fuzzer has saved', command, str(path),
                word='bad.lc: neither text (`lastcall schedule 1`) nor the '
                'compact form, which begins with L1; for what a fuzzer has '
                'saved see docs/FUZZING.md')
    # What is said there to be done.
    line, = re.findall(r'^\(printf L1.*CRASH\) > ',
                       Path('docs/FUZZING.md').read_text(encoding='utf-8'),
                       re.M)
    head = subprocess.run(['sh', '-c', line[:-2].replace('CRASH', '"$1"'), 'sh',
                           str(path)], capture_output=True, check=True).stdout
    put_back = subprocess.run([LASTCALL, 'convert', '-'], input=head,
                              capture_output=True, check=False)
    if head != compact or put_back.stdout != text:
        problem('the head that is put back', put_back)
    refused('no file', 'run', str(folder / 'none.lc'), word='none.lc')
    refused('a folder', 'run', str(folder))
    fifo = folder / 'fifo'
    os.mkfifo(fifo)
    for command in ('run', 'blame', 'convert', 'explore', 'shrink'):
        refused(f'{command} of a named pipe', command, str(fifo),
                word='fifo: is not a regular file')
    refused('a world that is a named pipe', 'fuzz', '--schedules', '1',
            '--world', str(fifo), word='fifo: is not a regular file')
    refused('a device', 'run', '/dev/null', word='is not a regular file')
    for command in ('convert', 'shrink'):
        refused(f'{command} of no file', command, str(folder / 'none.lc'),
                '-o', str(folder / 'out.lc'), word='none.lc')

    chance = random.Random(1)

    def by_chance(index: int) -> None:
        data = bytes(chance.randrange(256) for _ in range(600))
        if index % 2 == 0:
            data = b'L1' + data
        where = folder / f'chance{index}'
        where.write_bytes(data)
        unharmed(f'bytes by chance {index}', 'run', str(where))

    for index in range(40):
        by_chance(index)


def bad_dlls(folder: Path) -> None:
    dll = folder / 'bad.dll'
    words = ['--provider', f'filter={dll}', GOOD]
    dll.write_text('this is no DLL\n', encoding='utf-8')
    refused('text for a DLL', 'run', *words, word='bad.dll')
    refused('text for a DLL', 'provider', str(dll), word='bad.dll')
    refused('a folder for a DLL', 'provider', str(folder))
    fifo = folder / 'pipe.dll'
    os.mkfifo(fifo)
    for words_of in (['provider', str(fifo)],
                     ['run', '--provider', f'filter={fifo}', GOOD],
                     ['campaign', str(folder / 'none'), '--schedules', '1',
                      '--provider', f'filter={fifo}']):
        refused(f'{words_of[0]}: a named pipe for a DLL', *words_of,
                word='pipe.dll: not a regular file')
    refused('no DLL', 'provider', str(folder / 'none.dll'), word='none.dll')
    refused('no name', 'run', '--provider', str(dll), GOOD)
    refused('no path', 'run', '--provider', 'filter=', GOOD)
    if not PASS.exists():
        return
    whole = PASS.read_bytes()

    def played_as(name: str, data: bytes, is_run: bool) -> None:
        path = folder / f'{name}.dll'
        path.write_bytes(data)
        unharmed(name, 'provider', str(path))
        if is_run:
            unharmed(name, 'run', '--provider', f'filter={path}', GOOD)
        path.unlink()

    sizes = sorted(set(range(0, 1024, 16)) | set(range(1024, 4096, 128)) |
                   set(range(4096, len(whole), 2048)))
    jobs = [lambda size=size: played_as(f'cut{size}', whole[:size],
                                        size % 64 == 0)
            for size in sizes]
    # Headers that lie: each field of the first page with absurd values. Each
    # byte of the whole file is the matter of sim_host_pe_test.
    for offset in range(0, 1024, 4):
        for value in (b'\xff\xff\xff\xff', b'\x00\x00\x00\x00',
                      b'\xf0\xff\xff\x7f'):
            if offset % 8 == 0 or value[0] == 0xff:
                data = whole[:offset] + value + whole[offset + 4:]
                jobs.append(lambda name=f'header{offset}-{value.hex()}',
                            data=data, offset=offset: played_as(
                                name, data, offset % 16 == 0))
    in_parallel(jobs)
    dll.write_bytes(whole.replace(b'PE\0\0\x64\x86', b'PE\0\0\x4c\x01', 1))
    refused('a DLL of 32 bits', 'run', *words, word='bad.dll')
    dll.write_bytes(whole.replace(b'\0WSPStartup\0', b'\0WSPStartuq\0'))
    refused('no WSPStartup', 'run', *words, word='WSPStartup')


def bad_usage(folder: Path) -> None:
    refused('no command')
    refused('unknown command', 'walk', word='walk')
    refused('unknown option', 'run', '--fast', GOOD, word='--fast')
    refused('an option without its value', 'fuzz', '--seed', word='--seed')
    refused('no number', 'fuzz', '--schedules', 'many', word='many')
    refused('a negative number', 'fuzz', '--schedules', '-5')
    refused('no sampler', 'fuzz', '--sampler', 'dice', word='dice')
    refused('no bug', 'fuzz', '--schedules', '1', '--bug', 'dice',
            word='dice')
    refused('no such layer', 'fuzz', '--schedules', '1', '--provider',
            f'nobody={PASS}')
    if PASS.exists():
        refused('a layer for a base', 'fuzz', '--schedules', '1',
                '--provider', f'tcp={PASS}', word='base provider')
        for command in (['fuzz'], ['campaign', str(folder / 'none')]):
            layers = ('outer', 'third', 'fourth', 'fifth', 'sixth', 'seventh')
            hosted = [word for name in layers
                      for word in ('--provider', f'{name}={PASS}')]
            for world in ([], ['--world', 'any', *hosted]):
                refused(f'{command[0]}: nothing to plant it in', *command,
                        '--schedules', '1', '--bug', 'worker_left',
                        '--provider', f'filter={PASS}', *world,
                        word="left to plant 'worker_left'")
        odd = folder / 'd\u00e9j\u00e0.dll'
        odd.write_bytes(PASS.read_bytes())
        refused('a path that no schedule can hold', 'fuzz', '--schedules', '1',
                '--provider', f'filter={odd}', word='ASCII')
        refused('two for one', 'fuzz', '--schedules', '1', '--provider',
                f'filter={PASS}', '--provider', f'filter={PASS}',
                word='twice')
    refused('no schedule', 'run')
    refused('two schedules', 'run', GOOD, GOOD)
    for words in (['fuzz', '--bug', 'worker_left', '--bug', 'library_kept'],
                  ['fuzz', '--world', 'any', '--world=any']):
        refused('given twice', *words, '--schedules', '1',
                word=f'{words[1]}: given twice')
    refused('no campaign', 'report', str(folder), word='no campaign')
    refused('a flag with a value', 'run', '--json=1', GOOD, word='--json')
    refused('an unknown letter', 'fuzz', '-x4', word='-x4')
    refused('a letter that is no number', 'fuzz', '-jmany', word='many')
    refused('no rule', 'rules', 'NOTHING-1', word='NOTHING-1')
    if os.path.exists('/dev/full'):
        with open('/dev/full', 'w', encoding='utf-8') as full:
            result = call('rules', stdout=full)
        if not is_refusal(result, ''):
            problem('a full disk', result)
        refused('a file on a full disk', 'convert', GOOD, '-o', '/dev/full')
        if os.path.isfile('/dev/full'):
            problem('a device was replaced', result)


with tempfile.TemporaryDirectory() as temporary:
    for part in (cut_schedules, bad_schedules, bad_dlls, bad_usage):
        part(Path(temporary))
print(f'{problems} problems')
sys.exit(1 if problems else 0)
