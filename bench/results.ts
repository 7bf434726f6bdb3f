// How every bench ends: one line for people and grep, the same as JSON for comparison from run to run.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Prints `RESULT name key=value …` and writes .results/<name>.json. Numbers are rounded to three digits. */
export function printResult(name: string, values: Readonly<Record<string, number | string>>): void {
  const rounded = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
    ]),
  );
  const line = Object.entries(rounded).map(([key, value]) => `${key}=${value}`);
  process.stdout.write(`RESULT ${name} ${line.join(' ')}\n`);
  mkdirSync(join(root, '.results'), { recursive: true });
  writeFileSync(join(root, '.results', `${name}.json`), `${JSON.stringify(rounded, undefined, 2)}\n`);
}

/** The value below which `share` of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
