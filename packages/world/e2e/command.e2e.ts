// The command, typed by a person: output, waiting, and the exit codes of argocd.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { applicationYaml, configMapYaml, deploymentYaml, jobYaml } from './manifests.ts';
import { at, imageOf, look, objectsOf, refText, shopUrl, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());
const app = (name: string): string => `application.argoproj.io/argocd/${name}`;

test('app create makes an Application that syncs by itself', async () => {
  const typed =
    `app create catalog --repo ${shopUrl} --revision main --path catalog/live --dest-name in-cluster ` +
    '--dest-namespace catalog --sync-policy automated --auto-prune --self-heal --sync-option CreateNamespace=true -l team=shelves';
  const created = await story.evenkeel(typed.split(' '));
  assert.equal(created.code, 0, created.err);
  assert.match(created.out, /application 'catalog' created|argocd\/catalog/);
  const waited = await story.evenkeel(['app', 'wait', 'catalog', '--health', '--sync', '--timeout', '30']);
  assert.equal(waited.code, 0, waited.err);
  assert.match(waited.out, /Sync Status: +Synced to main \([0-9a-f]{7}\)\nHealth Status: +Healthy/);
});

test('app create refuses one that is there with another spec, and --upsert changes it', async () => {
  const args = [
    'app',
    'create',
    'catalog',
    '--repo',
    shopUrl,
    '--path',
    'notes',
    '--dest-name',
    'in-cluster',
    '--dest-namespace',
    'notes',
  ];
  const refused = await story.evenkeel(args);
  assert.equal(refused.code, 20, refused.out);
  assert.match(refused.err, /existing application spec is different|use upsert|--upsert/i);
  const from = join(dirname(story.clone), 'from-file.yaml');
  writeFileSync(
    from,
    applicationYaml({
      name: 'notes',
      path: 'notes',
      namespace: 'notes',
      syncPolicy: 'syncOptions:\n  - CreateNamespace=true',
    }),
  );
  assert.equal((await story.evenkeel(['app', 'create', '-f', from])).code, 0);
});

test('app list selects by label and prints names, JSON and YAML', async () => {
  assert.equal(
    succeed(await story.evenkeel(['app', 'list', '-o', 'name', '-l', 'team=shelves']), 'list'),
    'argocd/catalog\n',
  );
  assert.equal(
    succeed(await story.evenkeel(['app', 'list', '-o', 'name', '-l', 'team!=shelves']), 'list'),
    'argocd/notes\n',
  );
  const json = JSON.parse(succeed(await story.evenkeel(['app', 'list', '-o', 'json']), 'list')) as readonly unknown[];
  assert.deepEqual(
    json.map((item) => at(item, 'name')).toSorted((left, right) => (String(left) < String(right) ? -1 : 1)),
    ['catalog', 'notes'],
  );
  assert.match(succeed(await story.evenkeel(['app', 'get', 'notes', '-o', 'yaml']), 'get'), /^name: notes$/m);
  assert.notEqual((await story.evenkeel(['app', 'list', '-l', 'in (a)'])).code, 0);
});

test('a manual application waits to be asked; --dry-run changes nothing; sync makes it live', async () => {
  await story.until(
    'the comparison',
    async () => at(look(await story.get(app('notes'))), 'status', 'sync', 'status') === 'OutOfSync',
  );
  const diff = await story.evenkeel(['app', 'diff', 'notes']);
  assert.equal(diff.code, 1);
  assert.match(diff.out, /is in Git and not in the cluster/);
  assert.equal((await story.evenkeel(['app', 'diff', 'notes', '--no-exit-code'])).code, 0);
  const dry = await story.evenkeel(['app', 'sync', 'notes', '--dry-run']);
  assert.equal(dry.code, 0, dry.err);
  assert.match(dry.out, /dry run: 3 to create, 0 to change, 0 to prune, 0 hooks to run/);
  assert.equal(await story.get('deployment.apps/notes/notes'), undefined);
  const synced = await story.evenkeel(['app', 'sync', 'notes']);
  assert.equal(synced.code, 0, synced.err);
  assert.match(synced.out, /Phase: +Succeeded/);
  assert.ok(await story.get('deployment.apps/notes/notes'));
  assert.equal((await story.evenkeel(['app', 'diff', 'notes'])).code, 0);
});

test('a sync of one resource leaves the others', async () => {
  succeed(await story.kubectl(['delete', 'service,deployment', 'notes', '-n', 'notes']), 'delete');
  await story.until(
    'the drift',
    async () => at(look(await story.get(app('notes'))), 'status', 'sync', 'status') === 'OutOfSync',
  );
  const synced = await story.evenkeel(['app', 'sync', 'notes', '--resource', ':Service:notes']);
  assert.equal(synced.code, 0, synced.err);
  assert.ok(await story.get('service/notes/notes'));
  assert.equal(await story.get('deployment.apps/notes/notes'), undefined);
  const wrong = await story.evenkeel(['app', 'sync', 'notes', '--resource', 'Service']);
  assert.equal(wrong.code, 20);
  assert.match(wrong.err, /GROUP:KIND:NAME/);
  succeed(await story.evenkeel(['app', 'sync', 'notes']), 'sync');
});

test('history lists commits, and rollback of a manual application goes back to one', async () => {
  await story.push(
    { 'notes/deployment.yaml': deploymentYaml('notes', {}, 'v2').replaceAll('shop/notes', 'shop/notes') },
    'Notes v2',
  );
  await story.until(
    'the new commit',
    async () => at(look(await story.get(app('notes'))), 'status', 'sync', 'status') === 'OutOfSync',
  );
  succeed(await story.evenkeel(['app', 'sync', 'notes']), 'sync');
  const history = succeed(await story.evenkeel(['app', 'history', 'notes']), 'history');
  assert.match(history, /^ID +DATE +REVISION +AUTHOR +MESSAGE/);
  assert.match(history, /Ada Keeper +The shop opens/);
  assert.match(history, /Ada Keeper +Notes v2/);
  const ids = succeed(await story.evenkeel(['app', 'history', 'notes', '-o', 'id']), 'history')
    .trim()
    .split('\n');
  assert.ok(ids.length >= 2, ids.join());
  const back = await story.evenkeel(['app', 'rollback', 'notes', '0', '--timeout', '20']);
  assert.equal(back.code, 0, back.err);
  assert.equal(imageOf(await story.get('deployment.apps/notes/notes')), 'registry.example.com/shop/notes:v1.0.0');
  const unknown = await story.evenkeel(['app', 'rollback', 'notes', '77']);
  assert.equal(unknown.code, 20);
  assert.match(unknown.err, /Application 'notes' does not have deployment id '77' in history/);
});

test('wait gives up after its timeout with exit code 20 and says what it saw', async () => {
  await story.push({ 'slow/gate.yaml': deploymentYaml('gate').replace('gate:v1', 'gate:does-not-exist') });
  await story.apply(applicationYaml({ name: 'slow', path: 'slow', namespace: 'slow' }));
  await story.untilApp('slow', 'Synced');
  const waited = await story.evenkeel(['app', 'wait', 'slow', '--health', '--timeout', '1']);
  assert.equal(waited.code, 20, waited.err);
  assert.match(waited.err, /timed out \(1s\) waiting for app "argo\/argocd\/slow" match desired state/);
});

test('terminate-op ends a sync that waits, and says so when none runs', async () => {
  await story.push({
    'endless/job.yaml': jobYaml(
      'endless',
      { 'argocd.argoproj.io/hook': 'PreSync' },
      { image: 'registry.example.com/shop/migrate:does-not-exist' },
    ),
    'endless/settings.yaml': configMapYaml('settings'),
  });
  await story.apply(applicationYaml({ name: 'endless', path: 'endless', namespace: 'endless' }));
  await story.until(
    'the sync to wait',
    async () => at(look(await story.get(app('endless'))), 'status', 'operationState', 'phase') === 'Running',
  );
  const ended = await story.evenkeel(['app', 'terminate-op', 'endless']);
  assert.equal(ended.code, 0, ended.err);
  const found = await story.until('the end', async () => {
    const now = look(await story.get(app('endless')));
    return at(now, 'status', 'operationState', 'phase') === 'Failed' && now;
  });
  assert.match(String(at(found, 'status', 'operationState', 'message')), /terminated by admin/);
  assert.equal(await story.get('configmap/endless/settings'), undefined);
  const none = await story.evenkeel(['app', 'terminate-op', 'notes']);
  assert.notEqual(none.code, 0);
  assert.match(none.err, /no sync is running/);
});

test('delete takes everything along, and --no-cascade leaves it', async () => {
  const deleted = await story.evenkeel(['app', 'delete', 'catalog', '--wait', '-y']);
  assert.equal(deleted.code, 0, deleted.err);
  assert.equal(await story.get(app('catalog')), undefined);
  assert.equal(await story.get('deployment.apps/catalog/catalog'), undefined);
  assert.equal((await story.evenkeel(['app', 'delete', 'notes', '--no-cascade', '--wait'])).code, 0);
  assert.ok(await story.get('deployment.apps/notes/notes'));
});

test('render prints every kind of directory', async () => {
  const kinds = async (...args: readonly string[]): Promise<readonly string[]> => {
    const printed = await story.evenkeel(['render', ...args], { cwd: story.clone });
    return objectsOf(succeed(printed, 'render')).map(refText).sort();
  };
  const catalog = await kinds('catalog/live');
  assert.equal(catalog.length, 3);
  assert.match(catalog.join(), /configmap\/\/settings-[0-9a-z]{10}/);
  assert.deepEqual(await kinds('checkout', '--name', 'till'), ['deployment.apps//till', 'service//till']);
  assert.deepEqual(await kinds('clusters', '-R'), ['catalog', 'checkout', 'notes', 'shop'].map(app));
  const missing = await story.evenkeel(['render', 'nowhere'], { cwd: story.clone });
  assert.notEqual(missing.code, 0);
  assert.match(missing.err, /nowhere/);
});

test('names, servers and verbs that are not there are told from each other', async () => {
  const unknown = await story.evenkeel(['app', 'get', 'slwo']);
  assert.equal(unknown.code, 20);
  assert.match(unknown.err, /there is no application "slwo"/);
  const near = await story.evenkeel(['app', 'get', 'slowly']);
  assert.match(near.err, /did you mean slow\?/);
  const dead = await story.evenkeel(['app', 'list', '--server', 'http://127.0.0.1:9']);
  assert.equal(dead.code, 11);
  assert.match(dead.err, /the server at http:\/\/127\.0\.0\.1:9 does not answer/);
  const verb = await story.evenkeel(['app', 'lsit']);
  assert.notEqual(verb.code, 0);
  assert.match(verb.err, /unknown command 'lsit'|Did you mean list/);
});
