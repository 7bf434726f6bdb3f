// How the verbs of `evenkeel admin` are declared; what they do is loaded when one of them runs.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as Overrides from './admin-overrides.ts';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds `admin settings resource-overrides`, which tries checks and actions of argocd-cm out on a file. */
export function addAdmin(program: Command, io: Io): void {
  const admin = program.command('admin').description('what argocd admin does with files');
  const settings = admin.command('settings').description('settings of argocd-cm, from a file');
  const overrides = settings
    .command('resource-overrides')
    .description('try health checks and actions of users out on an object from a file');
  const verb = (usage: string, description: string, example: string): Command =>
    overrides
      .command(usage)
      .description(description)
      .requiredOption('--argocd-cm-path <file>', 'the ConfigMap argocd-cm')
      .addHelpText('after', `\nExample:\n  evenkeel admin settings resource-overrides ${example}`);
  const load = (): Promise<typeof Overrides> => import('./admin-overrides.ts');

  verb('health <file>', 'tell the health of an object', 'health widget.yaml --argocd-cm-path argocd-cm.yaml').action(
    async (file: string, options: Overrides.OverrideOptions) => (await load()).overrideHealth(file, options, io),
  );
  verb(
    'list-actions <file>',
    'list the actions of an object',
    'list-actions deploy.yaml --argocd-cm-path argocd-cm.yaml',
  ).action(async (file: string, options: Overrides.OverrideOptions) =>
    (await load()).overrideActions(file, options, io),
  );
  verb(
    'run-action <file> <action>',
    'print what an action would write',
    'run-action deploy.yaml scale --param replicas=3 --argocd-cm-path argocd-cm.yaml',
  )
    .alias('action')
    .option('--param <name=value>', 'a parameter of the action (may be repeated)', collect, [])
    .action(async (file: string, action: string, options: Overrides.RunOverrideOptions) =>
      (await load()).overrideRun({ file, action }, options, io),
    );
}
