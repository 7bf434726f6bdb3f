// Input that means harm, or is merely absurd: a clear refusal, no hang, no crash.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ContentNotLoaded, type FileTree, memoryTree } from '@evenkeel/std';

import { type BuildOptions, build } from './build.ts';

const object = (name: string, data = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${data}`;

function refusal(files: Readonly<Record<string, string | Uint8Array>>, options: BuildOptions = {}): string {
  const result = build(memoryTree(files), '.', options);
  assert.equal(result.objects.length, 0);
  return result.problems.map((problem) => `${problem.code}: ${problem.message}`).join('\n');
}

test('an alias bomb in a resource is refused before it grows', () => {
  const levels = 'b c d e f g h i'.split(' ');
  const lines = levels.map((level, index) => {
    const below = index === 0 ? 'a' : levels[index - 1];
    return `  ${level}: &${level} [${Array.from({ length: 9 }, () => `*${below ?? ''}`).join(',')}]`;
  });
  const bomb = object('bomb', `data:\n  a: &a ["x","x","x","x","x","x","x","x","x"]\n${lines.join('\n')}\n`);
  const message = refusal({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': bomb });
  assert.match(message, /^LIMIT: .*excessive aliasing/);
});

test('an alias that contains itself is refused', () => {
  const loop = object('loop', 'data: &d\n  inner: *d\n');
  assert.match(refusal({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': loop }), /^(LIMIT|MALFORMED_YAML): /);
});

test('a file beyond the limit is refused with both sizes', () => {
  const large = new Uint8Array(50 * 1024 * 1024).fill(0x20);
  const message = refusal({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': large });
  assert.match(message, /^LIMIT: .*file '\/a.yaml' has 52428800 bytes; the limit is 33554432/);
});

test('deep nesting is refused, whatever nests', () => {
  const depth = 20_000;
  for (const data of [
    `data: ${'['.repeat(depth)}${']'.repeat(depth)}\n`,
    `data: ${'{a: '.repeat(depth)}1${'}'.repeat(depth)}\n`,
  ]) {
    const message = refusal({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': object('deep', data) });
    assert.match(message, /^(LIMIT|MALFORMED_YAML): /);
  }
});

test('a hundred levels of overlays build', () => {
  const files: Record<string, string> = { 'l0/kustomization.yaml': 'resources: [a.yaml]\n', 'l0/a.yaml': object('x') };
  for (let level = 1; level <= 100; level += 1) {
    files[`l${String(level)}/kustomization.yaml`] = `namePrefix: p\nresources: [../l${String(level - 1)}]\n`;
  }
  const result = build(memoryTree(files), 'l100');
  assert.deepEqual(result.problems, []);
  assert.equal(result.objects[0]?.metadata.name, `${'p'.repeat(100)}x`);
});

test('a symbolic link out of the tree leads nowhere, a circle of links likewise', () => {
  const files = { 'kustomization.yaml': 'resources: [a.yaml]\n' };
  for (const target of ['../../etc/passwd', '/etc/passwd', 'a.yaml']) {
    const result = build(memoryTree(files, { 'a.yaml': target }), '.');
    assert.match(result.problems[0]?.message ?? '', /no such file or directory/);
  }
});

test('a pattern that makes backtracking engines hang is matched at once', () => {
  const files = {
    'kustomization.yaml': `resources: [a.yaml]
images: [{name: "(a+)+", newTag: x}]
patches: [{target: {name: "(a|aa)+$"}, patch: '[{"op": "remove", "path": "/data"}]'}]
`,
    'a.yaml': `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${'a'.repeat(60)}b\nspec:\n  containers:\n  - image: ${'a'.repeat(60)}!\n`,
  };
  assert.deepEqual(build(memoryTree(files), '.').problems, []);
});

test('a remote base without a loader is refused by its address', () => {
  const message = refusal({ 'kustomization.yaml': 'resources: ["https://example.dev/org/repo//path?ref=v1"]\n' });
  assert.match(message, /^REMOTE: .*example\.dev\/org\/repo/s);
});

test('a remote base is built from the tree that is handed in', () => {
  const remote = memoryTree({ 'path/kustomization.yaml': 'resources: [a.yaml]\n', 'path/a.yaml': object('far') });
  const asked: string[] = [];
  const tree = memoryTree({
    'kustomization.yaml': 'namePrefix: p-\nresources: ["https://example.dev/org/repo//path?ref=v1"]\n',
  });
  const result = build(tree, '.', {
    origins: true,
    remote: {
      directory: (spec) => {
        asked.push(`${spec.host}${spec.repoPath} ${spec.rootPath} ${spec.ref}`);
        return remote;
      },
    },
  });
  assert.deepEqual(asked, ['https://example.dev/org/repo path v1']);
  assert.equal(result.objects[0]?.metadata.name, 'p-far');
  assert.deepEqual(result.reads, [
    'kustomization.yaml',
    'https://example.dev/org/repo//path/kustomization.yaml?ref=v1',
    'https://example.dev/org/repo//path/a.yaml?ref=v1',
  ]);
});

test('content that is not loaded yet passes through for the owner of the tree', () => {
  const inner = memoryTree({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': object('a') });
  const lazy: FileTree = {
    ...inner,
    read: (path) => {
      if (path === 'a.yaml') throw new ContentNotLoaded([path]);
      return inner.read(path);
    },
  };
  assert.throws(() => build(lazy, '.'), ContentNotLoaded);
});

test('a problem says where it is', () => {
  const bad = `${object('a')}---\n${object('b')}   x: y\n`;
  const result = build(memoryTree({ 'over/kustomization.yaml': 'resources: [a.yaml]\n', 'over/a.yaml': bad }), 'over');
  const [problem] = result.problems;
  assert.equal(problem?.code, 'MALFORMED_YAML');
  assert.equal(problem.file, 'over/a.yaml');
  assert.equal(problem.line, 10);
  const unknown = build(memoryTree({ 'kustomization.yaml': 'resources: []\nimages:\n- name: a\n  newTag: 5\n' }), '.');
  assert.deepEqual(
    unknown.problems.map(({ code, file, line, column }) => ({ code, file, line, column })),
    [{ code: 'INVALID_KUSTOMIZATION', file: 'kustomization.yaml', line: 4, column: 11 }],
  );
});

test('secrets stay out of messages about them', () => {
  const files = {
    'kustomization.yaml': 'secretGenerator:\n- name: a\n  envs: [s.env, s.env]\n',
    's.env': 'PASSWORD=hunter2\n',
  };
  assert.doesNotMatch(refusal(files), /hunter2/);
});
