import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKubeClient } from '@evenkeel/kube';
import { Sandbox } from '@evenkeel/sandbox';
import { below, chartArchive, chartFiles, workplace } from './testing/helm-run.ts';
import { serveFiles } from './testing/helm-servers.ts';

const local = below('web', chartFiles('1.0.0'));

function dataOf(out: string): string {
  return /^data: (.*)$/m.exec(out)?.[1] ?? out;
}

test('--output-dir writes files, hooks behind manifests, and says which', async () => {
  using place = workplace(local);
  const ran = await place.run('helm', 'template', 'web', '--output-dir', 'out/deep');
  assert.deepEqual(ran, { code: 0, out: 'wrote out/deep/web/templates/a.yaml\n\n', err: '' });
  assert.match(readFileSync(join(place.directory, 'out/deep/web/templates/a.yaml'), 'utf8'), /^---\n# Source: web/);
});

test('a packed chart on the disk renders as the directory does', async () => {
  using place = workplace({ 'web-1.0.0.tgz': chartArchive('1.0.0'), ...local });
  const [packed, unpacked] = [
    await place.run('helm', 'template', 'web-1.0.0.tgz'),
    await place.run('helm', 'template', 'web'),
  ];
  assert.equal(packed.out, unpacked.out);
  assert.equal(packed.code, 0);
});

test('version 3 runs the post-renderer; version 4 knows only plugins', async () => {
  using place = workplace({
    ...local,
    'post.sh': '#!/bin/sh\nsed "s/size: \\"1\\"/size: \\"$1\\"/"\n',
    'bad.sh': '#!/bin/sh\necho broken >&2\nexit 3\n',
  });
  const args = ['helm', 'template', 'web', '--post-renderer', './post.sh', '--post-renderer-args', '7'];
  const third = await place.run(...args, '--helm-version', '3');
  assert.equal(dataOf(third.out), '{version: "1.0.0", size: "7"}');
  const fourth = await place.run(...args);
  assert.match(fourth.err, /plugin: \{Name:\.\/post\.sh Type:postrenderer\/v1\} not found/);
  const failed = await place.run('helm', 'template', 'web', '--post-renderer', './bad.sh', '--helm-version', '3');
  assert.match(failed.err, /error while running command .*bad\.sh\. error output:\nbroken\n: exit status 3/);
  const missing = await place.run('helm', 'template', 'web', '--post-renderer', 'nowhere', '--helm-version', '3');
  assert.match(missing.err, /unable to find binary at nowhere/);
});

const kubeconfig = `current-context: a
contexts:
- {name: a, context: {cluster: c, namespace: from-context}}
- {name: b, context: {cluster: c, namespace: other}}
`;

test('the namespace comes from the flag, the environment, the kubeconfig, in this order', async () => {
  using place = workplace({ ...local, '.kube/config': kubeconfig, second: 'current-context: [' });
  using named = workplace(local, { HELM_NAMESPACE: 'from-variable' });
  const namespaceOf = (out: string): string => /namespace: ([\w-]+)/.exec(out)?.[1] ?? out;
  assert.equal(namespaceOf((await place.run('helm', 'template', 'web')).out), 'from-context');
  assert.equal(namespaceOf((await place.run('helm', 'template', 'web', '--kube-context', 'b')).out), 'other');
  assert.equal(namespaceOf((await place.run('helm', 'template', 'web', '-n', 'flag')).out), 'flag');
  assert.equal(namespaceOf((await place.run('helm', 'template', 'web', '--kubeconfig', 'second')).out), 'default');
  assert.equal(namespaceOf((await named.run('helm', 'template', 'web')).out), 'from-variable');
});

test('values come from URLs and from standard input', async () => {
  await using server = await serveFiles(() => ({ '/values.yaml': 'size: 5\n' }));
  using place = workplace(local);
  const fetched = await place.run('helm', 'template', 'web', '-f', `${server.url}/values.yaml`);
  assert.equal(dataOf(fetched.out), '{version: "1.0.0", size: "5"}');
  const piped = await place.run('helm', 'template', 'web', '-f', '-');
  assert.equal(dataOf(piped.out), '{version: "1.0.0", size: "9"}');
  const absent = await place.run('helm', 'template', 'web', '-f', `${server.url}/none.yaml`);
  assert.deepEqual(absent, {
    code: 1,
    out: '',
    err: `Error: failed to fetch ${server.url}/none.yaml : 404 Not Found\n`,
  });
});

const asking = `kind: ConfigMap
apiVersion: v1
metadata: { name: found }
data:
  one: {{ (lookup "v1" "ConfigMap" "default" "settings").data.colour }}
  none: "{{ len (lookup "v1" "ConfigMap" "default" "absent") }}"
  many: "{{ len (lookup "v1" "ConfigMap" "default" "").items }}"
  version: {{ .Capabilities.KubeVersion.Version }}
  has: "{{ .Capabilities.APIVersions.Has "apps/v1/Deployment" }}"
`;

test('--dry-run=server answers lookup and capabilities from the cluster of the kubeconfig', async () => {
  await using sandbox = await Sandbox.start({ controllers: false });
  const client = createKubeClient(sandbox.transport());
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' });
  assert.ok(type);
  await client.create(type, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'default' },
    data: { colour: 'blue' },
  });
  using place = workplace({ ...local, 'web/templates/a.yaml': asking });
  writeFileSync(join(place.directory, 'kc'), sandbox.kubeconfig());
  const ran = await place.run('helm', 'template', 'web', '--dry-run=server', '--kubeconfig', 'kc');
  assert.equal(ran.err, '');
  const version = await client.discovery.serverVersion();
  const { items } = await client.list(type, { namespace: 'default' });
  assert.equal(
    ran.out.slice(ran.out.indexOf('\ndata:\n') + 1),
    `data:\n  one: blue\n  none: "0"\n  many: "${items.length}"\n  version: ${version}\n  has: "true"\n`,
  );
  const unknown = '{{ lookup "nowhere.io/v1" "Thing" "" "a" }}';
  writeFileSync(join(place.directory, 'web/templates/a.yaml'), unknown);
  const failed = await place.run('helm', 'template', 'web', '--dry-run=server', '--kubeconfig', 'kc');
  assert.match(
    failed.err,
    /error calling lookup: unable to get apiresource from unstructured: nowhere\.io\/v1, Kind=Thing/,
  );
});

test('without a cluster --dry-run=server and --validate say so', async () => {
  using place = workplace(local);
  const fourth = await place.run('helm', 'template', 'web', '--dry-run=server');
  assert.match(fourth.err, /^Error: cluster reachability check failed: kubernetes cluster unreachable: /);
  const third = await place.run('helm', 'template', 'web', '--validate', '--helm-version', '3');
  assert.match(third.err, /^Error: [Kk]ubernetes cluster unreachable: /);
});
