// Which texts are manifests, which are something else that lies beside them, and which are manifests with a mistake. What is
// expected is what Argo CD 3.6.1 makes of the same files (`npm run oracle -- reposerver render file`).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryTree } from '@evenkeel/std';
import { renderDirectory } from './directory.ts';

const a = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const b = a.replace('name: a', 'name: b');
const json = (name: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

/** A file, and the names of its objects or what is refused. */
const files: readonly (readonly [string, string, readonly string[] | string])[] = [
  ['a.yaml', a, ['a']],
  ['a.yaml', `# why\n\n${a}--- # second\n${b}---\n`, ['a', 'b']],
  ['a.yaml', `${json('a')}\n${json('b')}`, ['a', 'b']],
  ['a.yaml', `${json('a')}\n---\n${json('b')}\n`, ['a', 'b']],
  ['a.yaml', 'replicas: 3\n', []],
  ['a.yaml', 'text\n', []],
  ['a.yaml', '- op: remove\n  path: /spec\n', []],
  ['a.yaml', 'apiVersion: v2\nname: chart\n', []],
  ['a.yaml', 'a: [\n', []],
  ['a.yaml', `replicas: 3\n---\n${a}`, "d/a.yaml:1: Object 'Kind' is missing"],
  ['a.yaml', `${a}---\nreplicas: 3\n`, "d/a.yaml:5: Object 'Kind' is missing"],
  ['a.yaml', `${a}---\n- one\n`, 'd/a.yaml:5: the document is no Kubernetes object'],
  ['a.yaml', 'apiVersion: v1\nkind: ""\nmetadata: {name: a}\n', "d/a.yaml:1: Object 'Kind' is missing"],
  ['a.yaml', `${a}--- ${json('b')}\n`, `d/a.yaml:4: invalid Yaml document separator: ${json('b')}`],
  ['a.yaml', 'apiVersion: v1\nkind: List\nitems: null\n', []],
  ['a.yaml', 'apiVersion: v1\nkind: List\nitems: [text]\n', 'd/a.yaml:1: items[0]: items member is not an object'],
  ['a.yaml', `apiVersion: v1\nkind: List\nitems: [${json('a')}]\n`, ['a']],
  ['a.json', json('a'), ['a']],
  ['a.json', '{"compilerOptions": {}}', []],
  ['a.json', '{"compilerOptions": {},}', 'd/a.json: no JSON: '],
  ['a.json', `// a comment\n${json('a')}`, 'd/a.json: no JSON: '],
  ['a.json', a, 'd/a.json: no JSON: '],
  ['a.json', 'null', []],
  ['a.json', '', 'd/a.json: the file is empty'],
  [
    'a.json',
    json('a') + json('b'),
    'd/a.json:1: Found multiple objects. Only single objects are allowed in JSON files.',
  ],
  ['a.json', `[${json('a')}]`, 'd/a.json:1: the document is no Kubernetes object'],
];

const settings = { recurse: false, include: '', exclude: '' };

for (const [index, [path, text, wanted]] of files.entries()) {
  test(`a file of manifests, ${index}: ${JSON.stringify(text).slice(0, 60)}`, () => {
    const { objects, refusals } = renderDirectory(memoryTree({ [`d/${path}`]: text }), 'd', settings);
    const found =
      refusals[0]?.sentence.replace(/(?<=no JSON: ).+/s, '') ?? objects.map(({ object }) => object.metadata.name);
    assert.deepEqual(found, wanted);
  });
}

test('UTF-16 with its mark is read, as editors of Windows write it', () => {
  const bytes = new Uint8Array(Buffer.from(`\uFEFF${a}`, 'utf16le'));
  const { objects } = renderDirectory(memoryTree({ 'd/a.yaml': bytes }), 'd', settings);
  assert.deepEqual(
    objects.map(({ object }) => object.metadata.name),
    ['a'],
  );
});
