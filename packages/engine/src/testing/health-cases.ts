// The recorded cases of health checks: one line each, [kind, fields, status, message]. A kind judged by a check for any kind is
// written ["_", kind]. `npm run oracle:health` compares them with Argo CD, and records them anew with UPDATE=1.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '@evenkeel/resource';

/** Where the cases are, one file a group. */
export const healthDirectory: string = join(import.meta.dirname, '../../testdata/health');

export interface HealthCase {
  readonly group: string;
  /** The kind as the check is filed, `_` for any. */
  readonly folder: string;
  readonly kind: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly message: string;
  readonly deletionMessage?: string;
}

type Line = [
  kind: string | [string, string],
  fields: Record<string, unknown>,
  status: string,
  message: string,
  bye?: string,
];

/** The cases of one group; none where nothing is recorded. */
export function readCases(group: string): readonly HealthCase[] {
  const file = join(healthDirectory, `${group}.jsonl`);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [names, fields, status, message, deletionMessage] = JSON.parse(line) as Line;
    const [folder, kind] = typeof names === 'string' ? [names, names] : names;
    const bye = deletionMessage === undefined ? {} : { deletionMessage };
    return { group, folder, kind, fields, status, message, ...bye };
  });
}

/** The object of a case. A group that begins with `_` stands for any whose name ends so. */
export function objectOf({ group, kind, fields }: HealthCase): KubeObject {
  const { metadata, ...rest } = fields;
  return {
    apiVersion: `${group.replace(/^_/, 'wild')}/v1`,
    kind,
    metadata: { name: 'it', namespace: 'shop', ...(metadata as object | undefined) },
    ...rest,
  } as unknown as KubeObject;
}
