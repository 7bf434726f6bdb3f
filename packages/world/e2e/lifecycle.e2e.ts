// How Applications come and go: deletion with and without their resources, projects, refusals by name, moves, rollbacks.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { applicationYaml, automatic, configMapYaml } from './manifests.ts';
import { at, conditionsOf, look, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());
const cascade = 'resources-finalizer.argocd.argoproj.io';
const app = (name: string): string => `application.argoproj.io/argocd/${name}`;

await story.push({
  'pins/a.yaml': configMapYaml('a', { 'argocd.argoproj.io/sync-wave': '1' }),
  'pins/b.yaml': configMapYaml('b', { 'argocd.argoproj.io/sync-wave': '2' }),
});

test('deleting an Application without the finalizer leaves what it has live', async () => {
  await story.apply(applicationYaml({ name: 'leaves', path: 'pins', namespace: 'leaves' }));
  await story.untilApp('leaves', 'Synced', 'Healthy');
  succeed(await story.kubectl(['delete', 'application', 'leaves', '-n', 'argocd']), 'delete');
  await story.until('the Application to go', async () => (await story.get(app('leaves'))) === undefined);
  await story.until(
    'the API to forget it',
    async () => !succeed(await story.evenkeel(['app', 'list']), 'list').includes('leaves'),
  );
  assert.ok(await story.get('configmap/leaves/a'));
});

test('with the finalizer everything it has live goes first, the last wave before the others', async () => {
  await story.apply(applicationYaml({ name: 'takes', path: 'pins', namespace: 'takes', finalizer: cascade }));
  await story.untilApp('takes', 'Synced', 'Healthy');
  story.requests.clear();
  succeed(await story.kubectl(['delete', 'application', 'takes', '-n', 'argocd']), 'delete');
  assert.equal(await story.get(app('takes')), undefined);
  assert.equal(await story.get('configmap/takes/a'), undefined);
  const deletes = story.requests.lines().filter((line) => line.startsWith('DELETE'));
  assert.deepEqual(
    deletes.map((line) => line.replace(/\?.*/, '')),
    ['DELETE /api/v1/namespaces/takes/configmaps/b', 'DELETE /api/v1/namespaces/takes/configmaps/a'],
  );
  assert.ok(await story.get('namespace//takes'), 'the namespace was only made for it');
});

test('an Application that became invalid still takes what it has live along', async () => {
  await story.apply(applicationYaml({ name: 'spoilt', path: 'pins', namespace: 'spoilt', finalizer: cascade }));
  await story.untilApp('spoilt', 'Synced', 'Healthy');
  const patch = '{"spec":{"syncPolicy":{"syncOptions":["CreateNamespace=true","Bogus=yes"]}}}';
  succeed(
    await story.kubectl(['patch', 'application', 'spoilt', '-n', 'argocd', '--type=merge', '-p', patch]),
    'patch',
  );
  await story.until('the refusal', async () =>
    conditionsOf(await story.get(app('spoilt'))).includes('"Bogus=yes" is not supported'),
  );
  succeed(await story.kubectl(['delete', 'application', 'spoilt', '-n', 'argocd']), 'delete');
  assert.equal(await story.get('configmap/spoilt/a'), undefined);
});

test('a project that does not exist is named, and nothing is applied until it does', async () => {
  await story.apply(applicationYaml({ name: 'fenced', path: 'pins', namespace: 'fenced', project: 'garden' }));
  const refused = await story.until('the refusal', async () => {
    const found = look(await story.get(app('fenced')));
    return conditionsOf(found) !== '' && found;
  });
  assert.match(
    conditionsOf(refused),
    /^InvalidSpecError: Application referencing project garden which does not exist$/,
  );
  assert.equal(await story.get('configmap/fenced/a'), undefined);
  await story.apply(`apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: garden
  namespace: argocd
spec:
  sourceRepos: ["*"]
  destinations:
    - server: "*"
      namespace: "*"
  clusterResourceWhitelist:
    - group: "*"
      kind: "*"
`);
  await story.untilApp('fenced', 'Synced', 'Healthy');
});

test('a source hydrator that leaves out what it needs is refused by name', async () => {
  const spec =
    '  sourceHydrator:\n    drySource: {targetRevision: main, path: x}\n    syncSource: {targetBranch: x, path: x}\n';
  await story.apply(applicationYaml({ name: 'odd', path: 'pins', namespace: 'odd', spec }));
  await story.until('the refusal', async () => {
    const said = look(conditionsOf(await story.get(app('odd'))));
    return said === 'InvalidSpecError: spec.sourceHydrator.drySource.repoURL is required';
  });
  assert.equal(await story.get('namespace//odd'), undefined);
  assert.match(
    succeed(await story.evenkeel(['app', 'get', 'odd']), 'get'),
    /spec\.sourceHydrator\.drySource\.repoURL is required/,
  );
});

test('a destination that is not known is refused by name', async () => {
  const manifest = applicationYaml({ name: 'abroad', path: 'pins', namespace: 'abroad' });
  await story.apply(manifest.replace('https://kubernetes.default.svc', 'https://elsewhere.example.com'));
  await story.until('the refusal', async () => {
    const said = look(conditionsOf(await story.get(app('abroad'))));
    return /cluster "https:\/\/elsewhere\.example\.com" not found/.test(said);
  });
});

test('moved to another namespace, everything goes along', async () => {
  const wish = { name: 'mover', path: 'pins', namespace: 'here' };
  await story.apply(applicationYaml(wish));
  await story.untilApp('mover', 'Synced', 'Healthy');
  await story.apply(applicationYaml({ ...wish, namespace: 'there' }));
  await story.until(
    'the move',
    async () =>
      (await story.get('configmap/there/a')) !== undefined && (await story.get('configmap/here/a')) === undefined,
  );
  await story.until(
    'Synced',
    async () => at(look(await story.get(app('mover'))), 'status', 'sync', 'status') === 'Synced',
  );
});

test('two Applications never fight over one object: the second says whose it is', async () => {
  const wish = { path: 'pins', namespace: 'here' };
  await story.apply(applicationYaml({ ...wish, name: 'first' }));
  await story.untilApp('first', 'Synced');
  await story.apply(applicationYaml({ ...wish, name: 'second' }));
  const found = await story.until('the warning', async () => {
    const second = look(await story.get(app('second')));
    return conditionsOf(second) !== '' && second;
  });
  assert.match(
    conditionsOf(found),
    /SharedResourceWarning: ConfigMap\/a is part of applications argocd\/\S+ and first/,
  );
  assert.match(
    String((await story.get('configmap/here/a'))?.metadata.annotations?.['argocd.argoproj.io/tracking-id']),
    /^first:/,
  );
});

test('a rollback of an automatic Application holds until the next commit', async () => {
  const value = async (): Promise<unknown> => look(at(await story.get('configmap/roll/v'), 'data', 'value'));
  await story.push({ 'roll/v.yaml': configMapYaml('v', {}, 'one') });
  await story.apply(applicationYaml({ name: 'roll', path: 'roll', namespace: 'roll', syncPolicy: automatic }));
  await story.untilApp('roll', 'Synced');
  await story.push({ 'roll/v.yaml': configMapYaml('v', {}, 'two') });
  await story.until('two', async () => (await value()) === 'two');
  await story.untilApp('roll', 'Synced');
  const rolled = await story.evenkeel(['app', 'rollback', 'roll']);
  assert.equal(rolled.code, 0, rolled.err);
  assert.equal(await value(), 'one');
  assert.match(
    succeed(await story.evenkeel(['app', 'get', 'roll']), 'get'),
    /held at [0-9a-f]{7} since a rollback by admin; the next commit ends it/,
  );
  succeed(
    await story.kubectl(['patch', 'configmap', 'v', '-n', 'roll', '--type=merge', '-p', '{"data":{"value":"drift"}}']),
    'patch',
  );
  await story.until('healed to what is held', async () => (await value()) === 'one');
  await story.push({ 'roll/v.yaml': configMapYaml('v', {}, 'three') });
  await story.until('three', async () => (await value()) === 'three');
  const history = at(await story.untilApp('roll', 'Synced'), 'status', 'history') as readonly unknown[];
  assert.deepEqual(
    history.map((entry) => at(entry, 'id')),
    history.map((_entry, index) => index),
  );
});
