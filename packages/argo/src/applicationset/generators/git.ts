// The git and the oci generator: directories or files of a repository, or of an artifact. Mirrors argoproj/argo-cd:
// applicationset/generators/{git,oci,repo_path_utils}.go and the repo-server's GetGitDirectories and GetOciFiles (3.6), on
// our content-addressed trees.

import { type Value, fromJson, stringSliceType, withType } from '@evenkeel/gotemplate';
import { type Json, type JsonObject, YamlError, parseYaml } from '@evenkeel/resource';
import type { Snapshot } from '@evenkeel/source';
import { GenerationError, objectOf } from '../application-set.ts';
import { sanitizeName } from '../template/names.ts';
import { type Params, flattenPlain } from '../template/params.ts';
import { type Language, appendValues } from '../template/render.ts';
import { type GeneratorInput, explained } from './input.ts';
import { kindOf } from './list.ts';
import { type FileMatcher, directoryPattern, doublestarPattern, gitPattern } from './path-patterns.ts';

interface PathRule {
  readonly path: string;
  readonly exclude: boolean;
}

/** Where the files are. */
type TreeKind = 'git' | 'oci';

interface TreeInput extends GeneratorInput {
  readonly kind: TreeKind;
}

export function generateGit(spec: JsonObject, input: GeneratorInput): Promise<readonly Params[]> {
  return generateTree(spec, { ...input, kind: 'git' });
}

/** The same for an artifact of a registry, whose files are always found by doublestar. */
export function generateOci(spec: JsonObject, input: GeneratorInput): Promise<readonly Params[]> {
  return generateTree(spec, { ...input, kind: 'oci' });
}

/** `directories` win over `files`, as upstream. */
async function generateTree(spec: JsonObject, input: TreeInput): Promise<readonly Params[]> {
  const directories = rulesOf(spec['directories']);
  const files = rulesOf(spec['files']);
  if (directories.length === 0 && files.length === 0) throw new GenerationError('ApplicationSet is empty');
  return explained(`error generating params from ${input.kind}`, () =>
    directories.length > 0 ? fromDirectories(spec, directories, input) : fromFiles(spec, files, input),
  );
}

function rulesOf(json: Json | undefined): readonly PathRule[] {
  const items = Array.isArray(json) ? (json as readonly Json[]) : [];
  return items.map((item) => {
    const { path, exclude } = objectOf(item) ?? {};
    return { path: typeof path === 'string' ? path : '', exclude: exclude === true };
  });
}

function textOf(json: Json | undefined): string {
  return typeof json === 'string' ? json : '';
}

/** The repository; read for the project where that is known before anything is generated. */
function sourceOf(spec: JsonObject, { set, kind }: TreeInput): Parameters<GeneratorInput['world']['readTree']>[0] {
  const project = textOf(set.spec.template.spec?.['project']);
  return {
    kind,
    url: textOf(spec['repoURL']),
    revision: textOf(spec['revision']) || (kind === 'git' ? 'HEAD' : ''),
    project: project.includes('{{') ? '' : project,
    fresh: set.object.metadata.annotations?.['argocd.argoproj.io/application-set-refresh'] !== undefined,
  };
}

async function fromDirectories(
  spec: JsonObject,
  rules: readonly PathRule[],
  input: TreeInput,
): Promise<readonly Params[]> {
  const patterns = rules.map(({ path, exclude }) => ({ matches: directoryPattern(path), exclude }));
  const all = await explained(`error getting directories from ${input.kind}`, () =>
    input.world.readTree(sourceOf(spec, input), (tree) => directoriesOf(tree, input.world.hiddenDirectories === true)),
  );
  const chosen = all.filter((path) => {
    const hits = patterns.filter(({ matches }) => matches(path));
    return hits.length > 0 && !hits.some(({ exclude }) => exclude);
  });
  const prefix = textOf(spec['pathParamPrefix']);
  return chosen.map((path) => {
    const params: Params = new Map<Value, Value>();
    addPath(params, { directory: path, prefix }, input.set.spec);
    appendValues(spec['values'], params, input.set.spec);
    return params;
  });
}

/** Every directory but the root, and but hidden ones unless they count, in order of names. */
function directoriesOf(tree: Snapshot, hidden: boolean): readonly string[] {
  const found: string[] = [];
  const visit = (directory: string): void => {
    for (const { name, kind } of tree.list(directory) ?? []) {
      if (kind !== 'directory' || (name.startsWith('.') && !hidden)) continue;
      const path = directory === '' ? name : `${directory}/${name}`;
      found.push(path);
      visit(path);
    }
  };
  visit('');
  return found;
}

async function fromFiles(spec: JsonObject, rules: readonly PathRule[], input: TreeInput): Promise<readonly Params[]> {
  const { world, set, kind } = input;
  const pattern = kind === 'oci' ? artifactPattern : world.newFileGlobbing ? doublestarPattern : gitPattern;
  const included = rules.filter(({ exclude }) => !exclude).map(({ path }) => pattern(path));
  const excluded = rules.filter(({ exclude }) => exclude).map(({ path }) => pattern(path));
  const contents = await world.readTree(sourceOf(spec, input), (tree) =>
    tree
      .files()
      .filter((path) => included.some((matches) => matches(path)) && !excluded.some((matches) => matches(path)))
      .sort()
      .map((path) => ({ path, text: new TextDecoder().decode(tree.read(path)) })),
  );
  const prefix = textOf(spec['pathParamPrefix']);
  const result: Params[] = [];
  for (const { path, text } of contents) {
    await explained(`unable to process file '${path}' from repository '${textOf(spec['repoURL'])}'`, async () => {
      for (const object of readObjects(text)) {
        const params = set.spec.goTemplate ? (fromJson(object) as Params) : flatParams(object);
        const slash = path.lastIndexOf('/');
        addPath(
          params,
          { directory: slash < 0 ? '.' : path.slice(0, slash), file: path.slice(slash + 1), prefix },
          set.spec,
        );
        appendValues(spec['values'], params, set.spec);
        result.push(params);
      }
    });
  }
  return result;
}

/** No pattern, and the root itself, are all files. */
function artifactPattern(pattern: string): FileMatcher {
  return doublestarPattern(pattern === '' || pattern === '.' ? '**' : pattern);
}

function flatParams(object: JsonObject): Params {
  return new Map<Value, Value>(flattenPlain(fromJson(object) as Params));
}

/** One object, or a list of them. An empty file is an object with nothing in it. */
function readObjects(text: string): readonly JsonObject[] {
  let json: Json;
  try {
    json = parseYaml(text, { dialect: 'sigs' }) ?? null;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new GenerationError(`unable to parse file: ${error.message}`, { cause: error });
  }
  if (json === null) return [{}];
  const single = objectOf(json);
  if (single) return [single];
  const wrong = (value: Json, wanted: string): GenerationError =>
    new GenerationError(
      `unable to parse file: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kindOf(value)} into Go value of type ${wanted}`,
    );
  if (!Array.isArray(json)) throw wrong(json, '[]map[string]interface {}');
  return (json as readonly Json[]).map((item) => {
    const object = item === null ? {} : objectOf(item);
    if (!object) throw wrong(item, 'map[string]interface {}');
    return object;
  });
}

interface Where {
  readonly directory: string;
  readonly file?: string;
  readonly prefix: string;
}

/** `path`, `path.basename` and their kin, as one map or as dotted names. */
function addPath(params: Params, { directory, file, prefix }: Where, { goTemplate }: Language): void {
  const segments = directory.split('/');
  const basename = segments.at(-1) ?? '';
  const facts: (readonly [string, string])[] = [
    ['basename', basename],
    ['basenameNormalized', sanitizeName(basename)],
    ...(file === undefined
      ? []
      : ([
          ['filename', file],
          ['filenameNormalized', sanitizeName(file)],
        ] as const)),
  ];
  if (goTemplate) {
    const path: Params = new Map<Value, Value>([['path', directory], ...facts]);
    path.set('segments', withType([...segments], stringSliceType));
    if (prefix === '') params.set('path', path);
    else params.set(prefix, new Map<Value, Value>([['path', path]]));
    return;
  }
  const name = prefix === '' ? 'path' : `${prefix}.path`;
  params.set(name, directory);
  for (const [fact, value] of facts) params.set(`${name}.${fact}`, value);
  for (const [index, segment] of segments.entries()) if (segment !== '') params.set(`${name}[${index}]`, segment);
}
