"""The layer check must notice what it is there for."""

import subprocess
import sys
import tempfile
from pathlib import Path

CHECK = Path('tools/check_layers.py').resolve()
problems = []


def check(root: Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, str(CHECK), str(root)],
                          capture_output=True, text=True, check=False)


def tree(folder: str, files: dict[str, str]) -> Path:
    root = Path(folder)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
    return root


GOOD = {
    'include/lastcall/trace.h': '',
    'sim/engine/queue.h': '#include "lastcall/trace.h"\n',
    'model/model.h': '#include "lastcall/trace.h"\n',
    'model/model.c': '#include "model/model.h"\n',
}
CASES = [
    ('a good tree', {}, None),
    ('model sees sim', {'model/bad.c': '#include "sim/engine/queue.h"\n'},
     'model/bad.c:1'),
    ('engine sees ws2_32', {
        'sim/ws2_32/api.h': '',
        'sim/engine/bad.c': '\n#include "sim/ws2_32/api.h"\n'},
     'sim/engine/bad.c:2'),
    ('sim sees model', {'sim/engine/bad.c': '#include "model/model.h"\n'},
     'sim/engine/bad.c:1'),
    ('a header that is not there', {
        'model/bad.c': '#include "model/none.h"\n'}, 'model/bad.c:1'),
]
for name, extra, place in CASES:
    with tempfile.TemporaryDirectory() as folder:
        result = check(tree(folder, {**GOOD, **extra}))
        is_right = (result.returncode == 0 if place is None else
                    result.returncode == 1 and place in result.stdout)
        if not is_right:
            problems.append(name)
            print(f'{name}: {result.returncode} {result.stdout}')

sys.exit(1 if problems else 0)
