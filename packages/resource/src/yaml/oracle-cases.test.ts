// The cases of testdata/yaml/cases.jsonl against Go's answers in expected.jsonl, which tools/oracles/yaml.ts records.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parseJson, stringifyJson } from '../json-text.ts';
import type { Json, JsonObject } from '../json.ts';
import { emitSigsYaml, emitYamlNodes, emitYamlV3 } from './emit.ts';
import { parseYaml, parseYamlNodes, yamlNodeToJson } from './load.ts';
import type { YamlNode } from './node.ts';
import { YamlError } from './node.ts';

interface Outcome {
  readonly value?: Json;
  readonly text?: string;
  readonly error?: string;
}

interface Case {
  readonly id: string;
  readonly data: Uint8Array;
  readonly want: Readonly<Record<string, unknown>>;
}

/**
 * Where sigs.Marshal refuses or changes characters, or has no fixed order of keys (DEVIATIONS.md): here the text has to
 * read back as the same value instead.
 */
const MARSHAL_DEVIATES: ReadonlySet<string> = new Set(readDeviations());

for (const { id, data, want } of readCases()) {
  test(id, () => {
    const sigs = attempt(() => ({ value: parseYaml(data, { dialect: 'sigs' }) ?? null }));
    same(sigs, want['sigs']);
    same(
      attempt(() => ({ value: parseYaml(data, { dialect: 'sigs', strict: true }) ?? null })),
      want['sigsStrict'],
    );
    if (sigs.error === undefined) checkSigsText(id, sigs.value ?? null, want['sigsText']);
    const nodes = attemptNodes(data);
    if (!Array.isArray(nodes)) return same({ error: nodes.error }, want['nodes']);
    same({ value: nodes.map(dump) }, want['nodes']);
    const texts: Outcome[] = [];
    const v3 = attempt(() => {
      const values = nodes.map((node) => yamlNodeToJson(node));
      texts.push(...values.map((value) => ({ text: emitYamlV3(value) })));
      return { value: values.map(finite) };
    });
    same(v3, want['v3']);
    if (texts.length > 0 && !MARSHAL_DEVIATES.has(id)) same(texts, want['v3Text']);
    same({ text: emitYamlNodes(nodes) }, want['roundTrip']);
    same({ text: emitYamlNodes(nodes, { compactSequences: false }) }, want['wide']);
    return same({ text: emitYamlNodes(nodes, { compactSequences: false, indent: 4 }) }, want['indent4']);
  });
}

function checkSigsText(id: string, value: Json, want: unknown): void {
  const text = emitSigsYaml(value);
  if (MARSHAL_DEVIATES.has(id)) same(parseYaml(text, { dialect: 'sigs' }) ?? null, value);
  else same({ text }, want);
}

function readCases(): Case[] {
  const cases = readLines('cases.jsonl');
  const answers = readLines('expected.jsonl');
  assert.ok(cases.length >= 300);
  assert.equal(answers.length, cases.length, 'run UPDATE=1 npm run oracle -- yaml');
  return cases.map((entry, i) => {
    const want = answers[i] ?? {};
    const id = textOf(entry['id']);
    assert.equal(want['id'], id);
    const base64 = entry['base64'];
    const data = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(textOf(entry['yaml']));
    return { id, data, want };
  });
}

function textOf(value: Json | undefined): string {
  assert.equal(typeof value, 'string');
  return String(value as string);
}

function readDeviations(): string[] {
  return readFile('marshal-deviations.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function readLines(name: string): JsonObject[] {
  return readFile(name)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseJson(line) as JsonObject);
}

function readFile(name: string): string {
  return readFileSync(new URL(`../../testdata/yaml/${name}`, import.meta.url), 'utf8');
}

function attempt(run: () => Outcome): Outcome {
  try {
    return run();
  } catch (error) {
    if (error instanceof YamlError) return { error: error.message };
    throw error;
  }
}

function attemptNodes(data: Uint8Array): YamlNode[] | { readonly error: string } {
  try {
    return parseYamlNodes(data);
  } catch (error) {
    if (error instanceof YamlError) return { error: error.message };
    throw error;
  }
}

function same(ours: unknown, want: unknown): void {
  assert.equal(canonical(ours), canonical(want));
}

function canonical(value: unknown): string {
  return stringifyJson((value ?? null) as Json, { sortKeys: true });
}

function finite(value: Json): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { $float: Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf' };
  }
  if (Array.isArray(value)) return value.map(finite);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, finite(item ?? null)]));
}

function dump(node: YamlNode): JsonObject {
  return {
    kind: node.kind,
    style: node.style === 'plain' ? undefined : node.style,
    tagged: node.tagged === true ? true : undefined,
    tag: node.tag === '' ? undefined : node.tag,
    value: node.value === '' ? undefined : node.value,
    anchor: node.anchor,
    head: node.headComment,
    line: node.lineComment,
    foot: node.footComment,
    at: [node.line, node.column],
    content: node.content.length > 0 ? node.content.map(dump) : undefined,
  };
}
