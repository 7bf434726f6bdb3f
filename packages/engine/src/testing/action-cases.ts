// The recorded cases of resource actions: one line each, [kind, action, parameters, fields, result], the result as JSON of
// what is written or as "error: …". `npm run oracle:health` compares them with Argo CD, and records them anew with UPDATE=actions.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the cases are, one file a group. */
export const actionsDirectory: string = join(import.meta.dirname, '../../testdata/actions');

export interface ActionCase {
  readonly group: string;
  readonly kind: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly result: string;
}

type Line = [
  kind: string,
  action: string,
  parameters: Record<string, string>,
  fields: Record<string, unknown>,
  result: string,
];

/** The cases of one group; none where nothing is recorded. */
export function readActionCases(group: string): readonly ActionCase[] {
  const file = join(actionsDirectory, `${group}.jsonl`);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [kind, action, parameters, fields, result] = JSON.parse(line) as Line;
      return { group, kind, action, parameters, fields, result };
    });
}
