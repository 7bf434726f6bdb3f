// `evenkeel appset …`: the verbs of argocd for ApplicationSets, with its exit codes.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/applicationset.go (3.6).

import { resolve } from 'node:path';
import {
  type ApplicationSetAnswer,
  type ApplicationSetList,
  accepted,
  apiPaths,
  applicationSetAnswer,
  applicationSetList,
  generateAnswer,
} from '@evenkeel/api';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { readManifests } from '../manifests.ts';
import { formatData } from '../output/format.ts';
import { printParameters } from './app-more-print.ts';
import { readSelector } from './app-select.ts';
import { printGenerated, printSet, printSetList } from './appset-print.ts';

export interface AppsetOptions {
  readonly server?: string;
  readonly output?: string;
  readonly appsetNamespace?: string;
}

type Resource = ApplicationSetList['items'][number];

/** argocd's default namespace for what names none. */
const defaultNamespace = 'argocd';
const pollMs = 500;

export async function appsetList(
  options: AppsetOptions & { readonly selector?: string; readonly project: readonly string[] },
  io: Io,
): Promise<void> {
  const { items } = await send(io, options, { path: apiPaths.applicationSets(), schema: applicationSetList });
  const fits = readSelector(options.selector);
  const chosen = items.filter(
    (item) =>
      (options.appsetNamespace === undefined || item.metadata.namespace === options.appsetNamespace) &&
      (options.project.length === 0 || options.project.includes(projectOf(item))) &&
      fits((item.metadata['labels'] ?? {}) as Readonly<Record<string, string>>),
  );
  if (options.output === 'name') io.out(chosen.map((item) => `${qualifiedName(item)}\n`).join(''));
  else io.out(formatData(chosen, options.output) ?? printSetList(chosen, options.output !== ''));
}

export async function appsetGet(
  name: string,
  options: AppsetOptions & { readonly showParams?: boolean },
  io: Io,
): Promise<void> {
  const set = await fetchSet(name, options, io);
  const data = formatData(set, options.output);
  if (data !== undefined) return io.out(data);
  io.out(printSet(set));
  const { template } = (set['spec'] ?? {}) as { readonly template?: { readonly spec?: object } };
  if (options.showParams === true) io.out(`\n${printParameters(template?.spec ?? {})}`);
}

export interface AppsetCreateOptions extends AppsetOptions {
  readonly upsert?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

/** Creates every set of the files. */
export async function appsetCreate(files: readonly string[], options: AppsetCreateOptions, io: Io): Promise<void> {
  const sets = readSets(files, options, io);
  if (sets.length === 0) throw new CommandFailure('No ApplicationSets found while parsing the input file', 1);
  for (const applicationSet of sets) {
    const answer: ApplicationSetAnswer = await send(io, options, {
      path: apiPaths.applicationSets(),
      method: 'POST',
      body: { applicationSet, upsert: options.upsert === true, dryRun: options.dryRun === true },
      schema: applicationSetAnswer,
    });
    io.err(
      `ApplicationSet '${applicationSet.metadata.name}' ${answer.action}${options.dryRun === true ? ' (dry-run)' : ''}\n`,
    );
    io.out(formatData(answer.applicationSet, options.output) ?? printSet(answer.applicationSet));
    if (options.wait === true && options.dryRun !== true) {
      await untilUpToDate(qualifiedName(answer.applicationSet), options, io);
      io.err(`ApplicationSet '${applicationSet.metadata.name}' resources are up to date\n`);
    }
  }
}

/** Prints the Applications a set would generate; writes nothing. */
export async function appsetGenerate(files: readonly string[], options: AppsetOptions, io: Io): Promise<void> {
  const [applicationSet, ...more] = readSets(files, options, io);
  if (!applicationSet || more.length > 0) throw new CommandFailure('Input file must contain one ApplicationSet', 1);
  const { applications } = await send(io, options, {
    path: apiPaths.generateApplications(),
    method: 'POST',
    body: { applicationSet },
    schema: generateAnswer,
  });
  if (options.output === 'yaml') io.out(applications.map((one) => formatData(one, 'yaml') ?? '').join('---\n'));
  else io.out(formatData(applications, options.output) ?? printGenerated(applications));
}

/** Deletes sets; their Applications go with them, as their policies say. */
export async function appsetDelete(
  names: readonly string[],
  options: AppsetOptions & { readonly wait?: boolean },
  io: Io,
): Promise<void> {
  for (const named of names) {
    const { namespace, name } = parseName(named, options);
    await send(io, options, {
      path: apiPaths.applicationSet(namespace, name),
      method: 'DELETE',
      body: {},
      schema: accepted,
    });
    if (options.wait === true) {
      const isThere = async (): Promise<boolean> =>
        (await listAll(options, io)).some(
          (item) => item.metadata.name === name && item.metadata.namespace === namespace,
        );
      while (await isThere()) await pause(io);
    }
    io.out(`applicationset '${named}' deleted\n`);
  }
}

async function listAll(options: AppsetOptions, io: Io): Promise<readonly Resource[]> {
  return (await send(io, options, { path: apiPaths.applicationSets(), schema: applicationSetList })).items;
}

async function fetchSet(named: string, options: AppsetOptions, io: Io): Promise<Resource> {
  const { namespace, name } = parseName(named, options);
  const { items } = await send(io, options, {
    path: apiPaths.applicationSet(namespace, name),
    schema: applicationSetList,
  });
  const [set] = items;
  if (!set) throw new CommandFailure(`applicationset '${named}' not found`, exitCodes.generic);
  return set;
}

async function untilUpToDate(named: string, options: AppsetOptions, io: Io): Promise<void> {
  for (;;) {
    const { status } = (await fetchSet(named, options, io)) as {
      readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
    };
    if (status?.conditions?.some(({ type, status: is }) => type === 'ResourcesUpToDate' && is === 'True') === true)
      return;
    await pause(io);
  }
}

function pause(io: Io): Promise<void> {
  return new Promise((done, failed) => {
    const timer = setTimeout(done, pollMs);
    io.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      failed(io.signal.reason as Error);
    });
  });
}

/** "namespace/name", or a name in the namespace of the flag. */
function parseName(
  named: string,
  { appsetNamespace }: AppsetOptions,
): { readonly namespace: string; readonly name: string } {
  const slash = named.indexOf('/');
  if (slash < 0) return { namespace: appsetNamespace ?? defaultNamespace, name: named };
  return { namespace: named.slice(0, slash), name: named.slice(slash + 1) };
}

function readSets(files: readonly string[], { appsetNamespace }: AppsetOptions, io: Io): readonly Resource[] {
  const objects = files.flatMap((file) => readManifests(resolve(io.cwd, file)));
  return objects
    .filter(({ kind }) => kind === 'ApplicationSet')
    .map((object) => {
      const { name, namespace } = object.metadata;
      if (name === undefined || name === '') {
        throw new CommandFailure(
          'Error creating ApplicationSet. ApplicationSet does not have Name field set',
          exitCodes.generic,
        );
      }
      const placed = { ...object.metadata, name, namespace: namespace ?? appsetNamespace ?? defaultNamespace };
      return { ...object, metadata: placed } as unknown as Resource;
    });
}

function projectOf(item: Resource): string {
  const spec = item['spec'] as { readonly template?: { readonly spec?: { readonly project?: string } } } | undefined;
  return spec?.template?.spec?.project ?? '';
}

/** "argocd/web" */
function qualifiedName({ metadata }: Resource): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
