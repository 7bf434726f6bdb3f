// The promises of the tokens: text has a contrast of 4.5 and more in every theme, and colours stand in one file only.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('..', import.meta.url));
const tokens = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

function themes(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const blocks = tokens.matchAll(/\[data-theme='(\w+)'\] \{([^}]*)\}/g);
  return new Map(
    [...blocks].map(([, name = '', body = '']) => [
      name,
      new Map(
        [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\s*;/g)].map(([, token = '', value = '']) => [token, value]),
      ),
    ]),
  );
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(left: string, right: string): number {
  const [high = 0, low = 0] = [luminance(left), luminance(right)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const states = ['level', 'drifted', 'progressing', 'degraded', 'missing', 'suspended', 'unknown'];
const grounds = ['paper', 'surface', 'sunken', 'hover'];
const pairs: readonly (readonly [string, readonly string[], number])[] = [
  ...['ink', 'muted', 'faint', 'accent'].map((text) => [text, grounds, 4.5] as const),
  ['ink', ['accent-soft', 'degraded-soft', 'drifted-soft', 'progressing-soft', 'glow'], 4.5],
  ['muted', ['accent-soft', 'glow'], 4.5],
  ['accent', ['accent-soft'], 4.5],
  ['accent-ink', ['accent', 'accent-hover'], 4.5],
  ...states.map((state) => [state, [...grounds, `${state}-soft`, 'accent-soft'], 4.5] as const),
  // What is no text, but must be seen: edges of fields, focus, ticks.
  ['line-strong', ['paper', 'surface'], 3],
  ['focus', ['paper', 'surface', 'accent-soft'], 3],
];

test('every pair has the contrast it needs, in every theme', () => {
  const all = themes();
  assert.deepEqual([...all.keys()], ['light', 'dark', 'contrast']);
  const poor: string[] = [];
  for (const [theme, values] of all) {
    for (const [text, backs, wanted] of pairs) {
      for (const back of backs) {
        const ratio = contrast(values.get(text) ?? '', values.get(back) ?? '');
        if (!(ratio >= wanted)) poor.push(`${theme}: ${text} on ${back} is ${ratio.toFixed(2)}, needs ${wanted}`);
      }
    }
  }
  assert.deepEqual(poor, []);
});

test('every theme has every token', () => {
  const [first = [], ...rest] = [...themes().values()].map((values) => [...values.keys()]);
  for (const names of rest) assert.deepEqual(names, first);
});

test('no literal colour stands anywhere else', () => {
  const files = globSync('**/*.{css,ts,tsx}', { cwd: source }).filter((path) => !/tokens\.(css|test\.ts)$/.test(path));
  const found = files.filter((path) =>
    /#[0-9a-f]{3,8}\b(?!\()(?=[;,)\s'"])|\b(rgb|hsl|oklch)a?\(/i.test(readFileSync(`${source}/${path}`, 'utf8')),
  );
  assert.deepEqual(found, []);
});

test('every token that is used exists', () => {
  const defined = new Set([...tokens.matchAll(/--([\w-]+):/g)].map(([, name]) => name));
  defined.add('state');
  defined.add('state-soft');
  const files = globSync('**/*.css', { cwd: source });
  const unknown = files.flatMap((path) =>
    [...readFileSync(`${source}/${path}`, 'utf8').matchAll(/var\(--([\w-]+)/g)]
      .map(([, name]) => name)
      .filter((name) => !defined.has(name)),
  );
  assert.deepEqual(unknown, []);
});
