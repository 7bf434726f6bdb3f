// Cases of testdata/applicationset/*.txtar: a set, the world it sees, and the Applications that come out.
//
//   What the case is about.
//   differs: why the original gives something else (such a case is not compared with it)
//   -- set.yaml --        the ApplicationSet; a bare spec is wrapped
//   -- objects.yaml --    Secrets, ConfigMaps and others in the cluster
//   -- repo/PATH --       a file of the repository, whatever URL is asked for
//   -- forge.yaml --      repositories and pull requests any forge answers with
//   -- plugin.yaml --     what the plugin answers
//   -- want --            Applications, or `error: REASON: MESSAGE`

import {
  ForgeAccess,
  ForgeError,
  type ForgeProvider,
  type ForgeRepository,
  type PullRequest,
  type PullRequestProvider,
} from '@evenkeel/git';
import {
  type Json,
  type JsonObject,
  type KubeObject,
  emitSigsYaml,
  parseYaml,
  parseYamlDocuments,
} from '@evenkeel/resource';
import type { Snapshot } from '@evenkeel/source';
import { memoryTree } from '@evenkeel/std';
import { type ApplicationSet, GenerationError, readApplicationSet } from '../application-set.ts';
import { generateApplications, validateApplications } from '../generate-applications.ts';
import { clusterAddresses } from '../generators/clusters.ts';
import type { GeneratorWorld } from '../generators/world.ts';

export interface SetCase {
  readonly title: string;
  readonly differs: string | undefined;
  readonly sections: ReadonlyMap<string, string>;
}

const sectionLine = /^-- (.+?) --$/;

/** Takes a case apart. */
export function parseCase(text: string): SetCase {
  const sections = new Map<string, string>();
  let name = '';
  let lines: string[] = [];
  const close = (): void => {
    sections.set(name, lines.map((line) => `${line}\n`).join(''));
    lines = [];
  };
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const match = sectionLine.exec(line);
    if (!match) lines.push(line);
    else {
      close();
      name = match[1] ?? '';
    }
  }
  close();
  const header = (sections.get('') ?? '').trim().split('\n');
  return {
    title: header[0] ?? '',
    differs: header.find((line) => line.startsWith('differs: '))?.slice('differs: '.length),
    sections,
  };
}

/** The case with what came out. */
export function printCase(text: string, want: string): string {
  const at = text.indexOf('-- want --\n');
  return `${at < 0 ? text : text.slice(0, at)}-- want --\n${want}`;
}

/** The set of a case. */
export function setOf({ sections }: SetCase): ApplicationSet {
  const json = parseYaml(sections.get('set.yaml') ?? '', { dialect: 'sigs' }) as JsonObject;
  const whole = 'spec' in json ? json : { spec: json };
  return readApplicationSet({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    ...whole,
    metadata: { name: 'set', namespace: 'argocd', ...(whole['metadata'] as JsonObject | undefined) },
  } as KubeObject);
}

/** What comes out of a case: Applications in YAML, or the error. Problems of single Applications stand behind them. */
export async function runCase(testCase: SetCase): Promise<string> {
  const set = setOf(testCase);
  const objects = objectsOf(testCase);
  await using access = new ForgeAccess();
  const generation = await generateApplications(set, worldOf(testCase, objects, access));
  if (generation.kind === 'failed') return `error: ${generation.reason}: ${generation.message}\n`;
  const projects = new Set([
    'default',
    ...objects.filter(({ kind }) => kind === 'AppProject').map((one) => one.metadata.name),
  ]);
  const problems = validateApplications(set, generation.applications, {
    hasProject: (name) => projects.has(name),
    clusters: clusterAddresses(clusterSecrets(objects)),
  });
  const shown = generation.applications.map((application, index) => {
    const problem = problems.get(index);
    return problem === undefined ? emitSigsYaml(application as unknown as Json) : `invalid: ${problem}\n`;
  });
  return shown.length === 0 ? 'none\n' : shown.join('---\n');
}

function objectsOf({ sections }: SetCase): readonly KubeObject[] {
  const documents = parseYamlDocuments(sections.get('objects.yaml') ?? '', { dialect: 'sigs' }) as readonly Json[];
  return documents.filter((document) => document !== null) as unknown as readonly KubeObject[];
}

function clusterSecrets(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.filter((one) => one.metadata.labels?.['argocd.argoproj.io/secret-type'] === 'cluster');
}

function worldOf(testCase: SetCase, objects: readonly KubeObject[], access: ForgeAccess): GeneratorWorld {
  const { sections } = testCase;
  const find = (kind: string, namespace: string, name: string): KubeObject | undefined =>
    objects.find(
      (one) => one.kind === kind && one.metadata.name === name && (one.metadata.namespace ?? 'argocd') === namespace,
    );
  const files = Object.fromEntries(
    [...sections].filter(([name]) => name.startsWith('repo/')).map(([name, text]) => [name.slice(5), text]),
  );
  const forge = (parseYaml(sections.get('forge.yaml') ?? '{}', { dialect: 'sigs' }) ?? {}) as unknown as Forge;
  const settings = (parseYaml(sections.get('settings.yaml') ?? '{}', { dialect: 'sigs' }) ?? {}) as JsonObject;
  return {
    controlNamespace: 'argocd',
    clusterSecrets: () => clusterSecrets(objects),
    secret: async (namespace, name) => find('Secret', namespace, name),
    configMap: async (namespace, name) => find('ConfigMap', namespace, name),
    decisions: async ({ resource, name }) =>
      objects.filter((one) => `${one.kind.toLowerCase()}s` === resource && (name === '' || one.metadata.name === name)),
    async readTree(_source, work) {
      if (sections.has('repo-error')) throw new GenerationError((sections.get('repo-error') ?? '').trim());
      const tree = memoryTree(files);
      return work({ ...tree, files: () => Object.keys(files) } as unknown as Snapshot);
    },
    hiddenDirectories: settings['hiddenDirectories'] === true,
    newFileGlobbing: settings['newFileGlobbing'] === true,
    askPlugin: async () => parseYaml(sections.get('plugin.yaml') ?? '{}', { dialect: 'sigs' }) ?? {},
    forges: {
      enabled: settings['enableScmProviders'] !== false,
      allowed: (settings['allowedScmProviders'] ?? []) as readonly string[],
      strictTokens: settings['strictTokens'] === true,
    },
    access,
    repositories: (_kind, spec) => (sections.has('forge.yaml') ? providerOf(forge, spec) : undefined),
    pullRequests: () => (sections.has('forge.yaml') ? pullsOf(forge) : undefined),
    signal: new AbortController().signal,
  };
}

interface Forge {
  readonly error?: string;
  readonly missing?: boolean;
  readonly repositories?: readonly (ForgeRepository & {
    readonly branches?: readonly string[];
    readonly paths?: readonly string[];
  })[];
  readonly pullRequests?: readonly PullRequest[];
}

function pullsOf(forge: Forge): PullRequestProvider {
  return {
    async pullRequests() {
      if (forge.missing === true) throw new ForgeError('not-found', '404 Not Found');
      if (forge.error !== undefined) throw new ForgeError('refused', forge.error);
      return (forge.pullRequests ?? []).map((pull) => ({ ...pull, labels: pull.labels ?? [] }));
    },
  };
}

function providerOf(forge: Forge, spec: JsonObject): ForgeProvider {
  return {
    async repositories() {
      if (forge.error !== undefined) throw new ForgeError('refused', forge.error);
      return (forge.repositories ?? []).map((one) => ({ ...one, labels: one.labels ?? [] }));
    },
    async branches(repository) {
      const { branches = [repository.branch] } =
        (forge.repositories ?? []).find((one) => one.repository === repository.repository) ?? {};
      const names = spec['allBranches'] === true ? branches : [repository.branch];
      return names.map((branch) => ({ ...repository, branch }));
    },
    async hasPath(repository, path) {
      return (
        (forge.repositories ?? []).find((one) => one.repository === repository.repository)?.paths?.includes(path) ===
        true
      );
    },
  };
}
