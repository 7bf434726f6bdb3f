// Replays testdata/applicationset/*.txtar. UPDATE=1 records what comes out; APPSET_ORACLE=FILE compares with the original,
// built from tools/go/appset.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Json, parseYaml, parseYamlDocuments } from '@evenkeel/resource';
import { type SetCase, parseCase, printCase, runCase, setOf } from './testing/case-file.ts';

const directory = join(import.meta.dirname, '../../testdata/applicationset');
const isUpdate = process.env['UPDATE'] === '1';
const oracle = process.env['APPSET_ORACLE'];

for (const file of readdirSync(directory).filter((name) => name.endsWith('.txtar'))) {
  const path = join(directory, file);
  const text = readFileSync(path, 'utf8');
  const testCase = parseCase(text);
  test(file.replace('.txtar', ''), async () => {
    const found = await runCase(testCase);
    if (isUpdate) writeFileSync(path, printCase(text, found));
    else assert.equal(found, testCase.sections.get('want') ?? '', testCase.title);
    if (oracle !== undefined && testCase.differs === undefined) compare(oracle, testCase, found);
  });
}

/** The original must come to the same Applications, in any order, or refuse as well. */
function compare(program: string, testCase: SetCase, found: string): void {
  const { sections } = testCase;
  const yaml = (name: string): Json => parseYaml(sections.get(name) ?? '', { dialect: 'sigs' }) ?? null;
  const files = Object.fromEntries(
    [...sections].filter(([name]) => name.startsWith('repo/')).map(([name, content]) => [name.slice(5), content]),
  );
  const input = {
    set: setOf(testCase).object,
    objects: parseYamlDocuments(sections.get('objects.yaml') ?? '', { dialect: 'sigs' }),
    files,
    forge: yaml('forge.yaml'),
    plugin: yaml('plugin.yaml'),
  };
  const { stdout, stderr, status } = spawnSync(program, { input: JSON.stringify(input), encoding: 'utf8' });
  if (status === 3) return;
  assert.equal(status, 0, stderr);
  const answer = JSON.parse(stdout) as { readonly error?: string; readonly applications?: readonly Json[] };
  if (answer.error !== undefined || found.startsWith('error: ')) {
    assert.deepEqual(
      [answer.error !== undefined, found.startsWith('error: ')],
      [true, true],
      `${answer.error ?? ''}\n${found}`,
    );
    return;
  }
  const ours = found === 'none\n' ? [] : found.split('---\n').filter((one) => !one.startsWith('invalid: '));
  if (found.includes('invalid: ')) return;
  const sorted = (list: readonly Json[]): readonly Json[] =>
    list.toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  assert.deepEqual(
    sorted(ours.map((one) => parseYaml(one, { dialect: 'sigs' }) ?? null)),
    sorted(answer.applications ?? []),
  );
}

function nameOf(json: Json): string {
  return String((json as { readonly metadata?: { readonly name?: string } }).metadata?.name);
}
