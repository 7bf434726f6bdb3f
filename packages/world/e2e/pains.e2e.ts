// What hurts people who run Argo CD, and does not hurt here: each of these would fail there.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { applicationYaml, automatic, configMapYaml, deploymentYaml, jobYaml } from './manifests.ts';
import { at, conditionsOf, look, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());

const app = (name: string): string => `application.argoproj.io/argocd/${name}`;
const widgets = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.shop.example.com
spec:
  group: shop.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;
/** An object that is as healthy as it says. */
const widget = (name: string, phase: string): string => `apiVersion: shop.example.com/v1
kind: Widget
metadata:
  name: ${name}
spec:
  phase: ${phase}
`;

async function settings(name: string, data: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(data).map(([key, text]) => `  ${key}: ${JSON.stringify(text)}`);
  await story.apply(`apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: argocd
data:
${lines.join('\n')}
`);
}

/** An Application of the path of its name, with annotations. */
function annotated(name: string, annotations: Readonly<Record<string, string>>, syncPolicy = automatic): string {
  const lines = Object.entries(annotations).map(([key, value]) => `\n    ${key}: ${JSON.stringify(value)}`);
  const yaml = applicationYaml({ name, path: name, namespace: name, syncPolicy });
  return lines.length === 0
    ? yaml
    : yaml.replace('\n  namespace: argocd', `\n  namespace: argocd\n  annotations:${lines.join('')}`);
}

const conditions = async (name: string): Promise<string> => conditionsOf(look(await story.get(app(name))));
const said = (name: string, words: RegExp): Promise<unknown> =>
  story.until(`${name} to say ${words}`, async () => words.test(await conditions(name)));

test('an Application waits for those it depends on, at the same commit, and says for which', async () => {
  await story.apply(widgets);
  await settings('argocd-cm', {
    'resource.customizations.health.shop.example.com_Widget':
      'return { status = obj.spec.phase, message = "the widget is " .. obj.spec.phase }',
  });
  await story.push({ 'db/widget.yaml': widget('db', 'Progressing'), 'web/map.yaml': configMapYaml('web') });
  await story.apply(annotated('web', { 'evenkeel.dev/depends-on': 'db' }));
  await said('web', /BlockedWarning: blocked by db \(it is not there, or has not been looked at yet\)/);
  await story.apply(annotated('db', {}));
  await said('web', /blocked by db \(progressing: Widget db: the widget is Progressing\)/);
  assert.equal(await story.get('configmap/web/web'), undefined);
  await story.push({ 'db/widget.yaml': widget('db', 'Healthy') });
  await story.untilApp('web', 'Synced', 'Healthy');
  assert.equal(await conditions('web'), '');
  // Both change in one commit: db goes first, however soon web is looked at.
  const from = story.requests.recorded.length;
  await story.push({
    'db/widget.yaml': widget('db', 'Healthy').replace('name: db', 'name: db\n  labels: {round: "2"}'),
    'web/map.yaml': configMapYaml('web', {}, 'two'),
  });
  await story.untilApp('web', 'Synced', 'Healthy');
  const writes = story.requests.recorded
    .slice(from)
    .filter(
      ({ method, path, query }) =>
        method === 'PATCH' && query['dryRun'] === undefined && /\/(configmaps\/web|widgets\/db)$/.test(path),
    )
    .map(({ path }) => path.replace(/^.*\//, ''));
  assert.deepEqual(writes, ['db', 'web']);
});

test('Applications that wait for each other are told so by name', async () => {
  await story.push({ 'hen/map.yaml': configMapYaml('hen'), 'egg/map.yaml': configMapYaml('egg') });
  await story.apply(annotated('hen', { 'evenkeel.dev/depends-on': 'argocd/egg' }));
  await story.apply(annotated('egg', { 'evenkeel.dev/depends-on': 'hen' }));
  await said('hen', /blocked by itself: hen depends on egg depends on hen|blocked by egg/);
  await story.until('the cycle', async () => {
    succeed(await story.evenkeel(['app', 'get', 'hen', '--refresh']), 'refresh');
    return /blocked by itself: hen depends on egg depends on hen/.test(await conditions('hen'));
  });
  succeed(await story.kubectl(['annotate', '-n', 'argocd', 'application/egg', 'evenkeel.dev/depends-on-']), 'annotate');
  await story.untilApp('egg', 'Synced', 'Healthy');
  await story.untilApp('hen', 'Synced', 'Healthy');
});

test('an annotation that cannot be read is refused by name', async () => {
  await story.apply(annotated('hen', { 'evenkeel.dev/prune-budget': 'a few', 'evenkeel.dev/rollback': 'perhaps' }));
  await said('hen', /evenkeel\.dev\/prune-budget is "a few", expected none, a number or a percentage/);
  await said('hen', /evenkeel\.dev\/rollback is "perhaps"/);
  await story.apply(annotated('hen', { 'evenkeel.dev/prune-budget': 'none', 'evenkeel.dev/rollback': 'false' }));
  await story.untilApp('hen', 'Synced', 'Healthy');
});

test('a revision that makes an Application ill is taken back, until the next commit', async () => {
  await story.push({ 'pilot/widget.yaml': widget('pilot', 'Healthy') });
  await story.apply(annotated('pilot', { 'evenkeel.dev/rollback': 'true' }));
  const good = at(await story.untilApp('pilot', 'Synced', 'Healthy'), 'status', 'sync', 'revision');
  const bad = await story.push({ 'pilot/widget.yaml': widget('pilot', 'Degraded') });
  await said('pilot', /RevisionHeldWarning: held at [0-9a-f]{7} since a rollback by Evenkeel, because at [0-9a-f]{7}/);
  await story.until('the earlier widget', async () => {
    const live = look(await story.get('widget.shop.example.com/pilot/pilot'));
    return at(live, 'spec', 'phase') === 'Healthy';
  });
  const held = await story.until('health', async () => {
    const found = look(await story.get(app('pilot')));
    return at(found, 'status', 'health', 'status') === 'Healthy' ? found : undefined;
  });
  assert.equal(at(held, 'status', 'sync', 'revision'), good);
  assert.match(
    await conditions('pilot'),
    new RegExp(`because at ${bad.slice(0, 7)} Widget pilot: the widget is Degraded`),
  );
  const { entries } = story.world.history.timeline({ app: 'argo/argocd/pilot', limit: 50 });
  const told = entries.flatMap((entry) => (entry.kind === 'action' ? [`${entry.who.name}: ${entry.what}`] : []));
  assert.match(
    told.join('\n'),
    /^Evenkeel: Went back from [0-9a-f]{7} to [0-9a-f]{7}, because Widget pilot: the widget is Degraded$/,
  );
  await story.push({ 'pilot/widget.yaml': `${widget('pilot', 'Healthy')}  size: 2\n` });
  await story.untilApp('pilot', 'Synced', 'Healthy');
  assert.equal(await conditions('pilot'), '');
});

test('a rollback by hand pins an automatic Application and says so, and self-healing keeps it there', async () => {
  await story.push({ 'pinned/map.yaml': configMapYaml('pinned', {}, 'one') });
  await story.apply(annotated('pinned', {}));
  await story.untilApp('pinned', 'Synced', 'Healthy');
  await story.push({ 'pinned/map.yaml': configMapYaml('pinned', {}, 'two') });
  await story.untilApp('pinned', 'Synced', 'Healthy');
  await story.until('two entries of history', async () => (await story.app('argo/argocd/pinned')).history.length > 1);
  succeed(await story.evenkeel(['app', 'rollback', 'pinned']), 'rollback');
  await said('pinned', /RevisionHeldWarning: held at [0-9a-f]{7} since a rollback by admin; the next commit ends it/);
  const value = async (): Promise<unknown> => at(look(await story.get('configmap/pinned/pinned')), 'data', 'value');
  assert.equal(await value(), 'one');
  succeed(
    await story.kubectl(['patch', '-n', 'pinned', 'configmap/pinned', '-p', '{"data":{"value":"by hand"}}']),
    'kubectl patch',
  );
  await story.until('the pinned value', async () => (await value()) === 'one');
  await story.push({ 'pinned/map.yaml': configMapYaml('pinned', {}, 'three') });
  await story.until('the next commit', async () => (await value()) === 'three');
});

const many = (count: number): string =>
  Array.from({ length: count }, (_each, index) => configMapYaml(`part-${index}`)).join('---\n');
const parts = async (): Promise<number> => {
  const list = succeed(await story.kubectl(['get', 'configmaps', '-n', 'crowd', '-o', 'name']), 'get configmaps');
  return list.split('\n').filter((line) => line.includes('part-')).length;
};

test('a commit that deletes most of an Application asks first', async () => {
  await story.push({ 'crowd/all.yaml': many(14) });
  await story.apply(annotated('crowd', {}));
  await story.untilApp('crowd', 'Synced', 'Healthy');
  await story.push({ 'crowd/all.yaml': many(2) });
  await said('crowd', /SyncError: syncing would prune 12 of 14 objects \(ConfigMap part-\d+, .*\), more than it may/);
  assert.equal(await parts(), 14);
  const approval = `argocd.argoproj.io/deletion-approved=${new Date().toISOString()}`;
  succeed(await story.kubectl(['annotate', '-n', 'argocd', 'application/crowd', approval]), 'annotate');
  await story.untilApp('crowd', 'Synced', 'Healthy');
  assert.equal(await parts(), 2);
});

test('a budget of its own, and a person who asks, decide otherwise', async () => {
  await story.push({ 'crowd/all.yaml': many(6) });
  await story.apply(annotated('crowd', { 'evenkeel.dev/prune-budget': '25%' }));
  await story.untilApp('crowd', 'Synced', 'Healthy');
  await story.push({ 'crowd/all.yaml': many(4) });
  await said('crowd', /syncing would prune 2 of 6 objects/);
  succeed(await story.evenkeel(['app', 'sync', 'crowd', '--prune']), 'sync');
  assert.equal(await parts(), 4);
});

test('what is on its way out, and held by others, is not asked about again', async () => {
  const held = many(14).replaceAll('\nmetadata:\n', '\nmetadata:\n  finalizers: [example.com/hold]\n');
  await story.push({ 'slow/all.yaml': held });
  await story.apply(annotated('slow', {}));
  await story.untilApp('slow', 'Synced', 'Healthy');
  await story.push({ 'slow/all.yaml': held.split('---\n').slice(0, 2).join('---\n') });
  await said('slow', /syncing would prune 12 of 14 objects/);
  const approval = `argocd.argoproj.io/deletion-approved=${new Date().toISOString()}`;
  succeed(await story.kubectl(['annotate', '-n', 'argocd', 'application/slow', approval]), 'annotate');
  const going = async (): Promise<readonly string[]> => {
    const list = succeed(await story.kubectl(['get', 'configmaps', '-n', 'slow', '-o', 'json']), 'get');
    const { items } = JSON.parse(list) as { readonly items: readonly KubeObject[] };
    return items
      .filter((each) => each.metadata.deletionTimestamp !== undefined)
      .map((each) => each.metadata.name ?? '');
  };
  await story.until('all of them to be going', async () => (await going()).length === 12);
  succeed(await story.evenkeel(['app', 'get', 'slow', '--refresh']), 'refresh');
  assert.doesNotMatch(await conditions('slow'), /would prune/);
  // Meanwhile self-healing asks for their deletion from time to time, and finds that it has been asked for.
  await story.until('an end that is good', async () => {
    const { phase } = (at(look(await story.get(app('slow'))), 'status', 'operationState') ?? {}) as { phase?: string };
    return phase === 'Succeeded';
  });
  for (const name of await going()) {
    const release = [
      'patch',
      'configmap',
      '-n',
      'slow',
      name,
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    ];
    succeed(await story.kubectl(release), 'patch');
  }
  await story.untilApp('slow', 'Synced', 'Healthy');
});

const preSync = { 'argocd.argoproj.io/hook': 'PreSync' };
const stuck = (name: string): string => jobYaml(name, preSync, {}).replace('exit 0', 'sleep 3600');

test('an operation that is stuck ends at its deadline, and says so', async () => {
  await settings('argocd-cmd-params-cm', {
    'controller.sync.timeout.seconds': '1',
    'controller.sync.wave.delay.seconds': '0',
  });
  await story.push({ 'late/job.yaml': stuck('late'), 'late/map.yaml': configMapYaml('late') });
  await story.apply(annotated('late', {}, `${automatic}\nretry: {limit: 0}`));
  const ended = await story.until('the end', async () => {
    const found = look(await story.get(app('late')));
    return at(found, 'status', 'operationState', 'phase') === 'Failed' ? found : undefined;
  });
  assert.match(
    String(at(ended, 'status', 'operationState', 'message')),
    /gave up after 1s: waiting for completion of hook batch\/Job\/late/,
  );
  await settings('argocd-cmd-params-cm', { 'controller.sync.wave.delay.seconds': '0' });
});

test('a sync that is stuck, or fails again and again, never blocks a newer commit', async () => {
  await story.push({ 'busy/job.yaml': stuck('busy'), 'busy/map.yaml': configMapYaml('busy') });
  await story.apply(annotated('busy', {}));
  const phase = async (): Promise<unknown> =>
    at(look(await story.get(app('busy'))), 'status', 'operationState', 'phase');
  await story.until('a running operation', async () => (await phase()) === 'Running');
  await story.push({ 'busy/job.yaml': jobYaml('busy', preSync, { fails: true }) });
  await story.until('a failure', async () =>
    /busy/.test(String(at(await story.get(app('busy')), 'status', 'operationState', 'message'))),
  );
  await story.push({ 'busy/job.yaml': undefined });
  await story.untilApp('busy', 'Synced', 'Healthy');
});

test('drift names who caused it, and when', async () => {
  await story.push({ 'drifty/web.yaml': deploymentYaml('web') });
  await story.apply(annotated('drifty', {}, 'automated: {}\nsyncOptions:\n  - CreateNamespace=true'));
  await story.untilApp('drifty', 'Synced', 'Healthy');
  const patch = ['patch', '-n', 'drifty', 'deployment/web', '-p', '{"spec":{"replicas":3}}'];
  succeed(await story.kubectl(patch), 'kubectl patch');
  await story.untilApp('drifty', 'OutOfSync');
  const diff = await story.evenkeel(['app', 'diff', 'drifty']);
  assert.match(diff.out, /\.spec\.replicas\n {2}< 3 {4}\(kubectl-patch at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)\n {2}> 1/);
  const told = succeed(await story.evenkeel(['app', 'get', 'drifty']), 'get');
  assert.match(told, /Deployment web: \.spec\.replicas was changed by kubectl-patch at \d{4}-\d\d-\d\dT/);
});

const chart: Readonly<Record<string, string>> = {
  'seeker/Chart.yaml': 'apiVersion: v2\nname: seeker\nversion: 1.0.0\n',
  'seeker/templates/map.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: found
data:
  value: {{ (lookup "v1" "ConfigMap" "seeker" "given").data.value | default "nothing" | quote }}
`,
};

test('lookup finds what is live in the cluster', async () => {
  await story.push(chart);
  succeed(await story.kubectl(['create', 'namespace', 'seeker']), 'create namespace');
  succeed(
    await story.kubectl(['create', 'configmap', '-n', 'seeker', 'given', '--from-literal=value=treasure']),
    'create configmap',
  );
  await story.apply(annotated('seeker', {}));
  await story.untilApp('seeker', 'Synced', 'Healthy');
  assert.equal(at(await story.get('configmap/seeker/found'), 'data', 'value'), 'treasure');
  // What was found is part of what was read: another answer is another rendering, at once.
  succeed(
    await story.kubectl(['patch', 'configmap', '-n', 'seeker', 'given', '-p', '{"data":{"value":"gold"}}']),
    'kubectl patch',
  );
  await story.until(
    'gold',
    async () => at(look(await story.get('configmap/seeker/found')), 'data', 'value') === 'gold',
  );
});
