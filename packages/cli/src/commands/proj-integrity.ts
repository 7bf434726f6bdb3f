// `evenkeel proj source-integrity git policies …`: whose signatures a project asks for, policy by policy.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/project_source_integrity.go (3.6).

import type { ProjectSpec } from '@evenkeel/argo';
import { CommandFailure, type Io } from '../io.ts';
import { formatTable } from '../output/table.ts';
import { specOf } from './proj-print.ts';
import { type ProjOptions, fetchProject, projEdit } from './proj.ts';
import { confirmed } from './app-sync.ts';

/** Flags of add and update. */
export interface PolicyOptions extends ProjOptions {
  readonly repoUrl?: readonly string[];
  readonly addRepoUrl?: readonly string[];
  readonly deleteRepoUrl?: readonly string[];
  readonly gpgMode?: string;
  readonly gpgKey?: readonly string[];
  readonly addGpgKey?: readonly string[];
  readonly deleteGpgKey?: readonly string[];
  readonly yes?: boolean;
}

type Policies = NonNullable<NonNullable<NonNullable<ProjectSpec['sourceIntegrity']>['git']>['policies']>;
type Policy = Policies[number];

function policiesOf({ sourceIntegrity }: ProjectSpec): Policies {
  return sourceIntegrity?.git?.policies ?? [];
}

/** The spec with these policies; without any of them nothing is left of the field. */
function withPolicies({ sourceIntegrity: _before, ...spec }: ProjectSpec, policies: Policies): ProjectSpec {
  return policies.length === 0 ? spec : { ...spec, sourceIntegrity: { git: { policies } } };
}

function demandPolicies(spec: ProjectSpec, project: string): Policies {
  const policies = policiesOf(spec);
  if (policies.length === 0)
    throw new CommandFailure(`no source integrity git policies defined in project "${project}"`);
  return policies;
}

/** Prints the policies with the numbers that update and delete take. */
export async function listPolicies(project: string, options: ProjOptions, io: Io): Promise<void> {
  const spec = specOf((await fetchProject(project, options, io)).project);
  io.out(printPolicies(demandPolicies(spec, project)));
}

function printPolicies(policies: Policies): string {
  const said = (texts: readonly string[]): string => (texts.length === 0 ? '<none>' : texts.join(', '));
  const rows = policies.map(({ gpg, repos = [] }, index) => [
    String(index),
    gpg?.mode ?? '<none>',
    said(gpg?.keys ?? []),
    said(repos.map(({ url = '' }) => url)),
  ]);
  return formatTable(['ID', 'GPG-MODE', 'GPG-KEYS', 'REPO-URLS'], rows);
}

export async function addPolicy(project: string, options: PolicyOptions, io: Io): Promise<void> {
  const policy: Policy = {
    repos: (options.repoUrl ?? []).map((url) => ({ url })),
    gpg: { mode: readMode(options.gpgMode), keys: (options.gpgKey ?? []).map(readKey) },
  };
  await change(project, (spec) => [...policiesOf(spec), policy], options, io);
}

export async function updatePolicy(project: string, id: string, options: PolicyOptions, io: Io): Promise<void> {
  const { repoUrl = [], addRepoUrl = [], deleteRepoUrl = [], gpgKey = [], addGpgKey = [], deleteGpgKey = [] } = options;
  if (gpgKey.length > 0 && (addGpgKey.length > 0 || deleteGpgKey.length > 0))
    throw new CommandFailure('option --gpg-key, cannot be combined with --add-gpg-key or --delete-gpg-key');
  if (repoUrl.length > 0 && (addRepoUrl.length > 0 || deleteRepoUrl.length > 0))
    throw new CommandFailure('option --repo-url, cannot be combined with --add-repo-url or --delete-repo-url');
  const edit = (spec: ProjectSpec): Policies => {
    const policies = demandPolicies(spec, project);
    const index = readId(id, policies);
    return policies.map((policy, at) => (at === index ? updated(policy, options) : policy));
  };
  await change(project, edit, options, io);
}

function updated(policy: Policy, options: PolicyOptions): Policy {
  const urls = merged(
    (policy.repos ?? []).map(({ url = '' }) => url),
    {
      all: options.repoUrl,
      add: options.addRepoUrl,
      remove: options.deleteRepoUrl,
    },
  );
  const keys = merged(policy.gpg?.keys ?? [], {
    all: options.gpgKey?.map(readKey),
    add: options.addGpgKey?.map(readKey),
    remove: options.deleteGpgKey?.map(readKey),
  });
  const mode = options.gpgMode === undefined ? (policy.gpg?.mode ?? readMode(undefined)) : readMode(options.gpgMode);
  return { ...policy, repos: urls.map((url) => ({ url })), gpg: { ...policy.gpg, mode, keys } };
}

interface Changes {
  readonly all: readonly string[] | undefined;
  readonly add: readonly string[] | undefined;
  readonly remove: readonly string[] | undefined;
}

function merged(before: readonly string[], { all = [], add = [], remove = [] }: Changes): readonly string[] {
  if (all.length > 0) return all;
  return [...new Set([...before.filter((one) => !remove.includes(one)), ...add])];
}

export async function deletePolicies(
  project: string,
  ids: readonly string[],
  options: PolicyOptions,
  io: Io,
): Promise<void> {
  const spec = specOf((await fetchProject(project, options, io)).project);
  const doomed = new Set(ids.map((id) => readId(id, demandPolicies(spec, project))));
  const said = [...doomed].map(String).toSorted().join(', ');
  const question = `Are you sure you want to delete policies ${said} from project "${project}"? [y/N] `;
  if (options.yes !== true && !(await confirmed(question, io))) {
    io.out('Aborted by user.\n');
    return;
  }
  const rest = (current: ProjectSpec): Policies => policiesOf(current).filter((_policy, index) => !doomed.has(index));
  await projEdit(project, (current) => ({ spec: withPolicies(current, rest(current)) }), options, io);
}

async function change(
  project: string,
  edit: (spec: ProjectSpec) => Policies,
  options: ProjOptions,
  io: Io,
): Promise<void> {
  let say = '';
  await projEdit(
    project,
    (spec) => {
      const policies = edit(spec);
      say = printPolicies(policies);
      return { spec: withPolicies(spec, policies) };
    },
    options,
    io,
  );
  io.out(say);
}

function readId(text: string, policies: Policies): number {
  if (!/^-?\d+$/.test(text)) throw new CommandFailure(`invalid POLICY_ID '${text}'`);
  const index = Number(text);
  if (index < 0 || index >= policies.length)
    throw new CommandFailure(`the POLICY_ID ${index} is out of range (0-${policies.length - 1})`);
  return index;
}

function readMode(text: string | undefined): string {
  if (text === undefined || text === '') throw new CommandFailure('gpg-mode must be set');
  if (text !== 'strict' && text !== 'head' && text !== 'none')
    throw new CommandFailure('gpg-mode must be one of: strict, head, none');
  return text;
}

/** The sixteen digits by which a key is known; longer fingerprints end with them. */
function readKey(text: string): string {
  const id = text.toUpperCase();
  if (!/^([0-9A-F]{16}|[0-9A-F]{40})$/.test(id)) throw new CommandFailure(`invalid GPG key ID '${text}'`);
  return id.slice(-16);
}
