// What is secret stays secret whatever fails: a value that stands in Secrets, credentials and values of charts is looked for in
// everything the system says and keeps, after each way of failing.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { applicationYaml } from './manifests.ts';
import { at, conditionsOf, look, startStory, textAt } from './story.ts';

const planted = 'pl4nted-s3cret-v4lue';
const forms = [planted, Buffer.from(planted).toString('base64'), encodeURIComponent(planted)];
const state = mkdtempSync(join(tmpdir(), 'evenkeel-hostile-secrets-'));
const notices: string[] = [];
const story = await startStory({ stateDirectory: state, onNotice: (sentence) => notices.push(sentence) });
after(async () => {
  await story[Symbol.asyncDispose]();
  rmSync(state, { recursive: true, force: true });
});

const secret = (name: string, more: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n${more}`;
const good = secret('token', `stringData:\n  key: ${planted}\n`);

interface Failure {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  /** More lines of spec.source's Application, for the chart. */
  readonly before?: Readonly<Record<string, string>>;
}

const chart = { 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n', 'values.yaml': `password: ${planted}\n` };

const failures: readonly Failure[] = [
  { what: 'a Secret that is well', files: { 'a.yaml': good } },
  { what: 'data that is not base64', files: { 'a.yaml': secret('token', `data:\n  key: "${planted}!"\n`) } },
  { what: 'a value in a list', files: { 'a.yaml': secret('token', `stringData:\n  key: [${planted}]\n`) } },
  { what: 'a value in the place of the map', files: { 'a.yaml': secret('token', `stringData: ${planted}\n`) } },
  {
    what: 'an unknown field',
    files: { 'a.yaml': secret('token', `stringDta:\n  key: ${planted}\nstringData:\n  key: ${planted}\n`) },
  },
  { what: 'a name that cannot be', files: { 'a.yaml': secret('Not_A_Name', `stringData:\n  key: ${planted}\n`) } },
  { what: 'a key that cannot be', files: { 'a.yaml': secret('token', `stringData:\n  "a b/c": ${planted}\n`) } },
  { what: 'YAML that ends too early', files: { 'a.yaml': secret('token', `stringData:\n  key: "${planted}\n`) } },
  {
    what: 'YAML that is indented wrongly',
    files: { 'a.yaml': secret('token', `stringData:\n  key: x\n ${planted}: [\n`) },
  },
  {
    what: 'JSON that is none',
    files: { 'a.json': `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"},"stringData":{"key": ${planted}}}` },
  },
  {
    what: 'a type that does not fit',
    files: { 'a.yaml': secret('token', `type: kubernetes.io/tls\nstringData:\n  key: ${planted}\n`) },
  },
  {
    what: 'a Secret that cannot be changed',
    before: { 'a.yaml': secret('token', 'immutable: true\nstringData:\n  key: before\n') },
    files: { 'a.yaml': secret('token', `immutable: true\nstringData:\n  key: ${planted}\n`) },
  },
  {
    what: 'a generator of kustomize whose file is broken',
    files: {
      'kustomization.yaml': 'secretGenerator:\n- name: a\n  envs: [a.env]\n',
      'a.env': `key=${planted}\n=${planted}\n`,
    },
  },
  {
    what: 'a patch of kustomize without a target',
    files: {
      'kustomization.yaml': 'resources: [a.yaml]\npatches:\n- path: p.yaml\n',
      'a.yaml': good,
      'p.yaml': secret('other', `stringData:\n  key: ${planted}\n`),
    },
  },
  {
    what: 'a patch of kustomize that is no patch',
    files: { 'kustomization.yaml': `resources: [a.yaml]\npatches:\n- patch: "${planted}: ["\n`, 'a.yaml': good },
  },
  {
    what: 'a generator of kustomize whose literal is none',
    files: { 'kustomization.yaml': `secretGenerator:\n- name: a\n  literals: [b=${planted}, ${planted}]\n` },
  },
  {
    what: 'a generator of kustomize that cannot be configured',
    files: { 'kustomization.yaml': `secretGenerator:\n- name: a\n  behavior: sideways\n  literals: [b=${planted}]\n` },
  },
  {
    what: 'a chart whose output is no YAML',
    files: { ...chart, 'templates/a.yaml': secret('t', 'stringData:\n  key: {{ .Values.password }}\n bad: [\n') },
  },
  {
    what: 'a chart that misreads a value',
    files: { ...chart, 'templates/a.yaml': secret('t', 'stringData:\n  key: {{ .Values.password.deeper.still }}\n') },
  },
  {
    what: 'a chart whose values break its schema',
    files: {
      ...chart,
      'values.schema.json': '{"properties":{"password":{"type":"integer"}}}',
      'templates/a.yaml': good,
    },
  },
  {
    what: 'a chart whose values are no YAML',
    files: { ...chart, 'values.yaml': `password: ${planted}\n : [\n`, 'templates/a.yaml': good },
  },
  {
    what: 'a Secret without a namespace to be in',
    files: { 'a.yaml': good.replace('name: token', 'name: token\n  namespace: nowhere-at-all') },
  },
  {
    what: 'Jsonnet that fails',
    files: { 'a.jsonnet': `local key = '${planted}'; {kind: 'Secret', stringData: {key: key}, broken: key + 1 / 0}` },
  },
];

/** Everything the system says and keeps. */
async function told(): Promise<Readonly<Record<string, string>>> {
  const { world } = story;
  const apps = await story.kubectl(['get', 'applications', '-n', 'argocd', '-o', 'json']);
  const events = await story.kubectl(['get', 'events', '-A', '-o', 'json']);
  const kept: Record<string, string> = {};
  for (const name of readdirSync(state)) {
    if (name.startsWith('history')) kept[`state/${name}`] = readFileSync(join(state, name)).toString('latin1');
  }
  const details = await Promise.all(
    world.deliveries.reports().map(async ({ key }) => JSON.stringify(await story.app(key))),
  );
  return {
    applications: apps.out,
    events: events.out,
    notices: notices.join('\n'),
    details: details.join('\n'),
    reports: JSON.stringify(world.deliveries.reports()),
    ...kept,
  };
}

for (const [index, { what, files, before }] of failures.entries()) {
  test(`${what}: the value is nowhere to be read`, async () => {
    const name = `case-${index}`;
    const below = (given: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
      Object.fromEntries(Object.entries(given).map(([path, text]) => [`${name}/${path}`, text]));
    await story.push(below(before ?? files));
    const syncPolicy =
      'automated: {prune: true, selfHeal: true}\nsyncOptions: [CreateNamespace=true]\nretry: {limit: 1, backoff: {duration: 1s}}';
    await story.apply(applicationYaml({ name, path: name, namespace: name, syncPolicy }));
    const app = async (): Promise<Awaited<ReturnType<typeof story.get>>> =>
      story.get(`application.argoproj.io/argocd/${name}`);
    const settled = async (): Promise<boolean> => {
      const found = look(await app());
      return textAt(found, 'status', 'sync', 'status') === 'Synced' || conditionsOf(found) !== '';
    };
    await story.until('a first word', settled);
    if (before) {
      await story.push(below(files));
      await story.until('the failure', async () => conditionsOf(look(await app())) !== '');
    }
    await sleep(300);
    const found = await app();
    const diff = await story.evenkeel(['app', 'diff', name]);
    const got = await story.evenkeel(['app', 'get', name]);
    const everything = { ...(await told()), diff: diff.out + diff.err, got: got.out + got.err };
    for (const [where, text] of Object.entries(everything)) {
      for (const form of forms) {
        const place = text.indexOf(form);
        assert.ok(
          place < 0,
          `${where}: …${text.slice(Math.max(0, place - 200), place + 60)}… ${conditionsOf(found)} ${String(at(found, 'status', 'operationState', 'message'))}`,
        );
      }
    }
  });
}
