// Loads a chart from a directory or an archive of a file tree. Mirrors helm:pkg/chart/v2/loader (v4.3.0), and the
// loader of v3.22.0 where it differs.

import { ContentNotLoaded, type FileTree, joinTreePath, treeDirname } from '@evenkeel/std';
import { YamlError } from '@evenkeel/resource';

import { pathExtension } from '../go-text.ts';
import type { Log } from '../log-entry.ts';
import { ValuesError, loadValues } from '../values/yaml-values.ts';
import { ArchiveError, CHART_SIZE_MAX, isGzip, unpackChart, withoutByteOrderMark } from './archive.ts';
import { type Chart, type ChartFile, type HelmVersion, setDependencies } from './chart.ts';
import { DecodeError, decodeLock, decodeMetadata, emptyMetadata } from './decode.ts';
import { BadPattern } from './file-pattern.ts';
import { type IgnoreRules, parseIgnoreRules } from './ignore.ts';
import { ValidationError, validateMetadata } from './metadata.ts';

/** How a chart is loaded. */
export interface LoadOptions {
  readonly version: HelmVersion;
  /** Remember where values are written. */
  readonly origins?: boolean;
  /** Receives Helm's log lines. */
  readonly log?: Log;
  /** How a tree path is named in messages; Helm shows absolute paths. */
  readonly displayPath?: (path: string) => string;
}

/** Why a path is no chart. The message is Helm's. */
export class ChartLoadError extends Error {
  override readonly name = 'ChartLoadError';
  readonly code: 'NOT_FOUND' | 'INVALID';
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  constructor(
    code: 'NOT_FOUND' | 'INVALID',
    message: string,
    at: {
      readonly file?: string | undefined;
      readonly line?: number | undefined;
      readonly column?: number | undefined;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.file = at.file;
    this.line = at.line;
    this.column = at.column;
  }
}

/** Loads the chart at `path`: a directory, or a .tgz file. Throws ChartLoadError; ContentNotLoaded passes through. */
export function loadChart(tree: FileTree, path: string, options: LoadOptions): Chart {
  const display = options.displayPath ?? ((name: string) => name);
  if (tree.list(path) !== undefined) return loadDirectory(tree, path, options);
  const archive = tree.read(path);
  if (archive === undefined) throw new ChartLoadError('NOT_FOUND', `path ${JSON.stringify(display(path))} not found`);
  if (!isGzip(archive)) throw new ChartLoadError('INVALID', notAnArchive(display(path), archive), { file: path });
  const files = unpack(archive, path, options);
  detectApiVersion(files, options);
  return assemble(files, path, options);
}

/** Loads a chart from an archive's bytes; `name` stands for it in messages. */
export function loadChartArchive(archive: Uint8Array, name: string, options: LoadOptions): Chart {
  return assemble(unpack(archive, name, options), name, options);
}

function unpack(archive: Uint8Array, path: string, options: LoadOptions): ChartFile[] {
  try {
    return unpackChart(archive).map(({ name, data }) => ({ name, data, path: `${path}!${name}` }));
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    const display = options.displayPath?.(path) ?? path;
    const message =
      error.reason === 'gzip'
        ? `file '${display}' does not appear to be a valid chart file (details: ${error.message})`
        : options.version === 4
          ? 'unable to load chart archive'
          : error.message;
    throw new ChartLoadError('INVALID', message, { file: path });
  }
}

function notAnArchive(name: string, bytes: Uint8Array): string {
  if (/\.ya?ml$/.test(name)) return `file '${name}' seems to be a YAML file, but expected a gzipped archive`;
  // Helm looks at 512 bytes, and what a shorter file lacks is zeros to it.
  const text =
    bytes.length >= 512 &&
    bytes.subarray(0, 512).every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b);
  const type = text ? 'text/plain; charset=utf-8' : 'application/octet-stream';
  return `file '${name}' does not appear to be a gzipped archive; got '${type}'`;
}

function detectApiVersion(files: readonly ChartFile[], options: LoadOptions): void {
  const chartYaml = files.find((file) => file.name === 'Chart.yaml');
  if (options.version === 3) return;
  if (chartYaml === undefined) {
    throw new ChartLoadError('INVALID', 'unable to detect chart version, no Chart.yaml found');
  }
  const { apiVersion } = decoding(chartYaml, 'cannot load Chart.yaml: ', (text) => decodeMetadata(text));
  if (apiVersion === 'v3') throw new ChartLoadError('INVALID', 'invalid chart apiVersion', { file: chartYaml.path });
  if (apiVersion !== '' && apiVersion !== 'v1' && apiVersion !== 'v2') {
    throw new ChartLoadError('INVALID', 'unsupported chart version', { file: chartYaml.path });
  }
}

function loadDirectory(tree: FileTree, path: string, options: LoadOptions): Chart {
  const prefix = path === '' ? '' : `${path}/`;
  const chartYaml = tree.read(`${prefix}Chart.yaml`);
  if (chartYaml === undefined && options.version === 4) {
    const shown = (options.displayPath ?? ((name: string) => name))(`${prefix}Chart.yaml`);
    throw new ChartLoadError(
      'NOT_FOUND',
      `unable to detect chart at ${shown}: open ${shown}: no such file or directory`,
    );
  }
  if (chartYaml !== undefined) {
    detectApiVersion([{ name: 'Chart.yaml', data: chartYaml, path: `${prefix}Chart.yaml` }], options);
  }
  const ignore = tree.stat(`${prefix}.helmignore`) === undefined ? undefined : tree.read(`${prefix}.helmignore`);
  let rules: IgnoreRules;
  try {
    rules = parseIgnoreRules(ignore === undefined ? '' : new TextDecoder().decode(ignore));
  } catch (error) {
    if (error instanceof BadPattern || error instanceof Error) {
      throw new ChartLoadError('INVALID', error.message, { file: `${prefix}.helmignore` });
    }
    throw error;
  }
  return assemble(walk(tree, path, rules, options), path, options);
}

/** Reads the files of a directory in Helm's order: names sorted, a directory's content where its name stands. */
function walk(tree: FileTree, root: string, rules: IgnoreRules, options: LoadOptions): ChartFile[] {
  const files: ChartFile[] = [];
  const missing: string[] = [];
  let size = 0;
  const visit = (relative: string, depth: number): void => {
    const path = root === '' ? relative : relative === '' ? root : `${root}/${relative}`;
    if (depth > 100) throw new ChartLoadError('INVALID', `error evaluating symlink ${path}: too many links`);
    for (const entry of tree.list(path) ?? []) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      const full = `${path === '' ? '' : `${path}/`}${entry.name}`;
      const isDirectory = entry.kind === 'directory' || (entry.kind === 'symlink' && tree.list(full) !== undefined);
      if (entry.kind === 'symlink') logLink(tree, full, options);
      if (rules.ignores(name, isDirectory)) continue;
      if (isDirectory) {
        visit(name, depth + 1);
        continue;
      }
      try {
        const data = tree.read(full);
        if (data === undefined) throw brokenLink(full, options);
        size += data.length;
        if (size > CHART_SIZE_MAX) {
          const message = `error reading ${name}: chart exceeds maximum decompressed size of ${CHART_SIZE_MAX} bytes`;
          throw new ChartLoadError('INVALID', message, { file: full });
        }
        files.push({ name, data: withoutByteOrderMark(data), path: full });
      } catch (error) {
        // Everything that is not loaded yet is asked for at once.
        if (!(error instanceof ContentNotLoaded)) throw error;
        missing.push(...error.paths);
      }
    }
  };
  visit('', 0);
  if (missing.length > 0) throw new ContentNotLoaded(missing);
  return files;
}

/** Helm says which links it follows, because they can lead anywhere. */
function logLink(tree: FileTree, path: string, options: LoadOptions): void {
  const display = options.displayPath ?? ((name: string) => name);
  const target = tree.readlink(path) ?? '';
  const resolved = target.startsWith('/') ? target : display(joinTreePath(treeDirname(path), target) ?? target);
  options.log?.({
    level: 'INFO',
    message: 'found symbolic link in path. Contents of linked file included and used',
    attributes: [
      ['path', display(path)],
      ['resolved', resolved],
    ],
    message3: `found symbolic link in path: ${display(path)} resolves to ${resolved}. Contents of linked file included and used`,
  });
}

function brokenLink(path: string, options: LoadOptions): ChartLoadError {
  const shown = options.displayPath?.(path) ?? path;
  return new ChartLoadError('INVALID', `error evaluating symlink ${shown}: lstat ${shown}: no such file or directory`, {
    file: path,
  });
}

/** Makes a chart of its files. Mirrors LoadFiles. */
function assemble(files: readonly ChartFile[], path: string, options: LoadOptions): Chart {
  const chart: Chart = {
    metadata: emptyMetadata(),
    lock: undefined,
    templates: [],
    files: [],
    raw: [...files],
    values: undefined,
    schema: undefined,
    parent: undefined,
    dependencies: [],
    path,
  };
  const chartYaml = files.find((file) => file.name === 'Chart.yaml');
  let known = chartYaml !== undefined;
  if (chartYaml !== undefined) {
    chart.metadata = decoding(chartYaml, 'cannot load Chart.yaml: ', (text) => decodeMetadata(text));
    if (chart.metadata.apiVersion === '') chart.metadata.apiVersion = 'v1';
  }
  const subcharts = new Map<string, ChartFile[]>();
  for (const file of files) {
    if (file.name === 'Chart.yaml') continue;
    if (file.name === 'requirements.yaml') known = true;
    place(chart, file, { subcharts, options });
  }
  if (!known) throw new ChartLoadError('INVALID', 'Chart.yaml file is missing', { file: path });
  try {
    validateMetadata(chart.metadata);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new ChartLoadError('INVALID', error.message, { file: chartYaml?.path ?? path });
  }
  setDependencies(
    chart,
    [...subcharts].flatMap(([name, content]) => loadSubchart(chart, name, { files: content, options }) ?? []),
  );
  return chart;
}

function place(
  chart: Chart,
  file: ChartFile,
  into: { readonly subcharts: Map<string, ChartFile[]>; readonly options: LoadOptions },
): void {
  const { name } = file;
  if (name === 'Chart.lock') chart.lock = decoding(file, 'cannot load Chart.lock: ', decodeLock);
  else if (name === 'values.yaml') {
    const source = into.options.origins === true ? file.path : undefined;
    chart.values = decoding(file, 'cannot load values.yaml: ', (text) =>
      loadValues(text, { version: into.options.version, source }),
    );
  } else if (name === 'values.schema.json') chart.schema = file;
  else if (name === 'requirements.yaml' || name === 'requirements.lock') placeRequirements(chart, file, into.options);
  else if (name.startsWith('templates/')) chart.templates.push(file);
  else if (name.startsWith('charts/') && pathExtension(name) !== '.prov') {
    const inner = name.slice('charts/'.length);
    const [subchart = ''] = inner.split('/');
    const siblings = into.subcharts.get(subchart) ?? [];
    siblings.push({ ...file, name: inner });
    into.subcharts.set(subchart, siblings);
  } else chart.files.push(file);
}

/** The dependency files of charts older than apiVersion v2. */
function placeRequirements(chart: Chart, file: ChartFile, options: LoadOptions): void {
  const isLock = file.name === 'requirements.lock';
  if (isLock) chart.lock = decoding(file, `cannot load ${file.name}: `, decodeLock);
  if (chart.metadata.apiVersion !== 'v1') {
    const message = isLock
      ? 'Warning: Dependency locking is handled in Chart.lock since apiVersion "v2". We recommend migrating to Chart.lock.'
      : 'Warning: Dependencies are handled in Chart.yaml since apiVersion "v2". We recommend migrating dependencies to Chart.yaml.';
    options.log?.({ level: 'INFO', message });
  }
  if (!isLock) {
    chart.metadata = decoding(file, `cannot load ${file.name}: `, (text) => decodeMetadata(text, chart.metadata));
  }
  if (chart.metadata.apiVersion === 'v1') chart.files.push(file);
}

function loadSubchart(
  parent: Chart,
  name: string,
  content: { readonly files: readonly ChartFile[]; readonly options: LoadOptions },
): Chart | undefined {
  if (name.startsWith('_') || name.startsWith('.')) return undefined;
  const { files, options } = content;
  const [first] = files;
  if (first === undefined) return undefined;
  try {
    if (pathExtension(name) === '.tgz') {
      if (first.name !== name) {
        const message = `error unpacking subchart tar in ${parent.metadata.name}: expected ${name}, got ${first.name}`;
        throw new ChartLoadError('INVALID', message, { file: first.path });
      }
      return unpackSubchart(first, options);
    }
    const inside = files
      .filter((file) => file.name.includes('/'))
      .map((file) => ({ ...file, name: file.name.slice(file.name.indexOf('/') + 1) }));
    return assemble(inside, `${parent.path === '' ? '' : `${parent.path}/`}charts/${name}`, options);
  } catch (error) {
    if (!(error instanceof ChartLoadError) || error.message.startsWith('error unpacking subchart tar in ')) throw error;
    const message = `error unpacking subchart ${name} in ${parent.metadata.name}: ${error.message}`;
    throw new ChartLoadError(error.code, message, error);
  }
}

function unpackSubchart(file: ChartFile, options: LoadOptions): Chart {
  try {
    const files = unpackChart(file.data).map(({ name, data }) => ({ name, data, path: `${file.path}!${name}` }));
    return assemble(files, file.path, options);
  } catch (error) {
    if (error instanceof ArchiveError) throw new ChartLoadError('INVALID', error.message, { file: file.path });
    throw error;
  }
}

function decoding<T>(file: ChartFile, prefix: string, decode: (text: string) => T): T {
  try {
    return decode(new TextDecoder().decode(file.data));
  } catch (error) {
    if (error instanceof DecodeError)
      throw new ChartLoadError('INVALID', `${prefix}${error.message}`, { file: file.path });
    if (error instanceof YamlError || error instanceof ValuesError) {
      const { line, column } = error;
      throw new ChartLoadError('INVALID', `${prefix}${error.message}`, { file: file.path, line, column });
    }
    throw error;
  }
}
