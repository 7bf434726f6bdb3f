// What renderings fetch from elsewhere: values behind URLs, charts that charts and kustomizations name, remote bases.

import { DependencyError, type DependencyWorld, buildDependencies, isSameOrigin, loadChart } from '@evenkeel/helm';
import { type RepoSpec, cloneUrl, parseRepoSpec } from '@evenkeel/kustomize';
import { RemoteError } from '@evenkeel/oci';
import {
  type ChartStore,
  type PinnedSnapshot,
  type RemoteRequest,
  type RepositoryAccess,
  indexUrl,
} from '@evenkeel/source';
import { ContentNotLoaded, type FileTree, joinTreePath, memoryTree } from '@evenkeel/std';
import type { DeliverySource } from '../model.ts';
import { type Places, remoteRequest } from '../places.ts';
import { type Answers, Needed, RenderRefused } from './needed.ts';
import type { NamedChart, RenderWorld } from './world.ts';

/** How old what was fetched for a rendering may be when the next one asks for it. */
const MAX_AGE_MS = 10_000;

type Outside = Required<Pick<RenderWorld, 'remoteFile' | 'dependencies' | 'chart' | 'remote'>>;

/** Everything one rendering may fetch, with the credentials of its source. */
export function outsideWorld(source: DeliverySource, places: Places, answers: Answers): Outside {
  const fetchFile = async (url: string, signal: AbortSignal, owner: string = url): Promise<Uint8Array> => {
    const reach = await dependencyRequest(source, signal, isSameOrigin(owner, url) ? owner : url);
    return (await places.charts().fetchFile({ ...reach, url, maxAgeMs: MAX_AGE_MS })).content;
  };
  const remoteFile = (url: string): Uint8Array =>
    answers.of(`file ${url}`, (signal) =>
      refusing(`helm.valueFiles: ${withoutQuery(url)}`, () => fetchFile(url, signal)),
    );
  return {
    remoteFile,
    dependencies(tree, directory) {
      // The copy is made now, while everything the chart consists of is loaded; what follows takes its time.
      const copy = chartCopy(tree, directory);
      return answers.of(`dependencies ${directory}`, (signal) =>
        refusing(`helm dependency build of "${directory === '' ? '.' : directory}"`, () =>
          fetchDependencies(copy, directory, dependencyWorld(source, places, { signal, fetchFile })),
        ),
      );
    },
    chart: (chart) =>
      answers.of(`chart ${JSON.stringify(chart)}`, (signal) =>
        refusing(`helmCharts: ${chart.name} of ${withoutQuery(chart.repository)}`, () =>
          pullChart(chart, source, places, signal),
        ),
      ),
    remote: {
      directory: (spec) => remoteBase(spec, source, places, answers),
      file: (url) =>
        answers.of(`file or base ${url}`, (signal) =>
          refusing(`kustomize: ${withoutQuery(url)}`, async () => {
            try {
              return await fetchFile(url, signal);
            } catch (error) {
              // No file, then: a repository, which is looked for next.
              if (error instanceof RemoteError && parseRepoSpec(url) !== undefined) return undefined;
              throw error;
            }
          }),
        ),
    },
  };
}

async function pullChart(
  { name, version, repository }: NamedChart,
  source: DeliverySource,
  places: Places,
  signal: AbortSignal,
): Promise<FileTree> {
  const charts = places.charts();
  const request = {
    ...(await dependencyRequest(source, signal, repository)),
    repoURL: repository,
    chart: name,
    version,
  };
  return (await charts.fetchChart(request, await charts.resolveChart({ ...request, maxAgeMs: MAX_AGE_MS }))).tree();
}

function dependencyWorld(
  source: DeliverySource,
  places: Places,
  {
    signal,
    fetchFile,
  }: {
    readonly signal: AbortSignal;
    readonly fetchFile: (url: string, signal: AbortSignal, owner?: string) => Promise<Uint8Array>;
  },
): DependencyWorld {
  const charts = (): ChartStore => places.charts();
  return {
    fetchIndex: async (repository) => new TextDecoder().decode(await fetchFile(indexUrl(repository), signal)),
    ...(source.access?.named ? { repositoryUrl: (name: string) => source.access?.named?.(name) } : {}),
    fetchArchive: (url, repository) => fetchFile(url, signal, repository),
    listTags: async (reference) =>
      charts().listTags({ ...(await dependencyRequest(source, signal, reference)), url: reference }),
    async fetchOciChart(reference) {
      const reach = await dependencyRequest(source, signal, reference);
      const request = { ...reach, repoURL: reference, chart: '', version: '' };
      return (await charts().fetchChart(request, await charts().resolveChart(request))).archive;
    },
  };
}

async function fetchDependencies(
  tree: FileTree,
  directory: string,
  world: DependencyWorld,
): Promise<Readonly<Record<string, Uint8Array>>> {
  // The date goes into a lock file that nobody keeps.
  const { files } = await buildDependencies({ tree, chartPath: directory }, world, '1970-01-01T00:00:00Z');
  return Object.fromEntries(files);
}

/** The chart and the local charts it depends on, out of a tree that may go away. */
function chartCopy(tree: FileTree, directory: string): FileTree {
  const files: Record<string, Uint8Array> = {};
  const copy = (path: string): void => {
    for (const { name } of tree.list(path) ?? []) {
      const child = joinTreePath(path, name) ?? name;
      const content = tree.read(child);
      if (content !== undefined) files[child] = content;
      else if (tree.stat(child) === 'directory') copy(child);
    }
  };
  copy(directory);
  for (const { repository } of loadChart(tree, directory, { version: 4 }).metadata.dependencies ?? []) {
    const local = repository.startsWith('file://') ? joinTreePath(directory, repository.slice(7)) : undefined;
    if (local !== undefined) copy(local);
  }
  return memoryTree(files);
}

/** A commit of another repository. What is not loaded of it is brought like everything else from outside. */
function remoteBase(spec: RepoSpec, source: DeliverySource, places: Places, answers: Answers): FileTree {
  const url = cloneUrl(spec);
  const name = `${url} ${spec.ref}`;
  const snapshot = answers.of(`base ${name}`, (signal) =>
    refusing(`kustomize: ${spec.raw}`, async (): Promise<PinnedSnapshot> => {
      const access = source.access && narrowed(source.access, source.url);
      const { sha } = await places.store.resolve(url, spec.ref === '' ? 'HEAD' : spec.ref, { access, signal });
      return (await places.store.tree(url, sha, { access, signal })).pinned();
    }),
  );
  return {
    stat: (path) => snapshot.stat(path),
    list: (path) => snapshot.list(path),
    readlink: (path) => snapshot.readlink(path),
    read(path) {
      try {
        return snapshot.read(path);
      } catch (error) {
        if (!(error instanceof ContentNotLoaded)) throw error;
        throw new Needed(`base ${name} ${path}`, () => snapshot.load(error.paths, 1));
      }
    },
  };
}

/** What the source's files name is reached with what may be used for it, which can be less than for the source. */
async function dependencyRequest(source: DeliverySource, signal: AbortSignal, url: string): Promise<RemoteRequest> {
  const own = source.access;
  const access = own?.dependency && { ...own, remote: (at: string) => own.dependency?.(at) ?? own.remote(at) };
  return remoteRequest(access ? { ...source, access } : source, signal, url);
}

function narrowed(access: RepositoryAccess, own: string): RepositoryAccess {
  return { ...access, git: (url) => (url === own ? undefined : access.submodule?.(url).how) ?? access.git(url) };
}

/** Words a failure: what was wanted, and why it cannot be had. */
async function refusing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RenderRefused) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new RenderRefused({
      code: error instanceof DependencyError ? 'RENDER_FAILED' : 'SOURCE_UNREACHABLE',
      sentence: `${what}: ${why}`,
      remedy: 'Check the address, the credentials and the network; what is live stays as it is.',
    });
  }
}

/** Queries carry tokens. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//');
}
