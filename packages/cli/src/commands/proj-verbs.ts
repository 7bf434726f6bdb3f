// How the verbs of `evenkeel proj` are declared; what they do is loaded when one of them runs.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as Proj from './proj.ts';
import type * as Edits from './proj-edits.ts';
import { addPolicyVerbs } from './proj-integrity-verbs.ts';
import { addRoleVerbs } from './proj-role-verbs.ts';
import type * as Windows from './proj-windows.ts';

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

/** What the verbs are declared with. */
interface Verbs {
  readonly io: Io;
  readonly verb: (usage: string, description: string, example: string) => Command;
  readonly load: () => Promise<typeof Proj>;
  readonly edits: () => Promise<typeof Edits>;
  readonly windows: () => Promise<typeof Windows>;
}

/** Adds the verbs of argocd proj. */
export function addProj(program: Command, io: Io): void {
  const proj = program.command('proj').description('projects: the verbs of argocd, with its exit codes');
  const under = (parent: Command, path: string): Verbs => ({
    io,
    verb: (usage, description, example) =>
      parent
        .command(usage)
        .description(description)
        .option('--server <url>', 'the server to talk to (the last `evenkeel up` by default)')
        .addHelpText('after', `\nExample:\n  evenkeel ${path} ${example}`),
    load: () => import('./proj.ts'),
    edits: () => import('./proj-edits.ts'),
    windows: () => import('./proj-windows.ts'),
  });
  const verbs = under(proj, 'proj');
  addWhole(verbs);
  addLists(verbs);
  addKinds(verbs);
  addAccounts(verbs);
  addWindowVerbs(under(proj.command('windows').description('sync windows of a project'), 'proj windows'));
  const integrity = proj.command('source-integrity').description('whose signatures commits must carry');
  const policies = integrity.command('git').description('of Git').command('policies').description('policy by policy');
  addPolicyVerbs(under(policies, 'proj source-integrity git policies').verb, io);
  addRoleVerbs(under(proj.command('role').description('roles of a project'), 'proj role').verb, io);
}

function withSpecFlags(command: Command): Command {
  return command
    .option('--description <text>', 'what the project is for')
    .option('-d, --dest <server,namespace>', 'permitted destination (may be repeated)', collect)
    .option('-s, --src <url>', 'permitted source repository (may be repeated)', collect)
    .option('--source-namespaces <list>', 'namespaces of Applications, separated by commas')
    .option('--signature-keys <list>', 'GnuPG keys that commits must be signed with, separated by commas')
    .option('--orphaned-resources', 'look for objects that nobody owns')
    .option('--orphaned-resources-warn', 'say so in the conditions of Applications')
    .option('--allow-cluster-resource <[group/]kind[/name]>', 'allowed cluster-scoped kind (may be repeated)', collect)
    .option('--deny-cluster-resource <[group/]kind[/name]>', 'denied cluster-scoped kind (may be repeated)', collect)
    .option('--allow-namespaced-resource <[group/]kind>', 'allowed namespaced kind (may be repeated)', collect)
    .option('--deny-namespaced-resource <[group/]kind>', 'denied namespaced kind (may be repeated)', collect)
    .option('--dest-service-accounts <server,namespace,account>', 'whom syncs act as (may be repeated)', collect);
}

function addWhole({ verb, load, io }: Verbs): void {
  verb('list', 'list projects', 'list')
    .option('-o, --output <format>', 'json, yaml, wide or name')
    .action(async (options: Proj.ProjOptions) => (await load()).projList(options, io));
  verb('get <project>', 'everything about one project', 'get team-a')
    .option('-o, --output <format>', 'json, yaml or wide')
    .action(async (name: string, options: Proj.ProjOptions) => (await load()).projGet(name, options, io));
  withSpecFlags(
    verb('create [project]', 'create a project', 'create team-a -s "https://github.com/org/*" -d "*,team-a-*"'),
  )
    .option('-f, --file <file>', 'an AppProject manifest instead of flags')
    .option('--upsert', 'change a project that exists')
    .option('-o, --output <format>', 'json or yaml')
    .action(async (name: string | undefined, options: Parameters<typeof Proj.projCreate>[1]) =>
      (await load()).projCreate(name, options, io),
    );
  withSpecFlags(verb('set <project>', 'set what the flags name', 'set team-a --description "the A team"')).action(
    async (name: string, options: Proj.ProjOptions & Proj.SpecFlags) => (await load()).projSet(name, options, io),
  );
  verb('edit <project>', 'change the spec in an editor (KUBE_EDITOR, EDITOR)', 'edit team-a').action(
    async (name: string, options: Proj.ProjOptions) => (await load()).projEditor(name, options, io),
  );
  verb('delete <projects...>', 'delete projects that no application refers to', 'delete team-a')
    .option('-y, --yes', 'ask nothing (nothing is asked)')
    .action(async (names: readonly string[], options: Proj.ProjOptions) =>
      (await load()).projDelete(names, options, io),
    );
}

function addLists({ verb, load, edits, io }: Verbs): void {
  type Options = Proj.ProjOptions & { readonly name?: boolean };
  verb(
    'add-source <project> <url>',
    'permit a source repository',
    'add-source team-a https://github.com/org/web',
  ).action(async (project: string, url: string, options: Options) =>
    (await load()).projEdit(project, (await edits()).addSource(url), options, io),
  );
  verb(
    'remove-source <project> <url>',
    'permit it no longer',
    'remove-source team-a https://github.com/org/web',
  ).action(async (project: string, url: string, options: Options) =>
    (await load()).projEdit(project, (await edits()).removeSource(url), options, io),
  );
  verb(
    'add-source-namespace <project> <namespace>',
    'permit Applications of a namespace',
    'add-source-namespace team-a apps-a',
  ).action(async (project: string, namespace: string, options: Options) =>
    (await load()).projEdit(project, (await edits()).addSourceNamespace(namespace), options, io),
  );
  verb(
    'remove-source-namespace <project> <namespace>',
    'permit them no longer',
    'remove-source-namespace team-a apps-a',
  ).action(async (project: string, namespace: string, options: Options) =>
    (await load()).projEdit(project, (await edits()).removeSourceNamespace(namespace), options, io),
  );
  verb(
    'add-destination <project> <server> <namespace>',
    'permit a destination',
    'add-destination team-a https://prod team-a-*',
  )
    .option('--name', 'the cluster is given by name')
    .action(async (project: string, server: string, namespace: string, options: Options) =>
      (await load()).projEdit(
        project,
        (await edits()).addDestination(server, namespace, options.name === true),
        options,
        io,
      ),
    );
  verb(
    'remove-destination <project> <server> <namespace>',
    'permit it no longer',
    'remove-destination team-a https://prod team-a-*',
  ).action(async (project: string, server: string, namespace: string, options: Options) =>
    (await load()).projEdit(project, (await edits()).removeDestination(server, namespace), options, io),
  );
}

function addKinds({ verb, load, edits, io }: Verbs): void {
  type Options = Proj.ProjOptions & { readonly list?: string; readonly name?: string };
  for (const allow of [true, false]) {
    for (const scope of ['cluster', 'namespace'] as const) {
      const word = allow ? 'allow' : 'deny';
      const usage = `${word}-${scope}-resource <project> <group> <kind>${scope === 'cluster' ? ' [name]' : ''}`;
      verb(
        usage,
        `${word} a ${scope === 'cluster' ? 'cluster-scoped' : 'namespaced'} kind`,
        `${word}-${scope}-resource team-a apps Deployment`,
      )
        .option('-l, --list <list>', 'the list to change: allow or deny')
        .action(async (...args: readonly unknown[]) => {
          const [project, group, kind, name] = args as readonly (string | undefined)[];
          const options = args.find((arg) => typeof arg === 'object') as Options;
          const wish = { scope, allow, list: options.list, group: group ?? '', kind: kind ?? '' };
          const named = typeof name === 'string' ? { ...wish, name } : wish;
          await (await load()).projEdit(project ?? '', (await edits()).allowKind(named), options, io);
        });
    }
  }
  verb(
    'add-orphaned-ignore <project> <group> <kind>',
    'such an object is no orphan',
    'add-orphaned-ignore team-a "" Secret --name "tmp-*"',
  )
    .option('--name <pattern>', 'only objects with such names')
    .action(async (project: string, group: string, kind: string, options: Options) =>
      (await load()).projEdit(project, (await edits()).addOrphanedIgnore(group, kind, options.name ?? ''), options, io),
    );
  verb('remove-orphaned-ignore <project> <group> <kind>', 'it is one again', 'remove-orphaned-ignore team-a "" Secret')
    .option('--name <pattern>', 'the pattern of the entry')
    .action(async (project: string, group: string, kind: string, options: Options) =>
      (await load()).projEdit(
        project,
        (await edits()).removeOrphanedIgnore(group, kind, options.name ?? ''),
        options,
        io,
      ),
    );
}

function addAccounts({ verb, load, edits, io }: Verbs): void {
  type Options = Proj.ProjOptions & { readonly serviceAccountNamespace?: string };
  const qualified = (account: string, { serviceAccountNamespace }: Options): string =>
    serviceAccountNamespace === undefined ? account : `${serviceAccountNamespace}:${account}`;
  const usage = '<project> <server> <namespace> <account>';
  verb(
    `add-destination-service-account ${usage}`,
    'whom syncs to a destination act as',
    'add-destination-service-account team-a "*" team-a deployer',
  )
    .option('--service-account-namespace <namespace>', 'where the service account is')
    .action(async (project: string, server: string, namespace: string, account: string, options: Options) =>
      (await load()).projEdit(
        project,
        (await edits()).addServiceAccount(server, namespace, qualified(account, options)),
        options,
        io,
      ),
    );
  verb(
    `remove-destination-service-account ${usage}`,
    'act as it no longer',
    'remove-destination-service-account team-a "*" team-a deployer',
  ).action(async (project: string, server: string, namespace: string, account: string, options: Options) =>
    (await load()).projEdit(project, (await edits()).removeServiceAccount(server, namespace, account), options, io),
  );
  verb(
    'add-signature-key <project> <key>',
    'commits must be signed',
    'add-signature-key team-a 4AEE18F83AFDEB23',
  ).action(async (project: string, key: string, options: Options) =>
    (await load()).projEdit(project, (await edits()).addSignatureKey(key), options, io),
  );
  verb(
    'remove-signature-key <project> <key>',
    'no longer by this key',
    'remove-signature-key team-a 4AEE18F83AFDEB23',
  ).action(async (project: string, key: string, options: Options) =>
    (await load()).projEdit(project, (await edits()).removeSignatureKey(key), options, io),
  );
}

function withWindowFlags(command: Command): Command {
  return command
    .option('--schedule <cron>', 'when it opens')
    .option('--duration <duration>', 'how long it is open, such as 1h')
    .option('--applications <list>', 'names of applications, separated by commas; wildcards are supported')
    .option('--namespaces <list>', 'destination namespaces')
    .option('--clusters <list>', 'destination clusters')
    .option('--time-zone <zone>', 'the zone of the schedule', 'UTC')
    .option('--description <text>', 'why it is there');
}

function addWindowVerbs({ verb, load, windows, io }: Verbs): void {
  verb('list <project>', 'list windows', 'list team-a')
    .option('-o, --output <format>', 'json, yaml or wide')
    .action(async (project: string, options: Proj.ProjOptions) => (await load()).projWindows(project, options, io));
  withWindowFlags(
    verb(
      'add <project>',
      'add a window',
      'add team-a -k deny --schedule "0 8 * * 1-5" --duration 10h --applications "*"',
    ),
  )
    .option('-k, --kind <kind>', 'allow or deny')
    .option('--manual-sync', 'syncs by hand are allowed all the same')
    .option('--sync-overrun', 'syncs that began in time may finish')
    .option('--use-and-operator', 'applications, namespaces and clusters must all fit')
    .action(async (project: string, options: Proj.ProjOptions & Windows.WindowFlags) =>
      (await load()).projEdit(project, (await windows()).addWindow(options), options, io),
    );
  withWindowFlags(verb('update <project> <id>', 'change a window', 'update team-a 0 --duration 2h')).action(
    async (project: string, id: string, options: Proj.ProjOptions & Windows.WindowFlags) =>
      (await load()).projEdit(project, (await windows()).updateWindow(id, options), options, io),
  );
  verb('delete <project> <id>', 'delete a window', 'delete team-a 0')
    .option('-y, --yes', 'ask nothing (nothing is asked)')
    .action(async (project: string, id: string, options: Proj.ProjOptions) =>
      (await load()).projEdit(project, (await windows()).deleteWindow(id), options, io),
    );
  for (const [name, field] of [
    ['manual-sync', 'manualSync'],
    ['sync-overrun', 'syncOverrun'],
  ] as const) {
    for (const on of [true, false]) {
      const word = on ? 'enable' : 'disable';
      verb(`${word}-${name} <project> <id>`, `${word} ${name} of a window`, `${word}-${name} team-a 0`).action(
        async (project: string, id: string, options: Proj.ProjOptions) =>
          (await load()).projEdit(project, (await windows()).switchWindow(id, field, on), options, io),
      );
    }
  }
}
