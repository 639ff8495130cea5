"""CI with a word that it does not know does nothing, and says so in one line.

What it does with a word that it knows is not tried here: it runs this test.
"""

import subprocess
import sys

WORDS = (['nightly'], [''], ['quick', 'fuzz'], ['--help'])

failed = False
for number, words in enumerate(WORDS, 1):
    result = subprocess.run(['.ci/run', *words], capture_output=True,
                            text=True, timeout=20, check=False)
    lines = result.stderr.splitlines()
    is_right = (result.returncode == 2 and not result.stdout and
                len(lines) == 1 and
                all(word in lines[0] for word in (*words, 'full', 'quick',
                                                  'fuzz')))
    failed |= not is_right
    print(f'{"" if is_right else "not "}ok {number} - {words}')
    if not is_right:
        print('# ' + (result.stdout + result.stderr)[:500]
              .replace('\n', '\n# '))

print(f'1..{len(WORDS)}')
sys.exit(1 if failed else 0)
