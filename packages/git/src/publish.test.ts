// Publishing over HTTP to the host of this package, looked at with the user's own git.

import assert from 'node:assert/strict';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { GitError } from './errors.ts';
import { type GitHost, startGitHost } from './host.ts';
import { type CommitStep, type PublishPlan, type PublishView, blobOid, publish } from './publish.ts';
import { explainRejection } from './publish-push.ts';
import { fastImportStream } from './publish-stream.ts';
import { type Testbed, createTestbed } from './testbed.ts';

const author = { name: 'Argo CD', email: 'argo-cd@example.com' };
const branch = 'refs/heads/env/dev';
const notesRef = 'refs/notes/hydrator.metadata';

interface Scene extends AsyncDisposable {
  readonly bed: Testbed;
  readonly host: GitHost;
  readonly url: string;
  readonly gitDirectory: string;
  readonly show: (...args: readonly string[]) => Promise<string>;
  readonly options: (name?: string) => Parameters<typeof publish>[1];
}

async function startScene(): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const bed = stack.use(await createTestbed());
  const host = stack.use(
    await startGitHost(bed.git, {
      stateDirectory: bed.path('host'),
      repositories: [{ name: 'infra', directory: await bed.workingTree('infra', { 'app/a.txt': 'a\n' }) }],
      listen: { port: 0 },
    }),
  );
  const hosted = host.repositories.get('infra');
  assert.ok(hosted?.url);
  const { url, gitDirectory } = hosted;
  const owned = stack.move();
  return {
    bed,
    host,
    url,
    gitDirectory,
    show: (...args) => bed.user(gitDirectory, ...args),
    options: (name = 'one') => ({ url, directory: bed.path(name), refs: [branch, 'refs/heads/main', notesRef] }),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function step(view: PublishView, change: Partial<CommitStep>): CommitStep {
  const ref = change.ref ?? branch;
  return { ref, parent: view.heads.get(ref), author, seconds: 1_700_000_000, message: 'A change\n', ...change };
}

function plain(content: string, path = 'app/manifest.yaml'): (view: PublishView) => Promise<PublishPlan> {
  return async (view) => [[step(view, { files: [{ path, content: bytes(content) }] })]];
}

test('a branch that is not there begins with an empty commit, and what it holds is what was said', async () => {
  await using scene = await startScene();
  const made = await publish(scene.bed.git, scene.options(), async (view) => {
    assert.deepEqual([...view.heads.keys()], ['refs/heads/main']);
    const first = step(view, { parent: undefined, message: 'Initial commit for env/dev\n' });
    const files = [
      { path: 'app/manifest.yaml', content: bytes('a: 1\n'), executable: true },
      { path: 'app/"quoted" \\ näme', content: bytes('') },
    ];
    return [[first, step(view, { parent: 0, files })], [note(view, 1, '{"drySha":"abc"}\n')]];
  });
  assert.equal(made.length, 3);
  assert.equal(
    await scene.show('log', '--format=%s|%an <%ae>|%cn|%at', branch),
    [
      'A change|Argo CD <argo-cd@example.com>|Argo CD|1700000000',
      'Initial commit for env/dev|Argo CD <argo-cd@example.com>|Argo CD|1700000000',
    ].join('\n'),
  );
  const tree = await scene.show('-c', 'core.quotePath=false', 'ls-tree', '-r', branch);
  assert.match(tree, /^100644 blob \w+\t"app\/\\"quoted\\" \\\\ näme"\n100755 blob \w+\tapp\/manifest\.yaml$/);
  assert.equal(await scene.show('show', `${branch}:app/manifest.yaml`), 'a: 1');
  assert.equal(await scene.show('notes', '--ref=hydrator.metadata', 'show', branch), '{"drySha":"abc"}');
  assert.equal(await scene.show('rev-parse', branch), made[1]);
});

function note(view: PublishView, commit: string | number, text: string): CommitStep {
  return step(view, { ref: notesRef, message: "Notes added by 'git notes add'\n", notes: [{ commit, text }] });
}

test('what is there stays, is told by name, and a plan without steps pushes nothing', async () => {
  await using scene = await startScene();
  await publish(scene.bed.git, scene.options(), plain('a: 1\n'));
  await publish(scene.bed.git, scene.options(), plain('b: 1\n', 'other/manifest.yaml'));
  const made = await publish(scene.bed.git, scene.options('elsewhere'), async (view) => {
    const head = view.heads.get(branch) ?? '';
    const entry = await view.entry(head, 'app/manifest.yaml');
    assert.deepEqual(entry, { name: 'manifest.yaml', kind: 'file', oid: blobOid(bytes('a: 1\n')) });
    for (const path of ['app/manifest.yaml/below', 'nowhere/x', 'x'])
      assert.equal(await view.entry(head, path), undefined);
    return [];
  });
  assert.deepEqual(made, []);
  assert.equal(await scene.show('ls-tree', '-r', '--name-only', branch), 'app/manifest.yaml\nother/manifest.yaml');
  assert.equal(await scene.show('rev-list', '--count', branch), '2');
});

test('whoever is slower looks again: nothing is lost and nothing is forced', async () => {
  await using scene = await startScene();
  await publish(scene.bed.git, scene.options(), plain('0\n', 'first'));
  const writers = Array.from({ length: 4 }, (_each, index) => `writer-${index}`);
  let looks = 0;
  await Promise.all(
    writers.map((name) =>
      publish(scene.bed.git, scene.options(name), async (view) => {
        looks += 1;
        const files = [{ path: `${name}/manifest.yaml`, content: bytes(name) }];
        return [[step(view, { files })], [note(view, 0, `${name}\n`)]];
      }),
    ),
  );
  assert.ok(looks >= writers.length);
  const files = (await scene.show('ls-tree', '-r', '--name-only', branch)).split('\n');
  assert.deepEqual(files, ['first', ...writers.map((name) => `${name}/manifest.yaml`)]);
});

test('a directory that has grown, or is no repository any more, is made anew', async () => {
  await using scene = await startScene();
  await publish(scene.bed.git, scene.options(), plain('0\n'));
  const { directory } = scene.options();
  const loose = join(directory, 'objects', '17');
  await mkdir(loose, { recursive: true });
  for (let index = 0; index < 41; index += 1) await writeFile(join(loose, `${index}`.padStart(38, '0')), 'junk');
  await publish(scene.bed.git, scene.options(), plain('1\n'));
  await assert.rejects(stat(join(loose, `${40}`.padStart(38, '0'))));
  await rm(join(directory, 'HEAD'));
  await publish(scene.bed.git, scene.options(), plain('2\n'));
  const head = await scene.show('rev-parse', branch);
  const stored = join(directory, 'objects', head.slice(0, 2), head.slice(2));
  await chmod(stored, 0o644);
  await writeFile(stored, 'torn');
  await publish(scene.bed.git, scene.options(), plain('3\n', 'other/manifest.yaml'));
  assert.equal(await scene.show('show', `${branch}:app/manifest.yaml`), '2');
});

test('a branch that is made meanwhile is not overwritten', async () => {
  await using scene = await startScene();
  let isFirst = true;
  await publish(scene.bed.git, scene.options(), async (view) => {
    if (isFirst) {
      isFirst = false;
      await scene.show('branch', 'env/dev', 'main');
    }
    return [[step(view, { files: [{ path: 'x', content: bytes('x') }] })]];
  });
  assert.equal(await scene.show('ls-tree', '-r', '--name-only', branch), 'app/a.txt\nx');
});

test('many notes stay readable for git', async () => {
  await using scene = await startScene();
  await publish(scene.bed.git, scene.options(), async (view) => {
    const commits = Array.from({ length: 300 }, (_each, index) =>
      step(view, { parent: index === 0 ? undefined : index - 1, message: `${index}\n` }),
    );
    const notes = commits.map((_each, index) => ({ commit: index, text: `${index}\n` }));
    return [commits, [step(view, { ref: notesRef, message: 'Notes\n', notes })]];
  });
  await publish(scene.bed.git, scene.options(), async (view) => [
    [note(view, view.heads.get(branch) ?? '', 'again\n')],
  ]);
  assert.equal(await scene.show('notes', '--ref=hydrator.metadata', 'show', branch), 'again');
  assert.equal(await scene.show('notes', '--ref=hydrator.metadata', 'show', `${branch}~7`), '292');
});

test('a remote that does not take the push is quoted', async () => {
  await using scene = await startScene();
  await scene.show('config', 'transfer.hideRefs', 'refs/heads/env');
  await assert.rejects(publish(scene.bed.git, scene.options(), plain('a\n')), (error) => {
    assert.ok(error instanceof GitError);
    assert.equal(error.code, 'rejected');
    assert.match(error.message, /infra.git does not take the push to env\/dev: deny updating a hidden ref$/);
    return true;
  });
});

test('a branch that is the directory of another is refused by name', async () => {
  await using scene = await startScene();
  await scene.show('branch', 'env', 'main');
  await assert.rejects(
    publish(scene.bed.git, scene.options(), plain('a\n')),
    /cannot have a branch env\/dev beside the branch env: one is the directory of the other$/,
  );
});

test('what servers say when they do not take a push', () => {
  const rows: readonly (readonly [line: string, stderr: string, code: string, sentence: string])[] = [
    ['!\ta1:refs/heads/env\t[rejected] (stale info)', '', 'outdated', 'env of R is moved by somebody else: stale info'],
    [
      '!\ta1:refs/heads/env\t[remote rejected] (cannot lock ref)',
      '',
      'outdated',
      'env of R is moved by somebody else: cannot lock ref',
    ],
    [
      '!\ta1:refs/heads/env\t[remote rejected] (pre-receive hook declined)',
      'remote: GitLab: You are not allowed to push code to protected branches on this project.\nTo https://u:p@host/x',
      'rejected',
      'R does not take the push to env: pre-receive hook declined: GitLab: You are not allowed to push code to protected branches on this project.',
    ],
    [
      '!\ta1:refs/notes/n\t[remote rejected] (deny updating a hidden ref)',
      '',
      'rejected',
      'R does not take the push to notes/n: deny updating a hidden ref',
    ],
  ];
  for (const [line, stderr, code, sentence] of rows) {
    const error = explainRejection([line], stderr, 'R');
    assert.deepEqual([error.code, error.message], [code, sentence]);
    assert.ok(!error.detail.includes('u:p'));
  }
});

test('paths and messages that no commit can hold are refused', () => {
  const made = (change: Partial<CommitStep>): void => {
    fastImportStream([{ ref: branch, parent: undefined, author, seconds: 0, message: 'm', ...change }]);
  };
  for (const path of ['../x', 'a//b', '.git/hooks/x', 'a/.GIT/x', './a', '', 'a\nb', '/a']) {
    assert.throws(() => made({ files: [{ path, content: bytes('') }] }), /cannot be a path in a commit/, path);
  }
  assert.throws(() => made({ message: 'a\0b' }), /NUL/);
});
