#!/usr/bin/env python3
"""Writes what the cards of the planted bugs say, as a table:
zoo_cards.py OUTPUT README..."""

import json
import re
import sys
from pathlib import Path


def card(path: Path) -> str:
    text = path.read_text(encoding='utf-8')
    rows = dict(re.findall(r'^\| (\w[\w ]*) \| (.+) \|$', text, re.M))
    told = text.rsplit('|\n', 1)[1].replace('`', '').split()
    words = [path.parent.name, rows['clause of the contract'], rows['breaks'],
             rows['shows as'].split()[0], rows['retells'], ' '.join(told)]
    # A string in C is written as one in JSON, as long as it is plain.
    assert all(word.isascii() and word for word in words), path
    faults = str('--faults' in rows.get('found with', '')).lower()
    return ('    { ' + ', '.join(json.dumps(word) for word in words) +
            f', {faults} }},')


def main() -> None:
    lines = ['#include <stddef.h>', '', '#include "tools/zoo.h"', '',
             'const struct tool_zoo_card tool_zoo_cards[] = {']
    lines += [card(Path(name)) for name in sys.argv[2:]]
    lines += ['    { NULL, NULL, NULL, NULL, NULL, NULL, false },', '};', '']
    Path(sys.argv[1]).write_text('\n'.join(lines), encoding='utf-8')


main()
