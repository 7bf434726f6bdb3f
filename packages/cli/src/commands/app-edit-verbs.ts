// How the verbs that change an Application itself are declared.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as Edit from './app-edit.ts';
import { addSpecFlags } from './app-spec-flags.ts';
import type { Verb } from './app-verbs.ts';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
const load = (): Promise<typeof Edit> => import('./app-edit.ts');

function withSource(command: Command): Command {
  return command
    .option('--source-position <position>', 'the source that is meant, counted from 1')
    .option('--source-name <name>', 'the source that is meant, by name');
}

/** Adds set, unset, edit, patch, add-source, remove-source and confirm-deletion. */
export function addAppEdits(verb: Verb, io: Io): void {
  addSpecFlags(
    withSource(verb('set <name>', 'change the spec', 'set web --revision v2 --parameter image.tag=v2')),
  ).action(async (name: string, options: Parameters<typeof Edit.appSet>[1]) =>
    (await load()).appSet(name, options, io),
  );
  addUnset(verb, io);
  verb('edit <name>', 'change the spec in an editor (KUBE_EDITOR, EDITOR)', 'edit web').action(
    async (name: string, options: Parameters<typeof Edit.appEdit>[1]) => (await load()).appEdit(name, options, io),
  );
  verb(
    'patch <name>',
    'patch the Application',
    `patch web --type merge --patch '{"spec": {"source": {"path": "next"}}}'`,
  )
    .requiredOption('--patch <patch>', 'the patch, as JSON')
    .option('--type <type>', 'json or merge', 'json')
    .action(async (name: string, options: Parameters<typeof Edit.appPatch>[1]) =>
      (await load()).appPatch(name, options, io),
    );
  addSpecFlags(
    verb('add-source <name>', 'add a source', 'add-source web --repo https://github.com/org/values.git --ref values'),
  )
    .option('--source-name <name>', 'what the source is called')
    .action(async (name: string, options: Parameters<typeof Edit.appAddSource>[1]) =>
      (await load()).appAddSource(name, options, io),
    );
  withSource(verb('remove-source <name>', 'take a source away', 'remove-source web --source-position 2')).action(
    async (name: string, options: Parameters<typeof Edit.appRemoveSource>[1]) =>
      (await load()).appRemoveSource(name, options, io),
  );
  verb('confirm-deletion <name>', 'agree that objects go which ask for it', 'confirm-deletion web').action(
    async (name: string, options: Parameters<typeof Edit.appConfirmDeletion>[1]) =>
      (await load()).appConfirmDeletion(name, options, io),
  );
}

function addUnset(verb: Verb, io: Io): void {
  withSource(verb('unset <name>', 'take overrides of a source away', 'unset web --parameter image.tag'))
    .option('-p, --parameter <name>', 'a parameter (may be repeated)', collect)
    .option('--values <file>', 'a file of values (may be repeated)', collect)
    .option('--values-literal', 'the values that stand in the spec')
    .option('--ignore-missing-value-files', 'files of values have to be there again')
    .option('--pass-credentials', 'credentials stay where they belong again')
    .option('--nameprefix', 'the prefix of names')
    .option('--namesuffix', 'the suffix of names')
    .option('--kustomize-version', 'the version of Kustomize')
    .option('--kustomize-namespace', 'the namespace of everything')
    .option('--kustomize-image <name>', 'an image (may be repeated)', collect)
    .option('--kustomize-replica <name>', 'replicas of a workload (may be repeated)', collect)
    .option('--ignore-missing-components', 'components have to be there again')
    .option('--plugin-env <name>', 'a variable of the plugin (may be repeated)', collect)
    .option('--ref', 'the name by which other sources read this one')
    .action(async (name: string, options: Parameters<typeof Edit.appUnset>[1]) =>
      (await load()).appUnset(name, options, io),
    );
}
