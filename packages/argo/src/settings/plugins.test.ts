// ConfigManagementPlugin documents as Argo CD's documentation has them, and as people get them wrong.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PluginDefinition } from '@evenkeel/delivery';
import { readPlugins } from './plugins.ts';
import { readSettings } from './settings.ts';

function read(...documents: readonly string[]): {
  readonly plugins: readonly PluginDefinition[];
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const plugins = readPlugins([{ name: 'plugins', data: { 'plugin.yaml': documents.join('\n---\n') } }], problems);
  return { plugins, problems };
}

test('every field of the documentation', () => {
  const { plugins, problems } = read(`apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata: {name: my-plugin}
spec:
  version: v1.0
  init: {command: [sh], args: [-c, 'echo "Initializing..."']}
  generate: {command: [sh, -c], args: ['echo "{}"']}
  discover:
    fileName: "./subdir/s*.yaml"
    find:
      glob: "**/Chart.yaml"
      command: [sh, -c, find . -name env.yaml]
      args: [x]
  parameters:
    static:
      - {name: string-param, title: Description of the string param, tooltip: Tooltip, required: false, itemType: string, collectionType: string, string: default}
    dynamic: {command: [echo, '[{"name": "example-param", "string": "default-string-value"}]']}
  preserveFileMode: true
  provideGitCreds: true
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(plugins, [
    {
      name: 'my-plugin-v1.0',
      init: ['sh', '-c', 'echo "Initializing..."'],
      generate: ['sh', '-c', 'echo "{}"'],
      discover: {
        fileName: './subdir/s*.yaml',
        glob: '**/Chart.yaml',
        command: ['sh', '-c', 'find . -name env.yaml', 'x'],
      },
      preserveFileMode: true,
      lendsCredentials: true,
    },
  ]);
});

test('what the operator hides is hidden from all of them', () => {
  const source = {
    name: 'p',
    data: { a: 'kind: ConfigManagementPlugin\nmetadata: {name: a}\nspec: {generate: {command: [x]}}' },
  };
  const { settings, problems } = readSettings({
    params: { 'reposerver.plugin.tar.exclusions': '.git; **/*.bin;[;' },
    plugins: [source],
  });
  assert.deepEqual(settings.plugins[0]?.hides, ['.git', '**/*.bin']);
  assert.deepEqual(problems, [
    'argocd-cmd-params-cm: reposerver.plugin.tar.exclusions: the glob "[" cannot be read; the entry is left out',
  ]);
});

test('what is wrong is named, and the rest counts', () => {
  const one = (spec: string, kind = 'ConfigManagementPlugin', name = 'a'): string =>
    `kind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}`;
  const generate = '{generate: {command: [x]}}';
  const { plugins, problems } = read(
    one(generate, 'Plugin'),
    one(generate, 'ConfigManagementPlugin', '""'),
    one('{generate: {args: [x]}}'),
    one(generate),
    one(generate),
  );
  assert.deepEqual(plugins, [{ name: 'a', generate: ['x'], preserveFileMode: false }]);
  assert.deepEqual(problems, [
    'ConfigMap plugins: plugin.yaml: kind should be ConfigManagementPlugin, found Plugin; the plugin is left out',
    'ConfigMap plugins: plugin.yaml: metadata.name should be non-empty; the plugin is left out',
    'ConfigMap plugins: plugin.yaml: spec.generate command should be non-empty; the plugin is left out',
    'ConfigMap plugins: plugin.yaml: a plugin "a" is declared already',
  ]);
});
