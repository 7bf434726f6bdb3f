// `evenkeel app resources|get-resource|patch-resource|delete-resource`: the live objects of an application.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/app_resources.go (3.6).

import { type ObjectRef, type TreeNode, accepted, apiPaths, resourceDetail } from '@evenkeel/api';
import { type Json, type JsonObject, isMap, parseYaml } from '@evenkeel/resource';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { formatTable } from '../output/table.ts';
import { serverFor } from '../session.ts';
import type { NamedOptions } from './app.ts';
import { printTree } from './app-more-print.ts';
import { namedApp } from './app-select.ts';
import { confirmed } from './app-sync.ts';

/** Which objects are meant. */
export interface ObjectOptions extends NamedOptions {
  readonly kind: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly resourceName?: string;
  readonly all?: boolean;
}

interface Found {
  readonly client: ApiClient;
  readonly key: string;
}

async function find(name: string, options: NamedOptions, io: Io): Promise<Found> {
  const client = createApiClient(serverFor(io, options.server), io);
  return { client, key: (await namedApp(client, name, options.appNamespace)).key };
}

/** Lists what an application has, and what nobody owns in its namespace where its project looks for that. */
export async function appResources(
  name: string,
  options: NamedOptions & { readonly orphaned?: boolean },
  io: Io,
): Promise<void> {
  const { client, key } = await find(name, options, io);
  const { output = '', orphaned = false } = options;
  if (output === 'tree' || output === 'tree=detailed') {
    const { nodes } = await client.tree(key);
    io.out(printTree(nodes, output === 'tree=detailed' ? Date.now() : undefined));
    return;
  }
  if (output !== '' && output !== 'wide')
    throw new CommandFailure(`unknown output format "${output}"; one of: tree, tree=detailed`, exitCodes.generic);
  const { resources, orphans = [] } = await client.detail(key);
  const own = orphaned ? [] : resources.filter(({ hook }) => !hook).map(({ ref }) => rowOf(ref, 'No'));
  const rows = [...own, ...orphans.map((ref) => rowOf(ref, 'Yes'))];
  io.out(formatTable(['GROUP', 'KIND', 'NAMESPACE', 'NAME', 'ORPHANED'], rows));
}

function rowOf({ group, kind, namespace, name }: ObjectRef, orphaned: string): readonly string[] {
  return [group, kind, namespace, name, orphaned];
}

/** Prints live objects of a kind: as they are, or a table of their fields, or of some of them. */
export async function appGetResource(
  name: string,
  options: ObjectOptions & { readonly filterFields?: string; readonly showManagedFields?: boolean },
  io: Io,
): Promise<void> {
  const { client, key } = await find(name, options, io);
  const nodes = (await client.tree(key)).nodes.filter((node) => isMeant(node, options) && node.reason !== 'missing');
  const fields = (options.filterFields ?? '').split(',').filter((field) => field !== '');
  const objects: Named[] = [];
  for (const { ref } of nodes) {
    const { live } = await send(io, options, { path: apiPaths.resource(key, ref), schema: resourceDetail });
    const object = live === undefined ? undefined : parseYaml(live, { dialect: 'sigs' });
    if (isMap(object)) objects.push({ name: ref.name, object: fields.length === 0 ? object : chosen(object, fields) });
  }
  io.out(printObjects(objects, options));
  io.err(`Resources '${objects.map((one) => one.name).join(', ')}' fetched\n`);
}

interface Named {
  readonly name: string;
  readonly object: JsonObject;
}

function isMeant({ ref }: TreeNode, { kind, group, namespace, resourceName }: ObjectOptions): boolean {
  return (
    ref.kind === kind &&
    (group === undefined || ref.group === group) &&
    (!namespace || ref.namespace === namespace) &&
    (!resourceName || ref.name === resourceName)
  );
}

/** Only these fields ("status.podIP"), through lists as well. */
function chosen(object: JsonObject, fields: readonly string[]): JsonObject {
  const made: { [name: string]: Json } = {};
  for (const field of fields) {
    const value = pick(object, field.split('.'));
    if (value !== undefined) graft(made, value as JsonObject);
  }
  return made;
}

/** The value at the path with everything above it, and nothing beside; undefined where there is none. */
function pick(value: Json | undefined, path: readonly string[]): Json | undefined {
  const [first, ...rest] = path;
  if (value === undefined || first === undefined) return value;
  if (Array.isArray(value)) {
    const found = (value as readonly Json[]).flatMap((entry) => pick(entry, path) ?? []);
    return found.length === 0 ? undefined : found;
  }
  if (!isMap(value) || !Object.hasOwn(value, first)) return undefined;
  const below = pick(value[first], rest);
  return below === undefined ? undefined : { [first]: below };
}

function graft(into: { [name: string]: Json }, from: JsonObject): void {
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined) continue;
    const there = into[name];
    if (isMap(there) && isMap(value)) graft((into[name] = { ...there } as { [key: string]: Json }), value);
    else into[name] = value;
  }
}

function printObjects(objects: readonly Named[], { output, resourceName }: ObjectOptions): string {
  if (output === 'json' || output === 'yaml')
    return objects.map(({ object }) => formatData(object, output) ?? '').join('---\n');
  const showsName = !resourceName;
  const rows = objects.flatMap(({ name, object }) =>
    flattened(object, '').map(([field, value]) => (showsName ? [field, name, value] : [field, value])),
  );
  return formatTable(showsName ? ['FIELD', 'RESOURCE NAME', 'VALUE'] : ['FIELD', 'VALUE'], rows);
}

function flattened(value: Json | undefined, path: string): readonly (readonly [string, string])[] {
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((entry, index) => flattened(entry, `${path}[${index}]`));
  if (!isMap(value)) return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  return Object.entries(value)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([name, entry]) => flattened(entry, path === '' ? name : `${path}.${name}`));
}

const patchTypes: Readonly<Record<string, string>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};

/** Patches live objects of an application. */
export async function appPatchResource(
  name: string,
  options: ObjectOptions & { readonly patch: string; readonly patchType: string },
  io: Io,
): Promise<void> {
  const patchType = patchTypes[options.patchType];
  if (patchType === undefined)
    throw new CommandFailure(
      `"${options.patchType}" is no type of patch; one of: ${Object.keys(patchTypes).join(', ')}`,
      exitCodes.generic,
    );
  const { client, key } = await find(name, options, io);
  for (const ref of await liveObjects(client, key, options)) {
    const body = { ref, patch: options.patch, patchType };
    const path = apiPaths.liveResource(key);
    io.err(`${(await send(io, options, { path, method: 'PATCH', body, schema: accepted })).message}\n`);
  }
}

/** Deletes live objects of an application; at a terminal it asks for each. */
export async function appDeleteResource(
  name: string,
  options: ObjectOptions & { readonly force?: boolean; readonly orphan?: boolean; readonly yes?: boolean },
  io: Io,
): Promise<void> {
  const { client, key } = await find(name, options, io);
  const { force = false, orphan = false } = options;
  for (const ref of await liveObjects(client, key, options)) {
    const said = `${ref.group}/${ref.kind} ${ref.namespace}/${ref.name}`;
    const asks = io.interactive && options.yes !== true;
    if (asks && !(await confirmed(`Are you sure you want to delete ${said} ? [y/n] `, io))) {
      io.out(`The command to delete ${said} was cancelled.\n`);
      continue;
    }
    const path = apiPaths.liveResource(key);
    const body = { ref, force, orphan };
    io.err(`${(await send(io, options, { path, method: 'DELETE', body, schema: accepted })).message}\n`);
  }
}

/** The application's own objects that are live and meant; several only with `--all`. */
async function liveObjects(client: ApiClient, key: string, options: ObjectOptions): Promise<readonly ObjectRef[]> {
  const { resources } = await client.detail(key);
  const found = resources
    .filter(({ hook, reason }) => !hook && reason !== 'missing')
    .map(({ ref }) => ref)
    .filter(
      (ref) =>
        ref.kind === options.kind &&
        (options.group === undefined || ref.group === options.group) &&
        (!options.namespace || ref.namespace === options.namespace) &&
        (!options.resourceName || ref.name === options.resourceName),
    );
  if (found.length === 0) throw new CommandFailure('no matching resource found', exitCodes.generic);
  if (found.length > 1 && options.all !== true)
    throw new CommandFailure(
      'multiple resources match inputs, use the --all flag to patch multiple resources',
      exitCodes.generic,
    );
  return found;
}
