#!/usr/bin/env python3
"""Finds what must not stand in the tree: check_words.py [ROOT]."""

import re
import subprocess
import sys
from pathlib import Path

# Pattern, where it counts, why. A line with "allowed:" and a reason is waived.
BANNED = [
    (r'<(time|locale|threads)\.h>', ('sim/', 'model/', 'fuzz/'),
     'no clock, no locale, no threads'),
    (r'\bgetenv\b', ('sim/', 'model/', 'fuzz/'), 'no environment'),
    (r'%p\b', ('sim/', 'model/', 'fuzz/'), 'no addresses in texts'),
    (r'\b(rand|srand|random|drand48)\s*\(', ('sim/', 'model/', 'fuzz/'),
     'draw from fuzz_rng or sim_choice'),
    (r'\bqsort\s*\(', ('sim/', 'model/', 'fuzz/'),
     'no order that the library chooses'),
    (r'\b(double|float)\b', ('sim/', 'model/'), 'no floating point'),
    (r'\b(strcpy|strcat|sprintf|gets)\s*\(', ('sim/', 'model/', 'fuzz/',
                                              'tools/'), 'no bounds'),
    (r'\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))', ('sim/', 'model/', 'fuzz/',
                                                'tools/', 'tests/', 'docs/',
                                                'examples/', 'include/'),
     'name the issue: TODO(#12)'),
    (r'/home/|/work/|/root/', ('',), 'no path of somebody\'s machine'),
]
SELF = 'tools/check_words.py'


def files(root: Path) -> list[str]:
    output = subprocess.run(['git', '-C', str(root), 'ls-files'], check=True,
                            capture_output=True, text=True).stdout
    return [name for name in output.splitlines() if name != SELF]


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else \
        Path(__file__).resolve().parent.parent
    problems = 0
    for name in files(root):
        path = root / name
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding='utf-8')
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if 'allowed:' in line:
                continue
            for pattern, folders, why in BANNED:
                if name.startswith(folders) and re.search(pattern, line):
                    print(f'{name}:{number}: {why}: {line.strip()[:60]}')
                    problems += 1
    return 1 if problems else 0


sys.exit(main())
