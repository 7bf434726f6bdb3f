import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeChanges } from './directory-snapshot.ts';
import { type GitHost, type PushEvent, startGitHost } from './host.ts';
import { remoteUrls } from './worktree-import.ts';
import { type Testbed, createInbox, createTestbed } from './testbed.ts';

type Inbox<T> = ReturnType<typeof createInbox<T>>;

async function hostOf(
  bed: Testbed,
  directory: string,
): Promise<GitHost & { readonly pushes: Inbox<PushEvent>; readonly notices: Inbox<string> }> {
  const pushes = createInbox<PushEvent>();
  const notices = createInbox<string>();
  const host = await startGitHost(bed.git, {
    stateDirectory: bed.path('state'),
    repositories: [{ name: 'demo', directory }],
    listen: { port: 0 },
    onPush: (event) => pushes.push(event),
    onNotice: (notice) => notices.push(notice),
  });
  return { ...host, pushes, notices };
}

/** Names, sizes and times of everything in a directory: what must not change when the host only reads. */
async function fingerprint(directory: string): Promise<string> {
  const names = (await readdir(directory, { recursive: true })).sort();
  const lines = await Promise.all(
    names.map(async (name) => {
      const { mtimeMs, size, mode } = await stat(join(directory, name));
      return `${name} ${size} ${mtimeMs} ${mode}`;
    }),
  );
  return lines.join('\n');
}

test('commits, amends, branches and deletions in a working tree arrive by themselves', async () => {
  await using bed = await createTestbed();
  const work = await bed.workingTree('work', { a: '1' });
  const before = await fingerprint(work);
  await using host = await hostOf(bed, work);
  const { repository } = host.repositories.get('demo') ?? {};
  assert.ok(repository);
  assert.equal(await fingerprint(work), before, 'hosting writes nothing into the directory');
  assert.equal(await repository.resolve('HEAD'), await bed.user(work, 'rev-parse', 'HEAD'));

  const second = await bed.commit(work, 'second', { a: '2' });
  const event = await host.pushes.next(({ after }) => after === second);
  assert.equal(event.origin, 'directory');
  assert.equal(await repository.resolve('main'), second);

  await bed.user(work, 'commit', '--quiet', '--amend', '--message', 'second, better');
  const amended = await bed.user(work, 'rev-parse', 'HEAD');
  await host.pushes.next(({ after }) => after === amended);

  await bed.user(work, 'branch', 'topic/one');
  await host.pushes.next(({ ref }) => ref === 'refs/heads/topic/one');
  await bed.user(work, 'tag', 'v1');
  await host.pushes.next(({ ref }) => ref === 'refs/tags/v1');
  await bed.user(work, 'branch', '-D', 'topic/one');
  await host.pushes.next(({ ref, after }) => ref === 'refs/heads/topic/one' && /^0+$/.test(after));
  await bed.user(work, 'pack-refs', '--all');
  const third = await bed.commit(work, 'third');
  await host.pushes.next(({ after }) => after === third);
  assert.deepEqual(host.notices.items, []);
});

test('the user may also push to the host; a branch that went two ways stays and the user is told how to mend it', async () => {
  await using bed = await createTestbed();
  const work = await bed.workingTree('work', { a: '1' });
  await using host = await hostOf(bed, work);
  const hosted = host.repositories.get('demo');
  assert.ok(hosted?.url !== undefined);
  await bed.user(work, 'remote', 'add', 'local', hosted.url);
  const second = await bed.commit(work, 'second', { a: '2' });
  await host.pushes.next(({ after }) => after === second);
  await bed.user(work, 'push', '--quiet', 'local', 'main');

  await bed.user(bed.directory, 'clone', '--quiet', hosted.url, 'colleague');
  const theirs = await bed.commit(bed.path('colleague'), 'theirs', { b: 'b' });
  await bed.user(bed.path('colleague'), 'push', '--quiet', 'origin', 'main');
  await host.pushes.next(({ after, origin }) => after === theirs && origin === 'push');
  const mine = await bed.commit(work, 'mine', { c: 'c' });
  assert.match(await host.notices.next((text) => text.includes('gone different ways')), /pull from the host/);
  assert.equal(await hosted.repository.resolve('main'), theirs);

  await bed.user(work, 'pull', '--quiet', '--no-rebase', '--no-edit', 'local', 'main');
  const merged = await bed.user(work, 'rev-parse', 'HEAD');
  await host.pushes.next(({ after }) => after === merged);
  assert.ok(await hosted.repository.isAncestor(mine, merged));
});

test('a restart takes over what happened meanwhile; a linked working tree and an empty repository can be hosted', async () => {
  await using bed = await createTestbed();
  const work = await bed.workingTree('work', { a: '1' });
  await (await hostOf(bed, work))[Symbol.asyncDispose]();
  const second = await bed.commit(work, 'second', { a: '2' });
  {
    await using again = await hostOf(bed, work);
    assert.equal(await again.repositories.get('demo')?.repository.resolve('main'), second);
    assert.deepEqual(
      again.pushes.items.map(({ after }) => after),
      [second],
    );
  }
  await bed.user(work, 'worktree', 'add', '--quiet', '-b', 'linked', '../linked');
  await using other = await createTestbed();
  await using host = await hostOf(other, bed.path('linked'));
  const repository = host.repositories.get('demo')?.repository;
  assert.equal(await repository?.resolve('HEAD'), second);
  const linked = await bed.commit(bed.path('linked'), 'third', { a: '3' });
  await host.pushes.next(({ after, ref }) => after === linked && ref === 'refs/heads/linked');

  await using third = await createTestbed();
  await mkdir(third.path('empty'));
  await third.user(third.path('empty'), 'init', '--quiet', '--initial-branch', 'trunk');
  await using emptyHost = await hostOf(third, third.path('empty'));
  const born = await third.commit(third.path('empty'), 'born', { a: '1' });
  await emptyHost.pushes.next(({ after }) => after === born);
  assert.equal(await emptyHost.repositories.get('demo')?.repository.resolve('HEAD'), born);
});

test('a plain directory is snapshotted, and again after every change, with ignore rules and without being written to', async () => {
  await using bed = await createTestbed();
  const directory = bed.path('plain');
  await bed.write(directory, {
    '.gitignore': 'node_modules/\n*.log\n',
    'apps/a/kustomization.yaml': 'a',
    'node_modules/x/index.js': 'x',
    'debug.log': 'noise',
    'ünï.yaml': 'ü',
  });
  const before = await fingerprint(directory);
  await using host = await hostOf(bed, directory);
  assert.equal(await fingerprint(directory), before);
  const repository = host.repositories.get('demo')?.repository;
  assert.ok(repository);
  const paths = async (): Promise<readonly string[]> =>
    (await repository.treeEntries(await repository.resolve('HEAD')))
      .filter((entry) => entry.kind !== 'directory')
      .map((entry) => entry.path);
  assert.deepEqual(await paths(), ['.gitignore', 'apps/a/kustomization.yaml', 'ünï.yaml']);
  const subjectOf = async (event: PushEvent): Promise<string> => (await repository.commit(event.after)).subject;
  await host.pushes.next(() => true);

  await bed.write(directory, { 'apps/a/kustomization.yaml': 'b' });
  assert.equal(await subjectOf(await host.pushes.next(() => true)), 'Edit apps/a/kustomization.yaml');
  await bed.write(directory, { 'new/deep/er/file.yaml': '1' });
  assert.equal(await subjectOf(await host.pushes.next(() => true)), 'Add new/deep/er/file.yaml');
  await bed.write(directory, { 'new/deep/er/file.yaml': '2' });
  assert.equal(await subjectOf(await host.pushes.next(() => true)), 'Edit new/deep/er/file.yaml');
  await bed.write(directory, { 'other.log': 'noise', 'node_modules/y.js': '' });
  await rm(join(directory, 'new'), { recursive: true });
  assert.equal(await subjectOf(await host.pushes.next(() => true)), 'Delete new/deep/er/file.yaml');
  await chmod(join(directory, 'ünï.yaml'), 0o755);
  assert.equal(await subjectOf(await host.pushes.next(() => true)), 'Edit ünï.yaml');
  assert.deepEqual(await paths(), ['.gitignore', 'apps/a/kustomization.yaml', 'ünï.yaml']);
  assert.deepEqual(host.notices.items, []);
});

test('pushes and edits of a plain directory are merged; a conflict leaves the hosted branch and names the file', async () => {
  await using bed = await createTestbed();
  const directory = bed.path('plain');
  await bed.write(directory, { 'a.yaml': 'a', 'b.yaml': 'b' });
  await using host = await hostOf(bed, directory);
  const hosted = host.repositories.get('demo');
  assert.ok(hosted?.url !== undefined);
  await host.pushes.next(() => true);
  await bed.user(bed.directory, 'clone', '--quiet', hosted.url, 'clone');
  const clone = bed.path('clone');
  const pushed = await bed.commit(clone, 'pushed', { 'a.yaml': 'pushed' });
  await bed.user(clone, 'push', '--quiet', 'origin', 'main');
  await host.pushes.next(({ after }) => after === pushed);

  await bed.write(directory, { 'b.yaml': 'edited' });
  const merged = await host.pushes.next(({ origin }) => origin === 'directory');
  assert.equal(merged.before, pushed);
  await bed.user(clone, 'pull', '--quiet');
  assert.equal(await bed.user(clone, 'show', 'HEAD:a.yaml'), 'pushed');
  assert.equal(await bed.user(clone, 'show', 'HEAD:b.yaml'), 'edited');

  await bed.write(directory, { 'a.yaml': 'edited here too' });
  assert.match(await host.notices.next(() => true), /conflict with what was pushed to the host \(a\.yaml\)/);
  assert.equal(await hosted.repository.resolve('main'), merged.after);
  await bed.write(directory, { 'a.yaml': 'pushed' });
  await host.pushes.next(({ origin }) => origin === 'directory');
  await bed.user(clone, 'pull', '--quiet');
  assert.equal(await bed.user(clone, 'show', 'HEAD:a.yaml'), 'pushed');
});

test('the remotes of a working tree are told, origin first', async () => {
  await using bed = await createTestbed();
  const work = await bed.workingTree('work', { a: '1' });
  assert.deepEqual(await remoteUrls(bed.git, work), []);
  assert.deepEqual(await remoteUrls(bed.git, bed.directory), []);
  await bed.user(work, 'remote', 'add', 'fork', 'git@github.com:me/x.git');
  await bed.user(work, 'remote', 'add', 'origin', 'https://github.com/org/x.git');
  assert.deepEqual(await remoteUrls(bed.git, work), ['https://github.com/org/x.git', 'git@github.com:me/x.git']);
});

test('a missing directory is an error with its name', async () => {
  await using bed = await createTestbed();
  await assert.rejects(hostOf(bed, bed.path('nowhere')), { code: 'not-found', message: /nowhere/ });
});

test('a snapshot says what changed in a person’s words', () => {
  const edit = { path: 'a', change: 'modified' } as const;
  const add = { path: 'b', change: 'added' } as const;
  assert.equal(describeChanges([], 'demo'), 'Snapshot of demo');
  assert.equal(describeChanges([edit], 'demo'), 'Edit a');
  assert.equal(describeChanges([edit, add], 'demo'), 'Edit 2 files in demo\n\n- edit a\n- add b');
});
