"""What the scripts about commands share: the program, how it is called, and
what was found wrong. It lies beside them: a script finds it there."""

import subprocess
import sys

LASTCALL = sys.argv[1]
STANDARD = 'corpus/seed/standard.lc'
MANUAL = 'docs/lastcall.1'
BROKEN = 'corpus/zoo/unsent_dropped/minimal.lc'
TIMEOUT_S = 200
problems = []


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([LASTCALL, *words], capture_output=True, text=True,
                          timeout=TIMEOUT_S, check=False)


def expect(name: str, fact: bool, shown: object = '') -> None:
    if not fact:
        problems.append(name)
        print(f'{name}: {str(shown)[-600:]}')
