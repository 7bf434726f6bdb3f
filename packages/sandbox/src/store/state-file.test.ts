// Snapshots of running and stopped clusters, and what is said of files that are none.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Sandbox } from '../sandbox.ts';
import { call } from '../testing/client.ts';
import { scalarText } from './draft.ts';
import { copyStateFile, inspectStateFile } from './state-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);
const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string): unknown => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1' } });

test('a snapshot of a running cluster comes back with its uids, revisions and certificates', async () => {
  let kubeconfig = '';
  let created;
  {
    await using sandbox = await Sandbox.start({ stateFile: at('running.db') });
    kubeconfig = sandbox.kubeconfig();
    created = await call(sandbox.transport(), 'POST', maps, { body: map('kept') });
    const summary = copyStateFile(at('running.db'), at('running.snapshot'));
    assert.ok(summary.objects > 20 && summary.revision >= Number(created.metadata.resourceVersion));
    await call(sandbox.transport(), 'POST', maps, { body: map('later') });
  }
  assert.equal(statSync(at('running.snapshot')).mode & 0o777, 0o600);
  copyStateFile(at('running.snapshot'), at('restored.db'));
  await using sandbox = await Sandbox.start({ stateFile: at('restored.db') });
  const api = sandbox.transport();
  assert.deepEqual(await call(api, 'GET', `${maps}/kept`), created);
  await call(api, 'GET', `${maps}/later`, { want: 404 });
  const authority = (text: string): string | undefined => /certificate-authority-data: (\S+)/.exec(text)?.[1];
  assert.equal(authority(sandbox.kubeconfig()), authority(kubeconfig));
  const next = await call(api, 'POST', maps, { body: map('next') });
  assert.ok(Number(next.metadata.resourceVersion) > Number(created.metadata.resourceVersion));
  // What was before the snapshot is history that nobody remembers.
  const expired = await call(api, 'GET', maps, {
    query: { resourceVersion: '2', resourceVersionMatch: 'Exact' },
    want: 410,
  });
  assert.equal(expired['reason'], 'Expired');
});

test('a stopped cluster is copied too', async () => {
  {
    await using sandbox = await Sandbox.start({ stateFile: at('stopped.db'), listen: false });
    await call(sandbox.transport(), 'POST', maps, { body: map('kept') });
  }
  const summary = copyStateFile(at('stopped.db'), at('stopped.snapshot'));
  assert.deepEqual(inspectStateFile(at('stopped.snapshot')), summary);
});

test('one cluster at a time uses a state file', async () => {
  await using _first = await Sandbox.start({ stateFile: at('held.db'), listen: false });
  await assert.rejects(Sandbox.start({ stateFile: at('held.db'), listen: false }), {
    name: 'StateFileProblem',
    message: `${at('held.db')} is in use by another sandbox`,
  });
});

test('compaction forgets history', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  const created = await call(api, 'POST', maps, { body: map('a') });
  const query = { resourceVersion: created.metadata.resourceVersion ?? '', resourceVersionMatch: 'Exact' };
  await call(api, 'POST', maps, { body: map('b') });
  await call(api, 'GET', maps, { query });
  sandbox.compact();
  const refused = await call(api, 'GET', maps, { query, want: 410 });
  assert.equal(refused['message'], 'The resourceVersion for the provided list is too old.');
});

const bad: readonly (readonly [string, (path: string) => void, RegExp])[] = [
  ['absent', () => undefined, /absent does not exist$/],
  [
    'text',
    (path) => writeFileSync(path, 'hello, I am not a database\n'.repeat(100)),
    /text is not a state file of the sandbox$/,
  ],
  ['directory', (path) => mkdirSync(path), /directory is not a file$/],
  ['empty', (path) => writeFileSync(path, ''), /empty is not a state file of the sandbox$/],
  [
    'foreign',
    (path) => {
      const database = new DatabaseSync(path);
      database.exec('CREATE TABLE x (y)');
      database.close();
    },
    /foreign is not a state file of the sandbox$/,
  ],
  [
    'later',
    (path) => {
      const database = new DatabaseSync(path);
      database.exec(
        "CREATE TABLE setting (name TEXT, value TEXT); CREATE TABLE object (json TEXT); INSERT INTO setting VALUES ('schema', '99')",
      );
      database.close();
    },
    /later was written by a later version of the sandbox \(schema 99, this one knows 1\)$/,
  ],
];

for (const [name, make, message] of bad) {
  test(`restoring from ${name} is refused in a sentence`, () => {
    make(at(name));
    assert.throws(() => copyStateFile(at(name), at(`${name}.db`)), { name: 'StateFileProblem', message });
    assert.throws(() => statSync(at(`${name}.db`)), { code: 'ENOENT' });
  });
}

test('an existing state file is not overwritten', () => {
  assert.throws(() => copyStateFile(at('stopped.db'), at('running.snapshot')), /running\.snapshot exists already$/);
});

test('a cluster does not start on a file that is none, or where nothing can be written', async () => {
  const start = (stateFile: string): Promise<unknown> => Sandbox.start({ stateFile, listen: false });
  await assert.rejects(start(at('text')), /text is not a state file of the sandbox$/);
  await assert.rejects(
    start(at('no/such/place.db')),
    /place\.db cannot be opened: its directory is missing or may not/,
  );
  if (process.getuid?.() === 0) return;
  mkdirSync(at('locked'));
  chmodSync(at('locked'), 0o500);
  await assert.rejects(start(at('locked/state.db')), /state\.db cannot be opened: its directory is missing or may not/);
});

test('a write that finds no room is refused, and the cluster goes on', async () => {
  await using sandbox = await Sandbox.start({ stateFile: at('full.db'), listen: false, controllers: false });
  const api = sandbox.transport();
  const other = new DatabaseSync(at('full.db'));
  // Another writer in the way looks to SQLite like any reason not to write.
  other.exec('BEGIN IMMEDIATE');
  const refused = await call(api, 'POST', maps, { body: map('a'), want: 500 });
  assert.match(scalarText(refused['message']), /Internal error occurred: .*full\.db is in use by another process$/);
  other.exec('ROLLBACK');
  other.close();
  const created = await call(api, 'POST', maps, { body: map('a') });
  assert.equal((await call(api, 'GET', `${maps}/a`)).metadata.uid, created.metadata.uid);
});
