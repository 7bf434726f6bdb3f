// `evenkeel app …`: the verbs of argocd, with its exit codes.

import { type DeliveryDetail, type DeliverySummary, apiPaths } from '@evenkeel/api';
import { type ApiClient, createApiClient, findApp } from '../api-client.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { serverFor } from '../session.ts';
import { printApp, printAppList, printDifferences, printHistory, qualifiedName } from './app-print.ts';
import { type WaitFor, waitForApp, waitUntilGone } from './app-wait.ts';

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

export async function appList(
  options: AppOptions & { readonly selector?: string; readonly project?: string },
  io: Io,
): Promise<void> {
  const { client } = connect(options, io);
  const { items } = await client.list();
  const chosen = items.filter(
    (item) =>
      matchesSelector(item, options.selector) && (options.project === undefined || item.project === options.project),
  );
  if (options.output === 'name') io.out(chosen.map((item) => `${qualifiedName(item)}\n`).join(''));
  else io.out(formatData(chosen, options.output) ?? printAppList(chosen, options.output === 'wide'));
}

/** "a=b,c!=d": the equality half of label selectors. */
function matchesSelector(item: DeliverySummary, selector: string | undefined): boolean {
  if (selector === undefined || selector === '') return true;
  return selector.split(',').every((part) => {
    const [, key = '', operator = '', value = ''] = /^\s*([^!=\s]+)\s*(!=|==|=)\s*(\S*)\s*$/.exec(part) ?? [];
    if (key === '')
      throw new CommandFailure(`"${part}" is no label selector; write key=value or key!=value`, exitCodes.generic);
    return operator === '!=' ? item.labels[key] !== value : item.labels[key] === value;
  });
}

export async function appGet(
  name: string,
  options: AppOptions & { readonly refresh?: boolean; readonly hardRefresh?: boolean },
  io: Io,
): Promise<void> {
  const { client, server } = connect(options, io);
  const app = await findApp(client, name);
  if (options.refresh === true || options.hardRefresh === true) {
    await client.act('POST', apiPaths.refresh(app.key), { hard: options.hardRefresh === true });
  }
  const detail = await client.detail(app.key);
  io.out(formatData(detail, options.output) ?? printApp(detail, server));
}

export interface SyncOptions extends AppOptions {
  readonly revision?: string;
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly async?: boolean;
  readonly timeout: string;
  readonly resource: readonly string[];
}

/** Asks for a sync and waits for its end, as argocd does; exit 1 where it fails. */
export async function appSync(names: readonly string[], options: SyncOptions, io: Io): Promise<void> {
  if (names.length === 0) throw new CommandFailure('name at least one application', exitCodes.generic);
  for (const name of names) await syncOne(name, options, io);
}

async function syncOne(name: string, options: SyncOptions, io: Io): Promise<void> {
  const { client, server } = connect(options, io);
  const app = await findApp(client, name);
  const before = await client.detail(app.key);
  await client.act('POST', apiPaths.sync(app.key), {
    ...(options.revision === undefined ? {} : { revision: options.revision }),
    ...(options.prune === undefined ? {} : { prune: options.prune }),
    ...(options.dryRun === true ? { dryRun: true } : {}),
    ...(options.resource.length === 0 ? {} : { resources: options.resource.map(parseResource) }),
  });
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
  const { currentOperation } = after;
  io.out(formatData(after, options.output) ?? printApp(after, server));
  if (currentOperation?.phase !== 'succeeded') {
    throw new CommandFailure(
      `Operation has completed with phase: ${currentOperation?.phase ?? 'unknown'}: ${currentOperation?.message ?? ''}`,
    );
  }
}

function isNewOperation(before: DeliveryDetail, after: DeliveryDetail): boolean {
  const last = before.currentOperation;
  const now = after.currentOperation;
  return (
    now !== undefined &&
    (last === undefined || last.startedAtMs !== now.startedAtMs || last.finishedAtMs !== now.finishedAtMs)
  );
}

/** GROUP:KIND:NAME or GROUP:KIND:NAMESPACE/NAME, as argocd writes resources. */
function parseResource(text: string): { group: string; kind: string; namespace: string; name: string } {
  const [group, kind, named, ...rest] = text.split(':');
  if (group === undefined || !kind || !named || rest.length > 0) {
    throw new CommandFailure(
      `resource should have GROUP${':'}KIND${':'}NAME, but instead got: ${text}`,
      exitCodes.generic,
    );
  }
  const slash = named.indexOf('/');
  return { group, kind, namespace: slash < 0 ? '' : named.slice(0, slash), name: named.slice(slash + 1) };
}

export interface WaitOptions extends AppOptions {
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
  if (names.length === 0) throw new CommandFailure('name at least one application', exitCodes.generic);
  const { client, server } = connect(options, io);
  const { sync, health, operation, suspended, degraded, hydrated } = options;
  const anything = [sync, health, operation, suspended, degraded, hydrated, options.delete].some((one) => one === true);
  const wanted: WaitFor = anything ? options : { sync: true, health: true, operation: true };
  for (const name of names) {
    const app = await findApp(client, name);
    const input = { client, key: app.key, timeoutMs: secondsToMs(options.timeout), signal: io.signal };
    if (options.delete === true) await waitUntilGone(input);
    else {
      const detail = await waitForApp({ ...input, wanted });
      io.out(formatData(detail, options.output) ?? printApp(detail, server));
    }
  }
}

function secondsToMs(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new CommandFailure(`"${text}" is no number of seconds`, exitCodes.generic);
  return seconds * 1000;
}

/** Field by field what differs; exit 0 where nothing does, 1 where something does. */
export async function appDiff(
  name: string,
  options: AppOptions & { readonly exitCode?: boolean },
  io: Io,
): Promise<void> {
  const { client } = connect(options, io);
  const app = await findApp(client, name);
  const detail = await client.detail(app.key);
  if (detail.sync === 'unknown')
    throw new CommandFailure(detail.sentence ?? 'the application could not be compared', 2);
  const drifted = detail.resources.filter((resource) => resource.sync === 'drifted');
  io.out(formatData(drifted, options.output) ?? printDifferences(detail));
  if (drifted.length > 0 && options.exitCode !== false) throw new CommandFailure('', 1);
}

export async function appHistory(name: string, options: AppOptions, io: Io): Promise<void> {
  const { client } = connect(options, io);
  const app = await findApp(client, name);
  const { history } = await client.detail(app.key);
  if (options.output === 'id') io.out(history.map((entry) => `${entry.id}\n`).join(''));
  else io.out(formatData(history, options.output) ?? printHistory(history));
}

/** Goes back to an entry of the history; the one before the current where none is named. */
export async function appRollback(
  name: string,
  id: string | undefined,
  options: AppOptions & { readonly timeout: string },
  io: Io,
): Promise<void> {
  const { client, server } = connect(options, io);
  const app = await findApp(client, name);
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

export async function appDelete(
  names: readonly string[],
  options: AppOptions & { readonly cascade?: boolean; readonly wait?: boolean },
  io: Io,
): Promise<void> {
  const { client } = connect(options, io);
  for (const name of names) {
    const app = await findApp(client, name);
    await client.act('DELETE', apiPaths.delivery(app.key), { cascade: options.cascade !== false });
    if (options.wait === true) await waitUntilGone({ client, key: app.key, timeoutMs: 0, signal: io.signal });
    io.out(`application '${qualifiedName(app)}' deleted\n`);
  }
}

export async function appTerminate(name: string, options: AppOptions, io: Io): Promise<void> {
  const { client } = connect(options, io);
  const app = await findApp(client, name);
  io.out(`${await client.act('POST', apiPaths.terminate(app.key), {})}\n`);
}
