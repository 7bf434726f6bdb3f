// One hydration of all Applications that share a dry revision and a branch: everything is rendered at one commit, and
// written in one commit, or nothing is. Mirrors argoproj/argo-cd:controller/hydrator/hydrator.go hydrate (3.6).

import type { DryRenderer } from '@evenkeel/delivery';
import type { Commit } from '@evenkeel/git';
import type { RepositoryAccess, SourceStore } from '@evenkeel/source';
import type { Clock } from '@evenkeel/std';
import type { Governance } from '../projects/governance.ts';
import type { Project } from '../projects/project.ts';
import type { RepositoryDirectory } from '../repositories/directory.ts';
import type { ArgoSettings } from '../settings/settings.ts';
import { type CommitInput, planCommit, refsOf } from './commit.ts';
import type { HydratedPath } from './layout.ts';
import { commitMetadata } from './metadata.ts';
import { type DrySources, dryDeliverySource } from './render-dry.ts';
import { type Hydratable, drySourceOf, qualifiedName, targetOf } from './spec.ts';
import { cleanMessage, renderMessage } from './templates.ts';
import { validateGroup } from './validate.ts';

/** What a hydration is made with. */
export interface HydrationWorld {
  readonly store: SourceStore;
  readonly dry: DryRenderer;
  readonly sources: DrySources;
  readonly governance: Pick<Governance, 'project' | 'limits' | 'place'>;
  readonly settings: () => ArgoSettings;
  /** Where credentials are looked up; everything is reached anonymously where it is not given. */
  readonly repositories?: RepositoryDirectory | undefined;
  readonly clock: Clock;
}

/** How it ended. */
export type Hydration =
  | { readonly kind: 'hydrated'; readonly drySHA: string; readonly hydratedSHA: string }
  | {
      readonly kind: 'failed';
      readonly drySHA: string | undefined;
      /** By qualified name. Whoever is not named has failed because of the others. */
      readonly problems: ReadonlyMap<string, string>;
    };

export interface HydrationRequest {
  /** Applications of other groups, which may have the place already. */
  readonly strangers?: readonly Hydratable[];
  /** Ask the dry repository now. */
  readonly refresh: boolean;
  readonly signal: AbortSignal;
}

/** Hydrates. Rejects only where the signal ends it. */
export async function hydrateGroup(
  group: readonly Hydratable[],
  world: HydrationWorld,
  request: HydrationRequest,
): Promise<Hydration> {
  const [first] = group;
  if (!first) return { kind: 'failed', drySHA: undefined, problems: new Map() };
  const project = ({ spec }: Hydratable): Project | undefined => world.governance.project(spec.project || 'default');
  const invalid = validateGroup(group, project, request.strangers);
  if (invalid.size > 0) return { kind: 'failed', drySHA: undefined, problems: invalid };
  const { signal } = request;
  let drySHA: string;
  try {
    drySHA = await dryRevision(first, world, request);
  } catch (error) {
    signal.throwIfAborted();
    return failedFor([first], undefined, `failed to get manifests: ${sentenceOf(error)}`);
  }
  const rendered = await renderAll(group, world, { drySHA, signal });
  if (rendered.problems.size > 0) return { kind: 'failed', drySHA, problems: rendered.problems };
  try {
    const hydratedSHA = await commitGroup(group, world, { drySHA, paths: rendered.paths, signal });
    return { kind: 'hydrated', drySHA, hydratedSHA };
  } catch (error) {
    signal.throwIfAborted();
    return failedFor(group, drySHA, sentenceOf(error));
  }
}

/** The commit that the dry source of an Application stands at. */
export function dryRevision(
  application: Hydratable,
  { dry, settings, repositories }: HydrationWorld,
  request: HydrationRequest,
): Promise<string> {
  const access = repositories?.access(application.spec.project || 'default');
  return dry.resolve(dryDeliverySource(application, settings(), access), request);
}

function failedFor(group: readonly Hydratable[], drySHA: string | undefined, why: string): Hydration {
  return { kind: 'failed', drySHA, problems: new Map(group.map((each) => [qualifiedName(each), why])) };
}

interface Rendered {
  readonly paths: readonly HydratedPath[];
  readonly problems: ReadonlyMap<string, string>;
}

async function renderAll(
  group: readonly Hydratable[],
  world: HydrationWorld,
  { drySHA, signal }: { readonly drySHA: string; readonly signal: AbortSignal },
): Promise<Rendered> {
  const problems = new Map<string, string>();
  const settings = world.settings();
  const render = async (application: Hydratable): Promise<HydratedPath | undefined> => {
    const access = world.repositories?.access(application.spec.project || 'default');
    const source = dryDeliverySource(application, settings, access);
    try {
      await verify(application, world, { source, drySHA, signal });
      return await world.sources.render(application, settings, { source, commit: drySHA, signal });
    } catch (error) {
      signal.throwIfAborted();
      problems.set(qualifiedName(application), `failed to get manifests: ${sentenceOf(error)}`);
      return undefined;
    }
  };
  // Side by side: contents that are not here yet are fetched for all of them at once.
  const rendered = await Promise.all(group.map(render));
  return { paths: rendered.filter((path) => path !== undefined), problems };
}

/** A commit that a project does not let in is not rendered for it. */
async function verify(
  application: Hydratable,
  { governance }: HydrationWorld,
  {
    source,
    drySHA,
    signal,
  }: {
    readonly source: Parameters<DryRenderer['resolve']>[0];
    readonly drySHA: string;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const integrity = governance.limits(governance.place(application))?.integrity;
  if (integrity?.concerns(source.url) !== true) return;
  const problems = await integrity.problems(source, drySHA, signal);
  if (problems.length === 0) return;
  const name = qualifiedName(application);
  throw new Error(
    `source integrity verification failed for app "${name}" dry revision "${drySHA}": ${problems.join('; ')}`,
  );
}

interface Committing {
  readonly drySHA: string;
  readonly paths: readonly HydratedPath[];
  readonly signal: AbortSignal;
}

/** Answers the commit at which the manifests stand. */
async function commitGroup(
  group: readonly Hydratable[],
  world: HydrationWorld,
  { drySHA, paths, signal }: Committing,
): Promise<string> {
  const [first] = group;
  if (!first) throw new Error('a group has members');
  const project = projectOf(group);
  const { store, repositories } = world;
  const { repoURL: dryURL = '' } = drySourceOf(first.hydrator);
  const read = repositories?.access(project);
  const commit = await described(`failed to get revision metadata for "${drySHA}"`, () =>
    store.commit(dryURL, drySHA, { access: read, signal }),
  );
  const { repoURL, branch, syncBranch } = targetOf(first.hydrator);
  const write = writeAccess(repoURL, project, world);
  const input: CommitInput = { branch, syncBranch, paths, drySha: drySHA, ...wordsOf(dryURL, commit, world) };
  let at: string | number = '';
  const made = await described('failed to commit hydrated manifests', () =>
    store.publish(repoURL, {
      refs: refsOf(input),
      access: write,
      signal,
      async plan(view) {
        const planned = await planCommit(input, view);
        ({ at } = planned);
        return planned.plan;
      },
    }),
  );
  return typeof at === 'string' ? at : (made[at] ?? '');
}

/** Credentials of a project count where all belong to it, those of everybody elsewhere. */
function projectOf(group: readonly Hydratable[]): string {
  const names = new Set(group.map(({ spec }) => spec.project || 'default'));
  const [name = ''] = names;
  return names.size === 1 ? name : '';
}

/**
 * Who may write. Other than upstream, which tries without, a repository for which nobody has said so is refused: a push
 * without credentials fails at every host, and says less.
 */
function writeAccess(
  repoURL: string,
  project: string,
  { store, repositories }: HydrationWorld,
): RepositoryAccess | undefined {
  if (!repositories || store.isLocal(repoURL)) return undefined;
  const { repository, template } = repositories.match(repoURL, project, 'write');
  if (repository ?? template) return repositories.access(project, 'write');
  const shown = repoURL.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
  const whose =
    project === '' ? 'all projects, because Applications of several are hydrated together' : `project "${project}"`;
  throw new Error(
    `failed to get hydrator credentials: no Secret says how to write to ${shown} for ${whose}; add one labelled argocd.argoproj.io/secret-type: repository-write (or repo-write-creds)`,
  );
}

function wordsOf(
  dryURL: string,
  commit: Commit,
  { settings, clock }: HydrationWorld,
): Pick<CommitInput, 'metadata' | 'message' | 'readmeTemplate' | 'author' | 'seconds'> {
  const { hydrator } = settings();
  const metadata = commitMetadata(withoutCredentials(dryURL), commit);
  let message: string;
  try {
    message = cleanMessage(renderMessage(hydrator.commitMessageTemplate, metadata));
  } catch (error) {
    throw new Error(`failed to get hydrator commit templated message: ${sentenceOf(error)}`, { cause: error });
  }
  const author = { name: hydrator.authorName, email: hydrator.authorEmail };
  const seconds = Math.floor(clock.now() / 1000);
  return { metadata, message, readmeTemplate: hydrator.readmeTemplate, author, seconds };
}

/** What is committed is read by more people than the manifest of an Application. */
function withoutCredentials(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]*@/i, '$1');
}

async function described<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${what}: ${sentenceOf(error)}`, { cause: error });
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
