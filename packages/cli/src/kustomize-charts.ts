// helmCharts of a kustomization for the command: charts stand in chartHome, and nothing is pulled during a build.

import { renderKustomizeChart, templateHost } from '@evenkeel/delivery';
import type { HelmRenderer } from '@evenkeel/kustomize';

/** Renders one chart. Throws an Error worded for the user. */
export const renderHelmChart: HelmRenderer = (request) => renderKustomizeChart(request, { host: templateHost });
