// The JSONPath of printer columns: members, indexes, wildcards and filters of equality, which is all that definitions use.

import type { JsonObject } from '@evenkeel/resource';
import { isBag } from '../store/draft.ts';

/** Values found along a path such as `.status.conditions[?(@.type=="Ready")].status`. */
export function simplePath(object: JsonObject, path: string): readonly unknown[] {
  let values: readonly unknown[] = [object];
  for (const step of stepsOf(path)) values = values.flatMap((value) => walk(value, step));
  return values;
}

type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly path: string; readonly operator: string; readonly value: string };

const cache = new Map<string, readonly Step[]>();

function stepsOf(path: string): readonly Step[] {
  let steps = cache.get(path);
  if (steps === undefined) {
    steps = parseSteps(path);
    cache.set(path, steps);
  }
  return steps;
}

const token =
  /\.?((?:[^.[\]\\]|\\.)+)|\[\?\(\s*@((?:\.[\w.-]+)?)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\s*\)\]|\[\*\]|\[(-?\d+)\]|\[['"]([^'"]+)['"]\]/g;

function parseSteps(path: string): readonly Step[] {
  const steps: Step[] = [];
  for (const match of path
    .replace(/^\{|\}$/g, '')
    .replace(/^\$/, '')
    .matchAll(token)) {
    const [whole, member, filterPath, operator, double, single, bare, index, quoted] = match;
    if (operator !== undefined)
      steps.push({ kind: 'filter', path: filterPath ?? '', operator, value: double ?? single ?? bare ?? '' });
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
    else if (quoted !== undefined) steps.push({ kind: 'member', name: quoted });
    else if (whole === '[*]' || member === '*') steps.push({ kind: 'all' });
    else if (member !== undefined) steps.push({ kind: 'member', name: member.replaceAll('\\.', '.') });
  }
  return steps;
}

function walk(value: unknown, step: Step): readonly unknown[] {
  switch (step.kind) {
    case 'member': {
      const found = isBag(value) ? value[step.name] : undefined;
      return found === undefined ? [] : [found];
    }
    case 'index':
      return Array.isArray(value) && value.at(step.index) !== undefined ? [value.at(step.index)] : [];
    case 'all':
      if (Array.isArray(value)) return value;
      return isBag(value) ? Object.values(value) : [];
    case 'filter':
      return Array.isArray(value) ? value.filter((each) => passes(each, step)) : [];
  }
}

function passes(value: unknown, step: Extract<Step, { kind: 'filter' }>): boolean {
  const [found] = simplePath(value as JsonObject, step.path);
  return (String(found) === step.value) === (step.operator === '==');
}
