// `evenkeel app actions …`: what may be done with the objects of an application, and doing it, with argocd's flags and words.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/app_actions.go (3.6), and takes parameters, which that does not yet.

import { type ObjectRef, apiPaths } from '@evenkeel/api';
import { type ApiClient, createApiClient, findApp } from '../api-client.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { formatTable } from '../output/table.ts';
import { serverFor } from '../session.ts';
import type { AppOptions } from './app.ts';

/** Which objects are meant. */
export interface FilterOptions extends AppOptions {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly resourceName?: string;
  readonly out?: string;
}

/** The same, and what the action is told. */
export interface RunOptions extends FilterOptions {
  readonly all?: boolean;
  readonly param: readonly string[];
}

/** One row of the list, with the names that argocd prints in JSON and YAML. */
interface ListedAction {
  readonly Group: string;
  readonly Kind: string;
  readonly Name: string;
  readonly Action: string;
  readonly Disabled: boolean;
}

/** Prints the actions of every object that matches. */
export async function listActions(name: string, options: FilterOptions, io: Io): Promise<void> {
  const client = createApiClient(serverFor(io, options.server), io);
  const app = await findApp(client, name);
  const rows: ListedAction[] = [];
  for (const ref of await matching(client, app.key, { ...options, all: true })) {
    const { items } = await client.resourceActions(app.key, ref);
    for (const { name: action, disabled } of items) {
      rows.push({ Group: ref.group, Kind: ref.kind, Name: ref.name, Action: action, Disabled: disabled });
    }
  }
  const table = formatTable(
    ['GROUP', 'KIND', 'NAME', 'ACTION', 'DISABLED'],
    rows.map((row) => [row.Group, row.Kind, row.Name, row.Action, String(row.Disabled)]),
  );
  io.out(formatData(rows, options.out) ?? table);
}

/** Runs an action on what matches; one object unless `all` is given. */
export async function runAction(
  { name, action }: { readonly name: string; readonly action: string },
  options: RunOptions,
  io: Io,
): Promise<void> {
  const client = createApiClient(serverFor(io, options.server), io);
  const app = await findApp(client, name);
  const refs = await matching(client, app.key, options);
  if (new Set(refs.map(({ group }) => group)).size > 1) {
    throw new CommandFailure('Ambiguous resource group. Use flag --group to specify resource group explicitly.');
  }
  const parameters = Object.fromEntries(options.param.map(readParameter));
  for (const ref of refs) {
    io.out(`${await client.act('POST', apiPaths.runResourceAction(app.key), { ref, action, parameters })}\n`);
  }
}

/** The objects of the application that are live, and the application itself; those that fit. */
async function matching(
  client: ApiClient,
  key: string,
  options: FilterOptions & { readonly all?: boolean },
): Promise<readonly ObjectRef[]> {
  const { resources } = await client.detail(key);
  const { ref: own } = await client.resourceActions(key);
  const live = resources.filter(({ hook, reason }) => !hook && reason !== 'missing').map(({ ref }) => ref);
  const found = [...live, own].filter(
    (ref) =>
      (options.group === undefined || ref.group === options.group) &&
      (!options.kind || ref.kind === options.kind) &&
      (!options.namespace || ref.namespace === options.namespace) &&
      (!options.resourceName || ref.name === options.resourceName),
  );
  if (found.length === 0) throw new CommandFailure('no matching resource found', exitCodes.generic);
  if (found.length > 1 && options.all !== true) {
    throw new CommandFailure(
      'multiple resources match inputs, use the --all flag to patch multiple resources',
      exitCodes.generic,
    );
  }
  return found;
}

function readParameter(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new CommandFailure(`"${text}" is no parameter; write name=value`, exitCodes.generic);
  return [text.slice(0, at), text.slice(at + 1)];
}
