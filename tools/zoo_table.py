#!/usr/bin/env python3
"""Writes the table of planted bugs: zoo_table.py OUTPUT ID... KIND..."""

import sys


def main() -> None:
    output, names = sys.argv[1], sys.argv[2:]
    half = len(names) // 2
    ids, kinds = names[:half], names[half:]
    lines = ['#include <stddef.h>', '', '#include "lastcall/schedule.h"',
             '#include "sim/provider/provider.h"', '']
    for name, kind in zip(ids, kinds):
        lines.append('extern const struct sim_module_class '
                     f'sim_provider_{kind}__{name};')
    lines += ['', 'const struct sim_provider_plant sim_provider_plants[] = {']
    for name, kind in zip(ids, kinds):
        lines.append(f'    {{ "{name}", LC_PROVIDER_{kind.upper()}, '
                     f'&sim_provider_{kind}__{name} }},')
    lines += ['    { NULL, 0, NULL },', '};', '']
    with open(output, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines))


main()
