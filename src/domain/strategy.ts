// How a new revision reaches a fleet: in waves of targets, one after the other.

export interface Wave {
  /** As the settings write it: a label, or `rest`. */
  readonly name: string;
  /** Names, in the order of the settings. A target is in the first wave that selects it. */
  readonly targets: readonly string[];
}

export interface Strategy {
  /** Every target of the settings is in exactly one. */
  readonly waves: readonly Wave[];
  /** How many targets are in work at the same time. */
  readonly maxParallel: number;
  /** ms between the last verified target of a wave and the next wave. */
  readonly soakMs: number;
  /** `error-rate`: also when the share of failed requests rose during the soak. */
  readonly stopOn: 'failure' | 'error-rate';
}
