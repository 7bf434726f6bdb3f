// How the verbs of `evenkeel proj source-integrity git policies` are declared.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as Integrity from './proj-integrity.ts';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, ...value.split(',')];
const load = (): Promise<typeof Integrity> => import('./proj-integrity.ts');

/** Adds list, add, update and delete. */
export function addPolicyVerbs(verb: (usage: string, description: string, example: string) => Command, io: Io): void {
  verb('list <project>', 'list the policies with their numbers', 'list payments').action(
    async (project: string, options: Integrity.PolicyOptions) => (await load()).listPolicies(project, options, io),
  );
  verb(
    'add <project>',
    'add a policy',
    "add payments --repo-url 'https://github.com/org/*' --gpg-mode strict --gpg-key D56C4FCA57A46444",
  )
    .option('--repo-url <url>', 'repositories that it is about, stars allowed (may be repeated)', collect)
    .option('--gpg-mode <mode>', 'strict, head or none')
    .option('--gpg-key <key>', 'a key that counts (may be repeated)', collect)
    .action(async (project: string, options: Integrity.PolicyOptions) =>
      (await load()).addPolicy(project, options, io),
    );
  verb('update <project> <policy>', 'change a policy', 'update payments 0 --add-gpg-key D56C4FCA57A46444')
    .option('--repo-url <url>', 'these repositories, and no others (may be repeated)', collect)
    .option('--add-repo-url <url>', 'these too (may be repeated)', collect)
    .option('--delete-repo-url <url>', 'these no longer (may be repeated)', collect)
    .option('--gpg-mode <mode>', 'strict, head or none')
    .option('--gpg-key <key>', 'these keys, and no others (may be repeated)', collect)
    .option('--add-gpg-key <key>', 'these too (may be repeated)', collect)
    .option('--delete-gpg-key <key>', 'these no longer (may be repeated)', collect)
    .option('-y, --yes', 'ask nothing')
    .action(async (project: string, policy: string, options: Integrity.PolicyOptions) =>
      (await load()).updatePolicy(project, policy, options, io),
    );
  verb('delete <project> <policies...>', 'delete policies by their numbers', 'delete payments 1 3')
    .option('-y, --yes', 'ask nothing')
    .action(async (project: string, policies: readonly string[], options: Integrity.PolicyOptions) =>
      (await load()).deletePolicies(project, policies, options, io),
    );
}
