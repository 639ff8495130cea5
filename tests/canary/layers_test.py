"""The layer check must notice what it is there for, and nothing else."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECK = Path('tools/check_layers.py').resolve()

GOOD = {
    'include/lastcall/trace.h': '',
    'sim/engine/queue.h': '#include "lastcall/trace.h"\n',
    'sim/net/net.h': '#include "sim/engine/queue.h"\n',
    'sim/sim.h': '#include "sim/engine/queue.h"\n',
    'sim/sim.c': '#include "sim/sim.h"\n#include "sim/net/net.h"\n',
    'model/model.h': '#include "lastcall/trace.h"\n',
    'model/state.h': '',
    'model/model.c': '#include "model/model.h"\n#include "state.h"\n',
    'fuzz/play.h': '#include "model/model.h"\n#include "sim/sim.h"\n',
    'fuzz/fuzz.h': '#include "fuzz/play.h"\n',
    'tools/run.c': '#include "fuzz/fuzz.h"\n#include "sim/sim.h"\n'
                   '#include "model/model.h"\n',
}
# What is added to the good tree, and the place that must be named; None: none.
CASES = [
    ('a good tree', {}, None),
    ('a test sees everything', {
        'tests/unit/a_test.c': '#include "sim/engine/queue.h"\n'
                               '#include "model/state.h"\n'}, None),
    ('model sees sim', {
        'model/bad.c': '#include "sim/engine/queue.h"\n'}, 'model/bad.c:1'),
    ('sim sees model', {
        'sim/engine/bad.c': '#include "model/model.h"\n'},
     'sim/engine/bad.c:1'),
    ('the engine sees Winsock', {
        'sim/ws2_32/api.h': '',
        'sim/engine/bad.c': '\n#include "sim/ws2_32/api.h"\n'},
     'sim/engine/bad.c:2'),
    ('a micro-program sees the engine', {
        'sim/program/good.c': '#include "sim/engine/queue.h"\n'}, None),
    ('a micro-program sees the network', {
        'sim/program/bad.c': '#include "sim/engine/queue.h"\n'
                             '#include "sim/net/net.h"\n'},
     'sim/program/bad.c:2'),
    ('a provider sees the loader', {
        'sim/ws2_32/api.h': '',
        'sim/provider/bad.c': '#  include "sim/ws2_32/api.h"\n'},
     'sim/provider/bad.c:1'),
    ('a folder sees the top of its tree', {
        'sim/engine/bad.c': '#include "sim/sim.h"\n'}, 'sim/engine/bad.c:1'),
    ('fuzz sees the inside of sim', {
        'fuzz/bad.c': '#include "sim/net/net.h"\n'}, 'fuzz/bad.c:1'),
    ('fuzz sees the inside of the model', {
        'fuzz/bad.c': '#include "model/state.h"\n'}, 'fuzz/bad.c:1'),
    ('tools see the inside of fuzz', {
        'tools/bad.c': '#include "fuzz/fuzz.h"\n#include "fuzz/play.h"\n'},
     'tools/bad.c:2'),
    ('tools see the inside of sim', {
        'tools/bad.h': '#include "sim/engine/queue.h"\n'}, 'tools/bad.h:1'),
    ('tools see the inside of the model', {
        'tools/bad.c': '#include "model/state.h"\n'}, 'tools/bad.c:1'),
    ('fuzz sees tools', {
        'tools/tool.h': '', 'fuzz/bad.c': '#include "tools/tool.h"\n'},
     'fuzz/bad.c:1'),
    ('a way round by a relative path', {
        'model/bad.c': '#include "../sim/engine/queue.h"\n'},
     'model/bad.c:1'),
    ('a header that is not there', {
        'model/bad.c': '#include "model/none.h"\n'}, 'model/bad.c:1'),
    ('a Windows header', {
        'sim/engine/bad.c': '#include <winsock2.h>\n'},
     'sim/engine/bad.c:1'),
    ('a circle of two folders', {
        'fuzz/bad.h': '#include "tools/tool.h"\n', 'tools/tool.h': ''},
     'fuzz depends on tools, on a circle'),
]


def check(root: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, str(CHECK), str(root), *words],
                          capture_output=True, text=True, check=False)


def make_tree(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')


number = 0
failed = False


def point(is_good: bool, name: str, shown: str = '') -> None:
    global number, failed
    number += 1
    failed |= not is_good
    print(f'{"" if is_good else "not "}ok {number} - {name}')
    if not is_good:
        print('# ' + shown.replace('\n', '\n# '))


for case, extra, place in CASES:
    with tempfile.TemporaryDirectory() as folder:
        make_tree(Path(folder), {**GOOD, **extra})
        result = check(Path(folder))
        is_noticed = result.returncode == 1 and place is not None and \
            place in result.stdout
        is_silent = result.returncode == 0 and place is None
        point(is_noticed or is_silent, case, result.stdout + result.stderr)

# The symbols of the libraries: what each defines, and what it needs.
SYMBOLS = [
    ('symbols of good libraries', {}, None),
    ('a name without its prefix', {
        'libmodel.a': 'int judge(void) { return 0; }'}, 'defines judge'),
    ('model needs sim', {
        'libmodel.a': 'int sim_now(void);'
                      'int model_step(void) { return sim_now(); }'},
     'needs sim_now'),
    ('sim reads the environment', {
        'libsim.a': 'char *getenv(const char *);'
                    'char *sim_path(void) { return getenv("PATH"); }'},
     'calls getenv'),
    ('constants, with addresses and without', {
        'libsim.a': 'int sim_step(void);'
                    'int (*const sim_steps[])(void) = { sim_step };'
                    'static const int sizes[] = { 1, 2 };'
                    'int sim_size(int i) { return sizes[i]; }'}, None),
    ('sim counts outside the arena', {
        'libsim.a': 'static int count;'
                    'int sim_count(void) { return ++count; }'},
     'count is written outside the arena'),
    ('so does a function', {
        'libsim.a': 'int sim_count(void) { static int n = 5; return ++n; }'},
     'n is written outside the arena'),
    ('and a thread', {
        'libmodel.a': '_Thread_local int model_count;'},
     'model_count is written outside the arena'),
    ('fuzz may count', {
        'libfuzz.a': 'static int count;'
                     'int fuzz_count(void) { return ++count; }'}, None),
    ('what is listed is no longer there', {
        'libcopy.a': 'int sim_copy(void) { return 0; }'},
     'arena is listed and not there', 'sim_engine_arena.c.o'),
    ('what is listed is there', {
        'libcopy.a': 'static int arena;'
                     'int sim_copy(void) { return ++arena; }'}, None,
     'sim_engine_arena.c.o'),
]
LIBRARIES = {
    'libsim.a': 'int sim_play(void) { return 0; }',
    'libcopy.a': 'int sim_copy(void) { return 0; }',
    'libmodel.a': 'int model_step(void) { return 0; }',
    'libfuzz.a': 'int model_step(void);'
                 'int fuzz_play(void) { return model_step(); }',
}
compiler = shutil.which('cc') or shutil.which('gcc')
for case, extra, place, *member in SYMBOLS:
    with tempfile.TemporaryDirectory() as folder:
        root, build = Path(folder), Path(folder) / 'build'
        make_tree(root, GOOD)
        build.mkdir()
        for library, source in {**LIBRARIES, **extra}.items():
            name = member[0] if member and library in extra else 'a.o'
            (build / 'a.c').write_text(source, encoding='utf-8')
            subprocess.run([compiler, '-w', '-fPIC', '-c', 'a.c', '-o', name],
                           cwd=build, check=True)
            subprocess.run(['ar', 'crs', library, name], cwd=build,
                           check=True)
        result = check(root, '--nm', str(build))
        is_noticed = result.returncode == 1 and place is not None and \
            place in result.stdout
        is_silent = result.returncode == 0 and place is None
        point(is_noticed or is_silent, case, result.stdout + result.stderr)

print(f'1..{number}')
sys.exit(1 if failed else 0)
