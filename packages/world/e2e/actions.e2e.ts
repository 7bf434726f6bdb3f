// Checks and actions that users wrote in argocd-cm, and the built-in actions, from the command to the cluster.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { applicationYaml, configMapYaml, deploymentYaml, indent } from './manifests.ts';
import { at, conditionsOf, look, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());

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
      subresources: {status: {}}
      schema:
        openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;
const widget = (name: string, phase: string): string => `apiVersion: shop.example.com/v1
kind: Widget
metadata:
  name: ${name}
spec:
  phase: ${phase}
`;
const cronJob = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          containers: [{name: main, image: registry.example.com/shop/nightly:v1, command: ["true"]}]
`;

async function settings(data: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(data).map(([key, text]) => `  ${key}: |\n${indent(text, 4)}`);
  await story.apply(`apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
data:
${lines.join('\n')}
`);
}

const byPhase = 'return { status = obj.spec.phase, message = "it is " .. obj.spec.phase }';
const key = 'resource.customizations.health.shop.example.com_Widget';
const healthOf = async (name: string): Promise<unknown> =>
  at(look(await story.get(`application.argoproj.io/argocd/${name}`)), 'status', 'health', 'status');

test("a user's check decides the health of its application, as soon as it is written", async () => {
  await story.apply(widgets);
  await story.push({
    'gadgets/widget.yaml': widget('one', 'Degraded'),
    'other/map.yaml': configMapYaml('other'),
  });
  await story.apply(applicationYaml({ name: 'gadgets', path: 'gadgets', namespace: 'gadgets' }));
  await story.apply(applicationYaml({ name: 'other', path: 'other', namespace: 'other' }));
  await story.untilApp('gadgets', 'Synced', 'Healthy');
  await settings({ [key]: byPhase });
  await story.untilApp('gadgets', 'Synced', 'Degraded');
  await story.push({ 'gadgets/widget.yaml': widget('one', 'Healthy') });
  await story.untilApp('gadgets', 'Synced', 'Healthy');
  assert.equal(await healthOf('other'), 'Healthy');
});

test('a check that hangs or fails says so in a condition, and no other application is the worse for it', async () => {
  await settings({ [key]: 'while true do end' });
  const stuck = await story.untilApp('gadgets', 'Synced', 'Unknown');
  assert.match(
    conditionsOf(stuck),
    /ComparisonError: error setting app health: failed to get resource health for "Widget" with name "one" in namespace "gadgets": .*context deadline exceeded/,
  );
  await story.push({ 'other/map.yaml': configMapYaml('other', {}, 'two') });
  await story.untilApp('other', 'Synced', 'Healthy');
  await settings({ [key]: 'return obj.status.phase.word' });
  await story.until('the other sentence', async () => {
    const app = look(await story.get('application.argoproj.io/argocd/gadgets'));
    return /attempt to index a non-table object\(nil\) with key 'phase'/.test(conditionsOf(app));
  });
  await settings({ [key]: byPhase });
  const well = await story.untilApp('gadgets', 'Synced', 'Healthy');
  assert.equal(conditionsOf(well), '');
});

test("the next wave waits for what a user's check says, and the page shows it", async () => {
  const wave = (yaml: string, number: number): string =>
    yaml.replace('metadata:\n', `metadata:\n  annotations: {argocd.argoproj.io/sync-wave: "${number}"}\n`);
  await story.push({
    'tide/a.yaml': wave(widget('low', 'Progressing'), 0),
    'tide/b.yaml': wave(configMapYaml('high'), 1),
  });
  await story.apply(applicationYaml({ name: 'tide', path: 'tide', namespace: 'tide' }));
  await story.until('the wait', async () => {
    const state = at(look(await story.get('application.argoproj.io/argocd/tide')), 'status', 'operationState');
    return /waiting for healthy state of shop\.example\.com\/Widget\/low/.test(String(at(state, 'message')));
  });
  assert.equal(await story.get('configmap/tide/high'), undefined);
  const { resources } = await story.app('argo/argocd/tide');
  const low = resources.find(({ ref }) => ref.kind === 'Widget');
  assert.deepEqual(low?.health, { status: 'progressing', message: 'it is Progressing' });
  await story.push({ 'tide/a.yaml': wave(widget('low', 'Healthy'), 0) });
  await story.untilApp('tide', 'Synced', 'Healthy');
  assert.ok(await story.get('configmap/tide/high'));
});

test('the same in CEL', async () => {
  await settings({
    'evenkeel.health.cel.shop.example.com_Widget':
      'current: spec.phase == "Polished"\nfailed: spec.phase == "Healthy"\n',
  });
  await story.untilApp('gadgets', 'Synced', 'Degraded');
});

const actions = `mergeBuiltinActions: true
discovery.lua: |
  return { polish = { displayName = "Polish" } }
definitions:
  - name: polish
    action.lua: |
      obj.status = { polishedBy = "hand" }
      obj.metadata.labels = { polished = actionParams["how"] or "well" }
      return obj
`;

test('actions are listed and run; what they create is created', async () => {
  await settings({ 'resource.customizations.actions.shop.example.com_Widget': actions });
  await story.push({ 'gadgets/web.yaml': deploymentYaml('web'), 'gadgets/nightly.yaml': cronJob });
  await story.untilApp('gadgets', 'Synced', 'Healthy');
  const listed = succeed(await story.evenkeel(['app', 'actions', 'list', 'gadgets']), 'list');
  assert.match(listed, /^GROUP +KIND +NAME +ACTION +DISABLED\n/);
  for (const row of [
    /apps +Deployment +web +restart +false/,
    /apps +Deployment +web +resume +true/,
    /batch +CronJob +nightly +create-job +false/,
    /shop\.example\.com +Widget +one +polish +false/,
    /argoproj\.io +Application +gadgets +toggle-auto-sync +false/,
  ]) {
    assert.match(listed, row);
  }
  const scale = ['app', 'actions', 'run', 'gadgets', 'scale', '--kind', 'Deployment'];
  const refused = await story.evenkeel([...scale, '--param', 'replicas=many']);
  assert.notEqual(refused.code, 0);
  assert.match(refused.err, /invalid number: many/);
  const restart = ['app', 'actions', 'run', 'gadgets', 'restart', '--kind', 'Deployment'];
  succeed(await story.evenkeel(restart), 'restart');
  const web = await story.get('deployment.apps/gadgets/web');
  const stamp = at(web, 'spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt');
  assert.match(String(stamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  succeed(await story.evenkeel(['app', 'actions', 'run', 'gadgets', 'create-job', '--kind', 'CronJob']), 'create-job');
  const jobs = succeed(await story.kubectl(['get', 'jobs', '-n', 'gadgets', '-o', 'json']), 'get jobs');
  const job = at(JSON.parse(jobs), 'items', 0);
  assert.match(String(at(job, 'metadata', 'name')), /^nightly-\d+$/);
  assert.equal(at(job, 'metadata', 'ownerReferences', 0, 'name'), 'nightly');
});

test('an action of a user writes status and the rest, with its parameters, and everything is on record', async () => {
  const polish = ['app', 'actions', 'run', 'gadgets', 'polish', '--kind', 'Widget', '--param', 'how=bright'];
  assert.match(succeed(await story.evenkeel(polish), 'polish'), /polish of Widget one: Widget one/);
  const one = await story.get('widget.shop.example.com/gadgets/one');
  assert.equal(at(one, 'status', 'polishedBy'), 'hand');
  assert.equal(at(one, 'metadata', 'labels', 'polished'), 'bright');
  const { entries } = story.world.history.timeline({ app: 'argo/argocd/gadgets', limit: 50 });
  const told = entries.filter(({ kind }) => kind === 'action').map((entry) => [at(entry, 'what'), at(entry, 'detail')]);
  assert.ok(told.some(([what, detail]) => what === 'Ran the action polish on Widget one' && detail === 'how=bright'));
  assert.ok(
    told.some(
      ([what, detail]) =>
        /create-job on CronJob nightly/.test(String(what)) && /wrote Job nightly-/.test(String(detail)),
    ),
  );
});

test('what is not there, not part of the application, or not unique is refused by name', async () => {
  const run = (...args: string[]): ReturnType<typeof story.evenkeel> =>
    story.evenkeel(['app', 'actions', 'run', 'gadgets', ...args]);
  assert.match((await run('explode', '--kind', 'Deployment')).err, /Deployment "web" has no action "explode"/);
  assert.match((await run('restart', '--kind', 'StatefulSet')).err, /no matching resource found/);
  await story.push({ 'gadgets/api.yaml': deploymentYaml('api') });
  await story.untilApp('gadgets', 'Synced', 'Healthy');
  assert.match((await run('pause', '--kind', 'Deployment')).err, /multiple resources match inputs, use the --all flag/);
  const off = await run('toggle-auto-sync', '--kind', 'Application');
  assert.equal(off.code, 0, off.err);
  const app = await story.get('application.argoproj.io/argocd/gadgets');
  assert.equal(at(app, 'spec', 'syncPolicy', 'automated', 'enabled'), false);
});
