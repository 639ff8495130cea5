"""The check of words must notice what it is there for, and nothing else."""

import subprocess
import sys
import tempfile
from pathlib import Path

CHECK = Path('tools/check_words.py').resolve()

# Name of a file, its text, and whether it must be noticed.
CASES = [
    ('a good file', 'sim/a.c', '#include <string.h>\nint a;\n', False),
    ('a wall clock', 'sim/a.c', '#include <time.h>\n', True),
    ('time of another kind', 'sim/a.c', '#include <sys/time.h>\n', False),
    ('a clock in a tool', 'tools/a.c', '#include <time.h>\n', False),
    ('a call of time', 'model/a.c', 'x = time(NULL);\n', True),
    ('the environment', 'fuzz/a.c', 'x = getenv("HOME");\n', True),
    ('an address in a text', 'sim/a.c', 'printf("%p", x);\n', True),
    ('random numbers', 'fuzz/a.c', 'x = rand() % 4;\n', True),
    ('our own random numbers', 'fuzz/a.c', 'x = fuzz_rng_upto(r, 4);\n', False),
    ('a sort', 'model/a.c', 'qsort(a, n, sizeof *a, f);\n', True),
    ('floating point', 'model/a.c', 'double share;\n', True),
    ('a comment on floating point', 'model/a.c', ' * no double here\n', False),
    ('a promise', 'tools/a.c', '/* TODO: later */\n', True),
    ('a promise with its issue', 'tools/a.c', '/* TODO(#12): later */\n',
     False),
    ('a path of a machine', 'docs/A.md', 'see /home/somebody/x\n', True),
    ('a reason', 'sim/a.c', 'x = time(NULL); /* allowed: for this */\n', False),
    ('no reason', 'sim/a.c', 'x = time(NULL); /* allowed: */\n', True),
]

failed = False
for number, (case, name, text, is_bad) in enumerate(CASES, 1):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding='utf-8')
        result = subprocess.run([sys.executable, str(CHECK), folder],
                                capture_output=True, text=True, check=False)
        is_right = result.returncode == is_bad and \
            (not is_bad or f'{name}:1:' in result.stdout)
        failed |= not is_right
        print(f'{"" if is_right else "not "}ok {number} - {case}')
        if not is_right:
            print('# ' + (result.stdout + result.stderr).replace('\n', '\n# '))

# What somebody keeps beside the tracked files is not theirs to answer for.
number = len(CASES)
for words, is_bad in (([], True), (['--tracked'], False)):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / 'tools').mkdir()
        (Path(folder) / 'tools/a.c').write_text(
            '/* TODO: later */\n', encoding='utf-8')
        subprocess.run(['git', 'init', '-q', folder], check=True)
        result = subprocess.run([sys.executable, str(CHECK), *words, folder],
                                capture_output=True, text=True, check=False)
    is_right = result.returncode == is_bad
    failed |= not is_right
    number += 1
    print(f'{"" if is_right else "not "}ok {number} - an untracked file, {words}')

print(f'1..{number}')
sys.exit(1 if failed else 0)
