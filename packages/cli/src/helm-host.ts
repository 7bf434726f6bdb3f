// What `helm template` may do on this machine: read and write files, run a post-renderer, and (loaded on demand) fetch
// charts and values and ask the cluster.

import { appendFileSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { GoError } from '@evenkeel/gotemplate';
import { nodeHost } from '@evenkeel/gotemplate/host-node';
import type { LocatedChart, LookupQuery, ParsedFlags, TemplateCommandHost } from '@evenkeel/helm';
import type { JsonObject } from '@evenkeel/resource';
import { diskTree } from './disk-tree.ts';
import type * as Charts from './helm-charts.ts';
import type { HelmCluster } from './helm-cluster.ts';
import { Answers } from './helm-pending.ts';
import type * as Programs from './helm-programs.ts';
import { type HelmSettings, defaultNamespace, helmSettings } from './helm-settings.ts';
import { CommandFailure, type Io } from './io.ts';

/** A host, and what has to be closed after the run. */
export interface OpenedHost extends AsyncDisposable {
  readonly host: TemplateCommandHost;
}

/** The host of one command. It throws Pending for what has to be waited for; use it within runPatiently. */
export function openTemplateHost(flags: ParsedFlags | undefined, version: 3 | 4, io: Io): OpenedHost {
  const settings = helmSettings(flags, io);
  const charts = new ChartPlaces(settings, version, io);
  const cluster = new ClusterQuestions(settings, io);
  const files = new Answers<Uint8Array>();
  const programs = new Answers<typeof Programs>();
  return {
    host: {
      ...nodeHost(),
      locateChart: (reference, { version: constraint, repo }) => charts.locate(reference, constraint, repo),
      defaultNamespace: () => defaultNamespace(settings, io),
      readFile: (path) => readAny(path, files, io),
      writeFile(path, content, append) {
        const place = resolve(io.cwd, path);
        mkdirSync(dirname(place), { recursive: true });
        (append ? appendFileSync : writeFileSync)(place, content);
      },
      postRenderer(name, args) {
        if (version === 4) return undefined;
        return programs.get('', () => import('./helm-programs.ts')).postRenderer(name, args, io);
      },
      clusterVersions: () => cluster.versions(version),
      lookup: (query) => cluster.lookup(query),
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

const loadCharts = (): Promise<typeof Charts> => import('./helm-charts.ts');

/** Reads a values file: of the disk, from standard input ("-"), or from a URL. */
function readAny(path: string, files: Answers<Uint8Array>, io: Io): Uint8Array | undefined {
  if (path.trim() === '-') return files.get('-', async () => new TextEncoder().encode(await io.stdin()));
  const place = resolve(io.cwd, path);
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    return existsSync(place) && statSync(place).isFile() ? readFileSync(place) : undefined;
  }
  if (/^https?:/i.test(path)) return files.get(path, async () => (await loadCharts()).fetchValues(path, io));
  if (/^oci:/i.test(path)) throw new CommandFailure(`Error: values from registries are not supported: ${path}`);
  return undefined;
}

class ChartPlaces {
  readonly #fetched = new Answers<LocatedChart>();
  readonly #updated = new Answers<true>();
  readonly #tree = diskTree();
  readonly #settings: HelmSettings;
  readonly #version: 3 | 4;
  readonly #io: Io;

  constructor(settings: HelmSettings, version: 3 | 4, io: Io) {
    this.#settings = settings;
    this.#version = version;
    this.#io = io;
  }

  locate(reference: string, constraint: string, repo: string): LocatedChart | undefined {
    const io = this.#io;
    const place = resolve(io.cwd, reference);
    if (repo === '' && existsSync(place)) return this.#local(realpathSync(place));
    if (repo === '' && (reference.startsWith('/') || reference.startsWith('.'))) return undefined;
    return this.#fetched.get(reference, async () => {
      const fetched = await (await loadCharts()).fetchChart({ reference, constraint, repo }, this.#settings, io);
      return { tree: fetched.tree, path: fetched.path, displayPath: (path) => path, verified: fetched.verified };
    });
  }

  #local(place: string): LocatedChart {
    const located = { tree: this.#tree, path: place.slice(1), displayPath: (path: string) => `/${path}` };
    if (this.#settings.on('verify')) {
      return this.#fetched.get(place, async () => {
        await (await loadCharts()).verifyLocalChart(place, this.#settings, this.#io);
        return { ...located, verified: true };
      });
    }
    if (this.#settings.on('dependency-update') && statSync(place).isDirectory()) {
      this.#updated.get(place, async () => {
        const { updateMissing } = await import('./commands/helm-dependency.ts');
        await updateMissing(place, { settings: this.#settings, version: this.#version, io: this.#io });
        return true;
      });
    }
    return located;
  }
}

/** The cluster, connected to when the first question is asked. */
class ClusterQuestions implements AsyncDisposable {
  readonly #versions = new Answers<{ kubeVersion: string; apiVersions: readonly string[] }>();
  readonly #found = new Answers<JsonObject | undefined>();
  readonly #settings: HelmSettings;
  readonly #io: Io;
  #opening: Promise<HelmCluster> | undefined;

  constructor(settings: HelmSettings, io: Io) {
    this.#settings = settings;
    this.#io = io;
  }

  versions(version: 3 | 4): { kubeVersion: string; apiVersions: readonly string[] } {
    return this.#versions.get('', async () => {
      try {
        return await (await this.#cluster()).versions();
      } catch (error) {
        const prefix = version === 4 ? 'cluster reachability check failed: ' : '';
        throw new CommandFailure(`Error: ${prefix}kubernetes cluster unreachable: ${messageOf(error)}`);
      }
    });
  }

  lookup(query: LookupQuery): JsonObject | undefined {
    const { apiVersion, kind, namespace, name } = query;
    return this.#found.get(JSON.stringify([apiVersion, kind, namespace, name]), async () => {
      const cluster = await this.#cluster().catch((error: unknown) => {
        throw new GoError(messageOf(error));
      });
      return cluster.lookup(query);
    });
  }

  async #cluster(): Promise<HelmCluster> {
    this.#opening ??= import('./helm-cluster.ts').then(({ openHelmCluster }) =>
      openHelmCluster(this.#settings, this.#io),
    );
    return this.#opening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const cluster = await this.#opening?.catch(() => undefined);
    await cluster?.[Symbol.asyncDispose]();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
