// `evenkeel render PATH --origins`: every field of every object with the place its value came from.

import { join } from 'node:path';
import { rendererFor, templateHost } from '@evenkeel/delivery';
import type { RenderRequest } from '@evenkeel/delivery';
import { type RenderHost, renderChart } from '@evenkeel/helm';
import { build } from '@evenkeel/kustomize';
import type { KubeObject } from '@evenkeel/resource';
import type { FileTree } from '@evenkeel/std';
import { CommandFailure } from '../io.ts';

/** One place that had a hand in a value. */
export interface OriginPlace {
  /** What it did: "patch", "images", "template", "Values.image.tag". */
  readonly by: string;
  readonly file: string;
  /** 1-based; 0 where unknown. */
  readonly line: number;
}

/** A field with its value and the places it came from, the last hand first. */
export interface FieldWithOrigin {
  readonly path: string;
  readonly value: unknown;
  readonly places: readonly OriginPlace[];
}

export interface ObjectWithOrigins {
  readonly object: KubeObject;
  readonly fields: readonly FieldWithOrigin[];
}

export interface OriginsInput {
  readonly tree: FileTree;
  readonly directory: string;
  readonly request: RenderRequest;
}

/** Renders with origins. Throws CommandFailure where the directory does not render. */
export function renderWithOrigins(input: OriginsInput): readonly ObjectWithOrigins[] {
  switch (rendererFor(input.tree, input.directory, input.request)) {
    case 'kustomize':
      return kustomizeOrigins(input);
    case 'helm':
      return helmOrigins(input);
    case 'directory':
      throw new CommandFailure('plain manifests are their own origin; --origins is for kustomizations and charts');
  }
}

function kustomizeOrigins({ tree, directory }: OriginsInput): readonly ObjectWithOrigins[] {
  const built = build(tree, directory, { origins: true, displayRoot: '/' });
  const [problem] = built.problems;
  if (problem) throw new CommandFailure(problem.message);
  return built.objects.map((object, index) => ({
    object,
    fields: (built.origins[index] ?? []).map(({ path, sources }) => ({
      path: printPath(path),
      value: valueAt(object, path),
      places: sources.map(({ by, file, line }) => ({ by, file, line })),
    })),
  }));
}

function helmOrigins({ tree, directory, request }: OriginsInput): readonly ObjectWithOrigins[] {
  const { helm } = request;
  const host: RenderHost = templateHost;
  const rendered = renderChart(
    tree,
    directory,
    {
      releaseName: helm.releaseName,
      namespace: helm.namespace,
      values: helm.valueFiles.map((path) => ({ kind: 'file', path: path.replace(/^\//, '') })),
      includeCrds: true,
      origins: true,
    },
    host,
  );
  const problem = rendered.problems.find(({ severity }) => severity === 'error');
  if (problem) throw new CommandFailure(problem.message);
  return rendered.objects.map(({ object, origins }) => ({
    object,
    fields: [...(origins ?? new Map())].map(([pointer, origin]) => {
      const path = pointer.split('/').slice(1).map(unescapePointer);
      const { template, values } = origin;
      const used = values.flatMap((use: (typeof values)[number]) =>
        use.origin ? [{ by: use.path, file: use.origin.source, line: use.origin.line }] : [],
      );
      return {
        path: printPath(path),
        value: valueAt(object, path),
        places: [{ by: 'template', file: template.file, line: template.line }, ...used],
      };
    }),
  }));
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function valueAt(object: KubeObject, path: readonly (string | number)[]): unknown {
  let at: unknown = object;
  for (const key of path) at = (at as Readonly<Record<string | number, unknown>> | undefined)?.[key];
  return at;
}

/** ".spec.template.spec.containers[0].image" */
function printPath(path: readonly (string | number)[]): string {
  return path
    .map((part) => {
      if (typeof part === 'number' || /^\d+$/.test(part)) return `[${part}]`;
      return /^[A-Za-z_][\w-]*$/.test(part) ? `.${part}` : `["${part}"]`;
    })
    .join('');
}

/** Lays it out for people: a title per object, a line per field, a line per place. Files are shown relative to `from`. */
export function printOrigins(objects: readonly ObjectWithOrigins[], from: string): string {
  const prefix = join(from, '/').slice(1);
  const shown = (file: string): string => (file.startsWith(prefix) ? file.slice(prefix.length) : file);
  return objects
    .map(({ object, fields }) => {
      const title = `${object.apiVersion} ${object.kind} ${object.metadata.namespace ? `${object.metadata.namespace}/` : ''}${object.metadata.name ?? ''}\n`;
      const lines = fields.map(({ path, value, places }) => {
        const told = places.map(({ by, file, line }) => `      ${shown(file)}${line > 0 ? `:${line}` : ''}  (${by})\n`);
        return `  ${path} = ${JSON.stringify(value)}\n${told.join('')}`;
      });
      return title + lines.join('');
    })
    .join('\n');
}
