// Who a webhook event concerns: Applications by repository, revision and changed files; sets by their generators.
// Pure. Mirrors argoproj/argo-cd:util/webhook/webhook.go, util/app/path and applicationset/webhook (3.6).

import { type WebhookEvent, namesRepository } from '@evenkeel/git';
import { parseConstraint, parseVersion, satisfies } from '@evenkeel/lang';
import type { Json, JsonObject } from '@evenkeel/resource';
import { type Application, type ApplicationSource, sourcesOf } from '../application.ts';
import { type ApplicationSet, type GeneratorSpec, objectOf } from '../applicationset/application-set.ts';
import { childrenOf } from '../applicationset/generators/children.ts';
import { kindsOf } from '../applicationset/generators/generate.ts';
import { matchesPath } from '@evenkeel/lang';

type Push = Extract<WebhookEvent, { readonly kind: 'push' }>;
type Pull = Extract<WebhookEvent, { readonly kind: 'pull-request' }>;
type Artifact = Extract<WebhookEvent, { readonly kind: 'artifact' }>;

const generatePaths = 'argocd.argoproj.io/manifest-generate-paths';

/** Whether an Application must look again. */
export function concernsApplication(application: Application, event: WebhookEvent): boolean {
  const dry = application.spec.sourceHydrator?.drySource;
  const sources = [...sourcesOf(application.spec), ...(dry ? [dry] : [])];
  if (event.kind === 'artifact') return sources.some((source) => usesArtifact(source, event));
  if (event.kind !== 'push') return false;
  return sources.some(
    (source) =>
      followsRevision(source.targetRevision ?? '', event) &&
      event.repositories.some((told) => namesRepository(source.repoURL ?? '', told)) &&
      filesConcern(application, source, event),
  );
}

/** Whether a set must generate again. */
export function concernsSet({ spec }: ApplicationSet, event: WebhookEvent): boolean {
  return spec.generators.some((generator) => generatorConcerned(generator, event));
}

/** "refs/heads/main" and "main" alike; constraints by what they admit; HEAD and nothing by the default branch. */
function followsRevision(target: string, { revision, touchedHead }: Push): boolean {
  const short =
    target.split('/').length >= 3 && target.startsWith('refs/') ? target.split('/').slice(2).join('/') : target;
  if (short === '' || short === 'HEAD') return touchedHead;
  return short === revision || target === revision || admits(target, revision);
}

/** Whether a semver constraint lets a tag in. */
function admits(constraint: string, tag: string): boolean {
  const parsed = parseConstraint(constraint);
  const version = parseVersion(tag);
  return parsed.ok && version.ok && satisfies(version.value, parsed.value);
}

/** The annotation narrows a repository down to paths; without it, or without a list of files, everything counts. */
function filesConcern(application: Application, source: ApplicationSource, { changedFiles = [] }: Push): boolean {
  return changedFiles.length === 0 || concernsPaths(application, source, changedFiles);
}

/** Whether any of these files concerns a source of an Application, as far as its annotation says. */
export function concernsPaths(application: Application, source: ApplicationSource, files: readonly string[]): boolean {
  const annotation = application.object.metadata.annotations?.[generatePaths] ?? '';
  const paths = annotation
    .split(';')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => (item.startsWith('/') ? item.slice(1) : clean(`${source.path ?? ''}/${item}`)));
  return paths.length === 0 || files.some((file) => paths.some((path) => isUnder(file, path)));
}

function isUnder(file: string, path: string): boolean {
  const bare = path.replace(/\/+$/, '');
  return bare === '' || file === bare || file.startsWith(`${bare}/`) || matchesPath(`/${path}`, `/${file}`);
}

function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function usesArtifact({ repoURL = '', chart, targetRevision = '' }: ApplicationSource, event: Artifact): boolean {
  const told = plainOci(event.repository);
  const named =
    plainOci(repoURL) === told || (chart !== undefined && plainOci(`${repoURL.replace(/\/+$/, '')}/${chart}`) === told);
  return named && (targetRevision === event.tag || admits(targetRevision, event.tag));
}

function plainOci(url: string): string {
  return url
    .replace(/^oci:\/\//, '')
    .replace(/\/$/, '')
    .toLowerCase();
}

function generatorConcerned(generator: GeneratorSpec, event: WebhookEvent): boolean {
  return kindsOf(generator).some((kind) => {
    const spec = generator[kind] ?? {};
    if (kind === 'git') return event.kind === 'push' && gitConcerned(spec, event);
    if (kind === 'pullRequest') return event.kind === 'pull-request' && pullConcerned(spec, event);
    if (kind === 'plugin') return event.kind !== 'artifact';
    return (
      (kind === 'matrix' || kind === 'merge') && childrenOf(spec).some((child) => generatorConcerned(child, event))
    );
  });
}

/** A repository or revision that a template will name may be any: looking again is cheap, missing a push is not. */
function gitConcerned(spec: JsonObject, event: Push): boolean {
  const [url, revision] = [textOf(spec['repoURL']), textOf(spec['revision'])];
  const named = url.includes('{{') || event.repositories.some((told) => namesRepository(url, told));
  return named && (revision.includes('{{') || followsRevision(revision, event));
}

function pullConcerned(spec: JsonObject, event: Pull): boolean {
  const [github, gitlab, azure] = [objectOf(spec['github']), objectOf(spec['gitlab']), objectOf(spec['azuredevops'])];
  const same = (value: Json | undefined, told: string): boolean =>
    textOf(value).includes('{{') || textOf(value).toLowerCase() === told.toLowerCase();
  if (event.forge === 'github' && github) {
    return (
      same(github['owner'], event.owner) &&
      same(github['repo'], event.repository) &&
      onHost(github['api'], 'api.github.com', event)
    );
  }
  if (event.forge === 'gitlab' && gitlab) {
    const named = same(gitlab['project'], event.project) || same(gitlab['project'], event.projectPath);
    return named && onHost(gitlab['api'], 'gitlab.com', event);
  }
  return (
    event.forge === 'azuredevops' &&
    azure !== undefined &&
    same(azure['project'], event.project) &&
    same(azure['repo'], event.repository)
  );
}

function onHost(api: Json | undefined, unless: string, { host }: Pull): boolean {
  const url = textOf(api);
  return url.includes('{{') || (url === '' ? unless : (URL.parse(url)?.hostname ?? '')) === host;
}

function textOf(json: Json | undefined): string {
  return typeof json === 'string' ? json : '';
}
