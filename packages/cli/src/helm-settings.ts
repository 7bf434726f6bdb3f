// Where Helm keeps things, and which cluster and namespace it means: flags, then the environment, then defaults. Mirrors
// helm:pkg/cli/environment.go and helm:pkg/helmpath (v4.3.0).

import { existsSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { ParsedFlags } from '@evenkeel/helm';
import { type Json, parseYaml } from '@evenkeel/resource';
import type { Io } from './io.ts';

/** Flags over environment, by flag name. */
export interface HelmSettings {
  /** The last value of a flag, else what the environment says, else ''. */
  text(flag: string): string;
  all(flag: string): readonly string[];
  on(flag: string): boolean;
  readonly repositoryConfig: string;
  readonly repositoryCache: string;
  readonly registryConfig: string;
}

const variables: Readonly<Record<string, string>> = {
  namespace: 'HELM_NAMESPACE',
  kubeconfig: 'KUBECONFIG',
  'kube-context': 'HELM_KUBECONTEXT',
  'kube-token': 'HELM_KUBETOKEN',
  'kube-as-user': 'HELM_KUBEASUSER',
  'kube-as-group': 'HELM_KUBEASGROUPS',
  'kube-apiserver': 'HELM_KUBEAPISERVER',
  'kube-ca-file': 'HELM_KUBECAFILE',
  'kube-tls-server-name': 'HELM_KUBETLS_SERVER_NAME',
  'kube-insecure-skip-tls-verify': 'HELM_KUBEINSECURE_SKIP_TLS_VERIFY',
  'repository-config': 'HELM_REPOSITORY_CONFIG',
  'repository-cache': 'HELM_REPOSITORY_CACHE',
  'registry-config': 'HELM_REGISTRY_CONFIG',
};

/** Reads flags and the environment as Helm does. */
export function helmSettings(flags: ParsedFlags | undefined, io: Io): HelmSettings {
  const environment = (name: string | undefined): string => (name === undefined ? '' : (io.environment[name] ?? ''));
  const text = (flag: string): string => flags?.values.get(flag)?.at(-1) ?? environment(variables[flag]);
  const place = (flag: string, home: string, name: string): string => resolve(io.cwd, text(flag) || join(home, name));
  const config = environment('HELM_CONFIG_HOME') || join(baseDirectory('config', io), 'helm');
  const cache = environment('HELM_CACHE_HOME') || join(baseDirectory('cache', io), 'helm');
  return {
    text,
    all: (flag) => flags?.values.get(flag) ?? splitList(environment(variables[flag])),
    on: (flag) => /^(?:1|t|true)$/i.test(text(flag)),
    repositoryConfig: place('repository-config', config, 'repositories.yaml'),
    repositoryCache: place('repository-cache', cache, 'repository'),
    registryConfig: place('registry-config', config, 'registry/config.json'),
  };
}

function splitList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}

function baseDirectory(kind: 'config' | 'cache', io: Io): string {
  const named = io.environment[kind === 'config' ? 'XDG_CONFIG_HOME' : 'XDG_CACHE_HOME'];
  if (named !== undefined && named !== '') return named;
  if (platform() === 'darwin') {
    return join(io.homeDirectory, 'Library', kind === 'config' ? 'Preferences' : 'Caches');
  }
  return join(io.homeDirectory, kind === 'config' ? '.config' : '.cache');
}

/** The kubeconfig files that count, in order of precedence. */
export function kubeconfigFiles(settings: HelmSettings, io: Io): readonly string[] {
  const named = settings
    .text('kubeconfig')
    .split(delimiter)
    .filter((path) => path !== '');
  return (named.length > 0 ? named : [join(io.homeDirectory, '.kube/config')]).map((path) => resolve(io.cwd, path));
}

/**
 * The namespace of a release that names none: HELM_NAMESPACE, the context's, the Pod's, else "default". Only the two
 * fields it needs are read, so that rendering does not load a Kubernetes client. Mirrors client-go:tools/clientcmd.
 */
export function defaultNamespace(settings: HelmSettings, io: Io): string {
  const named = settings.text('namespace');
  if (named !== '') return named;
  const contexts = new Map<string, string>();
  let current = settings.text('kube-context');
  let isConfigured = false;
  for (const file of kubeconfigFiles(settings, io)) {
    const config = quietYaml(file);
    if (config === undefined) continue;
    isConfigured = true;
    if (current === '') current = textOf(member(config, 'current-context'));
    const list = member(config, 'contexts');
    for (const entry of Array.isArray(list) ? (list as readonly Json[]) : []) {
      const name = textOf(member(entry, 'name'));
      if (!contexts.has(name)) contexts.set(name, textOf(member(member(entry, 'context'), 'namespace')));
    }
  }
  const found = contexts.get(current) ?? '';
  return found !== '' ? found : ((isConfigured ? undefined : podNamespace(io)) ?? 'default');
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

function podNamespace(io: Io): string | undefined {
  if ((io.environment['KUBERNETES_SERVICE_HOST'] ?? '') === '' || !existsSync(`${SERVICE_ACCOUNT}/token`)) {
    return undefined;
  }
  const named = io.environment['POD_NAMESPACE'] ?? '';
  if (named !== '') return named;
  const file = `${SERVICE_ACCOUNT}/namespace`;
  const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  return text === '' ? undefined : text;
}

function quietYaml(file: string): Json | undefined {
  try {
    return existsSync(file) ? parseYaml(readFileSync(file), { dialect: 'sigs' }) : undefined;
  } catch {
    // clientcmd's Namespace() turns every unreadable kubeconfig into "default"; whoever connects is told.
    return undefined;
  }
}

function member(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, Json | undefined>>)[name] : undefined;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
