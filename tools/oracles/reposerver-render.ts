// Applications rendered by us and by the repo server's own code.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { argoFrontEnd, readApplication, readSettings, translateApplication } from '@evenkeel/argo';
import { renderSource, templateHost } from '@evenkeel/delivery';
import { type Json, type JsonObject, isMap, parseJson, stringifyJson } from '@evenkeel/resource';
import { memoryTree } from '@evenkeel/std';
import { directoryTree } from './directory-tree.ts';
import { type RenderCase, deliberate } from './reposerver-cases.ts';
import type { Original, Told } from './reposerver-process.ts';
import { Tally } from './reposerver-tally.ts';
import type { Files } from './reposerver-trees.ts';
import { versionOfRendering } from './reposerver-versions.ts';

const repoURL = 'https://git.example.com/team/apps.git';
const clusterVersion = '1.35.4';
const revision = '0123456789abcdef0123456789abcdef01234567';

/** What a case came to. */
type Rendered =
  | { readonly objects: readonly Json[]; readonly refused?: never }
  | { readonly refused: readonly string[] };

/** Renders every case both ways. */
export async function compareRendering(original: Original, cases: readonly RenderCase[]): Promise<Tally> {
  const tally = new Tally('render');
  for (const each of cases) {
    const place = mkdtempSync(join(tmpdir(), 'evenkeel-reposerver-'));
    try {
      judge(each, ours(each), await theirs(original, each, place), tally);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  }
  return tally;
}

function judge(each: RenderCase, found: Rendered, wanted: Rendered, tally: Tally): void {
  if (found.refused && wanted.refused) {
    if (process.env['REFUSALS'])
      process.stdout.write(
        `REFUSED ${each.name}\n  theirs ${wanted.refused.join('; ').slice(0, 400)}\n  ours   ${found.refused.join('; ').slice(0, 400)}\n`,
      );
    tally.equal('refused');
    return;
  }
  if (isDeepStrictEqual(found, wanted)) {
    tally.equal();
    return;
  }
  if (deliberate.has(each.name)) {
    tally.equal('deliberate');
    return;
  }
  if (versionOfRendering(each) !== undefined) {
    tally.equal('version');
    return;
  }
  if (isLeftToChance(each)) {
    tally.equal('chance');
    return;
  }
  tally.differs(each.name, {
    where:
      found.refused || wanted.refused ? '' : pathsBetween(wanted.objects, found.objects).slice(0, 12).join('\n    '),
    source: each.source,
    wanted: wanted.refused ?? wanted.objects,
    found: found.refused ?? found.objects,
  });
}

/** The original passes parameters in the order of a Go map: with one inside of another, what comes out changes from run to run. */
function isLeftToChance({ source }: RenderCase): boolean {
  const { helm } = source as { readonly helm?: { readonly parameters?: readonly Parameter[] } };
  const all = helm?.parameters ?? [];
  return all.some((one) =>
    all.some(
      ({ name = '', forceString = false }) =>
        forceString === (one.forceString ?? false) &&
        /^[.[]/.test(name.slice((one.name ?? '').length)) &&
        name.startsWith(one.name ?? ''),
    ),
  );
}

interface Parameter {
  readonly name?: string;
  readonly forceString?: boolean;
}

function ours(each: RenderCase): Rendered {
  try {
    return render(each);
  } catch (error) {
    return { refused: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  }
}

function render({
  files,
  references = {},
  source,
  app = 'web',
  namespace = 'live',
  config = {},
  ...each
}: RenderCase): Rendered {
  const main = { repoURL, ...source };
  const others = Object.keys(references).map((ref) => ({ repoURL: `https://git.example.com/${ref}.git`, ref }));
  const [first = '', second] = app.split('_');
  const application = readApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: second ?? first, namespace: second === undefined ? 'argocd' : first },
    spec: {
      project: 'default',
      ...(others.length > 0 ? { sources: [main, ...others] } : { source: main }),
      destination: { name: 'in-cluster', namespace },
    },
  } as unknown as Parameters<typeof readApplication>[0]);
  const { settings } = readSettings({ config });
  const translation = translateApplication(application, argoFrontEnd, settings);
  if (translation.kind === 'refused') return { refused: translation.refusals.map(({ sentence }) => sentence) };
  const [translated] = translation.delivery.sources;
  const mounted = Object.entries(references).flatMap(([name, tree]) =>
    Object.entries(tree).map(([path, text]): [string, string] => [`$${name}/${path}`, text]),
  );
  const tree =
    each.directory === undefined
      ? memoryTree({ ...files, ...Object.fromEntries(mounted) })
      : directoryTree(each.directory);
  const kubeVersion = each.kubeVersion ?? clusterVersion;
  const apiVersions = each.apiVersions ?? [];
  const request = translated?.adapt?.adapt({
    files: tree,
    revision: each.revision ?? revision,
    kubeVersion,
    apiVersions,
    dependsOn: () => undefined,
  });
  if (request === undefined) return { refused: ['no source'] };
  if ('sentence' in request) return { refused: [request.sentence] };
  const world = { kubeVersion, apiVersions, host: templateHost, lookup: () => undefined };
  const { objects, refusals } = renderSource(tree, translated?.path ?? '', request, world);
  if (refusals.length > 0) return { refused: refusals.map(({ sentence }) => sentence) };
  return { objects: objects.map(({ object }) => essence(parseJson(stringifyJson(object as unknown as Json)))) };
}

/** Where two renderings differ, line by line. */
function pathsBetween(left: Json | undefined, right: Json | undefined, at = ''): readonly string[] {
  if (isDeepStrictEqual(left, right)) return [];
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') {
    return [`${at}: ${JSON.stringify(left)} -> ${JSON.stringify(right)}`];
  }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) =>
    pathsBetween((left as JsonObject)[key], (right as JsonObject)[key], `${at}.${key}`),
  );
}

async function theirs(original: Original, each: RenderCase, place: string): Promise<Rendered> {
  const { source, references = {}, app = 'web', namespace = 'live', config = {} } = each;
  const root = join(place, 'main');
  if (each.directory === undefined) writeTree(root, each.files);
  else cpSync(each.directory, root, { recursive: true, verbatimSymlinks: true });
  for (const [name, files] of Object.entries(references)) writeTree(join(place, name), files);
  const told: Told<{ readonly objects: readonly JsonObject[] }> = await original.ask('render', {
    root,
    revision: each.revision ?? revision,
    source: { repoURL, ...source },
    references: Object.fromEntries(Object.keys(references).map((name) => [`$${name}`, join(place, name)])),
    appName: app,
    namespace,
    project: 'default',
    kubeVersion: each.kubeVersion ?? clusterVersion,
    apiVersions: each.apiVersions ?? [],
    buildOptions: config['kustomize.buildOptions'] ?? '',
    schemes: ['https', 'http'],
    disabled: disabledKinds(config),
  });
  if (told.error !== undefined) return { refused: [told.error.replaceAll(place, '')] };
  return { objects: told.value.objects.map(essence) };
}

/** An object without metadata is one with empty metadata. */
function essence(value: Json): Json {
  if (!isMap(value)) return value;
  const { metadata, ...rest } = value;
  return isMap(metadata) && Object.keys(metadata).length > 0 ? value : rest;
}

function disabledKinds(config: Readonly<Record<string, string>>): readonly string[] {
  const kinds = { 'helm.enable': 'Helm', 'kustomize.enable': 'Kustomize', 'jsonnet.enable': 'Directory' };
  return Object.entries(kinds).flatMap(([key, kind]) => (config[key] === 'false' ? [kind] : []));
}

function writeTree(place: string, files: Files): void {
  mkdirSync(place, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
}
