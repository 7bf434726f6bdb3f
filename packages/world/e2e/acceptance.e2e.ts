// The tree and the listings people really have, where they are beside the checkout: applied unmodified.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { at, imageOf, look, makeRepository, shopDirectory, shopUrl, startStory, succeed } from './story.ts';

const checkout = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const acceptance = join(dirname(checkout), 'shared', 'acceptance');
const skip = existsSync(acceptance) ? false : 'the acceptance material is not beside this checkout';
const story = skip
  ? undefined
  : await startStory({
      from: join(acceptance, 'infrastructure'),
      repositories: [
        {
          url: 'https://github.com/company/k8s-config',
          directory: await makeRepository(join(shopDirectory, 'clusters')),
        },
        { url: 'https://github.com/example/infra', directory: await makeRepository(apiTree()) },
        { url: shopUrl, directory: await makeRepository(shopDirectory) },
      ],
    });
after(() => story?.[Symbol.asyncDispose]());

/** A repository with plain manifests under apps/api. */
function apiTree(): string {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-story-api-'));
  cpSync(join(shopDirectory, 'notes'), join(directory, 'apps', 'api'), { recursive: true });
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function present(): NonNullable<typeof story> {
  if (!story) throw new Error('skipped');
  return story;
}

function listing(name: string): string {
  return join(acceptance, 'listings', name);
}

test('the root application brings the tree to Synced and Healthy', { skip }, async () => {
  const { clone, kubectl, untilApp, get, evenkeel } = present();
  succeed(await kubectl(['apply', '-f', join(clone, 'clusters/production/root-app.yaml')]), 'apply');
  for (const name of ['root-production', 'payment-api-production', 'user-service-production'])
    await untilApp(name, 'Synced', 'Healthy');
  const deployments = JSON.parse(
    succeed(await kubectl(['get', 'deployments', '-A', '-o', 'json']), 'get deployments'),
  ) as { readonly items: readonly unknown[] };
  const payment = deployments.items.find((item) => /payment-api/.test(String(at(item, 'metadata', 'name'))));
  assert.equal(at(payment, 'spec', 'replicas'), 5);
  assert.match(String(imageOf(payment as never)), /\/payment-api:v2\.4\.1$/);
  assert.equal(at(payment, 'status', 'readyReplicas'), 5);
  const waited = await evenkeel(['app', 'wait', 'payment-api-production', '--health', '--timeout', '300']);
  assert.equal(waited.code, 0, waited.err);
  assert.match(waited.out, /Health Status: +Healthy/);
  const got = succeed(await evenkeel(['app', 'get', 'payment-api-production']), 'app get');
  assert.match(got, /Sync Status: +Synced to \S+ \([0-9a-f]{7}\)/);
  assert.equal((await evenkeel(['app', 'sync', 'payment-api-production'])).code, 0);
  // Directories below are no business of the root application: a directory source does not recurse.
  assert.equal(await get('application.argoproj.io/argocd/ingress-nginx'), undefined);
});

test('the ingress-nginx chart is rendered and live when its Application is applied', { skip }, async () => {
  const { clone, kubectl, until, get } = present();
  const manifest = join(clone, 'clusters/production/infrastructure/ingress-nginx.yaml');
  succeed(await kubectl(['apply', '-f', manifest]), 'apply');
  const name = /^ {2}name: (\S+)$/m.exec(readFileSync(manifest, 'utf8'))?.[1] ?? '';
  await until('the chart to be live', async () => {
    const app = look(await get(`application.argoproj.io/argocd/${name}`));
    return at(app, 'status', 'sync', 'status') === 'Synced' && at(app, 'status', 'health', 'status') === 'Healthy';
  });
  const app = await get(`application.argoproj.io/argocd/${name}`);
  assert.equal(at(app, 'status', 'sourceType'), 'Helm');
  const resources = at(app, 'status', 'resources') as readonly unknown[];
  assert.ok(resources.some((resource) => at(resource, 'kind') === 'Deployment'));
});

test('a pushed image tag goes live, and git revert takes it back', { skip }, async () => {
  const { clone, push, until, get, kubectl } = present();
  const path = 'apps/payment-api/overlays/production/kustomization.yaml';
  const before = readFileSync(join(clone, path), 'utf8');
  const name = succeed(
    await kubectl([
      'get',
      'deployments',
      '-A',
      '-o',
      'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{"\\n"}{end}',
    ]),
    'get',
  )
    .split('\n')
    .find((line) => line.includes('payment-api'));
  const image = async (): Promise<string> => String(look(imageOf(await get(`deployment.apps/${name}`))));
  await push({ [path]: before.replace('v2.4.1', 'v2.5.0') }, 'payment-api v2.5.0');
  await until('v2.5.0', async () => (await image()).endsWith(':v2.5.0'));
  await push({ [path]: before }, 'Revert "payment-api v2.5.0"');
  await until('v2.4.1', async () => (await image()).endsWith(':v2.4.1'));
});

for (const [file, namespace, name] of [
  ['argocd-application-payment-api-production.yaml', 'argocd', 'payment-api-production'],
  ['argocd-application-api-production.yaml', 'argocd', 'api-production'],
  ['argocd-root-production.yaml', 'argocd', 'root-production'],
  ['argocd-root-app-of-cluster.yaml', 'default', 'root-app'],
] as const) {
  test(`${file} is accepted as it stands, and syncs`, { skip }, async () => {
    const { kubectl, until, get, evenkeel } = present();
    succeed(await kubectl(['apply', '-f', listing(file)]), 'apply');
    // The one without a sync policy waits to be asked.
    if (namespace === 'default') succeed(await evenkeel(['app', 'sync', `${namespace}/${name}`]), 'app sync');
    await until(`${name} to be Synced and Healthy`, async () => {
      const app = look(await get(`application.argoproj.io/${namespace}/${name}`));
      return at(app, 'status', 'sync', 'status') === 'Synced' && at(app, 'status', 'health', 'status') === 'Healthy';
    });
  });
}

test('the root application without project and namespace brings its children', { skip }, async () => {
  await present().until('the children', async () => {
    const apps = await Promise.all(
      ['catalog', 'checkout', 'notes'].map((name) => present().get(`application.argoproj.io/argocd/${name}`)),
    );
    return look(apps.map((app) => at(app, 'status', 'health', 'status'))).every((health) => health === 'Healthy');
  });
});
