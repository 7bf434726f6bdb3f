// `evenkeel app sync`: asks for syncs as argocd does, previews them where that is asked for, and waits for their end.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/app.go (3.6) NewApplicationSyncCommand.

import {
  type DeliveryDetail,
  type DeliverySummary,
  type ObjectRef,
  type SyncRequest,
  apiPaths,
  applicationManifest,
  info,
  previewAnswer,
} from '@evenkeel/api';
import type { ApplicationManifest } from '@evenkeel/api';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { serverFor } from '../session.ts';
import type { AppOptions } from './app.ts';
import { printApp, printDifferences, qualifiedName } from './app-print.ts';
import {
  type AppFilter,
  chooseApps,
  isIncluded,
  readPairs,
  readResourceFilters,
  readRevisions,
  secondsToMs,
} from './app-select.ts';
import { isNewOperation, waitForApp } from './app-wait.ts';

export interface SyncOptions extends AppOptions, AppFilter {
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly sourcePositions?: readonly string[];
  readonly sourceNames?: readonly string[];
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly async?: boolean;
  readonly timeout: string;
  readonly resource?: readonly string[];
  readonly label?: readonly string[];
  readonly info?: readonly string[];
  readonly strategy?: string;
  readonly force?: boolean;
  readonly replace?: boolean;
  readonly serverSide?: boolean;
  readonly applyOutOfSyncOnly?: boolean;
  readonly retryLimit?: string;
  readonly retryRefresh?: boolean;
  readonly retryBackoffDuration: string;
  readonly retryBackoffMaxDuration: string;
  readonly retryBackoffFactor: string;
  readonly local?: string;
  readonly localRepoRoot?: string;
  readonly previewChanges?: boolean;
  readonly assumeYes?: boolean;
}

interface Connection {
  readonly client: ApiClient;
  readonly server: string;
  readonly options: SyncOptions;
  readonly io: Io;
}

/** Syncs one application after the other; exit 1 where one fails. */
export async function appSync(names: readonly string[], options: SyncOptions, io: Io): Promise<void> {
  const { revisions = [], sourcePositions = [], sourceNames = [] } = options;
  for (const [flag, list] of [
    ['--source-positions', sourcePositions],
    ['--source-names', sourceNames],
  ] as const) {
    if (names.length !== 1 && (revisions.length > 0 || list.length > 0))
      throw new CommandFailure(
        `Cannot use --revisions and ${flag} options when 0 or more than 1 application names are passed as argument(s)`,
      );
  }
  const how = strategyOf(options);
  const server = serverFor(io, options.server);
  const connection = { client: createApiClient(server, io), server, options, io };
  for (const app of await chooseApps(connection.client, names, options)) await syncOne(app, how, connection);
}

async function syncOne(app: DeliverySummary, how: Partial<SyncRequest>, connection: Connection): Promise<void> {
  const { client, server, options, io } = connection;
  const before = await client.detail(app.key);
  const filters = [...(options.resource ?? []), ...(await labelled(app, connection))];
  const what = await whatToSync(app, connection);
  const resources = chosenResources(before, filters);
  const request: SyncRequest = { ...how, ...what, ...(resources ? { resources: [...resources] } : {}) };
  if (options.previewChanges === true && !(await isWanted(app, what, connection))) return;
  await client.act('POST', apiPaths.sync(app.key), request);
  if (options.async === true) {
    io.out(`sync of ${qualifiedName(app)} requested\n`);
    return;
  }
  const after = await waitForApp({
    client,
    key: app.key,
    timeoutMs: secondsToMs(options.timeout),
    signal: io.signal,
    done: (detail) => isNewOperation(before, detail) && detail.currentOperation?.finishedAtMs !== undefined,
  });
  io.out(formatData(after, options.output) ?? printApp(after, server));
  judge(after, { isPart: filters.length > 0, isDry: options.dryRun === true });
}

function judge(
  { currentOperation, sync }: DeliveryDetail,
  { isPart, isDry }: { readonly isPart: boolean; readonly isDry: boolean },
): void {
  if (currentOperation?.phase !== 'succeeded') {
    throw new CommandFailure(
      `Operation has completed with phase: ${currentOperation?.phase ?? 'unknown'}: ${currentOperation?.message ?? ''}`,
    );
  }
  const kept = currentOperation.steps.filter(({ status }) => status === 'kept').length;
  if (!isDry && !isPart && sync !== 'synced' && kept > 0) throw new CommandFailure(`${kept} resources require pruning`);
}

/** The options that say how; the same for every application. Throws CommandFailure on what none of them can be. */
function strategyOf(options: SyncOptions): Partial<SyncRequest> {
  const { strategy = '' } = options;
  if (strategy !== '' && strategy !== 'apply' && strategy !== 'hook')
    throw new CommandFailure(`Unknown sync strategy: '${strategy}'`);
  const syncOptions = [
    ...(options.replace === true ? ['Replace=true'] : []),
    ...(options.serverSide === true ? ['ServerSideApply=true'] : []),
    ...(options.applyOutOfSyncOnly === true ? ['ApplyOutOfSyncOnly=true'] : []),
  ];
  const infos = Object.entries(readPairs(options.info ?? [], 'info')).map(([name, value]) => ({ name, value }));
  return {
    ...(options.prune === undefined ? {} : { prune: options.prune }),
    ...(options.dryRun === true ? { dryRun: true } : {}),
    ...(strategy === '' ? {} : { strategy }),
    ...(options.force === true ? { force: true } : {}),
    ...(syncOptions.length > 0 ? { syncOptions } : {}),
    ...(infos.length > 0 ? { infos } : {}),
    ...retryOf(options),
  };
}

function retryOf(options: SyncOptions): Pick<SyncRequest, 'retry'> {
  const limit = wholeNumber('retry-limit', options.retryLimit ?? '0');
  if (limit === 0) return {};
  return {
    retry: {
      limit,
      ...(options.retryRefresh === true ? { refresh: true } : {}),
      backoff: {
        duration: options.retryBackoffDuration,
        maxDuration: options.retryBackoffMaxDuration,
        factor: wholeNumber('retry-backoff-factor', options.retryBackoffFactor),
      },
    },
  };
}

/** A whole number of a flag. Throws CommandFailure. */
function wholeNumber(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number)) throw new CommandFailure(`--${flag} "${text}" is no whole number`, exitCodes.generic);
  return number;
}

/** Which revision, or which manifests. */
async function whatToSync(
  app: DeliverySummary,
  { options, io }: Connection,
): Promise<Pick<SyncRequest, 'revision' | 'revisions' | 'manifests'>> {
  const { revision, local } = options;
  const needsSpec = local !== undefined || revision !== undefined || (options.revisions ?? []).length > 0;
  if (!needsSpec) return {};
  const manifest = await manifestOf(app, options, io);
  const { sources, isAutomatic } = sourcesOf(manifest);
  const isMany = sources.length > 0;
  if (isMany && revision !== undefined)
    throw new CommandFailure(
      'argocd cli does not work on multi-source app with --revision flag. Use --revisions and --source-positions instead.',
    );
  if (isMany && local !== undefined)
    throw new CommandFailure('argocd cli does not work on multi-source app with --local flag');
  const revisions = readRevisions(options, isMany ? sources : [{}]);
  if (local !== undefined) {
    if (isAutomatic && options.dryRun !== true)
      throw new CommandFailure('Cannot use local sync when Automatic Sync Policy is enabled except with --dry-run');
    // The engines are large, and no other flag needs them.
    const { renderLocal } = await import('./app-local.ts');
    const objects = renderLocal(manifest, { ...options, local }, { kubeVersion: await kubeVersion(options, io), io });
    return { manifests: objects.map((object) => JSON.stringify(object)) };
  }
  return { ...(revision === undefined ? {} : { revision }), ...(revisions ? { revisions: [...revisions] } : {}) };
}

/** The Application of an application, as its manifest. */
export function manifestOf(app: DeliverySummary, options: AppOptions, io: Io): Promise<ApplicationManifest> {
  return send(io, options, { path: apiPaths.application(app.key), schema: applicationManifest });
}

/** The version of the server's cluster, for what is rendered here. */
export async function kubeVersion(options: AppOptions, io: Io): Promise<string> {
  return (await send(io, options, { path: apiPaths.info(), schema: info })).cluster.version;
}

/** The list of sources, empty where there is a single one, and whether syncs come by themselves. */
export function sourcesOf(manifest: ApplicationManifest): {
  readonly sources: readonly { readonly name?: string }[];
  readonly isAutomatic: boolean;
} {
  const { sources = [], syncPolicy } = (manifest['spec'] ?? {}) as {
    readonly sources?: readonly { readonly name?: string }[];
    readonly syncPolicy?: { readonly automated?: { readonly enabled?: boolean } };
  };
  return { sources, isAutomatic: syncPolicy?.automated !== undefined && syncPolicy.automated.enabled !== false };
}

/** Objects with the labels of `--label`, as `--resource` would name them. */
async function labelled(app: DeliverySummary, { options, io }: Connection): Promise<readonly string[]> {
  const { label = [], revision } = options;
  if (label.length === 0) return [];
  const wanted = Object.entries(readPairs(label, 'label'));
  const { manifests } = await send(io, options, {
    path: apiPaths.preview(app.key),
    method: 'POST',
    body: revision === undefined ? {} : { revision },
    schema: previewAnswer,
  });
  const found = manifests.filter(({ labels }) => wanted.some(([key, value]) => labels[key] === value));
  if (found.length === 0 && (options.resource ?? []).length === 0)
    throw new CommandFailure(`No matching resources found for labels: [${label.join(' ')}]`);
  return found.map(({ ref }) => `${ref.group}:${ref.kind}:${ref.name}`);
}

function chosenResources({ resources }: DeliveryDetail, texts: readonly string[]): readonly ObjectRef[] | undefined {
  if (texts.length === 0) return undefined;
  const filters = readResourceFilters(texts);
  const found = resources.filter(({ hook }) => !hook).map(({ ref }) => ref);
  const chosen = found.filter((ref) => isIncluded(ref, filters));
  if (chosen.length === 0)
    throw new CommandFailure(`No matching app resources found for resource filter: ${texts.join(', ')}`);
  return chosen;
}

/** Shows what would change and asks; false where nothing would, or nobody wants it. */
async function isWanted(
  app: DeliverySummary,
  what: Pick<SyncRequest, 'revision' | 'revisions' | 'manifests'>,
  { options, io }: Connection,
): Promise<boolean> {
  const name = qualifiedName(app);
  io.out(`====== Previewing differences between live and desired state of application ${name} ======\n`);
  const { resources, refusals } = await send(io, options, {
    path: apiPaths.preview(app.key),
    method: 'POST',
    body: what,
    schema: previewAnswer,
  });
  if (refusals.length > 0) throw new CommandFailure(refusals.map(({ sentence }) => sentence).join('\n'));
  const printed = printDifferences({ resources });
  if (printed === '') {
    io.out('====== No Differences found ======\n');
    return false;
  }
  io.out(`${printed}\n`);
  if (options.assumeYes === true) return true;
  return confirmed(
    `Please review changes to application ${name} shown above. Do you want to continue the sync process? (y/n): `,
    io,
  );
}

/** Asks on standard output and reads the answer; anything but yes is no. */
export async function confirmed(question: string, io: Io): Promise<boolean> {
  io.out(question);
  const answer = (await io.line?.()) ?? '';
  return /^y(es)?$/i.test(answer.trim());
}
