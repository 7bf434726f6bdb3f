// `evenkeel render PATH`: what a directory renders to, whatever it is.

import { existsSync, realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type RenderRequest, renderSource, templateHost } from '@evenkeel/delivery';
import { emitSigsYaml } from '@evenkeel/resource';
import type { Json } from '@evenkeel/resource';
import { diskTree } from '../disk-tree.ts';
import { CommandFailure, type Io } from '../io.ts';
import { printOrigins, renderWithOrigins } from './render-origins.ts';

export interface RenderOptions {
  readonly namespace?: string;
  readonly name?: string;
  readonly values: readonly string[];
  readonly recurse?: boolean;
  readonly origins?: boolean;
  readonly output?: string;
}

/** Prints every object; refusals go to stderr, one sentence each, and the exit code is 1. */
export function render(path: string, options: RenderOptions, io: Io): void {
  const place = resolve(io.cwd, path);
  if (!existsSync(place)) throw new CommandFailure(`${path} does not exist`);
  const directory = realpathSync(place).slice(1);
  const request: RenderRequest = {
    renderer: 'detect',
    kustomize: { overlay: {}, generate: false },
    helm: {
      releaseName: options.name ?? basename(place),
      namespace: options.namespace ?? 'default',
      valueFiles: options.values.map((file) => resolve(io.cwd, file)),
      ignoreMissingValueFiles: false,
      parameters: [],
      fileParameters: [],
      skipCrds: false,
      skipTests: false,
      skipSchemaValidation: false,
      apiVersions: [],
    },
    directory: { recurse: options.recurse === true, include: '', exclude: '' },
  };
  if (options.origins === true) {
    const objects = renderWithOrigins({ tree: diskTree(), directory, request });
    const asJson = options.output === 'json';
    io.out(asJson ? `${JSON.stringify(objects, undefined, 2)}\n` : printOrigins(objects, realpathSync(io.cwd)));
    return;
  }
  const rendering = renderSource(diskTree(), directory, request, {
    kubeVersion: 'v1.35.0',
    apiVersions: [],
    host: templateHost,
    lookup: () => undefined,
  });
  for (const warning of rendering.warnings) io.err(`${warning}\n`);
  if (rendering.refusals.length > 0) {
    throw new CommandFailure(
      rendering.refusals.map((refusal) => refusal.sentence.replaceAll(`${directory}/`, '')).join('\n'),
    );
  }
  if (options.output === 'json')
    io.out(
      `${JSON.stringify(
        rendering.objects.map(({ object }) => object),
        undefined,
        4,
      )}\n`,
    );
  else io.out(rendering.objects.map(({ object }) => emitSigsYaml(object as unknown as Json)).join('---\n'));
}
