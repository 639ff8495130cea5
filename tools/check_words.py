#!/usr/bin/env python3
"""Finds what must not stand in the tree: check_words.py [ROOT].

Prints file:line of each find; exit status 1 when there is one. A line that has
to stand carries a comment with "allowed:" and the reason.
"""

import re
import subprocess
import sys
from pathlib import Path

PLAYED = ('sim/', 'model/', 'fuzz/')
CODE = PLAYED + ('tools/', 'include/', 'examples/', 'tests/', 'bench/')
# Pattern, where it counts, why it must not stand there.
BANNED = [
    (r'<(time|locale|threads|pthread|math)\.h>', PLAYED,
     'no clock, locale, threads or floating point'),
    (r'\b(secure_)?getenv\b', PLAYED, 'no environment'),
    (r'%-?\d*p\b', PLAYED, 'no addresses in texts'),
    (r'\b(s?rand|s?random|[delmn]rand48|rand_r)\s*\(', PLAYED,
     'draw from sim_choice or fuzz_rng'),
    (r'\bqsort(_r)?\s*\(', PLAYED, 'equal keys fall as the library likes'),
    (r'\b(time|clock|gettimeofday|clock_gettime)\s*\(', PLAYED,
     'time is that of the run'),
    (r'\b(double|float)\b', ('sim/', 'model/'), 'no floating point'),
    (r'\b(strcpy|strcat|v?sprintf|gets)\s*\(', PLAYED + ('tools/',),
     'writes without a bound'),
    (r'\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))', CODE + ('docs/', '.ci/'),
     'name the issue: TODO(#12)'),
    (r'(?<![\w.<])/(home|work|root|Users)/\w', ('',),
     'a path of somebody\'s machine'),
]
BANNED = [(re.compile(pattern), folders, why)
          for pattern, folders, why in BANNED]
# In messages of commits.
HISTORY = [
    (re.compile(r'^(co-authored|signed-off|generated)-by\b|^generated with\b',
                re.IGNORECASE | re.MULTILINE), 'a name'),
    (re.compile(r'(?<![\w.<])/(home|work|root|Users)/\w'),
     'a path of somebody\'s machine'),
]
WAIVER = re.compile(r'allowed: *\w')
# Holds the patterns themselves, or examples of what is to be found.
EXEMPT = ('tools/check_words.py', 'tests/canary/words_test.py')
LINE_COMMENT = re.compile(r'^\s*(/?\*|//)')


def files(root: Path, is_tracked: bool) -> list[str]:
    """Tracked files, and new ones unless only the tracked are asked for; without
    git, all that are not built."""
    which = ['-c'] if is_tracked else ['-co', '--exclude-standard']
    answer = subprocess.run(
        ['git', '-C', str(root), 'ls-files', *which],
        capture_output=True, text=True, check=False)
    if answer.returncode == 0 and (root / '.git').exists():
        return sorted(set(answer.stdout.splitlines()))
    names = [path.relative_to(root).as_posix()
             for path in root.rglob('*') if path.is_file()]
    return sorted(name for name in names
                  if not name.startswith(('build', '.git/'))
                  and '__pycache__' not in name)


def check_text(name: str, text: str) -> list[str]:
    problems = []
    patterns = [one for one in BANNED if name.startswith(one[1])]
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, folders, why in patterns:
            if not pattern.search(line) or WAIVER.search(line):
                continue
            # A comment may speak of what code may not do.
            if folders in (PLAYED, ('sim/', 'model/')) and \
                    LINE_COMMENT.match(line):
                continue
            problems.append(f'{name}:{number}: {why}: {line.strip()[:60]}')
    return problems


def check_history(root: Path) -> list[str]:
    answer = subprocess.run(
        ['git', '-C', str(root), 'log', '-z', '--format=%h%n%B'],
        capture_output=True, text=True, check=False)
    if answer.returncode != 0 or not (root / '.git').exists():
        return []
    problems = []
    for entry in answer.stdout.split('\0'):
        commit, _, message = entry.strip().partition('\n')
        problems += [f'commit {commit}: {why} in its message'
                     for pattern, why in HISTORY if pattern.search(message)]
    return problems


def main() -> int:
    words = [word for word in sys.argv[1:] if word != '--tracked']
    root = (Path(words[0]) if words
            else Path(__file__).parent.parent).resolve()
    problems = []
    for name in files(root, '--tracked' in sys.argv[1:]):
        path = root / name
        if name in EXEMPT or not path.is_file():
            continue
        try:
            problems += check_text(name, path.read_text(encoding='utf-8'))
        except UnicodeDecodeError:
            continue
    problems += check_history(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


sys.exit(main())
