// Broken commits: each leaves what is live untouched and says in one sentence what is wrong and where; the next good commit
// heals it, and other applications never notice.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { conditionsOf, startStory, succeed, versionsOf } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());

before(async () => {
  await story.apply(readFileSync(join(story.clone, 'clusters/root.yaml'), 'utf8'));
  for (const name of ['catalog', 'checkout', 'notes']) await story.untilApp(name, 'Synced', 'Healthy');
});

interface Break {
  readonly what: string;
  readonly app: string;
  readonly changes: Readonly<Record<string, (text: string) => string>>;
  /** The one sentence, in the conditions, the command and the API. */
  readonly says: RegExp;
  /** Deleted by the commit. */
  readonly without?: string;
}

const breaks: readonly Break[] = [
  {
    what: 'YAML that does not parse in a directory of manifests',
    app: 'notes',
    changes: { 'notes/service.yaml': (text) => text.replace('    app: notes', '  app: notes\n   broken: [') },
    says: /notes\/service\.yaml:\d+.*: /,
  },
  {
    what: 'YAML that does not parse in a kustomization',
    app: 'catalog',
    changes: { 'catalog/live/kustomization.yaml': (text) => `${text}patches: [\n` },
    says: /kustomize: .*catalog\/live\/kustomization\.yaml.*/,
  },
  {
    what: 'a kind that does not exist',
    app: 'notes',
    changes: { 'notes/service.yaml': (text) => text.replace('kind: Service', 'kind: Servce') },
    says: /notes\/service\.yaml:1: Servce "notes": the cluster serves no kind "Servce" in version "v1"/,
  },
  {
    what: 'a base that is missing',
    app: 'catalog',
    changes: { 'catalog/live/kustomization.yaml': (text) => text.replace('../base', '../bass') },
    says: /kustomize: .*catalog\/live\/kustomization\.yaml.*bass/,
  },
  {
    what: 'an image patch that is no image',
    app: 'catalog',
    changes: { 'catalog/live/kustomization.yaml': (text) => text.replace('newTag: v1.0.0', 'newTag: [v1.0.0]') },
    says: /kustomize: .*catalog\/live\/kustomization\.yaml/,
  },
  {
    what: 'a patch whose target is not there',
    app: 'catalog',
    changes: { 'catalog/live/replicas.yaml': (text) => text.replace('name: catalog', 'name: katalog') },
    says: /kustomize: .*no matches for Id Deployment.*katalog/,
  },
  {
    what: 'a change of an immutable field',
    app: 'notes',
    changes: {
      'notes/deployment.yaml': (text) => text.replaceAll('app: notes', 'app: jottings').replace('v1.0.0', 'v6.6.6'),
    },
    says: /notes\/deployment\.yaml:1: the cluster rejects Deployment "notes": .*spec\.selector.*immutable/,
  },
  {
    what: 'an invalid value in an object that is live',
    app: 'notes',
    changes: {
      'notes/deployment.yaml': (text) => text.replace('replicas: 2', 'replicas: -2'),
      'notes/service.yaml': (text) => text.replace('port: 8080', 'port: 8081'),
    },
    says: /notes\/deployment\.yaml:1: the cluster rejects Deployment "notes": .*spec\.replicas/,
  },
  {
    what: 'a misspelt field in an object that is live',
    app: 'notes',
    changes: {
      'notes/deployment.yaml': (text) => text.replace('  replicas: 2', '  replicsa: 2'),
      'notes/service.yaml': (text) => text.replace('port: 8080', 'port: 8082'),
    },
    says: /notes\/deployment\.yaml:1: the cluster rejects Deployment "notes": .*replicsa/,
  },
  {
    what: 'a new object that the API server rejects, beside a good change',
    app: 'notes',
    changes: {
      'notes/deployment.yaml': (text) => text.replace('v1.0.0', 'v1.5.0'),
      'notes/schedule.yaml': () => cronJob,
    },
    says: /notes\/schedule\.yaml:1: the cluster rejects CronJob "tidy": .*schedule/,
  },
  {
    what: 'an error in a template of a chart',
    app: 'checkout',
    changes: {
      'checkout/templates/service.yaml': (text) => text.replace('.Values.port', '.Values.ports.http.number'),
    },
    says: /helm: .*checkout\/templates\/service\.yaml:9:\d+.*nil pointer evaluating interface \{\}\.\w+/,
  },
  {
    what: 'a directory that is gone',
    app: 'catalog',
    changes: {},
    without: 'catalog/live',
    says: /the path "catalog\/live" does not exist in the repository; in "catalog" there is base/,
  },
];

const cronJob = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: tidy
spec:
  schedule: "whenever"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: tidy
              image: registry.example.com/shop/tidy:v1
`;

const live = [
  'deployment.apps/catalog/catalog',
  'service/catalog/catalog',
  'deployment.apps/checkout/till',
  'service/checkout/till',
  'deployment.apps/notes/notes',
  'service/notes/notes',
];

for (const { what, app, changes, says, without } of breaks) {
  test(`${what} leaves everything live as it is, and says where`, async () => {
    const good = new Map(Object.keys(changes).map((path) => [path, readIfThere(path)]));
    const before = await versionsOf(story, live);
    const broken = Object.fromEntries([...good].map(([path, text]) => [path, changes[path]?.(text ?? '')]));
    await story.push({ ...broken, ...(without === undefined ? {} : { [without]: undefined }) }, `Break: ${what}`);
    const said = await story.until('the sentence', async () => {
      const object = await story.get(`application.argoproj.io/argocd/${app}`);
      const found = conditionsOf(object);
      return found === '' ? undefined : found;
    });
    assert.match(said, says);
    assert.equal(said.split('\n').length, 1, said);
    const shown = succeed(await story.evenkeel(['app', 'get', app]), 'app get');
    assert.match(shown, says);
    const detail = await story.app(`argo/argocd/${app}`);
    assert.match(detail.refusals.map(({ sentence }) => sentence).join('\n'), says);
    assert.equal(detail.health, 'healthy');
    const others = ['catalog', 'checkout', 'notes'].filter((name) => name !== app);
    for (const other of others) await story.untilApp(other, 'Synced', 'Healthy');
    assert.deepEqual(await versionsOf(story, live), before);
    await story.push(without === undefined ? Object.fromEntries(good) : await restored(without), `Repair: ${what}`);
    const healed = await story.untilApp(app, 'Synced', 'Healthy');
    assert.equal(conditionsOf(healed), '');
    assert.deepEqual(await versionsOf(story, live), before);
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(join(story.clone, path), 'utf8');
  } catch {
    return undefined;
  }
}

/** The files of a directory as the first commit has them. */
async function restored(directory: string): Promise<Readonly<Record<string, string>>> {
  const { git } = await import('./story.ts');
  const first = (await git(story.clone, ['rev-list', '--max-parents=0', 'HEAD'])).trim();
  const paths = (await git(story.clone, ['ls-tree', '-r', '--name-only', first, directory])).trim().split('\n');
  const texts = await Promise.all(paths.map((path) => git(story.clone, ['show', `${first}:${path}`])));
  return Object.fromEntries(paths.map((path, index) => [path, texts[index] ?? '']));
}
