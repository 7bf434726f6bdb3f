// Public charts and kustomizations as Applications, where they lie beside the project.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RenderCase } from './reposerver-cases.ts';

const shared = join(dirname(dirname(dirname(import.meta.dirname))), 'shared');

interface Index {
  readonly helm: readonly {
    readonly chart: string;
    readonly case: string;
    readonly values: string | null;
    readonly exit: number;
    readonly random?: boolean;
  }[];
  readonly kustomize: readonly { readonly root: string; readonly exit: number }[];
}

/** One case for every `step`th chart and every kustomization; none where there is no corpus. */
export function corpusCases(step: number): readonly RenderCase[] {
  const corpus = join(shared, 'corpus');
  if (!existsSync(join(corpus, 'index.json'))) return [];
  const index = JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as Index;
  const charts = index.helm.filter(({ random }, at) => random !== true && at % step === 0);
  const roots = index.kustomize.filter((_root, at) => at % step === 0);
  return [
    ...charts.map((chart) => ({
      name: `corpus chart ${chart.chart} ${chart.case}`,
      files: {},
      directory: join(corpus, chart.chart),
      source: { path: '.', helm: { releaseName: 'rel', valueFiles: chart.values === null ? [] : [chart.values] } },
    })),
    ...roots.map(({ root }) => {
      const [kind = '', project = '', ...rest] = root.split('/');
      return {
        name: `corpus kustomization ${root}`,
        files: {},
        directory: join(corpus, kind, project),
        source: { path: rest.join('/'), kustomize: { namePrefix: 'own-', commonAnnotations: { by: 'us' } } },
      };
    }),
    ...infrastructure(),
  ];
}

function infrastructure(): readonly RenderCase[] {
  const directory = join(shared, 'acceptance', 'infrastructure');
  const paths = ['apps/payment-api/base', 'apps/user-service/base', 'infrastructure', 'clusters'];
  const overlays = ['dev', 'staging', 'production'].map((name) => `apps/payment-api/overlays/${name}`);
  return [...paths, ...overlays]
    .filter((path) => existsSync(join(directory, path)))
    .map((path) => ({
      name: `acceptance ${path}`,
      files: {},
      directory,
      source: { path, ...(/base|overlays/.test(path) ? {} : { directory: { recurse: true } }) },
    }));
}
