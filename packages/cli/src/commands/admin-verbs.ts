// How the verbs of `evenkeel admin` are declared; what they do is loaded when one of them runs.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as Overrides from './admin-overrides.ts';
import type * as Rbac from './admin-rbac.ts';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds `admin settings`: checks and actions of argocd-cm tried out on a file, and policies of argocd-rbac-cm. */
export function addAdmin(program: Command, io: Io): void {
  const admin = program.command('admin').description('what argocd admin does with files');
  const settings = admin.command('settings').description('settings of argocd-cm, from a file');
  addRbac(settings, io);
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

/** Adds `admin settings rbac`. */
function addRbac(settings: Command, io: Io): void {
  const rbac = settings.command('rbac').description('try policies out, from a file or from argocd-rbac-cm');
  const verb = (usage: string, description: string, example: string): Command =>
    rbac
      .command(usage)
      .description(description)
      .option('--policy-file <file>', 'lines of policies, or a ConfigMap')
      .option('-n, --namespace <namespace>', 'the namespace of argocd-rbac-cm, which is read from the cluster')
      .option('--kubeconfig <file>', 'the cluster (the one of the last `evenkeel up` by default)')
      .addHelpText('after', `\nExample:\n  evenkeel admin settings rbac ${example}`);
  const load = (): Promise<typeof Rbac> => import('./admin-rbac.ts');

  verb(
    'can <subject> <action> <resource> [sub-resource]',
    'whether a role, user or group may; exit 0 yes, 1 no',
    "can role:dev sync applications 'team/*' --policy-file policy.csv",
  )
    .option('--default-role <role>', 'a role that everybody has (policy.default by default)')
    .option('--use-builtin-policy [bool]', 'with role:readonly and role:admin', 'true')
    .option('--strict [bool]', 'refuse resources and actions that there are not', 'true')
    .option('-q, --quiet', 'print nothing')
    .action(
      async (subject: string, action: string, resource: string, object: string | undefined, options: Rbac.CanOptions) =>
        (await load()).rbacCan({ subject, action, resource, object: object ?? '' }, options, io),
    );
  verb('validate', 'whether policies can be read', 'validate --policy-file argocd-rbac-cm.yaml').action(
    async (options: Rbac.PolicyOptions) => (await load()).rbacValidate(options, io),
  );
}
