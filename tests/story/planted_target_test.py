"""A target built with a planted bug: the text that it prints has the bug and the
rule that broke, and can be played."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

LASTCALL, TARGET = sys.argv[1:3]


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(words, capture_output=True, text=True, timeout=100,
                          check=False)


with tempfile.TemporaryDirectory() as folder:
    compact = str(Path(folder) / 'crash')
    result = run(LASTCALL, 'convert', 'corpus/seed/standard.lc', '-o', compact)
    assert result.returncode == 0, result
    result = run(TARGET, compact)
    found = re.search(r'^lastcall schedule(.|\n)*^  broken .*\n', result.stderr,
                      re.M)
    assert result.returncode < 0 and found is not None, result
    assert 'expect\n  held' not in result.stderr, result
    printed = Path(folder) / 'finding.lc'
    printed.write_text(found.group(0), encoding='utf-8')
    result = run(LASTCALL, 'run', '--expect', str(printed))
    assert result.returncode == 0 and 'broken' in result.stdout, result
