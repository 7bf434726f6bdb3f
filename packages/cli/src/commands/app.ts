// `evenkeel app …`: the verbs of argocd, with its exit codes.

import { type DeliveryDetail, apiPaths } from '@evenkeel/api';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { serverFor } from '../session.ts';
import { printParameters, printTree } from './app-more-print.ts';
import { type Refreshing, refreshed } from './app-preview.ts';
import { type AppFilter, appPredicate, chooseApps, namedApp, readResourceFilters, secondsToMs } from './app-select.ts';
import { confirmed, manifestOf } from './app-sync.ts';
import { printApp, printAppList, printHistory, qualifiedName } from './app-print.ts';
import { type WaitFor, isNewOperation, waitForApp, waitUntilGone } from './app-wait.ts';

/** Options of verbs about one application. */
export type NamedOptions = AppOptions & Pick<AppFilter, 'appNamespace'>;

/** Options every app verb takes. */
export interface AppOptions {
  readonly server?: string;
  readonly output?: string;
}

interface Connection {
  readonly client: ApiClient;
  readonly server: string;
}

function connect(options: AppOptions, io: Io): Connection {
  const server = serverFor(io, options.server);
  return { client: createApiClient(server, io), server };
}

export interface ListOptions extends AppOptions, AppFilter {
  readonly repo?: string;
  readonly cluster?: string;
  readonly path?: string;
}

export async function appList(options: ListOptions, io: Io): Promise<void> {
  const { client } = connect(options, io);
  const { items } = await client.list();
  const fits = appPredicate(options);
  const isMeant = (wanted: string | undefined, is: string): boolean => wanted === undefined || wanted === is;
  const chosen = items.filter(
    (item) =>
      fits(item) &&
      isMeant(options.appNamespace, item.namespace) &&
      isMeant(options.repo, item.source.url) &&
      isMeant(options.cluster, item.destination.cluster) &&
      isMeant(options.path, item.source.path),
  );
  if (options.output === 'name') io.out(chosen.map((item) => `${qualifiedName(item)}\n`).join(''));
  else io.out(formatData(chosen, options.output) ?? printAppList(chosen, options.output === 'wide'));
}

export interface GetOptions extends AppOptions, Pick<AppFilter, 'appNamespace'>, Refreshing {
  readonly showOperation?: boolean;
  readonly showParams?: boolean;
  readonly timeout?: string;
}

export async function appGet(name: string, options: GetOptions, io: Io): Promise<void> {
  const { client, server } = connect(options, io);
  const app = await namedApp(client, name, options.appNamespace);
  await refreshed(app, options, io);
  const detail = await client.detail(app.key);
  if (options.output === 'tree' || options.output === 'tree=detailed') {
    const { nodes } = await client.tree(app.key);
    io.out(printTree(nodes, options.output === 'tree=detailed' ? Date.now() : undefined));
    return;
  }
  const data = formatData(detail, options.output);
  if (data !== undefined) return io.out(data);
  io.out(printApp(options.showOperation === false ? withoutOperation(detail) : detail, server));
  if (options.showParams === true) io.out(`\n${printParameters((await manifestOf(app, options, io))['spec'] ?? {})}`);
}

function withoutOperation({ currentOperation: _operation, ...rest }: DeliveryDetail): DeliveryDetail {
  return rest;
}

export interface WaitOptions extends AppOptions, AppFilter {
  readonly resource?: readonly string[];
  readonly sync?: boolean;
  readonly health?: boolean;
  readonly operation?: boolean;
  readonly suspended?: boolean;
  readonly degraded?: boolean;
  readonly hydrated?: boolean;
  readonly delete?: boolean;
  readonly timeout: string;
}

/** Waits for the states asked for, or for sync, health and operation where none is named. Exit 20 on time-out, as argocd. */
export async function appWait(names: readonly string[], options: WaitOptions, io: Io): Promise<void> {
  const { client, server } = connect(options, io);
  const { sync, health, operation, suspended, degraded, hydrated } = options;
  const anything = [sync, health, operation, suspended, degraded, hydrated, options.delete].some((one) => one === true);
  const states = anything ? { sync, health, operation, suspended, degraded, hydrated } : allStates;
  const wanted: WaitFor = { ...states, resources: readResourceFilters(options.resource ?? []) };
  for (const app of await chooseApps(client, names, options)) {
    const input = { client, key: app.key, timeoutMs: secondsToMs(options.timeout), signal: io.signal };
    if (options.delete === true) await waitUntilGone(input);
    else {
      const detail = await waitForApp({ ...input, wanted });
      io.out(formatData(detail, options.output) ?? printApp(detail, server));
    }
  }
}

const allStates = { sync: true, health: true, operation: true };

export async function appHistory(name: string, options: NamedOptions, io: Io): Promise<void> {
  const { client } = connect(options, io);
  const app = await namedApp(client, name, options.appNamespace);
  const { history } = await client.detail(app.key);
  if (options.output === 'id') io.out(history.map((entry) => `${entry.id}\n`).join(''));
  else io.out(formatData(history, options.output) ?? printHistory(history));
}

/** Goes back to an entry of the history; the one before the current where none is named. */
export async function appRollback(
  name: string,
  id: string | undefined,
  options: NamedOptions & { readonly timeout: string },
  io: Io,
): Promise<void> {
  const { client, server } = connect(options, io);
  const app = await namedApp(client, name, options.appNamespace);
  const before = await client.detail(app.key);
  const target =
    id === undefined
      ? before.history.find((entry) => !entry.current && entry.rollback.disabledReason === undefined)
      : before.history.find((entry) => entry.id === Number(id));
  if (!target) {
    throw new CommandFailure(
      id === undefined
        ? `${qualifiedName(app)} has nothing to roll back to yet`
        : `Application '${app.name}' does not have deployment id '${id}' in history`,
      exitCodes.generic,
    );
  }
  await client.act('POST', apiPaths.rollback(app.key), { id: target.id });
  const after = await waitForApp({
    client,
    key: app.key,
    timeoutMs: secondsToMs(options.timeout),
    signal: io.signal,
    done: (detail) => isNewOperation(before, detail) && detail.currentOperation?.finishedAtMs !== undefined,
  });
  io.out(formatData(after, options.output) ?? printApp(after, server));
  if (after.currentOperation?.phase !== 'succeeded')
    throw new CommandFailure(`rollback failed: ${after.currentOperation?.message ?? ''}`);
}

export interface DeleteOptions extends AppOptions, AppFilter {
  readonly cascade?: boolean;
  readonly propagationPolicy?: string;
  readonly wait?: boolean;
  readonly yes?: boolean;
}

/** Deletes; at a terminal it asks before what is live goes too. */
export async function appDelete(names: readonly string[], options: DeleteOptions, io: Io): Promise<void> {
  const { client } = connect(options, io);
  const { cascade = true, propagationPolicy = 'foreground' } = options;
  if (propagationPolicy !== 'foreground' && propagationPolicy !== 'background')
    throw new CommandFailure(`invalid propagation policy: ${propagationPolicy}`, exitCodes.generic);
  const asks = cascade && io.interactive && options.yes !== true;
  for (const app of await chooseApps(client, names, options)) {
    const name = qualifiedName(app);
    if (asks && !(await confirmed(`Are you sure you want to delete '${name}' and all its resources? [y/n] `, io))) {
      io.out(`The command to delete '${name}' was cancelled.\n`);
      continue;
    }
    const inBackground = cascade && propagationPolicy === 'background';
    await client.act('DELETE', apiPaths.delivery(app.key), { cascade: inBackground ? 'background' : cascade });
    if (options.wait === true) await waitUntilGone({ client, key: app.key, timeoutMs: 0, signal: io.signal });
    io.out(`application '${name}' deleted\n`);
  }
}

export async function appTerminate(name: string, options: NamedOptions, io: Io): Promise<void> {
  const { client } = connect(options, io);
  const app = await namedApp(client, name, options.appNamespace);
  io.out(`${await client.act('POST', apiPaths.terminate(app.key), {})}\n`);
}
