// What is left out of comparisons, as people see it: self-healing leaves ignored fields alone and undoes the rest, settings
// are read as they change, and objects are applied the way Argo CD applies them.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { applicationYaml, automatic, configMapYaml, deploymentYaml } from './manifests.ts';
import { at, conditionsOf, look, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const replicas = (object: unknown): unknown => at(object, 'spec', 'replicas');

/** Writes below a namespace since the last clear. */
function writesIn(namespace: string): readonly string[] {
  const isWrite = /^(POST|PUT|PATCH|DELETE) /;
  return story.requests
    .lines()
    .filter((line) => isWrite.test(line) && line.includes(`/namespaces/${namespace}/`) && !line.includes('dryRun'));
}

async function scale(namespace: string, count: number): Promise<void> {
  succeed(await story.kubectl(['scale', 'deployment', 'web', '-n', namespace, `--replicas=${count}`]), 'scale');
}

const rules = `  ignoreDifferences:
    - group: apps
      kind: Deployment
      jsonPointers: [/spec/replicas]
    - kind: ConfigMap
      jqPathExpressions: ['.data | to_entries[] | select(.key | startswith("x-")) | .key']
    - kind: ConfigMap
      managedFieldsManagers: [painter]
`;

test('self-healing leaves ignored fields alone and undoes the others', async () => {
  await story.push({ 'ignored/web.yaml': deploymentYaml('web'), 'ignored/map.yaml': configMapYaml('map') });
  await story.apply(
    applicationYaml({ name: 'ignored', path: 'ignored', namespace: 'ignored', syncPolicy: automatic, spec: rules }),
  );
  await story.untilApp('ignored', 'Synced', 'Healthy');
  await scale('ignored', 3);
  await story.until('three replicas', async () => replicas(await story.get('deployment.apps/ignored/web')) === 3);
  story.requests.clear();
  await sleep(1500);
  assert.deepEqual(writesIn('ignored'), []);
  const image = '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"elsewhere:1"}]}}}}';
  const before = look(await story.get('deployment.apps/ignored/web'));
  const name = at(before, 'spec', 'template', 'spec', 'containers', 0, 'name') as string;
  succeed(
    await story.kubectl(['patch', 'deployment', 'web', '-n', 'ignored', '-p', image.replace('"web"', `"${name}"`)]),
    'patch',
  );
  await story.until('the image to be put back', async () => {
    const now = look(await story.get('deployment.apps/ignored/web'));
    const read = (object: unknown): unknown => at(object, 'spec', 'template', 'spec', 'containers', 0, 'image');
    return read(now) === read(before);
  });
});

test('with RespectIgnoreDifferences a sync writes the ignored field as it is live', async () => {
  const syncPolicy = `${automatic}\n  - RespectIgnoreDifferences=true`;
  await story.push({ 'kept/web.yaml': deploymentYaml('web') });
  await story.apply(applicationYaml({ name: 'kept', path: 'kept', namespace: 'kept', syncPolicy, spec: rules }));
  await story.untilApp('kept', 'Synced', 'Healthy');
  await scale('kept', 4);
  await story.until('four replicas', async () => replicas(await story.get('deployment.apps/kept/web')) === 4);
  await story.push({ 'kept/web.yaml': deploymentYaml('web', { changed: 'yes' }) });
  await story.until('the annotation', async () => {
    const now = look(await story.get('deployment.apps/kept/web'));
    return now?.metadata.annotations?.['changed'] === 'yes';
  });
  assert.equal(replicas(await story.get('deployment.apps/kept/web')), 4);
});

test('an expression that cannot be read is refused by its place', async () => {
  const spec = '  ignoreDifferences:\n    - kind: ConfigMap\n      jqPathExpressions: [".data["]\n';
  await story.apply(applicationYaml({ name: 'unread', path: 'ignored', namespace: 'unread', spec }));
  await story.until('the refusal', async () =>
    conditionsOf(await story.get('application.argoproj.io/argocd/unread')).includes('spec.ignoreDifferences[0]'),
  );
});

test('a change of the settings is heard: what was drift is ignored, what was ignored is drift', async () => {
  await story.push({ 'heard/web.yaml': deploymentYaml('web') });
  const manual = 'syncOptions:\n  - CreateNamespace=true';
  await story.apply(applicationYaml({ name: 'heard', path: 'heard', namespace: 'heard', syncPolicy: manual }));
  succeed(await story.evenkeel(['app', 'sync', 'heard']), 'sync');
  await story.untilApp('heard', 'Synced', 'Healthy');
  await scale('heard', 2);
  await story.untilApp('heard', 'OutOfSync');
  const settings = (data: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cm\n  namespace: argocd\ndata:\n${data}`;
  await story.apply(
    settings('  resource.customizations.ignoreDifferences.apps_Deployment: |\n    jsonPointers: [/spec/replicas]\n'),
  );
  await story.untilApp('heard', 'Synced');
  await story.apply(settings('  resource.exclusions: |\n    - {apiGroups: [apps], kinds: [Deployment]}\n'));
  await story.until('the warning', async () =>
    conditionsOf(await story.get('application.argoproj.io/argocd/heard')).includes(
      'ExcludedResourceWarning: Resource apps/Deployment web is excluded in the settings',
    ),
  );
  assert.ok(await story.get('deployment.apps/heard/web'), 'what is left alone is not pruned');
  await story.apply(settings('  timeout.reconciliation: 60s\n'));
  await story.untilApp('heard', 'OutOfSync');
});

test('objects are applied as Argo CD does, and by the server where that is asked for', async () => {
  await story.push({
    'ways/one.yaml': configMapYaml('one'),
    'ways/two.yaml': configMapYaml('two', { 'argocd.argoproj.io/sync-options': 'ServerSideApply=true' }),
  });
  await story.apply(applicationYaml({ name: 'ways', path: 'ways', namespace: 'ways', syncPolicy: automatic }));
  await story.untilApp('ways', 'Synced');
  const one = look(await story.get('configmap/ways/one'));
  const two = look(await story.get('configmap/ways/two'));
  assert.notEqual(one?.metadata.annotations?.[lastApplied], undefined);
  assert.equal(two?.metadata.annotations?.[lastApplied], undefined);
  const entries = (object: typeof one): readonly string[] =>
    (object?.metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`);
  assert.deepEqual(entries(one), ['argocd-controller Update']);
  assert.deepEqual(entries(two), ['argocd-controller Apply']);
});
