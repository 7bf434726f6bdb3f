// `kustomize edit` as a function of its arguments and the tree of the directory it runs in (kustomize:commands/edit,
// v5.8.1). The command around it writes the files of the result.

import { ContentNotLoaded, type FileTree } from '@evenkeel/std';

import { build } from '../build.ts';
import { convertVars } from '../edit/convert-vars.ts';
import { EditError } from '../edit/edit-error.ts';
import { FIX_NOTICE, FIX_VARS_NOTICE, fixDeprecated } from '../edit/fix.ts';
import {
  type GeneratorFlags,
  type GeneratorKind,
  addGenerator,
  checkAdd,
  configMapKind,
  removeGenerators,
  secretKind,
  setGenerator,
} from '../edit/generators.ts';
import { type EditableKustomization, openKustomizationFile } from '../edit/kustomization-file.ts';
import * as lists from '../edit/lists.ts';
import { overlayTree } from '../edit/overlay-tree.ts';
import * as values from '../edit/values.ts';
import type { PatchEntry } from '../kustomization/types.ts';
import { KustomizeError } from '../problems.ts';
import type { CommandResult } from './build-command.ts';
import { type Flag, FlagError, type ParsedArgs, parseArgs } from './flags.ts';

/** What an edit works with. Returning false leaves the file as it is. */
interface Work {
  readonly args: ParsedArgs;
  readonly tree: FileTree;
  readonly displayRoot: string;
  readonly note: (message: string) => void;
  readonly open: () => { readonly path: string; readonly file: EditableKustomization };
}

/** One edit command: its flags, and what it does. */
export interface EditVerb {
  readonly flags: readonly Flag[];
  readonly help: string;
  /** False where nothing is to be written. */
  readonly run: (work: Work) => boolean;
}

const target: readonly Flag[] = [
  'group',
  'version',
  'kind',
  'name',
  'namespace',
  'annotation-selector',
  'label-selector',
].map((name): Flag => ({ name, kind: 'string', help: `${name} of the patch's target` }));
const patchFlags: readonly Flag[] = [
  { name: 'path', kind: 'string', help: 'path of the patch file' },
  { name: 'patch', kind: 'string', help: 'the patch itself' },
  ...target,
];
const literalFlag: Flag = { name: 'from-literal', kind: 'list', help: 'key=value' };
const namespaceFlag: Flag = { name: 'namespace', kind: 'string', help: 'namespace of the entry' };
const addGeneratorFlags: readonly Flag[] = [
  { name: 'from-file', kind: 'csv', help: '[key=]path' },
  literalFlag,
  { name: 'from-env-file', kind: 'string', help: 'path of a file of key=value lines' },
  { name: 'disableNameSuffixHash', kind: 'bool', help: 'leave the name without a hash' },
  { name: 'behavior', kind: 'string', help: 'create, merge or replace' },
  namespaceFlag,
];
const typeFlag: Flag = { name: 'type', kind: 'string', default: 'Opaque', help: 'type of the secret' };
const setGeneratorFlags: readonly Flag[] = [
  literalFlag,
  namespaceFlag,
  { name: 'new-namespace', kind: 'string', help: 'namespace to move the entry to' },
];
const forceFlag: Flag = { name: 'force', short: 'f', kind: 'bool', help: 'overwrite what is there' };
const ignoreFlag: Flag = {
  name: 'ignore-non-existence',
  short: 'i',
  kind: 'bool',
  help: 'do not mind what is missing',
};

function verb(help: string, run: (work: Work) => boolean | void, flags: readonly Flag[] = []): EditVerb {
  return { help, flags, run: (work) => run(work) !== false };
}

function generatorFlags(args: ParsedArgs): GeneratorFlags {
  return {
    files: args.list('from-file'),
    literals: args.list('from-literal'),
    envFile: args.text('from-env-file'),
    behavior: args.text('behavior'),
    type: args.text('type'),
    namespace: args.text('namespace'),
    newNamespace: args.text('new-namespace'),
    disableNameSuffixHash: args.on('disableNameSuffixHash'),
  };
}

function addGeneratorVerb(what: GeneratorKind): EditVerb {
  const flags = what.kind === 'Secret' ? [...addGeneratorFlags, typeFlag] : addGeneratorFlags;
  return verb(
    `add an entry of ${what.field}`,
    ({ args, tree, note, open }) => {
      const scene = { tree, note };
      const checked = checkAdd(args.rest, generatorFlags(args), scene);
      const name = args.rest[0] ?? '';
      addGenerator(open().file, what, { name, flags: checked, scene });
    },
    flags,
  );
}

function setGeneratorVerb(what: GeneratorKind): EditVerb {
  return verb(
    `change an entry of ${what.field}`,
    ({ args, tree, note, open }) => {
      const flags = generatorFlags(args);
      const [name] = args.rest;
      if (name === undefined || args.rest.length > 1)
        throw new EditError('failed to validate flags: name must be specified once');
      if (flags.literals.length === 0 && flags.newNamespace === '') {
        throw new EditError(
          'failed to validate flags: at least one of [--from-literal, --new-namespace] must be specified',
        );
      }
      setGenerator(open().file, what, { name, flags, scene: { tree, note } });
    },
    setGeneratorFlags,
  );
}

function removeGeneratorVerb(what: GeneratorKind): EditVerb {
  return verb(
    `remove entries of ${what.field}`,
    ({ args, note, open }) => {
      removeGenerators(open().file, what, { args: args.rest, namespace: args.text('namespace'), note });
    },
    [namespaceFlag],
  );
}

function patchOf(args: ParsedArgs): PatchEntry {
  const selector = Object.fromEntries(
    target.flatMap(({ name }) => {
      const key = name.replace(/-s/, 'S');
      return args.text(name) === '' ? [] : [[key, args.text(name)]];
    }),
  );
  return {
    ...(args.text('path') !== '' && { path: args.text('path') }),
    ...(args.text('patch') !== '' && { patch: args.text('patch') }),
    ...(Object.keys(selector).length > 0 && { target: selector }),
  };
}

function one(args: ParsedArgs, message: string): string {
  const [value] = args.rest;
  if (value === undefined || args.rest.length > 1) throw new EditError(message);
  return value;
}

function some(args: ParsedArgs, message: string): readonly string[] {
  if (args.rest.length === 0) throw new EditError(message);
  return args.rest;
}

function addRootsVerb(field: 'resources' | 'components', message: string): EditVerb {
  const flags: readonly Flag[] =
    field === 'resources' ? [{ name: 'no-verify', kind: 'bool', help: 'do not look whether it is there' }] : [];
  return verb(
    `add to ${field}`,
    ({ args, tree, displayRoot, note, open }) => {
      const patterns = some(args, message);
      const paths = args.on('no-verify') ? patterns : lists.expandRoots(patterns, { tree, displayRoot });
      if (paths.length === 0) return false;
      const { path, file } = open();
      lists.addPaths(file, field, paths, { tree, note, kustomizationPath: path });
      return true;
    },
    flags,
  );
}

function addFilesVerb(field: 'generators' | 'transformers'): EditVerb {
  const noun = field.slice(0, -1);
  return verb(`add to ${field}`, ({ args, tree, note, open }) => {
    const patterns = some(args, `must specify a yaml file which contains a ${noun} plugin resource`);
    const paths = lists.expandPatterns(patterns, { tree, note });
    if (paths.length === 0) return false;
    const { path, file } = open();
    lists.addPaths(file, field, paths, { tree, note, kustomizationPath: path });
    return true;
  });
}

function addPairsVerb(kind: values.PairKind): EditVerb {
  const labelFlags: readonly Flag[] = [
    { name: 'without-selector', kind: 'bool', help: 'add to labels, not to commonLabels' },
    { name: 'include-templates', kind: 'bool', help: 'label templates, too (with --without-selector)' },
  ];
  return verb(
    `add ${kind}s`,
    ({ args, open }) => {
      const options = {
        force: args.on('force'),
        withoutSelector: args.on('without-selector'),
        includeTemplates: args.on('include-templates'),
      };
      values.parsePairs(args.rest, kind);
      values.addPairs(open().file, kind, { args: args.rest, options });
    },
    kind === 'label' ? [forceFlag, ...labelFlags] : [forceFlag],
  );
}

function removePairsVerb(kind: values.PairKind): EditVerb {
  return verb(
    `remove ${kind}s`,
    ({ args, open }) => {
      values.removePairs(open().file, kind, { args: args.rest, ignoreMissing: args.on('ignore-non-existence') });
    },
    [ignoreFlag],
  );
}

/** Every `edit` command by its words. */
export const editVerbs: Readonly<Record<string, EditVerb>> = {
  'set image': verb('set images', ({ args, open }) => values.setImages(open().file, args.rest)),
  'set replicas': verb('set replica counts', ({ args, open }) => values.setReplicas(open().file, args.rest)),
  'set namespace': verb('set the namespace', ({ args, open }) => {
    open().file.namespace = one(args, 'must specify exactly one namespace value');
  }),
  'set nameprefix': verb('set the prefix of names', ({ args, open }) => {
    open().file.namePrefix = one(args, 'must specify exactly one prefix value');
  }),
  'set namesuffix': verb('set the suffix of names', ({ args, open }) => {
    open().file.nameSuffix = one(args, 'must specify exactly one suffix value');
  }),
  'set label': verb('set labels', ({ args, open }) => values.setPairs(open().file, 'label', args.rest)),
  'set annotation': verb('set annotations', ({ args, open }) => values.setPairs(open().file, 'annotation', args.rest)),
  'set buildmetadata': verb('set buildMetadata', ({ args, open }) => {
    const options = lists.buildMetadataOptions(args.rest);
    open().file.buildMetadata = options;
  }),
  'set configmap': setGeneratorVerb(configMapKind),
  'set secret': setGeneratorVerb(secretKind),
  'add resource': addRootsVerb('resources', 'must specify a resource file'),
  'add component': addRootsVerb('components', 'must specify a component file'),
  'add base': verb('add bases', ({ args, tree, open }) => {
    lists.addBases(open().file, one(args, 'must specify a base directory'), tree);
  }),
  'add patch': verb(
    'add a patch',
    ({ args, note, open }) => {
      const patch = patchOf(args);
      if (values.addPatch(open().file, patch)) return true;
      note('patch already in kustomization file');
      return false;
    },
    patchFlags,
  ),
  'add configmap': addGeneratorVerb(configMapKind),
  'add secret': addGeneratorVerb(secretKind),
  'add transformer': addFilesVerb('transformers'),
  'add generator': addFilesVerb('generators'),
  'add label': addPairsVerb('label'),
  'add annotation': addPairsVerb('annotation'),
  'add buildmetadata': verb('add buildMetadata', ({ args, open }) => {
    const options = lists.buildMetadataOptions(args.rest);
    lists.addBuildMetadata(open().file, options);
  }),
  'remove resource': verb('remove resources', ({ args, open }) =>
    lists.removePaths(open().file, 'resources', some(args, 'must specify a resource file')),
  ),
  'remove transformer': verb('remove transformers', ({ args, open }) =>
    lists.removePaths(open().file, 'transformers', some(args, 'must specify a transformer file')),
  ),
  'remove patch': verb(
    'remove a patch',
    ({ args, note, open }) => {
      const patch = patchOf(args);
      if (values.removePatch(open().file, patch)) return true;
      note(`patch ${patch.patch ?? ''} doesn't exist in kustomization file`);
      return false;
    },
    patchFlags,
  ),
  'remove label': removePairsVerb('label'),
  'remove annotation': removePairsVerb('annotation'),
  'remove configmap': removeGeneratorVerb(configMapKind),
  'remove secret': removeGeneratorVerb(secretKind),
  'remove buildmetadata': verb('remove buildMetadata', ({ args, open }) => {
    const options = lists.buildMetadataOptions(args.rest);
    lists.removeBuildMetadata(open().file, options);
  }),
};

const fixFlags: readonly Flag[] = [{ name: 'vars', kind: 'bool', help: 'turn vars into replacements, too' }];

/**
 * Runs `kustomize edit` with these arguments in the root of `tree`; `displayRoot` is its absolute path, for messages. Never
 * throws but for ContentNotLoaded.
 */
export function runKustomizeEdit(
  args: readonly string[],
  tree: FileTree,
  options: { readonly displayRoot?: string } = {},
): CommandResult {
  const notes: string[] = [];
  const failed = (message: string): CommandResult => {
    const stderr = `${notes.map((note) => `${note}\n`).join('')}Error: ${message.replace(/\n*$/, '\n')}`;
    return { exitCode: 1, stdout: '', stderr, writes: new Map() };
  };
  try {
    if (args[0] === 'fix') return runFix(parseArgs(args.slice(1), fixFlags), tree, notes);
    const words = args.slice(0, 2).join(' ');
    const found = Object.hasOwn(editVerbs, words) ? editVerbs[words] : undefined;
    if (found === undefined) return failed(`unknown command ${JSON.stringify(words)} for "kustomize edit"`);
    const writes = edit(found, parseArgs(args.slice(2), found.flags), {
      tree,
      notes,
      displayRoot: options.displayRoot ?? '',
    });
    return { exitCode: 0, stdout: '', stderr: notes.map((note) => `${note}\n`).join(''), writes };
  } catch (error) {
    if (error instanceof ContentNotLoaded) throw error;
    if (error instanceof EditError || error instanceof KustomizeError || error instanceof FlagError)
      return failed(error.message);
    throw error;
  }
}

function edit(
  found: EditVerb,
  args: ParsedArgs,
  scene: { readonly tree: FileTree; readonly notes: string[]; readonly displayRoot: string },
): ReadonlyMap<string, string> {
  const { tree, notes, displayRoot } = scene;
  let opened: ReturnType<typeof openKustomizationFile> | undefined;
  const changed = found.run({
    args,
    tree,
    displayRoot,
    note: (message) => notes.push(message),
    open: () => {
      opened ??= openKustomizationFile(tree);
      return { path: opened.path, file: opened.kustomization };
    },
  });
  return changed && opened !== undefined ? new Map([[opened.path, opened.print()]]) : new Map();
}

function runFix(args: ParsedArgs, tree: FileTree, notes: string[]): CommandResult {
  const before = build(tree, '.');
  notes.push(...before.warnings);
  const file = openKustomizationFile(tree);
  fixDeprecated(file.kustomization, tree);
  const writes = new Map<string, string>();
  if (args.on('vars')) for (const [path, text] of convertVars(file.kustomization, tree)) writes.set(path, text);
  writes.set(file.path, file.print());
  const after = build(overlayTree(tree, writes), '.');
  const [problem] = after.problems;
  let stdout = args.on('vars') ? FIX_VARS_NOTICE : FIX_NOTICE;
  if (problem !== undefined) {
    stdout += `Warning: 'Fixed' kustomization now produces the error when running \`kustomize build\`: ${problem.message}\n`;
  } else if (after.yaml() !== before.yaml()) {
    stdout += `Warning: 'Fixed' kustomization now produces different output when running \`kustomize build\`:\n...${after.yaml()}...\n`;
  }
  const stderr = [...before.warnings, ...after.warnings].map((warning) => `${warning}\n`).join('');
  return { exitCode: 0, stdout, stderr, writes };
}
