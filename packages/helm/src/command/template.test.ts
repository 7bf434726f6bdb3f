import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryTree } from '@evenkeel/std';

import { type TemplateCommandHost, helmTemplate } from './template.ts';

const hook = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: t\n  annotations: {helm.sh/hook: test}\n';
const tree = memoryTree({
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'templates/a.yaml':
    'kind: A\nv: {{ .Capabilities.KubeVersion.Version }}\nl: {{ lookup "v1" "Pod" "a" "b" | toJson }}\n',
  'templates/t.yaml': hook,
  'crds/c.yaml': 'kind: C\n',
});
const host: TemplateCommandHost = { defaultNamespace: () => 'default', locateChart: () => ({ tree, path: '' }) };

test('--output-dir writes files instead of printing, CRDs beside the release name', () => {
  const files = new Map<string, string>();
  const writeFile = (path: string, content: string, append: boolean): void => {
    files.set(path, (append ? (files.get(path) ?? '') : '') + content);
  };
  const args = ['rel', '.', '--output-dir', 'out', '--release-name', '--include-crds'];
  const { stdout } = helmTemplate(args, { ...host, writeFile });
  assert.equal(
    stdout,
    'wrote out/web/crds/c.yaml\nwrote out/rel/web/templates/a.yaml\nwrote out/rel/web/templates/t.yaml\n\n',
  );
  assert.equal(files.get('out/web/crds/c.yaml'), '---\n# Source: web/crds/c.yaml\nkind: C\n\n');
  assert.match(helmTemplate(args, host).stderr, /--output-dir is not available here/);
});

test('lookups and capabilities come from the cluster only on a dry run on the server', () => {
  const cluster = {
    ...host,
    lookup: () => ({ found: true }),
    clusterVersions: () => ({ kubeVersion: 'v1.31.4', apiVersions: ['v1'] }),
  };
  assert.match(helmTemplate(['rel', '.'], cluster).stdout, /v: v1\.37\.0\nl: \{\}/);
  assert.match(helmTemplate(['rel', '.', '--dry-run=server'], cluster).stdout, /v: v1\.31\.4\nl: \{"found":true\}/);
  assert.match(
    helmTemplate(['rel', '.', '--dry-run=server'], host).stderr,
    /^Error: cluster reachability check failed/,
  );
});

test('a post-renderer changes the manifests; version 3 shows it no hooks', () => {
  const postRenderer = () => (manifests: string) =>
    manifests.replaceAll('kind: A', 'kind: B').replaceAll('name: t', 'name: u');
  const render = (version: 3 | 4): string =>
    helmTemplate(['rel', '.', '--post-renderer', 'p'], { ...host, postRenderer }, version).stdout;
  assert.match(render(4), /kind: B[\s\S]*name: u/);
  assert.match(render(3), /kind: B[\s\S]*name: t/);
});

test('--verify is refused unless the host has verified the chart', () => {
  assert.match(helmTemplate(['rel', '.', '--verify'], host).stderr, /--verify is not available here/);
  const verified = { ...host, locateChart: () => ({ tree, path: '', verified: true }) };
  assert.equal(helmTemplate(['rel', '.', '--verify'], verified).exitCode, 0);
});

test('--help names every flag that is not hidden', () => {
  const { stdout, exitCode } = helmTemplate(['--help'], host);
  assert.equal(exitCode, 0);
  for (const name of ['--set-literal', '--api-versions', '-n, --namespace', '--skip-tests'])
    assert.ok(stdout.includes(name), name);
  assert.ok(!stdout.includes('--hide-notes'));
});
