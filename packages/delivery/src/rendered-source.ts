// One source at one revision: rendered, or found to be what it was. What it read is remembered by content, what else it
// depended on by name, and where all of that is the same nothing is rendered again.

import { createHash } from 'node:crypto';
import type { Refusal } from '@evenkeel/engine';
import { lendCredentials } from '@evenkeel/git';
import {
  type ReadRecord,
  type Recording,
  type Snapshot,
  mountSnapshots,
  readFiles,
  recordReads,
  stillSame,
  withSnapshot,
} from '@evenkeel/source';
import type { Cluster } from './cluster.ts';
import type { DeliverySource } from './model.ts';
import type { Located, Places } from './places.ts';
import { type PluginLimits, type PluginWorld, createPluginHost } from './plugin/plugin-host.ts';
import { type Lookups, clusterWorld, lookupsStillSame, nowhere } from './render/cluster-world.ts';
import { Answers, type Needed, neededBy } from './render/needed.ts';
import { outsideWorld } from './render/outside.ts';
import { renderSource } from './render/render.ts';
import { type Rendering, refusedRendering } from './render/rendering.ts';
import type { RenderRequest } from './render/request.ts';
import type { ChartWorld, RenderWorld } from './render/world.ts';

/** A source at a revision, rendered. */
export interface RenderedSource {
  readonly sha: string;
  readonly rendering: Rendering;
  readonly reads: ReadRecord;
  /** What else the rendering depended on. */
  readonly inputs: string;
  /** Names everything the files could be read from. */
  readonly content?: string;
  readonly lookups: Lookups;
  /** The revision and what the cluster serves, where each is the reason for another rendering. */
  readonly facts?: Facts;
}

interface Facts {
  readonly revision?: string | undefined;
  readonly versions?: string | undefined;
}

/** What all sources of a delivery are rendered with. */
export interface SourceContext {
  readonly places: Places;
  readonly plugins: PluginLimits;
  /** What charts ask of their cluster; where there is none they are told what they are told without one. */
  readonly cluster: Cluster | undefined;
  /** The sources that others read, by the name that paths begin with. */
  readonly references: ReadonlyMap<string, Located>;
  readonly previous: readonly RenderedSource[];
  readonly onRender?: (() => void) | undefined;
  readonly signal: AbortSignal;
}

/** Renders a source where something it depended on has changed. Rejects where its content cannot be had. */
export async function renderAt(
  source: DeliverySource,
  place: Located,
  context: SourceContext,
): Promise<RenderedSource> {
  const { revision: sha } = place;
  const inputs = inputsOf(source);
  const content = [place, ...context.references.values()].map((each) => each.content).join(' ');
  if (source.rendersNothing === true) return nothingAt(sha, inputs, content);
  const previous = context.previous.find((each) => each.inputs === inputs);
  const answers = new Answers();
  const lookups: Parameters<typeof clusterWorld>[1] = new Map();
  const { cluster } = context;
  const chartWorld = cluster ? await clusterWorld(cluster, lookups, answers) : nowhere;
  const versions = versionsKey(chartWorld);
  const usable =
    previous &&
    (!cluster || lookupsStillSame(previous.lookups, cluster)) &&
    (previous.facts?.revision ?? sha) === sha &&
    (previous.facts?.versions ?? versions) === versions
      ? previous
      : undefined;
  if (usable?.content === content) return usable.sha === sha ? usable : { ...usable, sha };
  const snapshot = await openAll(place, context);
  if (usable && stillSame(usable.reads, snapshot)) return { ...usable, sha, content };
  const depends = new Set<'revision' | 'versions'>();
  const work = { source, sha, snapshot, answers, chartWorld, lookups, depends, previous };
  context.onRender?.();
  const { rendering, reads } = await renderSnapshot(work, context);
  const facts = {
    revision: depends.has('revision') ? sha : undefined,
    versions: depends.has('versions') || rendering.renderer === 'helm' ? versions : undefined,
  };
  return { sha, rendering, reads, inputs, content, lookups: new Map(lookups), facts };
}

function inputsOf({ url, chart, path, adapt, render, filter }: DeliverySource): string {
  const text = JSON.stringify([url, chart, path, adapt ? adapt.key : render, filter?.key]);
  return createHash('sha256').update(text).digest('base64');
}

function nothingAt(sha: string, inputs: string, content: string): RenderedSource {
  const rendering: Rendering = { renderer: 'none', objects: [], refusals: [], warnings: [] };
  return { sha, rendering, reads: [], inputs, content, lookups: new Map(), facts: {} };
}

async function openAll(place: Located, { references, signal }: SourceContext): Promise<Snapshot> {
  const [main, ...others] = await Promise.all([place, ...references.values()].map((each) => each.open(signal)));
  if (!main) throw new Error('a source has content');
  const mounts = [...references.keys()].flatMap((name, index): readonly (readonly [string, Snapshot])[] => {
    const snapshot = others[index];
    return snapshot ? [[name, snapshot]] : [];
  });
  return mountSnapshots(main, new Map(mounts));
}

interface Work {
  readonly source: DeliverySource;
  readonly sha: string;
  readonly snapshot: Snapshot;
  readonly answers: Answers;
  readonly chartWorld: ChartWorld;
  readonly lookups: Map<string, unknown>;
  readonly depends: Set<'revision' | 'versions'>;
  readonly previous: RenderedSource | undefined;
}

/** How a plugin gets at the source's own repository; undefined where that is no Git repository. */
function lender({ url, chart, access }: DeliverySource): PluginWorld['lend'] {
  if (!access || chart !== undefined || url.startsWith('oci://')) return undefined;
  return (privateDirectory, signal) => lendCredentials(url, access.git(url).auth ?? {}, privateDirectory, signal);
}

type Attempt = { readonly rendering: Rendering; readonly reads: ReadRecord } | { readonly needed: Needed };

/** Renders, brings what turns out to be needed, and renders again until nothing is. */
async function renderSnapshot(
  work: Work,
  context: SourceContext,
): Promise<{ readonly rendering: Rendering; readonly reads: ReadRecord }> {
  const { snapshot, answers, previous } = work;
  const { signal } = context;
  // What was read at the last commit is nearly always what is read at this one: one load, one run.
  const hint = previous ? { signal, hint: readFiles(previous.reads) } : { signal };
  const current: { recording: Recording } = { recording: recordReads(snapshot) };
  const world: RenderWorld = {
    ...work.chartWorld,
    ...outsideWorld(work.source, context.places, answers),
    plugins: createPluginHost(
      { snapshot, recording: () => current.recording, answers, lend: lender(work.source) },
      context.plugins,
    ),
  };
  for (;;) {
    const attempt = await withSnapshot(
      snapshot,
      (tree): Attempt => {
        current.recording = recordReads(tree);
        work.lookups.clear();
        work.depends.clear();
        try {
          const rendering = renderOnce(work, current.recording, world);
          return { rendering, reads: current.recording.reads() };
        } catch (error) {
          const needed = neededBy(error);
          if (needed) return { needed };
          throw error;
        }
      },
      hint,
    );
    if (!('needed' in attempt)) return attempt;
    await answers.bring(attempt.needed, signal);
  }
}

function renderOnce({ source, sha, depends }: Work, { tree }: Recording, world: RenderWorld): Rendering {
  const request = source.adapt
    ? source.adapt.adapt({
        files: tree,
        revision: sha,
        kubeVersion: world.kubeVersion,
        apiVersions: world.apiVersions,
        dependsOn: (what) => depends.add(what),
      })
    : source.render;
  if (isRefusal(request)) return refusedRendering('none', request);
  return renderSource(tree, source.path, request, world);
}

function isRefusal(request: RenderRequest | Refusal): request is Refusal {
  return 'sentence' in request;
}

const knownVersions = new WeakMap<readonly string[], { readonly kubeVersion: string; readonly key: string }>();

/** A short name for everything a chart may ask of a cluster's versions. */
function versionsKey({ kubeVersion, apiVersions }: ChartWorld): string {
  const known = knownVersions.get(apiVersions);
  if (known?.kubeVersion === kubeVersion) return known.key;
  const text = [kubeVersion, ...apiVersions.toSorted()].join('\n');
  const key = createHash('sha256').update(text).digest('hex');
  knownVersions.set(apiVersions, { kubeVersion, key });
  return key;
}
