// Parses and runs the template files of a chart. Mirrors helm:pkg/engine/engine.go render (v4.3.0 and v3.22.0).

import {
  type GoMap,
  type OriginSegment,
  TemplateSet,
  TemplateError,
  errorStack,
  execute,
  namedType,
  anyMapType,
  withType,
} from '@evenkeel/gotemplate';

import type { HelmVersion } from '../chart/chart.ts';
import { compareGoStrings, pathBase } from '../go-text.ts';
import { executionErrorMessage, parseErrorMessage } from './exec-error.ts';
import { HelmTemplateHost, helmFunctions } from './functions.ts';
import type { RenderHost, RenderLimits, RenderProblemCode, SourcePosition } from './request.ts';
import type { Renderable } from './scope.ts';

/** The output of one template file. */
export interface RenderedFile {
  readonly output: string;
  /** Where the output comes from; empty unless asked for. */
  readonly segments: readonly OriginSegment[];
}

/** Thrown for the first template that does not parse or run. The message is Helm's. */
export class TemplateFailure extends Error {
  override readonly name = 'TemplateFailure';
  readonly code: RenderProblemCode;
  readonly at: SourcePosition | undefined;
  readonly frames: readonly SourcePosition[];
  constructor(message: string, code: RenderProblemCode, stack: readonly SourcePosition[]) {
    super(message);
    this.code = code;
    this.at = stack.at(-1);
    this.frames = stack;
  }
}

/** What templates are run with. */
export interface EngineOptions {
  readonly version: HelmVersion;
  readonly host: RenderHost;
  readonly enableDns: boolean;
  readonly origins: boolean;
  readonly limits: RenderLimits | undefined;
}

/** Runs every template file that is no partial, in Helm's order. Throws TemplateFailure. */
export function renderTemplates(
  templates: readonly Renderable[],
  options: EngineOptions,
): ReadonlyMap<string, RenderedFile> {
  const sorted = [...templates].sort(byDepthThenName);
  const set = parseAll(sorted, options.version);
  const rendered = new Map<string, RenderedFile>();
  const host = new HelmTemplateHost(options.host, options.enableDns);
  const run = { set, options, host, templates: sorted };
  for (const template of sorted) {
    if (!pathBase(template.name).startsWith('_')) rendered.set(template.name, renderOne(template, run));
  }
  return rendered;
}

interface EngineRun {
  readonly set: TemplateSet;
  readonly options: EngineOptions;
  readonly host: HelmTemplateHost;
  readonly templates: readonly Renderable[];
}

function renderOne(template: Renderable, run: EngineRun): RenderedFile {
  const { version, origins, limits } = run.options;
  const self: GoMap = withType(
    new Map([
      ['Name', template.name],
      ['BasePath', template.basePath],
    ]),
    namedType(version === 4 ? 'common.Values' : 'chartutil.Values', anyMapType),
  );
  template.data.set('Template', self);
  const {
    output,
    error,
    origins: segments,
  } = execute(run.set, template.name, template.data, {
    host: run.host,
    missingKey: 'zero',
    limits: definedLimits(limits),
    ...(origins ? { origins: {} } : {}),
  });
  if (error !== undefined) throw executionFailure(error, template, run);
  return output.includes('<no value>') ? withoutNoValue(output, segments) : { output, segments };
}

/** Files that lie deeper come first, and among them the later names. */
function byDepthThenName(left: Renderable, right: Renderable): number {
  const depth = countSlashes(right.name) - countSlashes(left.name);
  return depth === 0 ? compareGoStrings(right.name, left.name) : depth;
}

function countSlashes(path: string): number {
  let count = 0;
  for (const character of path) if (character === '/') count += 1;
  return count;
}

function definedLimits(limits: RenderLimits | undefined): RenderLimits {
  const defined: { -readonly [K in keyof RenderLimits]: number } = {};
  if (limits?.steps !== undefined) defined.steps = limits.steps;
  if (limits?.outputBytes !== undefined) defined.outputBytes = limits.outputBytes;
  if (limits?.depth !== undefined) defined.depth = limits.depth;
  return defined;
}

/** Parsed and compiled templates of earlier renders. */
const parsedBefore = new Map<
  HelmVersion,
  { readonly base: TemplateSet; readonly seen: Map<string, string>; size: number }
>();
/** Beyond this much text, what was kept is dropped. */
const PARSED_SIZE_MAX = 8 * 1024 * 1024;

/** Parses all files in order into a fresh set, reusing what earlier renders parsed of the same names and texts. */
function parseAll(templates: readonly Renderable[], version: HelmVersion): TemplateSet {
  let kept = parsedBefore.get(version);
  if (kept === undefined || kept.size > PARSED_SIZE_MAX) {
    kept = {
      base: new TemplateSet({ functions: helmFunctions(version), rootName: 'gotpl' }),
      seen: new Map(),
      size: 0,
    };
    parsedBefore.set(version, kept);
  }
  const set = kept.base.clone();
  for (const { name, text } of templates) {
    if (kept.seen.get(name) !== text) kept.size += text.length;
    kept.seen.set(name, text);
    try {
      set.add(name, text);
    } catch (error) {
      if (error instanceof TemplateError) throw parseFailure(error, templates);
      throw error;
    }
  }
  return set;
}

/** Helm removes what text/template prints for missing values; the segments behind move up. */
function withoutNoValue(output: string, segments: readonly OriginSegment[]): RenderedFile {
  const marker = '<no value>';
  const cuts: number[] = [];
  for (let at = output.indexOf(marker); at >= 0; at = output.indexOf(marker, at + marker.length)) cuts.push(at);
  const moved = (offset: number): number => {
    let removed = 0;
    for (const cut of cuts) {
      if (cut >= offset) break;
      removed += Math.min(marker.length, offset - cut);
    }
    return offset - removed;
  };
  return {
    output: output.replaceAll(marker, ''),
    segments: segments.map((segment) => ({ ...segment, start: moved(segment.start), end: moved(segment.end) })),
  };
}

function parseFailure(error: TemplateError, templates: readonly Renderable[]): TemplateFailure {
  const file = error.position?.source ?? '';
  return new TemplateFailure(parseErrorMessage(file, error), 'TEMPLATE_PARSE', [positionOf(error, templates)]);
}

function executionFailure(error: TemplateError, template: Renderable, run: EngineRun): TemplateFailure {
  const message = executionErrorMessage(template.name, error, run.options.version);
  const stack = errorStack(error)
    .filter(({ position }) => position !== undefined)
    .map((entry) => positionOf(entry, run.templates));
  const code = failureCode(error);
  return new TemplateFailure(message, code, stack.length === 0 ? [positionOf(error, run.templates)] : stack);
}

function failureCode(error: TemplateError): RenderProblemCode {
  if (errorStack(error).some(({ code }) => code === 'LIMIT')) return 'LIMIT';
  return error.message.includes('HELM_ERR_START') ? 'TEMPLATE_FAIL' : 'TEMPLATE_EXECUTION';
}

/** Template names are turned into the paths of their files in the tree, where they are files. */
function positionOf(error: TemplateError, templates: readonly Renderable[]): SourcePosition {
  const source = error.position?.source ?? '';
  const file = templates.find(({ name }) => name === source)?.path ?? source;
  const column = error.position?.column;
  return { file, line: error.position?.line ?? 0, column: column === undefined ? 0 : column + 1 };
}
