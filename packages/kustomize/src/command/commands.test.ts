// The command line around build and edit: flags, exit codes, files to write. What edits do to a file is in testdata/edit.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { joinTreePath, memoryTree } from '@evenkeel/std';

import { type BuildCommandIo, type CommandResult, buildFlags, runKustomizeBuild } from './build-command.ts';
import { editVerbs, runKustomizeEdit } from './edit-command.ts';
import { parseArgs } from './flags.ts';

const files = {
  'over/kustomization.yaml': 'resources: [../cm.yaml]\n',
  'kustomization.yaml': 'resources: [cm.yaml]\nnamespace: two\ncommonLabels: {a: b}\n',
  'cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: Settings}
---
apiVersion: v1
kind: Namespace
metadata: {name: two}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
`,
};

function run(args: readonly string[], io: Partial<BuildCommandIo> = {}): CommandResult {
  return runKustomizeBuild(args, { tree: memoryTree(files), treePath: joinTreePath, isDirectory: () => false, ...io });
}

test('without arguments the present directory is built, warnings go to standard error', () => {
  const result = run([]);
  assert.equal(result.exitCode, 0);
  assert.match(result.stdout, /^apiVersion: v1\nkind: Namespace/);
  assert.match(result.stderr, /^# Warning: 'commonLabels' is deprecated/);
});

test('a refusal is an error line and an exit code', () => {
  const result = run(['over']);
  assert.equal(result.exitCode, 1);
  assert.match(
    result.stderr,
    /^Error: accumulating resources: .*security; file '\/cm.yaml' is not in or below '\/over'/,
  );
  assert.equal(run(['over', '--load-restrictor=LoadRestrictionsNone']).exitCode, 0);
});

test('output goes to a file, or to one file for each object', () => {
  assert.deepEqual([...run(['-o', 'out.yaml']).writes.keys()], ['out.yaml']);
  const separate = run(['--output', 'out'], { isDirectory: () => true });
  assert.deepEqual([...separate.writes.keys()].sort(), [
    'out/apps_v1_deployment_web.yaml',
    'out/v1_configmap_settings.yaml',
    'out/v1_namespace_two.yaml',
  ]);
  assert.equal(separate.stdout, '');
});

test('flags that make no sense are refused by name', () => {
  assert.equal(run(['--what']).stderr, 'Error: unknown flag: --what\n');
  assert.equal(run(['a', 'b']).stderr, 'Error: specify one path to kustomization.yaml\n');
  assert.match(run(['--reorder', 'up']).stderr, /illegal flag value --reorder up; legal values: \[legacy none\]/);
  assert.match(
    run(['--load-restrictor', 'x']).stderr,
    /legal values: \[LoadRestrictionsRootOnly LoadRestrictionsNone\]/,
  );
  assert.equal(run(['--output']).stderr, 'Error: flag needs an argument: --output\n');
});

test('flags are read in every spelling', () => {
  const parsed = parseArgs(['-oa', '--enable-helm=false', '--mount', 'x', '--mount=y', '--', '-z'], buildFlags);
  assert.equal(parsed.text('output'), 'a');
  assert.equal(parsed.on('enable-helm'), false);
  assert.deepEqual(parsed.list('mount'), ['x', 'y']);
  assert.deepEqual(parsed.rest, ['-z']);
  assert.equal(parsed.text('helm-command'), 'helm');
});

test('charts are rendered only where helm is enabled, with what the flags say', () => {
  const tree = memoryTree({ 'kustomization.yaml': 'helmCharts: [{name: c, releaseName: r}]\nnamespace: prod\n' });
  const asked: unknown[] = [];
  const options: BuildCommandIo['options'] = {
    helm: ({ chart, globals }) => {
      asked.push(chart, globals);
      return 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made, namespace: own}\n';
    },
  };
  assert.match(run([], { tree, options }).stderr, /must specify --enable-helm/);
  const result = run(['--enable-helm', '--helm-kube-version', '1.35'], { tree, options });
  assert.deepEqual(asked, [
    { kubeVersion: '1.35', name: 'c', releaseName: 'r', namespace: 'prod' },
    { chartHome: 'charts' },
  ]);
  assert.match(result.stdout, /name: made\n  namespace: own\n/);
});

test('every edit command has a sentence of help, and unknown ones are refused', () => {
  assert.ok(Object.values(editVerbs).every((verb) => verb.help !== ''));
  const result = runKustomizeEdit(['set', 'nothing'], memoryTree(files));
  assert.deepEqual(
    [result.exitCode, result.stderr],
    [1, 'Error: unknown command "set nothing" for "kustomize edit"\n'],
  );
});
