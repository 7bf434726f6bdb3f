// Properties of snapshots and recordings over random trees: they are made of nodes directly, without a repository.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createGit, openRepository } from '@evenkeel/git';
import { type FileTree, memoryTree } from '@evenkeel/std';
import * as fc from 'fast-check';
import { createBlobCache } from './blob-cache.ts';
import { digestReads, recordReads, stillSame } from './reads.ts';
import { type Snapshot, createSnapshot } from './snapshot.ts';
import type { DirectoryNode, TreeNode } from './tree-node.ts';

const directory = mkdtempSync(join(tmpdir(), 'evenkeel-source-'));
after(() => rmSync(directory, { recursive: true }));
const repository = openRepository(createGit({ directory }), directory);

interface Content {
  readonly files: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
}

const name = fc.constantFrom('a', 'b', 'c.yaml', 'ä');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const target = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.array(name, { maxLength: 2 }))
  .map(([ups, parts]) => [...Array.from({ length: ups }, () => '..'), ...parts].join('/'))
  .filter((text) => text !== '');

const content: fc.Arbitrary<Content> = fc
  .tuple(
    fc.array(fc.tuple(path, fc.constantFrom('1', '2', '3')), { maxLength: 8 }),
    fc.array(fc.tuple(path, target), { maxLength: 3 }),
  )
  .map(([files, links]) => withoutClashes(files, links));

/** A path that is a file cannot also be a directory. */
function withoutClashes(
  files: readonly (readonly [string, string])[],
  links: readonly (readonly [string, string])[],
): Content {
  const taken = new Set<string>();
  const fits = (at: string): boolean => {
    const parents = at.split('/').map((_, index, parts) => parts.slice(0, index).join('/'));
    const isFree = !taken.has(at) && !parents.some((parent) => taken.has(parent));
    return isFree && ![...taken].some((other) => other.startsWith(`${at}/`));
  };
  const keep = (entries: readonly (readonly [string, string])[]): Record<string, string> => {
    const kept: Record<string, string> = {};
    for (const [at, value] of entries) {
      if (!fits(at)) continue;
      taken.add(at);
      kept[at] = value;
    }
    return kept;
  };
  return { files: keep(files), links: keep(links) };
}

function oidOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function toNode(entries: readonly (readonly [string, TreeNode])[]): DirectoryNode {
  const groups = Map.groupBy(entries, ([at]) => at.split('/', 1)[0] ?? '');
  const children = [...groups].map(([key, group]): readonly [string, TreeNode] => {
    const [first] = group;
    if (first && !first[0].includes('/')) return [key, first[1]];
    return [key, toNode(group.map(([at, node]) => [at.slice(key.length + 1), node]))];
  });
  const oid = oidOf(
    children
      .map(([key, node]) => `${key}:${node.oid}`)
      .toSorted()
      .join('\n'),
  );
  return { kind: 'directory', oid, entries: new Map(children) };
}

function snapshotOf({ files, links }: Content): Snapshot {
  const blobs = createBlobCache(1e6);
  const nodes = [
    ...Object.entries(files).map(([at, text]): readonly [string, TreeNode] => {
      blobs.set(oidOf(text), new TextEncoder().encode(text));
      return [at, { kind: 'file', oid: oidOf(text), executable: false }];
    }),
    ...Object.entries(links).map(([at, to]): readonly [string, TreeNode] => [
      at,
      { kind: 'symlink', oid: oidOf(to), target: to },
    ]),
  ];
  // Contents are all in the cache, so the repository is never asked.
  return createSnapshot(toNode(nodes), { repository, blobs, subject: 'test' });
}

type Question = readonly ['stat' | 'list' | 'read' | 'readlink', string];
const question: fc.Arbitrary<Question> = fc.tuple(fc.constantFrom('stat', 'list', 'read', 'readlink'), path);

function ask(tree: FileTree, [kind, at]: Question): string {
  const answer = tree[kind](at);
  return answer instanceof Uint8Array ? new TextDecoder().decode(answer) : JSON.stringify(answer ?? null);
}

test('property: a snapshot answers as a plain tree in memory does', () => {
  fc.assert(
    fc.property(content, fc.array(question, { minLength: 1 }), (made, questions) => {
      const model = memoryTree(made.files, made.links);
      const snapshot = snapshotOf(made);
      for (const each of questions) {
        // The model does not look through linked parents for these two.
        const isThroughLink = Object.keys(made.links).some((link) => each[1].startsWith(`${link}/`));
        if (isThroughLink && (each[0] === 'stat' || each[0] === 'readlink')) continue;
        assert.equal(ask(snapshot, each), ask(model, each), each.join(' '));
      }
    }),
    { numRuns: 500 },
  );
});

test('property: a record is still the same exactly when every question has the same answer, and the digest agrees', () => {
  fc.assert(
    fc.property(content, content, fc.array(question), fc.boolean(), (one, other, questions, mixed) => {
      const first = snapshotOf(one);
      const second = snapshotOf(
        mixed ? withoutClashes(Object.entries({ ...one.files, ...other.files }), Object.entries(one.links)) : other,
      );
      const recording = recordReads(first);
      for (const each of questions) assert.equal(ask(recording.tree, each), ask(first, each));
      const again = recordReads(second);
      for (const each of questions.toReversed()) ask(again.tree, each);
      const isSame = questions.every((each) => ask(first, each) === ask(second, each));
      assert.equal(stillSame(recording.reads(), second), isSame);
      assert.equal(recording.digest() === again.digest(), isSame);
      assert.equal(stillSame(recording.reads(), first), true);
      assert.equal(digestReads(JSON.parse(JSON.stringify(recording.reads()))), recording.digest());
    }),
    { numRuns: 500 },
  );
});

test('a cache never holds more than it may', () => {
  const cache = createBlobCache(10_000);
  for (let index = 0; index < 100; index += 1) {
    cache.set(String(index), new Uint8Array(index * 10));
    assert.ok(cache.bytes <= 10_000);
    cache.get('5');
  }
  cache.set('huge', new Uint8Array(5000));
  assert.equal(cache.get('huge'), undefined);
  assert.equal(cache.get('5')?.length, 50, 'what is used stays');
});
