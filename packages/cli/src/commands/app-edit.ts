// `evenkeel app set|unset|edit|patch|add-source|remove-source|confirm-deletion`: changes of an Application itself.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/app.go (3.6).

import { type ApplicationChange, type ApplicationManifest, apiPaths, applicationManifest } from '@evenkeel/api';
import { type Json, type JsonObject, emitSigsYaml } from '@evenkeel/resource';
import { createApiClient } from '../api-client.ts';
import { send } from '../api-request.ts';
import { editSpec } from '../editor.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { serverFor } from '../session.ts';
import type { NamedOptions } from './app.ts';
import { namedApp } from './app-select.ts';
import { type SpecFlags, knownFlags, meantPosition, withSourceFlags, withSpecFlags } from './app-spec.ts';
import { type UnsetOptions, isUnsetting, withoutSettings } from './app-unset.ts';
import { manifestOf } from './app-sync.ts';

interface SourceOptions extends NamedOptions {
  readonly sourcePosition?: string;
  readonly sourceName?: string;
}

interface Found {
  readonly key: string;
  readonly name: string;
  readonly spec: JsonObject;
}

async function find(name: string, options: NamedOptions, io: Io): Promise<Found> {
  const client = createApiClient(serverFor(io, options.server), io);
  const app = await namedApp(client, name, options.appNamespace);
  const manifest = await manifestOf(app, options, io);
  return { key: app.key, name: app.name, spec: (manifest['spec'] ?? {}) as JsonObject };
}

function change(key: string, body: ApplicationChange, options: NamedOptions, io: Io): Promise<ApplicationManifest> {
  return send(io, options, { path: apiPaths.application(key), method: 'PATCH', body, schema: applicationManifest });
}

/** Sets what the flags say. */
export async function appSet(
  name: string,
  options: SourceOptions & { readonly validate?: boolean },
  io: Io,
): Promise<void> {
  const { key, spec } = await find(name, options, io);
  const position = meantPosition(spec, options);
  const flags = options as unknown as SpecFlags;
  if (knownFlags(flags) === 0) throw new CommandFailure('Please set at least one option to update');
  await change(key, { spec: withSpecFlags(spec, flags, { position, io }), ...validated(options) }, options, io);
}

function validated({ validate }: { readonly validate?: boolean }): { readonly validate?: boolean } {
  return validate === undefined ? {} : { validate };
}

/** Takes away what the flags name. */
export async function appUnset(name: string, options: SourceOptions & UnsetOptions, io: Io): Promise<void> {
  if (!isUnsetting(options)) throw new CommandFailure('Please name at least one parameter to unset');
  const { key, spec } = await find(name, options, io);
  const position = meantPosition(spec, options);
  const sources = [...((spec['sources'] ?? []) as readonly JsonObject[])];
  const before = position === undefined ? spec['source'] : sources[position - 1];
  const after = withoutSettings((before ?? {}) as JsonObject, options);
  if (after === undefined) return;
  if (position !== undefined) sources[position - 1] = after;
  await change(key, { spec: { ...spec, ...(position === undefined ? { source: after } : { sources }) } }, options, io);
}

/** Adds a source to the list of them. */
export async function appAddSource(
  name: string,
  options: NamedOptions & { readonly sourceName?: string; readonly validate?: boolean },
  io: Io,
): Promise<void> {
  const { key, name: app, spec } = await find(name, options, io);
  const sources = (spec['sources'] ?? []) as readonly JsonObject[];
  if (sources.length === 0)
    throw new CommandFailure(
      `Cannot add source: application ${app} does not have spec.sources defined`,
      exitCodes.generic,
    );
  const { sourceName } = options;
  const named = sourceName === undefined ? {} : { name: sourceName };
  const source = withSourceFlags(named, options as unknown as SpecFlags, io);
  await change(key, { spec: { ...spec, sources: [...sources, source] }, ...validated(options) }, options, io);
  io.out(`Application '${app}' updated successfully\n`);
}

/** Takes a source out of the list of them. */
export async function appRemoveSource(name: string, options: SourceOptions, io: Io): Promise<void> {
  const { sourceName, sourcePosition } = options;
  if (sourceName === undefined && !(Number(sourcePosition ?? '-1') > 0))
    throw new CommandFailure('Value of source-position must be greater than 0', exitCodes.generic);
  const { key, name: app, spec } = await find(name, options, io);
  const sources = (spec['sources'] ?? []) as readonly JsonObject[];
  if (sources.length === 0)
    throw new CommandFailure('Application does not have multiple sources configured', exitCodes.generic);
  if (sources.length === 1)
    throw new CommandFailure('Cannot remove the only source remaining in the app', exitCodes.generic);
  if (sourceName === undefined && Number(sourcePosition) > sources.length)
    throw new CommandFailure(`Application does not have source at ${sourcePosition}`, exitCodes.generic);
  const position = meantPosition(spec, options);
  const rest = sources.filter((_source, index) => index + 1 !== position);
  await change(key, { spec: { ...spec, sources: rest } }, options, io);
  io.out(`Application '${app}' updated successfully\n`);
}

/** A patch of the whole Application; prints it as it is then. */
export async function appPatch(
  name: string,
  options: NamedOptions & { readonly patch?: string; readonly type: string },
  io: Io,
): Promise<void> {
  const { type, patch = '' } = options;
  if (type !== 'json' && type !== 'merge')
    throw new CommandFailure(`Patch type '${type}' is not supported; one of: json, merge`, exitCodes.generic);
  const { key } = await find(name, options, io);
  io.out(`${emitSigsYaml((await change(key, { patch, patchType: type }, options, io)) as unknown as Json)}\n`);
}

/** Agrees that objects go which ask for it. */
export async function appConfirmDeletion(name: string, options: NamedOptions, io: Io): Promise<void> {
  const { key, name: app } = await find(name, options, io);
  await change(key, { approveDeletion: true }, options, io);
  io.out(`Application '${app}' updated successfully\n`);
}

/** The spec in an editor. */
export async function appEdit(name: string, options: NamedOptions, io: Io): Promise<void> {
  const { key, name: app, spec } = await find(name, options, io);
  await editSpec({ name: app, spec }, (after) => change(key, { spec: after }, options, io), io);
}
