// `helm template` as a function: arguments in, bytes out. The world (files, cluster, programs, clock) is injected.
// Mirrors helm:pkg/cmd/template.go (v4.3.0) and helm:cmd/helm/template.go (v3.22.0).

import { execute, parseTemplates, quote, sprigFunctions } from '@evenkeel/gotemplate';
import type { FileTree } from '@evenkeel/std';

import type { HelmVersion } from '../chart/chart.ts';
import { BadPattern, matchFilePattern } from '../chart/file-pattern.ts';
import { trimSpace } from '../go-text.ts';
import { type LogEntry, printLogEntry } from '../log-entry.ts';
import { parseKubeVersion } from '../render/capabilities.ts';
import { ManifestError } from '../render/manifests.ts';
import { problemOf } from '../render/render-chart.ts';
import { type Release, renderRelease } from '../render/release.ts';
import type { ChartRenderRequest, RenderHost, RenderProblem, ValueSource } from '../render/request.ts';
import { splitManifests } from '../render/split-manifests.ts';
import { hooksText, manifestText, sourced } from '../render/template-output.ts';
import { FlagError, type ParsedFlags, parseFlags } from './flags.ts';
import { templateFlags, templateHelp } from './template-flags.ts';

/** What the command asks of the world. */
export interface TemplateCommandHost extends RenderHost {
  /**
   * The tree and path of the chart that an argument names: a directory, an archive, or one fetched from a repository or
   * registry. Undefined when there is none. May throw to suspend or to refuse; exceptions pass through.
   */
  locateChart(reference: string, options: ChartReferenceOptions): LocatedChart | undefined;
  /** The default namespace: of the kubeconfig's context, or "default". */
  defaultNamespace(): string;
  /** What the cluster's discovery says, for --dry-run=server; absent or undefined without a cluster. */
  clusterVersions?(): { readonly kubeVersion: string; readonly apiVersions: readonly string[] } | undefined;
  /** Makes the post-renderer of a name; undefined refuses it. */
  postRenderer?(name: string, args: readonly string[]): ((manifests: string) => string) | undefined;
  /** Writes a file below --output-dir, or adds to it (making it where needed). Undefined refuses --output-dir. */
  writeFile?(path: string, content: string, append: boolean): void;
}

/** Where a chart comes from when it is not on the disk. */
export interface ChartReferenceOptions {
  readonly version: string;
  readonly repo: string;
  readonly flags: ParsedFlags;
}

/** A chart in a tree. */
export interface LocatedChart {
  readonly tree: FileTree;
  readonly path: string;
  /** How Helm names paths in messages: absolute. */
  readonly displayPath?: (path: string) => string;
  /** The host has verified its provenance, as --verify asks. */
  readonly verified?: boolean;
}

/** What the command prints. */
export interface TemplateCommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** What went wrong, with positions, for callers that show more than the original. */
  readonly problem?: RenderProblem;
}

/** Runs `helm template ARGS`. Never throws for what a user can cause; ContentNotLoaded and host exceptions pass through. */
export function helmTemplate(
  args: readonly string[],
  host: TemplateCommandHost,
  version: HelmVersion = 4,
): TemplateCommandResult {
  const notices: string[] = [];
  try {
    const flags = parseFlags(args, templateFlags(version));
    notices.push(...flags.notices.map((notice) => `${notice}\n`));
    const stdout = new TemplateRun(flags, host, { version, notices }).run();
    return { stdout, stderr: notices.join(''), exitCode: 0 };
  } catch (error) {
    if (error instanceof CommandFailure) {
      const stderr = `${notices.join('')}Error: ${error.message}\n`;
      const base = { stdout: error.stdout, stderr, exitCode: 1 };
      return error.problem === undefined ? base : { ...base, problem: error.problem };
    }
    if (error instanceof FlagError) {
      return { stdout: '', stderr: `${notices.join('')}Error: ${error.message}\n`, exitCode: 1 };
    }
    throw error;
  }
}

class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly problem: RenderProblem | undefined;
  readonly stdout: string;
  constructor(message: string, problem?: RenderProblem, stdout = '') {
    super(message);
    this.problem = problem;
    this.stdout = stdout;
  }
}

/** Errors after which Helm has a release to show, and says so. */
const WITH_RELEASE: ReadonlySet<string> = new Set([
  'KUBE_VERSION',
  'TEMPLATE_PARSE',
  'TEMPLATE_EXECUTION',
  'TEMPLATE_FAIL',
  'LIMIT',
  'MANIFEST_INVALID',
  'POST_RENDER',
]);

class TemplateRun {
  private readonly flags: ParsedFlags;
  private readonly host: TemplateCommandHost;
  private readonly version: HelmVersion;
  private readonly notices: string[];
  private readonly written = new Set<string>();
  private printed = '';

  constructor(
    flags: ParsedFlags,
    host: TemplateCommandHost,
    context: { readonly version: HelmVersion; readonly notices: string[] },
  ) {
    this.flags = flags;
    this.host = host;
    this.version = context.version;
    this.notices = context.notices;
  }

  run(): string {
    if (this.on('help')) return templateHelp(this.version);
    const { positional } = this.flags;
    if (positional.length < 1) {
      const usage = 'Usage:  helm template [NAME] [CHART] [flags]';
      throw new CommandFailure(`"helm template" requires at least 1 argument\n\n${usage}`);
    }
    this.checkKubeVersion();
    this.checkDryRun();
    const { name, chart } = this.nameAndChart();
    const located = this.locate(chart);
    if (this.on('verify') && located.verified !== true) {
      throw new CommandFailure('--verify is not available here: the chart was not verified');
    }
    let release: Release;
    try {
      release = this.render(located, name);
    } catch (error) {
      return this.explain(error);
    }
    return this.print(release, name);
  }

  private render(located: LocatedChart, name: string): Release {
    const source = {
      tree: located.tree,
      path: located.path,
      host: this.renderHost(),
      log: (entry: LogEntry) => this.logged(entry),
      ...(located.displayPath === undefined ? {} : { displayPath: located.displayPath }),
    };
    return renderRelease(source, this.request(name));
  }

  /** Helm's log lines start with the time they were written, which is left out. */
  private logged(entry: LogEntry): void {
    const line = printLogEntry(entry, this.version);
    if (line !== undefined) this.notices.push(`${line}\n`);
  }

  private request(name: string): ChartRenderRequest {
    const cluster = this.clusterVersions();
    const kubeVersion = cluster?.kubeVersion ?? this.text('kube-version');
    return {
      releaseName: name,
      namespace: this.text('namespace') || this.host.defaultNamespace(),
      values: this.valueSources(),
      helmVersion: this.version,
      isUpgrade: this.on('is-upgrade'),
      ...(kubeVersion === '' ? {} : { kubeVersion }),
      apiVersions: cluster?.apiVersions ?? this.all('api-versions'),
      apiVersionsAreComplete: cluster !== undefined,
      includeCrds: this.on('include-crds'),
      skipTests: this.on('skip-tests'),
      skipSchemaValidation: this.on('skip-schema-validation'),
      enableDns: this.on('enable-dns'),
    };
  }

  /** What the cluster can do, when the run is to ask it: version 4 on --dry-run=server, version 3 on --validate. */
  private clusterVersions(): { kubeVersion: string; apiVersions: readonly string[] } | undefined {
    const asks = this.on('validate') || (this.version === 4 && this.text('dry-run') === 'server');
    if (!asks) return undefined;
    const versions = this.host.clusterVersions?.();
    if (versions !== undefined) return versions;
    const reason = 'no cluster is available here';
    throw new CommandFailure(
      this.version === 4 ? `cluster reachability check failed: ${reason}` : `Kubernetes cluster unreachable: ${reason}`,
    );
  }

  private valueSources(): ValueSource[] {
    const files = this.all('values').map((path): ValueSource => ({ kind: 'file', path }));
    const kinds = ['set-json', 'set', 'set-string', 'set-file', 'set-literal'] as const;
    const sets = kinds.flatMap((kind) => this.all(kind).map((expression): ValueSource => ({ kind, expression })));
    return [...files, ...sets];
  }

  private renderHost(): RenderHost {
    const name = this.text('post-renderer');
    const base: RenderHost = { ...this.host };
    // Only a dry run on the server looks anything up; all other lookups are empty, as with the original.
    if (this.text('dry-run') !== 'server' && !this.on('validate')) delete base.lookup;
    if (name === '') return base;
    const postRender = this.host.postRenderer?.(name, this.all('post-renderer-args'));
    if (postRender === undefined) {
      throw new CommandFailure(
        this.version === 4
          ? `invalid argument ${quote(name)} for "--post-renderer" flag: plugin: {Name:${name} Type:postrenderer/v1} not found`
          : `invalid argument ${quote(name)} for "--post-renderer" flag: unable to find binary at ${name}: exec: ${quote(name)}: executable file not found in $PATH`,
      );
    }
    return { ...base, postRender };
  }

  private checkKubeVersion(): void {
    const text = this.text('kube-version');
    if (text === '') return;
    try {
      parseKubeVersion(text, this.version);
    } catch (error) {
      throw new CommandFailure(`invalid kube version '${text}': ${error instanceof Error ? error.message : ''}`);
    }
  }

  private checkDryRun(): void {
    if (!this.flags.values.has('dry-run')) return;
    const value = this.text('dry-run');
    if (this.version === 3) {
      if (['', 'false', 'true', 'none', 'client', 'server'].includes(value)) return;
      throw new CommandFailure(
        'Invalid dry-run flag. Flag must one of the following: false, true, none, client, server',
      );
    }
    if (this.flags.values.has('validate')) {
      throw new CommandFailure(
        'if any flags in the group [validate dry-run] are set none of the others can be; [dry-run validate] were all set',
      );
    }
    if (value === 'client' || value === 'server') return;
    if (value === 'unset') {
      this.logged({ level: 'WARN', message: "--dry-run is deprecated and should be replaced with '--dry-run=client'" });
    } else if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) {
      const message = "boolean '--dry-run=true' flag is deprecated and must be replaced with '--dry-run=client'";
      this.logged({ level: 'WARN', message });
    } else if (value === 'none' || /^(?:0|f|F|FALSE|false|False)$/.test(value)) {
      throw new CommandFailure(`invalid dry-run value (${quote(value)}). Must be "server" or "client"`);
    } else throw new CommandFailure(`invalid dry-run value (${quote(value)}). Must be "none", "server", or "client"`);
  }

  private nameAndChart(): { name: string; chart: string } {
    const [first = '', second = '', ...more] = this.flags.positional;
    if (more.length > 0) {
      throw new CommandFailure(`expected at most two arguments, unexpected arguments: ${more.join(', ')}`);
    }
    const template = this.text('name-template');
    if (this.flags.positional.length === 2) {
      if (this.on('generate-name')) throw new CommandFailure('cannot set --generate-name and also specify a name');
      if (template !== '') throw new CommandFailure('cannot set --name-template and also specify a name');
      return { name: first, chart: second };
    }
    if (template !== '') return { name: this.templatedName(template), chart: first };
    // The command names every release "release-name", so that --generate-name has nothing to do.
    return { name: 'release-name', chart: first };
  }

  private templatedName(template: string): string {
    const parsed = parseTemplates([{ name: 'name-template', text: template }], { functions: sprigFunctions() });
    if (!parsed.ok) throw new CommandFailure(parsed.error.message);
    const refuse = (): never => {
      throw new Error('not available in a name template');
    };
    const { output, error } = execute(parsed.value, 'name-template', null, {
      host: {
        nowNanos: this.host.nowNanos?.bind(this.host) ?? refuse,
        localZone: this.host.localZone ?? 'UTC',
        randomBytes: this.host.randomBytes?.bind(this.host) ?? refuse,
        generatePrivateKey: this.host.generatePrivateKey?.bind(this.host) ?? refuse,
        createCertificate: this.host.createCertificate?.bind(this.host) ?? refuse,
        checkCertificate: this.host.checkCertificate?.bind(this.host) ?? refuse,
        lookupHost: this.host.lookupHost?.bind(this.host) ?? refuse,
      },
    });
    if (error !== undefined) throw new CommandFailure(error.message);
    return output;
  }

  private locate(given: string): LocatedChart {
    const reference = trimSpace(given);
    const constraint = trimSpace(this.text('version'));
    const options = {
      version: constraint === '' && this.on('devel') ? '>0.0.0-0' : constraint,
      repo: this.text('repo'),
      flags: this.flags,
    };
    const located = this.host.locateChart(reference, options);
    if (located !== undefined) return located;
    if (reference.startsWith('/') || reference.startsWith('.'))
      throw new CommandFailure(`path ${quote(reference)} not found`);
    if (reference.includes('/')) {
      throw new CommandFailure(`repo ${reference.slice(0, reference.indexOf('/'))} not found`);
    }
    throw new CommandFailure(`non-absolute URLs should be in form of repo_name/path_to_chart, got: ${reference}`);
  }

  /** Says what went wrong; with --debug the manifests come first where there are any. */
  private explain(error: unknown): string {
    if (error instanceof CommandFailure) throw error;
    const problem = problemOf(error);
    const hasRelease =
      WITH_RELEASE.has(problem.code) && !(problem.code === 'KUBE_VERSION' && problem.file === undefined);
    const hint = hasRelease && !this.on('debug') ? '\n\nUse --debug flag to render out invalid YAML' : '';
    const debug = this.on('debug') && error instanceof ManifestError ? error.rendered : undefined;
    const stdout = debug === undefined ? '' : `${trimSpace(debug)}\n`;
    throw new CommandFailure(`${problem.message}${hint}`, problem, stdout);
  }

  private print(release: Release, name: string): string {
    const directory = this.text('output-dir');
    if (directory !== '') return this.writeFiles(release, { directory, name });
    const manifest = this.postRendered(manifestText(release));
    const hooks = this.on('no-hooks') ? '' : hooksText(release.hooks, this.on('skip-tests'));
    const whole = `${trimSpace(manifest)}\n${hooks}`;
    const wanted = this.all('show-only');
    return wanted.length === 0 ? whole : this.showOnly(whole, wanted);
  }

  /** Version 3 hands the finished manifest to the post-renderer. */
  private postRendered(manifest: string): string {
    const host = this.renderHost();
    if (this.version === 4 || host.postRender === undefined) return manifest;
    try {
      return host.postRender(manifest);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const hint = '\n\nUse --debug flag to render out invalid YAML';
      throw new CommandFailure(`error while running post render on files: ${error.message}${hint}`);
    }
  }

  private showOnly(whole: string, wanted: readonly string[]): string {
    const manifests = splitManifests(whole, this.version).map(({ text }) => text);
    let out = '';
    for (const pattern of wanted) {
      const found = manifests.filter((text) => {
        const name = /# Source: [^/]+\/(.+)/.exec(text)?.[1];
        return name !== undefined && quietMatch(pattern, name);
      });
      if (found.length === 0) throw new CommandFailure(`could not find template ${pattern} in chart`);
      for (const text of found) out += `---\n${text}\n`;
    }
    return out;
  }

  /** CRDs go below the directory itself; everything else below the release name too when --release-name says so. */
  private writeFiles(release: Release, to: { readonly directory: string; readonly name: string }): string {
    const inner = this.on('release-name') ? `${to.directory}/${to.name}` : to.directory;
    for (const { source, file } of release.crds) {
      this.write(to.directory, source, new TextDecoder().decode(file.data));
    }
    for (const { source, text } of release.manifests) this.write(inner, source, text);
    const hooks = this.on('no-hooks') ? [] : release.hooks;
    for (const { source, text, events } of hooks) {
      if (!(this.on('skip-tests') && events.includes('test'))) this.write(inner, source, text, true);
    }
    // Nothing of the manifests is left to print but the line end behind them.
    return `${this.printed}\n`;
  }

  /** Hooks are added to whatever the file holds, even from an earlier run; manifests start it anew. */
  private write(directory: string, name: string, text: string, isHook = false): void {
    if (this.host.writeFile === undefined) throw new CommandFailure('--output-dir is not available here');
    const path = `${directory}/${name}`;
    this.host.writeFile(path, sourced(name, text), isHook || this.written.has(path));
    this.written.add(path);
    this.printed += `wrote ${path}\n`;
  }

  private text(name: string): string {
    return this.flags.values.get(name)?.at(-1) ?? '';
  }

  private all(name: string): readonly string[] {
    return this.flags.values.get(name) ?? [];
  }

  private on(name: string): boolean {
    return this.text(name) === 'true';
  }
}

function quietMatch(pattern: string, name: string): boolean {
  try {
    return matchFilePattern(pattern, name);
  } catch (error) {
    if (error instanceof BadPattern) return false;
    throw error;
  }
}
