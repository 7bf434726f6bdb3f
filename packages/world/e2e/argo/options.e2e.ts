// §1.2: every sync option, at the Application and at the object.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { at, conditionsOf } from '../story.ts';
import { configMap, definition, deployment, namespace, service, widget } from './manifests.ts';
import { aWhile, annotations, applied, messageOf, phaseOf, resultOf, startStage, syncOf } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
const { options, approved } = annotations;
const value = (object: unknown): unknown => at(object, 'data', 'value');
const managersOf = (object: unknown): readonly string[] =>
  ((at(object, 'metadata', 'managedFields') ?? []) as readonly { manager: string; operation: string }[]).map(
    ({ manager, operation }) => `${manager} ${operation}`,
  );

test('1.2 Validate=false at the Application sends fields nobody knows', async () => {
  const odd = configMap('odd').replace('\ndata:', '\nspare: 1\ndata:');
  await stage.install('validate', { files: { 'a.yaml': odd } });
  assert.equal(phaseOf(await stage.sync('validate')), 'Failed');
  const app = await stage.sync('validate', { sync: { syncOptions: ['Validate=false'] } });
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.ok(await stage.get('configmap/validate/odd'));
});

test('1.2 Validate=false at the object counts for it alone', async () => {
  const odd = configMap('odd', { [options]: 'Validate=false' }).replace('\ndata:', '\nspare: 1\ndata:');
  await stage.install('validated', { files: { 'a.yaml': odd } });
  const app = await stage.sync('validated');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
});

const elsewhere = (name: string): { readonly destination: Readonly<Record<string, string>> } => ({
  destination: { server: 'https://kubernetes.default.svc', namespace: name },
});

test('1.2 CreateNamespace=true creates the destination before everything else', async () => {
  await stage.install('made', {
    files: { 'a.yaml': configMap('a') },
    spec: elsewhere('made-anew'),
    syncPolicy: { syncOptions: ['CreateNamespace=true'] },
  });
  stage.clear();
  const app = await stage.sync('made');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.match(stage.writes('made-anew')[0] ?? '', /namespaces/);
  assert.ok(await stage.get('configmap/made-anew/a'));
});

test('1.2 without it a namespace that is not there is a failure', async () => {
  await stage.install('unmade', { files: { 'a.yaml': configMap('a') }, spec: elsewhere('unmade-anew') });
  const app = await stage.sync('unmade');
  assert.equal(phaseOf(app), 'Failed');
  assert.match(messageOf(app), /namespaces "unmade-anew" not found/);
});

test('1.2 managedNamespaceMetadata is applied beside what others wrote, and its change is a difference', async () => {
  const metadata = (team: string): object => ({ labels: { team }, annotations: { note: 'ours' } });
  const policy = (team: string): object => ({
    syncOptions: ['CreateNamespace=true'],
    managedNamespaceMetadata: metadata(team),
  });
  await stage.make({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'managed-there', labels: { owner: 'x' } },
  });
  await stage.install('managed', {
    files: { 'a.yaml': configMap('a') },
    spec: elsewhere('managed-there'),
    syncPolicy: policy('one') as never,
  });
  const app = await stage.sync('managed');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  const there = await stage.get('namespace//managed-there');
  assert.deepEqual([there?.metadata.labels?.['team'], there?.metadata.labels?.['owner']], ['one', 'x']);
  assert.equal(there?.metadata.annotations?.['note'], 'ours');
  assert.deepEqual(at(app, 'status', 'operationState', 'syncResult', 'managedNamespaceMetadata'), metadata('one'));
  await stage.patch('managed', { spec: { syncPolicy: policy('two') as never } });
  await stage.until('managed', 'to be out of sync', (found) => syncOf(found) === 'OutOfSync');
  await stage.sync('managed');
  assert.equal((await stage.get('namespace//managed-there'))?.metadata.labels?.['team'], 'two');
  await stage.until('managed', 'to be in sync', (found) => syncOf(found) === 'Synced');
});

test('1.2 a namespace that stands in Git wins over managedNamespaceMetadata', async () => {
  await stage.install('nsgit', {
    files: { 'a.yaml': configMap('a'), 'b.yaml': namespace('nsgit-there', { note: 'git' }) },
    spec: elsewhere('nsgit-there'),
    syncPolicy: {
      syncOptions: ['CreateNamespace=true'],
      managedNamespaceMetadata: { annotations: { note: 'policy' } },
    },
  });
  const app = await stage.sync('nsgit');
  assert.deepEqual([phaseOf(app), syncOf(app)], ['Succeeded', 'Synced'], messageOf(app));
  assert.equal((await stage.get('namespace//nsgit-there'))?.metadata.annotations?.['note'], 'git');
});

for (const [option, policy] of [
  [undefined, 'Foreground'],
  ['foreground', 'Foreground'],
  ['background', 'Background'],
  ['orphan', 'Orphan'],
] as const) {
  test(`1.2 PrunePropagationPolicy=${option ?? 'nothing'} prunes with ${policy}`, async () => {
    const name = `propagate-${option ?? 'default'}`;
    await stage.install(name, {
      files: { 'a.yaml': configMap('old'), 'b.yaml': configMap('stays') },
      ...(option ? { syncPolicy: { syncOptions: [`PrunePropagationPolicy=${option}`] } } : {}),
    });
    await stage.sync(name);
    await stage.push(name, { 'a.yaml': undefined });
    stage.clear();
    await stage.sync(name, { sync: { prune: true } });
    const deletion = stage.story.requests.recorded.find(
      ({ method, path }) => method === 'DELETE' && path.includes(name),
    );
    assert.equal(at(deletion?.request.body, 'propagationPolicy') ?? deletion?.query['propagationPolicy'], policy);
  });
}

test('1.2 PruneLast=true prunes behind the last wave', async () => {
  await stage.install('last', {
    files: {
      'a.yaml': configMap('old', { [annotations.wave]: '-3' }),
      'b.yaml': configMap('new', { [annotations.wave]: '2' }),
    },
    syncPolicy: { syncOptions: ['PruneLast=true'] },
  });
  await stage.sync('last');
  await stage.push('last', { 'a.yaml': undefined, 'b.yaml': configMap('new', { [annotations.wave]: '2' }, 'two') });
  stage.clear();
  await stage.sync('last', { sync: { prune: true } });
  assert.deepEqual(applied(stage.writes('last')), ['configmaps/new', 'delete configmaps/old']);
});

test('1.2 without prune a sync says what it left', async () => {
  await stage.install('noprune', { files: { 'a.yaml': configMap('old'), 'b.yaml': configMap('stays') } });
  await stage.sync('noprune');
  await stage.push('noprune', { 'a.yaml': undefined });
  const app = await stage.sync('noprune');
  assert.deepEqual(
    [resultOf(app, 'old')?.status, resultOf(app, 'old')?.message],
    ['PruneSkipped', 'ignored (requires pruning)'],
  );
  assert.equal(syncOf(app), 'OutOfSync');
});

for (const [where, policy, note] of [
  ['the Application', { syncOptions: ['Prune=false'] }, {}],
  ['the object', {}, { [options]: 'Prune=false' }],
] as const) {
  test(`1.2 Prune=false at ${where} keeps, and says so`, async () => {
    const name = where === 'the object' ? 'keepobject' : 'keepapp';
    await stage.install(name, {
      files: { 'a.yaml': configMap('old', note), 'b.yaml': configMap('stays') },
      syncPolicy: policy as never,
    });
    await stage.sync(name);
    await stage.push(name, { 'a.yaml': undefined });
    const app = await stage.sync(name, { sync: { prune: true } });
    assert.deepEqual([phaseOf(app), syncOf(app)], ['Succeeded', 'OutOfSync']);
    assert.deepEqual(
      [resultOf(app, 'old')?.status, resultOf(app, 'old')?.message],
      ['PruneSkipped', 'ignored (no prune)'],
    );
    assert.ok(await stage.get(`configmap/${name}/old`));
  });
}

test('1.2 the option of the object counts before that of the Application', async () => {
  await stage.install('prunesown', {
    files: { 'a.yaml': configMap('old', { [options]: 'Prune=true' }), 'b.yaml': configMap('stays') },
    syncPolicy: { syncOptions: ['Prune=false'] },
  });
  await stage.sync('prunesown');
  await stage.push('prunesown', { 'a.yaml': undefined });
  await stage.sync('prunesown', { sync: { prune: true } });
  assert.equal(await stage.get('configmap/prunesown/old'), undefined);
});

test('1.2 Prune=confirm waits until somebody agrees', async () => {
  await stage.install('confirm', {
    files: { 'a.yaml': configMap('old', { [options]: 'Prune=confirm' }), 'b.yaml': configMap('stays') },
    annotations: { [approved]: '2020-01-01T00:00:00Z' },
  });
  const synced = await stage.sync('confirm');
  const resources = at(synced, 'status', 'resources') as readonly {
    name: string;
    requiresDeletionConfirmation?: boolean;
  }[];
  assert.equal(resources.find(({ name }) => name === 'old')?.requiresDeletionConfirmation, true);
  await stage.push('confirm', { 'a.yaml': undefined });
  await stage.ask('confirm', { sync: { prune: true } });
  await stage.until(
    'confirm',
    'to wait',
    (app) => messageOf(app) === 'waiting for pruning confirmation of /ConfigMap/old',
  );
  await aWhile();
  assert.ok(await stage.get('configmap/confirm/old'));
  await stage.patch('confirm', {
    metadata: { annotations: { [approved]: new Date().toISOString().replace(/\.\d+/, '') } },
  });
  assert.equal(phaseOf(await stage.ended('confirm')), 'Succeeded');
  assert.equal(await stage.get('configmap/confirm/old'), undefined);
});

async function remove(name: string): Promise<void> {
  const { client } = stage.story.world;
  const type = await client.discovery.preferred({ group: 'argoproj.io', kind: 'Application' });
  assert.ok(type);
  await client.delete(type, { namespace: 'argocd', name });
}

const cascade = ['resources-finalizer.argocd.argoproj.io'];

test('1.2 Delete=false keeps an object when its Application goes', async () => {
  await stage.install('deletes', {
    finalizers: cascade,
    files: { 'a.yaml': configMap('kept', { [options]: 'Delete=false' }), 'b.yaml': configMap('goes') },
  });
  await stage.sync('deletes');
  await remove('deletes');
  await stage.story.until('the Application to go', async () => (await stage.app('deletes')) === undefined);
  assert.ok(await stage.get('configmap/deletes/kept'));
  assert.equal(await stage.get('configmap/deletes/goes'), undefined);
});

test('1.2 Delete=false at the Application keeps all', async () => {
  await stage.install('keepsall', {
    finalizers: cascade,
    files: { 'a.yaml': configMap('kept') },
    syncPolicy: { syncOptions: ['Delete=false'] },
  });
  await stage.sync('keepsall');
  await remove('keepsall');
  await stage.story.until('the Application to go', async () => (await stage.app('keepsall')) === undefined);
  assert.ok(await stage.get('configmap/keepsall/kept'));
});

test('1.2 Delete=confirm waits until somebody agrees', async () => {
  await stage.install('asks', {
    finalizers: cascade,
    files: { 'a.yaml': configMap('a', { [options]: 'Delete=confirm' }) },
  });
  await stage.sync('asks');
  await remove('asks');
  await stage.until('asks', 'to say what it waits for', ({ status }) =>
    JSON.stringify(status).includes('Resource /ConfigMap/a requires manual confirmation to delete'),
  );
  assert.ok(await stage.get('configmap/asks/a'));
  await stage.patch('asks', { metadata: { annotations: { [approved]: new Date(Date.now() + 1000).toISOString() } } });
  await stage.story.until('the Application to go', async () => (await stage.app('asks')) === undefined);
});

test('1.2 definitions and what Helm keeps stay when the Application goes', async () => {
  await stage.install('defines', {
    finalizers: cascade,
    files: {
      'a.yaml': definition('defines.example.com'),
      'b.yaml': configMap('kept', { 'helm.sh/resource-policy': 'keep' }),
    },
  });
  await stage.sync('defines');
  await remove('defines');
  await stage.story.until('the Application to go', async () => (await stage.app('defines')) === undefined);
  assert.ok(await stage.get('customresourcedefinition.apiextensions.k8s.io//widgets.defines.example.com'));
  assert.ok(await stage.get('configmap/defines/kept'));
});

for (const [where, policy, note] of [
  ['the Application', { syncOptions: ['Replace=true'] }, {}],
  ['the object', {}, { [options]: 'Replace=true' }],
] as const) {
  test(`1.2 Replace=true at ${where} writes the whole object, server-side apply or not`, async () => {
    const name = where === 'the object' ? 'replaceobject' : 'replaceapp';
    const syncOptions = [...('syncOptions' in policy ? policy.syncOptions : []), 'ServerSideApply=true'];
    await stage.install(name, { files: { 'a.yaml': configMap('a', note) }, syncPolicy: { syncOptions } });
    await stage.sync(name);
    await stage.change({ group: '', kind: 'ConfigMap', namespace: name, name: 'a' }, { data: { more: 'x' } });
    stage.clear();
    await stage.push(name, { 'a.yaml': configMap('a', note, 'two') });
    await stage.sync(name);
    const lines = stage.writes(name).filter((line) => !line.startsWith('dry'));
    assert.deepEqual(lines, ['replace configmaps/a']);
    assert.deepEqual(at(await stage.get(`configmap/${name}/a`), 'data'), { value: 'two' });
  });
}

test('1.2 Replace=true of a namespace or a definition never deletes it, with Force or not', async () => {
  const note = { [options]: 'Replace=true,Force=true' };
  await stage.install('careful', {
    files: { 'a.yaml': namespace('careful-one', note), 'b.yaml': definition('careful.example.com', note) },
  });
  await stage.sync('careful');
  const before = await stage.get('namespace//careful-one');
  await stage.push('careful', {
    'a.yaml': namespace('careful-one', { ...note, more: 'x' }),
    'b.yaml': definition('careful.example.com', { ...note, more: 'x' }),
  });
  stage.clear();
  const app = await stage.sync('careful');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.equal((await stage.get('namespace//careful-one'))?.metadata.uid, before?.metadata.uid);
  assert.ok(!stage.writes('careful').some((line) => line.startsWith('delete')));
});

test('1.2 Force=true deletes and creates anew what cannot be changed', async () => {
  const selector = (tag: string): string =>
    deployment('web', { [options]: 'Force=true' }).replaceAll('{app: web}', `{app: ${tag}}`);
  await stage.install('forced', { files: { 'a.yaml': selector('one') } });
  await stage.sync('forced');
  const before = await stage.get('deployment.apps/forced/web');
  await stage.push('forced', { 'a.yaml': selector('two') });
  const app = await stage.sync('forced');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.notEqual((await stage.get('deployment.apps/forced/web'))?.metadata.uid, before?.metadata.uid);
});

test('1.2 force in the strategy of an operation counts for all its objects', async () => {
  const selector = (tag: string): string => deployment('web').replaceAll('{app: web}', `{app: ${tag}}`);
  await stage.install('strategy', { files: { 'a.yaml': selector('one') } });
  await stage.sync('strategy');
  await stage.push('strategy', { 'a.yaml': selector('two') });
  assert.equal(phaseOf(await stage.sync('strategy')), 'Failed');
  const app = await stage.sync('strategy', { sync: { syncStrategy: { hook: { force: true } } } });
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
});

for (const [where, policy, note] of [
  ['the Application', { syncOptions: ['ServerSideApply=true'] }, {}],
  ['the object', {}, { [options]: 'ServerSideApply=true' }],
] as const) {
  test(`1.2 ServerSideApply=true at ${where} applies as argocd-controller and takes fields over`, async () => {
    const name = where === 'the object' ? 'ssaobject' : 'ssaapp';
    await stage.install(name, { files: { 'a.yaml': configMap('a', note) }, syncPolicy: policy as never });
    await stage.make({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: name },
      data: { value: 'other' },
    });
    const app = await stage.sync(name);
    assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
    const live = await stage.get(`configmap/${name}/a`);
    assert.ok(managersOf(live).includes('argocd-controller Apply'));
    assert.equal(value(live), 'one');
    assert.equal(resultOf(app, 'a')?.message, 'configmap/a serverside-applied');
  });
}

test('1.2 ServerSideApply=false at the object counts before the Application', async () => {
  await stage.install('csaobject', {
    files: { 'a.yaml': configMap('a', { [options]: 'ServerSideApply=false' }) },
    syncPolicy: { syncOptions: ['ServerSideApply=true'] },
  });
  await stage.sync('csaobject');
  assert.deepEqual(managersOf(await stage.get('configmap/csaobject/a')), ['argocd-controller Update']);
});

for (const [what, syncOptions, manager, note, want] of [
  ['moves what kubectl applied', ['ServerSideApply=true'], 'kubectl-client-side-apply', {}, { value: 'two' }],
  [
    'leaves it with ClientSideApplyMigration=false',
    ['ServerSideApply=true', 'ClientSideApplyMigration=false'],
    'kubectl-client-side-apply',
    {},
    { value: 'two', extra: 'x' },
  ],
  [
    'moves what a manager named by the Application applied',
    ['ServerSideApply=true'],
    'my-tool',
    { 'argocd.argoproj.io/client-side-apply-migration-manager': 'my-tool' },
    { value: 'two' },
  ],
] as const) {
  test(`1.2 the first server-side apply ${what}`, async () => {
    const name = `migrate-${manager === 'my-tool' ? 'named' : syncOptions.length}`;
    await stage.install(name, {
      files: { 'a.yaml': configMap('a', {}, 'two') },
      syncPolicy: { syncOptions },
      annotations: note,
    });
    const { client } = stage.story.world;
    const type = await client.discovery.preferred({ group: '', kind: 'ConfigMap' });
    assert.ok(type);
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: name },
      data: { value: 'one', extra: 'x' },
    };
    const last = JSON.stringify(object);
    const metadata = { ...object.metadata, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': last } };
    await client.create(type, { ...object, metadata }, { fieldManager: manager });
    const app = await stage.sync(name);
    assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
    assert.deepEqual(at(await stage.get(`configmap/${name}/a`), 'data'), want);
  });
}

test('1.2 ApplyOutOfSyncOnly=true: what is in sync takes no turn', async () => {
  await stage.install('only', {
    files: { 'a.yaml': deployment('gate', {}, true), 'b.yaml': configMap('behind', { [annotations.wave]: '1' }) },
    syncPolicy: { syncOptions: ['ApplyOutOfSyncOnly=true'] },
  });
  await stage.ask('only');
  await stage.until('only', 'to wait', (app) => messageOf(app).startsWith('waiting for healthy state of'));
  await stage.patch('only', { status: { operationState: { phase: 'Terminating' } } });
  await stage.ended('only');
  const app = await stage.sync('only');
  assert.equal(phaseOf(app), 'Succeeded', 'the first wave is in sync, so nobody waits for it');
  assert.equal(resultOf(app, 'gate'), undefined);
  assert.equal((at(app, 'status', 'history') as readonly unknown[]).length, 1);
});

test('1.2 RespectIgnoreDifferences=true writes ignored fields as they are live', async () => {
  const ignoreDifferences = [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
  await stage.install('respect', {
    files: { 'a.yaml': deployment('web') },
    spec: { ignoreDifferences },
    syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] },
  });
  await stage.sync('respect');
  const ref = { group: 'apps', kind: 'Deployment', namespace: 'respect', name: 'web' };
  await stage.change(ref, { spec: { replicas: 3 } });
  await stage.push('respect', { 'a.yaml': deployment('web', { more: 'x' }) });
  await stage.sync('respect');
  const live = await stage.get('deployment.apps/respect/web');
  assert.deepEqual([at(live, 'spec', 'replicas'), live?.metadata.annotations?.['more']], [3, 'x']);
});

for (const where of ['application', 'object'] as const) {
  test(`1.2 SkipDryRunOnMissingResource=true at the ${where}: a kind that is not served yet is tried at its turn`, async () => {
    const group = `skip-${where}.example.com`;
    const note = where === 'object' ? { [options]: 'SkipDryRunOnMissingResource=true' } : {};
    await stage.install(`skip-${where}`, {
      files: { 'a.yaml': configMap('first', { [annotations.wave]: '-1' }), 'b.yaml': widget(group, 'one', note) },
      ...(where === 'application' ? { syncPolicy: { syncOptions: ['SkipDryRunOnMissingResource=true'] } } : {}),
    });
    const app = await stage.sync(`skip-${where}`);
    assert.equal(phaseOf(app), 'Failed');
    assert.ok(await stage.get(`configmap/skip-${where}/first`), 'what could be written was');
    assert.equal(resultOf(app, 'one')?.status, 'SyncFailed');
  });
}

test('1.2 the definition in the same sync implies it', async () => {
  await stage.install('together', {
    files: { 'a.yaml': definition('together.example.com'), 'b.yaml': widget('together.example.com', 'one') },
  });
  const app = await stage.sync('together');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
});

test('1.2 FailOnSharedResource=true fails where an object belongs to another Application', async () => {
  await stage.install('owner', { files: { 'a.yaml': configMap('shared') } });
  await stage.sync('owner');
  await stage.install('claims', {
    files: { 'a.yaml': configMap('shared'), 'b.yaml': configMap('own') },
    spec: elsewhere('owner'),
    syncPolicy: { syncOptions: ['FailOnSharedResource=true'] },
  });
  const app = await stage.sync('claims');
  assert.equal(phaseOf(app), 'Failed');
  assert.match(messageOf(app), /^Shared resource found: /);
  assert.equal(await stage.get('configmap/owner/own'), undefined);
  assert.match(JSON.stringify(at(app, 'status', 'conditions')), /SharedResourceWarning/);
});

test('1.2 options of the operation count instead of those of the Application', async () => {
  await stage.install('instead', {
    files: { 'a.yaml': service('web') },
    syncPolicy: { syncOptions: ['ServerSideApply=true'] },
  });
  await stage.sync('instead', { sync: { syncOptions: ['ServerSideApply=false'] } });
  assert.ok(managersOf(await stage.get('service/instead/web')).includes('argocd-controller Update'));
});

test('1.2 an option nobody knows is refused by its name', async () => {
  await stage.install('typo', { files: { 'a.yaml': configMap('a') }, syncPolicy: { syncOptions: ['Pruen=false'] } });
  const app = await stage.until('typo', 'the refusal', ({ status }) => JSON.stringify(status ?? '').includes('Pruen'));
  assert.match(conditionsOf(app), /^InvalidSpecError: .*"Pruen=false" is not supported/);
});
