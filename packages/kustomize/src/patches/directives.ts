// The `$patch` directive of maps and lists: read and taken out (kyaml:yaml/merge2/smpdirective.go, v0.21.1).

import type { YamlNode } from '@evenkeel/resource';

import { clearField } from '../nodes/edit.ts';
import { fieldOf } from '../nodes/tree.ts';
import { KustomizeError } from '../problems.ts';

/** What a patch wants done to its target. */
export type Directive = 'merge' | 'replace' | 'delete';

const KEY = '$patch';

/** Reads the directive and removes it. Throws KustomizeError for an unknown one. */
export function takeDirective(patch: YamlNode): Directive {
  if (patch.kind === 'sequence') return takeListDirective(patch);
  const value = fieldOf(patch, KEY);
  if (value === undefined) return 'merge';
  const directive = directiveOf(value);
  clearField(patch, KEY);
  return directive;
}

function takeListDirective(list: YamlNode): Directive {
  const item = list.content.find((each) => each.kind === 'mapping' && fieldOf(each, KEY) !== undefined);
  const value = fieldOf(item, KEY);
  if (item === undefined || value === undefined || item.content.length > 2) return 'merge';
  const directive = directiveOf(value);
  list.content = list.content.filter((each) => each.kind !== 'mapping' || fieldOf(each, KEY)?.value !== value.value);
  return directive;
}

function directiveOf(value: YamlNode): Directive {
  switch (value.value) {
    case 'merge':
    case 'replace':
    case 'delete':
      return value.value;
    default:
      throw new KustomizeError('PATCH', `unknown patch strategy '${value.value}'`, value);
  }
}
