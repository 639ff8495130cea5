#!/usr/bin/env python3
"""Says who includes whom and must not: check_layers.py [ROOT] [--nm BUILD].

The rules are those of docs/ARCHITECTURE.md, "Who may include whom". With --nm
the symbols of the built libraries are held against their folders as well.
"""

import re
import subprocess
import sys
from pathlib import Path

# Folder -> the folders (or single headers) that it may include.
VOCABULARY = ['include/lastcall']
ALLOWED = {
    'include/lastcall': VOCABULARY,
    'sim/engine': VOCABULARY + ['sim/engine'],
    'sim/win32': VOCABULARY + ['sim/engine', 'sim/win32'],
    'sim/net': VOCABULARY + ['sim/engine', 'sim/net'],
    'sim/fault': VOCABULARY + ['sim/engine', 'sim/fault'],
    'sim/host': VOCABULARY + ['sim/engine', 'sim/win32', 'sim/host'],
    'sim/ws2_32': VOCABULARY + ['sim/engine', 'sim/win32', 'sim/net',
                                'sim/fault', 'sim/ws2_32'],
    'sim/provider': VOCABULARY + ['sim/engine', 'sim/win32', 'sim/net',
                                  'sim/provider'],
    'sim': VOCABULARY + ['sim'],
    'model': VOCABULARY + ['model'],
    'fuzz': VOCABULARY + ['fuzz', 'sim/sim.h', 'model'],
    'tools': VOCABULARY + ['fuzz', 'sim/sim.h', 'model', 'tools'],
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def owner(path: str) -> str:
    """The folder of ALLOWED that a file belongs to, the longest that fits."""
    best = ''
    for folder in ALLOWED:
        if path.startswith(folder + '/') and len(folder) > len(best):
            best = folder
    return best


def target_of(root: Path, source: Path, name: str) -> str:
    """The path of an included header from the root, or '' when unknown."""
    for candidate in (root / 'include' / name, root / name,
                      source.parent / name):
        if candidate.exists():
            return str(candidate.resolve().relative_to(root.resolve()))
    return ''


def may(folder: str, target: str) -> bool:
    if folder == 'sim' and target.startswith('sim/'):
        return True
    return any(target == allowed or target.startswith(allowed + '/')
               for allowed in ALLOWED[folder])


def check_includes(root: Path) -> list[str]:
    problems = []
    edges = {}
    for path in sorted(root.rglob('*.[ch]')):
        relative = str(path.relative_to(root))
        folder = owner(relative)
        if folder == '' or relative.startswith(('build', 'tests/')):
            continue
        for number, line in enumerate(
                path.read_text(encoding='utf-8').splitlines(), 1):
            match = INCLUDE.match(line)
            if match is None:
                continue
            target = target_of(root, path, match.group(1))
            where = f'{relative}:{number}'
            if target == '':
                problems.append(f'{where}: "{match.group(1)}" is not found')
            elif not may(folder, target):
                problems.append(f'{where}: {folder} may not include {target}')
            elif folder != 'sim' and owner(target) != folder:
                edges.setdefault(folder, {})[owner(target)] = where
    return problems + check_cycles(edges)


def check_cycles(edges: dict[str, dict[str, str]]) -> list[str]:
    """Folders that depend on each other, by leaving out leaf after leaf."""
    left = {folder: dict(targets) for folder, targets in edges.items()}
    while True:
        leaves = [folder for folder, targets in left.items()
                  if not any(target in left for target in targets)]
        if not leaves:
            break
        for folder in leaves:
            del left[folder]
    return [f'{where}: {folder} and {target} depend on each other'
            for folder, targets in sorted(left.items())
            for target, where in sorted(targets.items()) if target in left]


PREFIXES = {
    'model/libmodel.a': ('model_',),
    'fuzz/libfuzz.a': ('fuzz_',),
    'corpus/libsim.a': ('sim_',),
}
FOREIGN = {
    'model/libmodel.a': ('sim_', 'fuzz_', 'tool_'),
    'corpus/libsim.a': ('model_', 'fuzz_', 'tool_'),
    'fuzz/libfuzz.a': ('tool_',),
}


def check_symbols(build: Path) -> list[str]:
    problems = []
    for library, prefixes in PREFIXES.items():
        output = subprocess.run(['nm', '-g', str(build / library)], check=True,
                                capture_output=True, text=True).stdout
        for line in output.splitlines():
            words = line.split()
            if len(words) < 2:
                continue
            kind, name = words[-2], words[-1]
            if kind == 'U':
                if name.startswith(FOREIGN[library]):
                    problems.append(f'{library}: needs {name}')
            elif kind.isupper() and not name.startswith(prefixes):
                problems.append(f'{library}: defines {name}, which does not '
                                f'begin with {" or ".join(prefixes)}')
    return problems


def main() -> int:
    words = sys.argv[1:]
    build = None
    if '--nm' in words:
        build = Path(words[words.index('--nm') + 1])
        words = words[:words.index('--nm')]
    root = Path(words[0]) if words else Path(__file__).resolve().parent.parent
    problems = check_includes(root)
    if build is not None:
        problems += check_symbols(build)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


sys.exit(main())
