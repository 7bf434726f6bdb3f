// What the benches of the whole system share: a generated repository, a clone to push from, and waiting for a state.

import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { argoDefinitions } from '@evenkeel/argo';
import { type KubeObject, gvkOf } from '@evenkeel/resource';
import type { World } from '@evenkeel/world';

/** The URL the generated manifests name. */
export const repositoryUrl = 'https://git.example.com/bench/apps.git';

/** Writes a repository with one base and `count` overlays (Deployment, Service, ConfigMap each). Returns its directory. */
export function generateRepository(count: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  write('base/kustomization.yaml', 'resources:\n  - deployment.yaml\n  - service.yaml\n  - settings.yaml\n');
  write('base/deployment.yaml', deployment);
  write(
    'base/service.yaml',
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 80\n      targetPort: 8080\n',
  );
  write('base/settings.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  LOG_LEVEL: info\n');
  for (let index = 0; index < count; index += 1)
    write(`apps/app-${index}/kustomization.yaml`, overlay(index, 'v1.0.0'));
  git(directory, 'init', '-q', '-b', 'main');
  git(directory, 'add', '.');
  commit(directory, 'first');
  return directory;
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/web
          ports:
            - containerPort: 8080
`;

/** The overlay of one app at an image tag. */
export function overlay(index: number, tag: string): string {
  return `namespace: apps
namePrefix: app-${index}-
resources:
  - ../../base
commonLabels:
  app: app-${index}
images:
  - name: registry.example.com/web
    newTag: ${tag}
`;
}

/** Runs git in a directory, with an identity of its own. */
export function git(directory: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** Runs git against a host of this very process: without blocking it. */
export function remoteGit(directory: string, ...args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) =>
    execFile('git', [...args], { cwd: directory }, (error) => (error ? reject(error) : resolve())),
  );
}

/** Commits everything. */
export function commit(directory: string, message: string): void {
  git(directory, 'commit', '-q', '-a', '--allow-empty', '-m', message);
}

/** An Application for one generated app. */
export function application(index: number): KubeObject {
  const [definition] = argoDefinitions();
  const group = (definition?.['spec'] as unknown as { readonly group: string } | undefined)?.group ?? '';
  return {
    apiVersion: `${group}/v1alpha1`,
    kind: 'Application',
    metadata: { name: `app-${index}`, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: repositoryUrl, targetRevision: 'main', path: `apps/app-${index}` },
      destination: { name: 'in-cluster', namespace: 'apps' },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  };
}

/** Applies an object as a person would. */
export async function applyObject(world: World, object: KubeObject): Promise<void> {
  const type = await world.client.discovery.resolve(gvkOf(object));
  if (!type) throw new Error(`no ${object.kind}`);
  await world.client.apply(type, object, { fieldManager: 'bench', force: true });
}

/** Resolves when `ready` holds, told by reports and live changes; rejects after `timeoutMs`. */
export function until(world: World, ready: () => boolean, timeoutMs = 60_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    const end = (action: () => void): void => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      action();
    };
    const timer = setTimeout(() => end(() => reject(new Error('the state waited for did not come'))), timeoutMs);
    const look = (): void => {
      if (ready()) end(resolve);
    };
    stops.push(world.onReport(look), world.cluster.live.onChange(look));
    look();
  });
}
