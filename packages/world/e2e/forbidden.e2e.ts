// A cluster that we may use in part: a service account that may see some kinds and not others. Whoever needs a kind that may
// not be seen is told which verb is missing, the others do not notice, and with resource.respectRBAC it is done without.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { applicationYaml, configMapYaml } from './manifests.ts';
import { at, conditionsOf, look, startStory, succeed } from './story.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
const story = stack.use(await startStory());

const app = (name: string): string => `application.argoproj.io/argocd/${name}`;
const policy = 'automated:\n  prune: true\n  selfHeal: true';
const secret = (value: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: pass\nstringData:\n  word: ${value}\n`;
const service =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: door\nspec:\n  type: ClusterIP\n  ports:\n    - port: 80\n';
const role =
  'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: reader\nrules:\n  - apiGroups: [""]\n    resources: [configmaps]\n    verbs: [get]\n';

/** What the account may: ConfigMaps whole, Secrets one by one, Services without watching them, Roles not at all. */
function account(more: string): string {
  return `apiVersion: v1
kind: Namespace
metadata:
  name: partly
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: narrow
  namespace: partly
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: narrow
rules:
  - apiGroups: [""]
    resources: [configmaps]
    verbs: ["*"]
  - apiGroups: [""]
    resources: [secrets]
    verbs: [get, create, update, patch, delete]
  - apiGroups: [""]
    resources: [services]
    verbs: [get, list, create, update, patch, delete]
${more}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: narrow
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: narrow
subjects:
  - kind: ServiceAccount
    name: narrow
    namespace: partly
`;
}

async function respect(value: string): Promise<void> {
  const metadata = { name: 'argocd-cm', namespace: 'argocd' };
  const data = value === '' ? {} : { 'resource.respectRBAC': value };
  await story.apply(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
}

async function untilCondition(name: string, wanted: RegExp): Promise<void> {
  await story.until(`${name} to be told ${String(wanted)}`, async () =>
    wanted.test(look(conditionsOf(await story.get(app(name))))),
  );
}

function abroad(name: string, more: { readonly finalizer?: string } = {}): string {
  const manifest = applicationYaml({ name, path: name, namespace: 'partly', syncPolicy: policy, ...more });
  return manifest.replace('server: https://kubernetes.default.svc', 'name: narrow');
}

await story.push({
  'plain/pin.yaml': configMapYaml('plain'),
  'secretive/pass.yaml': secret('one'),
  'secretive/pin.yaml': configMapYaml('secretive'),
  'watchless/door.yaml': service,
  'blind/role.yaml': role,
});
await story.apply(account(''));
const token = succeed(await story.kubectl(['create', 'token', 'narrow', '-n', 'partly']), 'create token').trim();
const config: unknown = JSON.parse(succeed(await story.kubectl(['config', 'view', '--raw', '-o', 'json']), 'config'));
const destination = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'narrow', namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
  stringData: {
    name: 'narrow',
    server: at(config, 'clusters', 0, 'cluster', 'server'),
    config: JSON.stringify({
      bearerToken: token,
      tlsClientConfig: { caData: at(config, 'clusters', 0, 'cluster', 'certificate-authority-data') },
    }),
  },
};

test('a kind that may not be seen harms those who need it, and no others', async () => {
  await story.apply(JSON.stringify(destination));
  for (const name of ['plain', 'secretive', 'watchless', 'blind']) await story.apply(abroad(name));
  await story.untilApp('plain', 'Synced', 'Healthy');
  await untilCondition(
    'secretive',
    /failed to load initial state of resource Secret: may not list and watch secrets: /,
  );
  await untilCondition('watchless', /of resource Service: may not watch services: /);
  await untilCondition('blind', /resource Role\.rbac\.authorization\.k8s\.io: may not list and watch roles\.rbac\./);
  assert.equal(await story.get('secret/partly/pass'), undefined);
  await story.untilApp('plain', 'Synced', 'Healthy');
});

test('resource.respectRBAC: normal: what may not be watched is read one by one', async () => {
  await respect('normal');
  await story.untilApp('secretive', 'Synced', 'Healthy');
  await story.untilApp('watchless', 'Synced', 'Healthy');
  await untilCondition('blind', /may not get roles\.rbac\.authorization\.k8s\.io: .*cannot get resource "roles"/);
  const before = await story.get('secret/partly/pass');
  assert.equal(at(before, 'data', 'word'), Buffer.from('one').toString('base64'));
  await story.push({ 'secretive/pass.yaml': secret('two') });
  await story.untilApp('secretive', 'Synced', 'Healthy');
  const word = async (): Promise<unknown> => look(at(await story.get('secret/partly/pass'), 'data', 'word'));
  assert.equal(await word(), Buffer.from('two').toString('base64'));
});

test('drift of what is read one by one is seen and healed', async () => {
  const patch = ['patch', 'secret', 'pass', '-n', 'partly', '--type=merge', '-p', '{"stringData":{"word":"bent"}}'];
  succeed(await story.kubectl(patch), 'patch');
  await story.until(
    'the Secret to be healed',
    async () =>
      look(at(await story.get('secret/partly/pass'), 'data', 'word')) === Buffer.from('two').toString('base64'),
  );
});

const chart = {
  'looking/Chart.yaml': 'apiVersion: v2\nname: looking\nversion: 1.0.0\n',
  'looking/templates/map.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: looking\ndata:\n  found: {{ (lookup "v1" "Secret" "partly" "pass").data.word | quote }}\n',
  'listing/Chart.yaml': 'apiVersion: v2\nname: listing\nversion: 1.0.0\n',
  'listing/templates/map.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: listing\ndata:\n  found: {{ (lookup "v1" "Secret" "partly" "").items | len | quote }}\n',
};

test('a chart looks up what may be read one by one; a list of it is refused', async () => {
  await story.push(chart);
  for (const name of ['looking', 'listing']) await story.apply(abroad(name));
  await story.untilApp('looking', 'Synced', 'Healthy');
  const found = async (): Promise<unknown> => at(await story.get('configmap/partly/looking'), 'data', 'found');
  assert.equal(await found(), at(await story.get('secret/partly/pass'), 'data', 'word'));
  await untilCondition('listing', /lookup: may not list and watch Secret of v1/);
  await respect('');
  await story.push({ 'looking/templates/map.yaml': `${chart['looking/templates/map.yaml']}  more: "yes"\n` });
  await untilCondition('looking', /may not list and watch secrets: /);
  await respect('normal');
  await story.untilApp('looking', 'Synced', 'Healthy');
});

test('strict does the same where the server says that it is for want of permission', async () => {
  await respect('strict');
  await story.push({ 'secretive/pass.yaml': secret('three') });
  await story.untilApp('secretive', 'Synced', 'Healthy');
  await respect('');
  await untilCondition('secretive', /may not list and watch secrets: /);
  await respect('strict');
  await story.untilApp('secretive', 'Synced', 'Healthy');
});

test('what leaves Git is pruned, and what the Application held goes with it', async () => {
  await story.push({ 'secretive/more.yaml': secret('more').replace('name: pass', 'name: more') });
  await story.untilApp('secretive', 'Synced', 'Healthy');
  assert.ok(await story.get('secret/partly/more'));
  await story.push({ 'secretive/more.yaml': undefined });
  await story.until('the second Secret to go', async () => (await story.get('secret/partly/more')) === undefined);
  await story.apply(abroad('secretive', { finalizer: 'resources-finalizer.argocd.argoproj.io' }));
  const gone = ['delete', 'application', 'secretive', '-n', 'argocd', '--wait=false'];
  succeed(await story.kubectl(gone), 'delete');
  await story.until('the Application to go', async () => (await story.get(app('secretive'))) === undefined);
  assert.equal(await story.get('secret/partly/pass'), undefined);
});

test('a permission that is granted counts by itself', async () => {
  const rights = '  - apiGroups: [rbac.authorization.k8s.io]\n    resources: [roles]\n    verbs: ["*"]\n';
  await story.apply(account(rights));
  const refresh = ['annotate', 'application', 'blind', '-n', 'argocd', 'argocd.argoproj.io/refresh=normal'];
  await story.until('the Role', async () => {
    succeed(await story.kubectl([...refresh, '--overwrite']), 'annotate');
    return (await story.get('role.rbac.authorization.k8s.io/partly/reader')) !== undefined;
  });
  await story.untilApp('blind', 'Synced', 'Healthy');
});

test('resource.selectors: what is not looked at costs no memory, and is not lost sight of where it is wanted', async () => {
  const metadata = { name: 'argocd-cm', namespace: 'argocd' };
  const rules =
    '- {kinds: [ConfigMap], clusters: ["https://*"], selector: "tier=seen"}\n- {kinds: [Secret], selector: tier=seen}\n';
  const data = { 'resource.selectors': rules };
  await story.apply(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
  await story.push({
    'selected/pin.yaml': configMapYaml('selected'),
    'selected/seen.yaml': configMapYaml('seen').replace('metadata:', 'metadata:\n  labels: {tier: seen}'),
  });
  await story.apply(abroad('selected'));
  await story.untilApp('selected', 'Synced', 'Healthy');
  const cluster = story.world.pool.opened(at(config, 'clusters', 0, 'cluster', 'server') as string);
  const counted = cluster?.live.list({ group: '', kind: 'ConfigMap' }).map(({ metadata: { name } }) => name);
  assert.deepEqual(counted, ['seen']);
  const patch = ['patch', 'configmap', 'selected', '-n', 'partly', '--type=merge', '-p', '{"data":{"value":"bent"}}'];
  succeed(await story.kubectl(patch), 'patch');
  await story.until(
    'the ConfigMap to be healed',
    async () => look(at(await story.get('configmap/partly/selected'), 'data', 'value')) === 'one',
  );
  await story.push({ 'selected/pin.yaml': undefined });
  await story.until('it to be pruned', async () => (await story.get('configmap/partly/selected')) === undefined);
});
