#!/usr/bin/env python3
"""Says who includes whom and must not: check_layers.py [ROOT] [--nm BUILD].

The rules are those of docs/ARCHITECTURE.md, "Who may include whom". With --nm
the symbols of the libraries built in BUILD are held against their folders, too,
and what sim/ and model/ can write outside the arena against a list.
Prints file:line of each violation; exit status 1 when there is one.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

WORDS = ['include/lastcall']
# Folder -> the folders and single headers that it may include from. A folder
# named here does not stand for a folder below it that is named here as well.
ALLOWED = {
    'include/lastcall': WORDS,
    'sim/engine': WORDS + ['sim/engine'],
    'sim/win32': WORDS + ['sim/engine', 'sim/fault', 'sim/win32'],
    'sim/net': WORDS + ['sim/engine', 'sim/fault', 'sim/net'],
    'sim/fault': WORDS + ['sim/engine', 'sim/fault'],
    'sim/host': WORDS + ['sim/engine', 'sim/win32', 'sim/host'],
    'sim/ws2_32': WORDS + ['sim/engine', 'sim/win32', 'sim/net', 'sim/fault',
                           'sim/ws2_32'],
    # Of the engine: how a module is registered, and which one is running.
    'sim/provider': WORDS + ['sim/engine/module.h', 'sim/engine/thread.h',
                             'sim/win32', 'sim/net', 'sim/provider'],
    'sim/program': WORDS + ['sim/engine', 'sim/program'],
    'sim': WORDS + ['sim', 'sim/engine', 'sim/win32', 'sim/net', 'sim/fault',
                    'sim/host', 'sim/ws2_32', 'sim/provider'],
    'model': WORDS + ['model'],
    'fuzz': WORDS + ['fuzz', 'sim/sim.h', 'sim/program/program.h',
                     'model/model.h'],
    'tools': WORDS + ['tools', 'fuzz/fuzz.h', 'sim/sim.h', 'model/model.h'],
    # Ordinary Windows code: nothing of ours.
    'examples': ['examples'],
    # Anything.
    'tests': None,
    'bench': None,
}
WINDOWS = re.compile(r'^(windows|win\w+|ws2\w+|mswsock|winsock2?|process)\.h$',
                     re.IGNORECASE)
MAY_SEE_WINDOWS = ('examples/', 'tests/layout/', 'tests/data/')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Library -> its prefix, and the prefixes of those that it must not need.
LIBRARIES = {
    'libsim.a': ('sim_', ('model_', 'fuzz_', 'tool_')),
    'libcopy.a': ('sim_', ('model_', 'fuzz_', 'tool_')),
    'libmodel.a': ('model_', ('sim_', 'fuzz_', 'tool_')),
    'libfuzz.a': ('fuzz_', ('tool_',)),
}
# Of the C library: what would make a run depend on more than its schedule.
BANNED = {'getenv', 'secure_getenv', 'setlocale', 'rand', 'srand', 'random',
          'srandom', 'drand48', 'qsort', 'time', 'localtime', 'gmtime',
          'clock', 'clock_gettime', 'gettimeofday', 'thrd_create',
          'pthread_create'}

# What sim/ and model/ keep outside the arena, and why it is no state of a run:
# all else lies in the arena, where a snapshot has it.
STATICS = {
    'sim/sim.c': {
        'sim': 'which files stand for which providers: between runs',
        'playing': 'the schedule of the run: between runs',
    },
    'sim/engine/arena.c': {'arena': 'at start-up'},
    'sim/engine/fiber.c': {
        'fiber': "where the host's own stack is, while a fiber runs",
        'fiber_sp': 'what a switch returns; read right after it',
    },
    'sim/engine/module.c': {
        'sim_module_classes': 'the DLLs of the world: between runs',
        'paths': 'where they are installed: between runs',
        'registry': 'at start-up',
    },
    'sim/engine/snapshot.c': {'part_keys': 'at start-up'},
    'sim/engine/thread.c': {'handlers': 'at start-up'},
    'sim/engine/whole.c': {'added': 'at start-up'},
    'sim/engine/thunk.c': {'thunks': 'machine code: before it is used'},
    'sim/net/net.c': {'pattern': 'a constant, made at start-up'},
    'sim/net/request.c': {'tell': 'at start-up'},
    'sim/net/notify.c': {'tell': 'at start-up'},
    'sim/provider/hook.c': {
        'asked': 'whether a hook is set in the run: between runs',
    },
    'sim/provider/version.c': {
        'offered': 'which versions providers offer: between runs',
    },
    'sim/win32/apc.c': {'cancel_io': 'at start-up'},
    'sim/win32/port.c': {'is_file': 'at start-up'},
    'sim/win32/library.c': {'beside_dll_main': 'at start-up'},
    'sim/ws2_32/catalog.c': {'catalog': 'of the world: between runs'},
    'sim/ws2_32/probe.c': {'thunks': 'at start-up'},
    'sim/host/fault.c': {
        'fault': 'for people, and from a signal to the record right after it',
    },
    'sim/host/image.c': {'host': 'what is installed: between runs'},
    'sim/host/read.c': {'files': 'DLLs that were read: between runs'},
}
WRITABLE = re.compile(r'^\.(t?data|t?bss)(?!\.rel\.ro)')
MEMBER = re.compile(r'^Symbols from .*\[(.*)\]:$')


def owner(path: str) -> str:
    """The folder of ALLOWED that a file belongs to: the longest that fits."""
    fitting = [folder for folder in ALLOWED if path.startswith(folder + '/')]
    return max(fitting, key=len, default='')


def may(folder: str, target: str) -> bool:
    allowed = ALLOWED[folder]
    return allowed is None or target in allowed or owner(target) in allowed


def target_of(root: Path, source: Path, name: str) -> str:
    """An included header's path from the root; empty when there is none."""
    for candidate in (source.parent / name, root / name,
                      root / 'include' / name):
        if candidate.is_file():
            resolved = candidate.resolve()
            if resolved.is_relative_to(root):
                return resolved.relative_to(root).as_posix()
    return ''


def includes(path: Path):
    text = path.read_text(encoding='utf-8', errors='replace')
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '<', match.group(2)


def check_file(root: Path, path: Path, edges: dict) -> list[str]:
    problems = []
    relative = path.relative_to(root).as_posix()
    folder = owner(relative)
    for number, is_system, name in includes(path):
        where = f'{relative}:{number}'
        if is_system:
            if WINDOWS.match(name) and not relative.startswith(
                    MAY_SEE_WINDOWS):
                problems.append(f'{where}: a Windows header, <{name}>')
            continue
        target = target_of(root, path, name)
        if target == '':
            # Headers that the build makes lie beside their templates.
            if not (path.parent / f'{Path(name).name}.in').is_file():
                problems.append(f'{where}: "{name}" is not found')
        elif not may(folder, target):
            problems.append(f'{where}: {folder} may not include {target}')
        other = owner(target)
        if other not in ('', folder):
            edges.setdefault(folder, {}).setdefault(other, where)
    return problems


def find_cycle(edges: dict) -> list[str]:
    """Folders on a circle and the includes that close it, or nothing."""
    left = dict(edges)
    while True:
        leaves = [folder for folder, targets in left.items()
                  if not any(target in left for target in targets)]
        if not leaves:
            break
        for folder in leaves:
            del left[folder]
    return [f'{where}: {folder} depends on {target}, on a circle'
            for folder, targets in sorted(left.items())
            for target, where in sorted(targets.items()) if target in left]


def check_includes(root: Path) -> list[str]:
    problems, edges = [], {}
    for folder in sorted({name.split('/')[0] for name in ALLOWED}):
        for path in sorted((root / folder).rglob('*.[ch]')):
            problems += check_file(root, path, edges)
    return problems + find_cycle(edges)


def is_ours(name: str, prefix: str) -> bool:
    # Sanitizers and coverage make symbols of their own.
    return name.startswith((prefix, 'lc_', '__', '_ZT', 'asan.'))


def check_library(path: Path) -> list[str]:
    problems = []
    prefix, foreign = LIBRARIES[path.name]
    output = subprocess.run(['nm', '-A', '-g', str(path)], check=True,
                            capture_output=True, text=True).stdout
    for line in output.splitlines():
        words = line.split()
        if len(words) < 3 or not line.startswith(str(path)):
            continue
        place, kind, name = words[0].rstrip(':'), words[-2], words[-1]
        place = place.split(':')[1] if ':' in place else place
        where = f'{path.name}({place})'
        if kind == 'U':
            if name.startswith(foreign):
                problems.append(f'{where}: needs {name}')
            elif name in BANNED:
                problems.append(f'{where}: calls {name}')
        elif kind.isupper() and not is_ours(name, prefix):
            problems.append(f'{where}: defines {name}, which does not begin '
                            f'with {prefix}')
    return problems


def source_of(member: str) -> str:
    """The source of STATICS that an object file was made from, or ''."""
    return next((source for source in STATICS
                 if member.endswith(source.replace('/', '_') + '.o')), '')


def check_statics(path: Path) -> list[str]:
    """What a library can write beside the arena, and what it no longer has."""
    output = subprocess.run(['nm', '--format=sysv', str(path)], check=True,
                            capture_output=True, text=True).stdout
    found, member = {}, ''
    for line in output.splitlines():
        match = MEMBER.match(line)
        if match:
            member = match.group(1)
            found[member] = set()
        columns = [column.strip() for column in line.split('|')]
        if len(columns) == 7 and WRITABLE.match(columns[6]) and \
                not columns[0].startswith('__'):
            found[member].add(columns[0].split('.')[0])
    problems = []
    for member, names in sorted(found.items()):
        known = STATICS.get(source_of(member), {})
        problems += [f'{path.name}({member}): {name} is written outside the '
                     'arena' for name in sorted(names - set(known))]
        problems += [f'{path.name}({member}): {name} is listed and not there'
                     for name in sorted(set(known) - names)]
    return problems


def check_symbols(build: Path) -> list[str]:
    problems = []
    for name in LIBRARIES:
        found = sorted(build.rglob(name))
        if not found:
            problems.append(f'{build}: no {name}')
        for path in found:
            problems += check_library(path)
            if name != 'libfuzz.a':
                problems += check_statics(path)
    return problems


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument('root', nargs='?', type=Path,
                        default=Path(__file__).resolve().parent.parent)
    parser.add_argument('--nm', metavar='BUILD', type=Path)
    options = parser.parse_args()
    problems = check_includes(options.root.resolve())
    if options.nm is not None:
        problems += check_symbols(options.nm)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


sys.exit(main())
