// `evenkeel admin settings rbac …`: policies tried out before they are applied, from a file or from the cluster.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/admin/settings_rbac.go (3.6).

import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import {
  type Judge,
  type RbacRequest,
  type ReadPolicies,
  builtinPolicies,
  createJudge,
  joinPolicies,
  policySources,
  policyWarnings,
  projectRoleOf,
  questionProblem,
  rbacConfigName,
  readPolicies,
  resolveResource,
} from '@evenkeel/argo';
import { createHttpTransport, createKubeClient, loadKubeconfig } from '@evenkeel/kube';
import { isMap, parseYaml } from '@evenkeel/resource';
import { CommandFailure, type Io } from '../io.ts';
import { kubeconfigFor } from '../session.ts';

/** Where policies come from: one of the two. */
export interface PolicyOptions {
  readonly policyFile?: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
}

export interface CanOptions extends PolicyOptions {
  readonly defaultRole?: string;
  readonly useBuiltinPolicy: string;
  readonly strict: string;
  readonly quiet?: boolean;
}

/** Prints Yes, or No and fails. */
export async function rbacCan(
  asked: { readonly subject: string; readonly action: string; readonly resource: string; readonly object: string },
  options: CanOptions,
  io: Io,
): Promise<void> {
  const { read, defaultRole, matchMode } = await open(options, io);
  const [problem] = read.problems;
  if (problem) throw new CommandFailure(`invalid user policy: ${placed(problem)}`);
  const resource = resolveResource(asked.resource);
  if (flag('strict', options.strict)) {
    const wrong = questionProblem(resource, asked.action);
    if (wrong !== undefined) throw new CommandFailure(`error in RBAC request: ${wrong}`);
  }
  const nothing = { rules: [], bindings: [] };
  const judge = createJudge({
    policies: joinPolicies(flag('use-builtin-policy', options.useBuiltinPolicy) ? builtinPolicies : nothing, read),
    defaultRole: options.defaultRole || defaultRole,
    matchMode,
    project: () => undefined,
  });
  const request = { resource, action: asked.action, object: objectOf(resource, asked.object) };
  const allowed = judge.allowsSubject(asked.subject, request);
  const isQuiet = options.quiet === true;
  if (allowed && !isQuiet) warnOfGroup(judge, asked.subject, request, io);
  if (!isQuiet) io.out(allowed ? 'Yes\n' : 'No\n');
  if (!allowed) throw new CommandFailure('', 1);
}

/** Says whether policies can be read, and line by line what is wrong or of no effect. */
export async function rbacValidate(options: PolicyOptions, io: Io): Promise<void> {
  const { read, matchMode, text } = await open(options, io);
  if (text.trim() === '') throw new CommandFailure('Policy is empty or could not be loaded.');
  for (const warning of policyWarnings(read, matchMode)) io.err(`warning: ${placed(warning)}\n`);
  if (read.problems.length > 0) throw new CommandFailure(`Policy is invalid: ${read.problems.map(placed).join('\n')}`);
  io.out('Policy is valid.\n');
}

interface Opened {
  readonly read: ReadPolicies;
  readonly text: string;
  readonly defaultRole: string;
  readonly matchMode: 'glob' | 'regex';
}

async function open(options: PolicyOptions, io: Io): Promise<Opened> {
  const { policyFile, namespace } = options;
  if ((policyFile === undefined) === (namespace === undefined))
    throw new CommandFailure('please provide exactly one of --policy-file or --namespace');
  const lines = policyFile === undefined ? undefined : readText(policyFile, io);
  const data = lines === undefined ? await fromCluster(namespace ?? '', options, io) : (configOf(lines) ?? {});
  // A file of lines is called by its name.
  const isLines = lines !== undefined && configOf(lines) === undefined;
  const sources = isLines ? [{ name: basename(policyFile ?? ''), text: lines }] : policySources(data);
  return {
    read: readPolicies(sources),
    text: sources.map(({ text }) => text).join('\n'),
    defaultRole: data['policy.default'] ?? '',
    matchMode: data['policy.matchMode'] === 'regex' ? 'regex' : 'glob',
  };
}

type Data = Readonly<Record<string, string>>;

/** The data of a ConfigMap in YAML; undefined where the text is none. */
function configOf(text: string): Data | undefined {
  try {
    const value = parseYaml(text, { dialect: 'sigs' });
    return isMap(value) ? textsOf(value['data']) : undefined;
  } catch {
    // Lines of policies are no YAML.
    return undefined;
  }
}

function readText(file: string, io: Io): string {
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8');
  } catch {
    throw new CommandFailure(`error opening policy file: open ${file}: no such file or directory`);
  }
}

async function fromCluster(namespace: string, { kubeconfig }: PolicyOptions, io: Io): Promise<Data> {
  const file = kubeconfigFor(io, kubeconfig);
  if (file === undefined) throw new CommandFailure('no cluster: name a --kubeconfig');
  await using transport = createHttpTransport(await loadKubeconfig({ files: [resolve(io.cwd, file)] }));
  const client = createKubeClient(transport);
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' });
  const object = type && (await client.get(type, { namespace, name: rbacConfigName }));
  if (!object) throw new CommandFailure(`could not get configmap: configmaps "${rbacConfigName}" not found`);
  return textsOf(object['data']);
}

function textsOf(data: unknown): Data {
  const entries = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

const projectScoped: ReadonlySet<string> = new Set([
  'applications',
  'applicationsets',
  'logs',
  'exec',
  'clusters',
  'repositories',
  'write-repositories',
]);

function objectOf(resource: string, object: string): string {
  return projectScoped.has(resource) && (object === '' || object === '*') ? '*/*' : object;
}

/** A grant of a group counts only where a g line names the group. */
function warnOfGroup(judge: Judge, subject: string, request: RbacRequest, io: Io): void {
  const isGroup = subject.includes(':') && !subject.startsWith('role:') && !projectRoleOf(subject);
  const { installation } = judge;
  if (!isGroup || installation.isBound(subject) || !installation.enforce(subject, request)) return;
  io.err(
    `warning: subject "${subject}" is a group with a direct 'p,' policy but no 'g, ${subject}, role:...' binding; ` +
      'the API server ignores such grants at runtime, so this permission will NOT take effect. Bind the group to a role instead.\n',
  );
}

function flag(name: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new CommandFailure(`--${name} is true or false, not "${text}"; write --${name}=false`);
}

function placed({ source, line, sentence }: { source: string; line: number; sentence: string }): string {
  return `${source}:${line}: ${sentence}`;
}
