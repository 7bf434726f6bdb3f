// How the verbs of `evenkeel proj role` are declared; what they do is loaded when one of them runs.

import type { Command } from 'commander';
import { CommandFailure, type Io } from '../io.ts';
import type { ProjOptions } from './proj.ts';
import type * as Roles from './proj-roles.ts';

/** Declares a verb with its description and an example. */
type Verb = (usage: string, description: string, example: string) => Command;

const load = (): Promise<typeof Roles> => import('./proj-roles.ts');

/** Adds them. */
export function addRoleVerbs(verb: Verb, io: Io): void {
  verb('list <project>', 'list roles', 'list team-a')
    .option('-o, --output <format>', 'json, yaml, wide or name')
    .action(async (project: string, options: ProjOptions) => (await load()).roleList(project, options, io));
  verb('get <project> <role>', 'a role with its policies, groups and tokens', 'get team-a deployer').action(
    async (project: string, role: string, options: ProjOptions) =>
      (await load()).roleGet({ project, role }, options, io),
  );
  verb('create <project> <role>', 'create a role', 'create team-a deployer')
    .option('--description <text>', 'what it is for')
    .action(async (project: string, role: string, options: Parameters<typeof Roles.roleCreate>[1]) =>
      (await load()).roleCreate({ project, role }, options, io),
    );
  verb('delete <project> <role>', 'delete a role, and its tokens with it', 'delete team-a deployer').action(
    async (project: string, role: string, options: ProjOptions) =>
      (await load()).roleDelete({ project, role }, options, io),
  );
  addGroupVerbs(verb, io);
  addPolicyVerbs(verb, io);
  addTokenVerbs(verb, io);
}

function addGroupVerbs(verb: Verb, io: Io): void {
  verb('add-group <project> <role> <group>', 'a group has the role', 'add-group team-a deployer org:devs').action(
    async (project: string, role: string, group: string, options: ProjOptions) =>
      (await load()).roleAddGroup({ project, role }, group, options, io),
  );
  verb('remove-group <project> <role> <group>', 'it has it no longer', 'remove-group team-a deployer org:devs').action(
    async (project: string, role: string, group: string, options: ProjOptions) =>
      (await load()).roleRemoveGroup({ project, role }, group, options, io),
  );
}

/** What policies of projects may speak of. */
const projectScoped: ReadonlySet<string> = new Set([
  'applications',
  'applicationsets',
  'logs',
  'exec',
  'clusters',
  'repositories',
]);

function addPolicyVerbs(verb: Verb, io: Io): void {
  type Options = ProjOptions & Roles.PolicyFlags;
  for (const word of ['add', 'remove'] as const) {
    verb(
      `${word}-policy <project> <role>`,
      `${word} what a role may do`,
      `${word}-policy team-a deployer -a sync -o "*"`,
    )
      .requiredOption('-a, --action <action>', 'get, create, update, delete, sync, …')
      .option('-p, --permission <permission>', 'allow or deny', 'allow')
      .requiredOption('-o, --object <object>', 'the object within the project')
      .option('-r, --resource <resource>', 'applications, applicationsets, logs, exec, …', 'applications')
      .action(async (project: string, role: string, options: Options) => {
        if (!projectScoped.has(options.resource))
          throw new CommandFailure(`a project has no "${options.resource}"; one of: ${[...projectScoped].join(', ')}`);
        // Here `-o` names an object, as in argocd; nothing is printed in a format.
        const { server } = options;
        const { roleAddPolicy, roleRemovePolicy } = await load();
        const run = word === 'add' ? roleAddPolicy : roleRemovePolicy;
        await run({ project, role }, options, server === undefined ? {} : { server }, io);
      });
  }
}

function addTokenVerbs(verb: Verb, io: Io): void {
  verb('create-token <project> <role>', 'make a token of a role', 'create-token team-a deployer --expires-in 12h')
    .alias('token-create')
    .option('-e, --expires-in <duration>', 'until it expires, such as 12h or 7d (never by default)')
    .option('-i, --id <id>', 'what it is called (a random UUID by default)')
    .option('-t, --token-only', 'print the token alone, for scripts')
    .action(async (project: string, role: string, options: ProjOptions & Roles.TokenFlags) =>
      (await load()).roleCreateToken({ project, role }, options, options, io),
    );
  verb('list-tokens <project> <role>', 'list the tokens of a role', 'list-tokens team-a deployer')
    .aliases(['list-token', 'token-list'])
    .option('-u, --unixtime', 'print times in seconds, for delete-token')
    .action(async (project: string, role: string, options: ProjOptions & { readonly unixtime?: boolean }) =>
      (await load()).roleListTokens({ project, role }, options, io),
    );
  verb(
    'delete-token <project> <role> <issued-at>',
    'take a token back, named by the second it was issued in',
    'delete-token team-a deployer 1763750000',
  )
    .aliases(['token-delete', 'remove-token'])
    .action(async (project: string, role: string, issuedAt: string, options: ProjOptions) =>
      (await load()).roleDeleteToken({ project, role }, issuedAt, options, io),
    );
}
