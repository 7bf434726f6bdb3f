// What one level of a build gathers: resources, field specs and vars (api:internal/accumulator/resaccumulator.go, v0.21.1).

import { type TransformerConfig, emptyConfig, mergeConfigs } from '../config/transformer-config.ts';
import { VarSet } from '../references/vars.ts';
import { ResourceMap } from '../resources/resource-map.ts';

/** Resources, field specs and vars of a level. */
export class Accumulator {
  readonly map: ResourceMap = new ResourceMap();
  readonly vars: VarSet = new VarSet();
  #config: TransformerConfig = emptyConfig;

  get config(): TransformerConfig {
    return this.#config;
  }

  mergeConfig(config: TransformerConfig): void {
    this.#config = mergeConfigs(this.#config, config);
  }

  /** Takes in everything another level gathered; refuses resources and vars that are there already. */
  mergeAccumulator(other: Accumulator): void {
    this.map.appendAll(other.map.resources);
    this.mergeConfig(other.config);
    this.vars.mergeSet(other.vars);
  }
}
