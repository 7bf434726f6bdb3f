// `evenkeel app diff` and `app manifests`: what an application is or would be, at another revision or from this disk.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/{app_diff,app}.go (3.6).

import {
  type DeliverySummary,
  type PreviewAnswer,
  type PreviewRequest,
  apiPaths,
  applicationManifest,
  previewAnswer,
  resourceDetail,
} from '@evenkeel/api';
import { createApiClient } from '../api-client.ts';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { serverFor } from '../session.ts';
import type { NamedOptions } from './app.ts';
import { printDifferences } from './app-print.ts';
import { namedApp, readRevisions } from './app-select.ts';
import { kubeVersion, manifestOf, sourcesOf } from './app-sync.ts';

/** Flags by which an application is compared first. */
export interface Refreshing {
  readonly refresh?: boolean;
  readonly hardRefresh?: boolean;
}

/** Flags that say which state of the source is meant. */
export interface WhichOptions extends NamedOptions {
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly sourcePositions?: readonly string[];
  readonly sourceNames?: readonly string[];
  readonly local?: string;
  readonly localRepoRoot?: string;
}

const LOOK_EVERY_MS = 100;
const REFRESH_TIMEOUT_MS = 60_000;

/** Has the application compared where a flag asks for it, and waits until it has been. */
export async function refreshed(app: DeliverySummary, options: NamedOptions & Refreshing, io: Io): Promise<void> {
  const { refresh = false, hardRefresh = false } = options;
  if (!refresh && !hardRefresh) return;
  const client = createApiClient(serverFor(io, options.server), io);
  await client.act('POST', apiPaths.refresh(app.key), { hard: hardRefresh });
  if (app.frontEnd !== 'argo') return;
  const { refreshAnnotation } = await import('@evenkeel/argo');
  const deadline = AbortSignal.timeout(REFRESH_TIMEOUT_MS);
  for (;;) {
    const { metadata } = await send(io, options, { path: apiPaths.application(app.key), schema: applicationManifest });
    const annotations = (metadata['annotations'] ?? {}) as Readonly<Record<string, string>>;
    if (annotations[refreshAnnotation] === undefined) return;
    if (deadline.aborted) throw new CommandFailure(`${app.key} was not compared within a minute`, exitCodes.generic);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    io.signal.throwIfAborted();
  }
}

/** Field by field what differs; exit 0 where nothing does, 1 (or `--diff-exit-code`) where something does. */
export async function appDiff(
  name: string,
  options: WhichOptions & Refreshing & { readonly exitCode?: boolean; readonly diffExitCode?: string },
  io: Io,
): Promise<void> {
  const client = createApiClient(serverFor(io, options.server), io);
  const app = await namedApp(client, name, options.appNamespace);
  await refreshed(app, options, io);
  const which = await whichOf(app, options, io);
  const detail = which ? whole(await preview(app, which, options, io)) : await client.detail(app.key);
  if ('sync' in detail && detail.sync === 'unknown')
    throw new CommandFailure(detail.sentence ?? 'the application could not be compared', 2);
  // Values of Secrets on this disk are compared with nothing.
  const resources =
    options.local === undefined
      ? detail.resources
      : detail.resources.filter(({ ref }) => ref.kind !== 'Secret' || ref.group !== '');
  const drifted = resources.filter((resource) => resource.sync === 'drifted');
  io.out(formatData(drifted, options.output) ?? printDifferences({ resources }));
  const code = Number(options.diffExitCode ?? '1');
  if (!Number.isInteger(code) || code < 0 || code > 255)
    throw new CommandFailure(`"${options.diffExitCode}" is no exit code`, exitCodes.generic);
  if (drifted.length > 0 && options.exitCode !== false && code !== 0) throw new CommandFailure('', code);
}

/** Prints the manifests as the source has them, or as they are live. */
export async function appManifests(
  name: string,
  options: WhichOptions & { readonly source?: string },
  io: Io,
): Promise<void> {
  const { source = 'git' } = options;
  if (source !== 'git' && source !== 'live') throw new CommandFailure(`Unknown source type '${source}'`);
  const client = createApiClient(serverFor(io, options.server), io);
  const app = await namedApp(client, name, options.appNamespace);
  const texts = source === 'live' ? await liveManifests(app, options, io) : await wantedManifests(app, options, io);
  io.out(texts.map((text) => `---\n${text}\n`).join(''));
}

async function wantedManifests(app: DeliverySummary, options: WhichOptions, io: Io): Promise<readonly string[]> {
  const answer = whole(await preview(app, (await whichOf(app, options, io)) ?? {}, options, io));
  return answer.manifests.map(({ yaml }) => yaml);
}

async function liveManifests(app: DeliverySummary, options: WhichOptions, io: Io): Promise<readonly string[]> {
  const client = createApiClient(serverFor(io, options.server), io);
  const { resources } = await client.detail(app.key);
  const texts: string[] = [];
  for (const { ref, hook, reason } of resources) {
    if (hook || reason === 'missing') continue;
    const { live } = await send(io, options, { path: apiPaths.resource(app.key, ref), schema: resourceDetail });
    if (live !== undefined) texts.push(live);
  }
  return texts;
}

/** What cannot be rendered or compared is no answer. */
function whole(answer: PreviewAnswer): PreviewAnswer {
  const { refusals, manifests } = answer;
  if (refusals.length > 0 && manifests.length === 0)
    throw new CommandFailure(refusals.map(({ sentence }) => sentence).join('\n'), 2);
  return answer;
}

function preview(app: DeliverySummary, body: PreviewRequest, options: NamedOptions, io: Io): Promise<PreviewAnswer> {
  return send(io, options, { path: apiPaths.preview(app.key), method: 'POST', body, schema: previewAnswer });
}

/** Undefined where no flag says anything: what the application is compared with anyway. */
async function whichOf(app: DeliverySummary, options: WhichOptions, io: Io): Promise<PreviewRequest | undefined> {
  const { revision, revisions = [], local } = options;
  if (revision === undefined && revisions.length === 0 && local === undefined) return undefined;
  const manifest = await manifestOf(app, options, io);
  const { sources } = sourcesOf(manifest);
  if (local !== undefined) {
    if (sources.length > 0)
      throw new CommandFailure('argocd cli does not work on multi-source app with --local flag', exitCodes.generic);
    // The engines are large, and no other flag needs them.
    const { renderLocal } = await import('./app-local.ts');
    const objects = renderLocal(manifest, { ...options, local }, { kubeVersion: await kubeVersion(options, io), io });
    return { manifests: objects.map((object) => JSON.stringify(object)) };
  }
  const each = readRevisions(options, sources.length > 0 ? sources : [{}]);
  return { ...(revision === undefined ? {} : { revision }), ...(each ? { revisions: [...each] } : {}) };
}
