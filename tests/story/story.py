"""What the scripts about commands share: the program, how it is called, and
what was found wrong. It lies beside them: a script finds it there."""

import os
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


def has_terminals() -> bool:
    """Whether one can be had: a bare root directory may have no /dev/pts."""
    try:
        for file in os.openpty():
            os.close(file)
    except OSError:
        print('no terminal can be had: what needs one is left out')
        return False
    return True


def expect(name: str, fact: bool, shown: object = '') -> None:
    if not fact:
        problems.append(name)
        print(f'{name}: {str(shown)[-600:]}')
