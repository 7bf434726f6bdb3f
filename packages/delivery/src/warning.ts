/** What a warning is about; whoever shows it decides by this, never by the words. */
export type WarningKind =
  /** Something its renderer says. */
  | 'rendering'
  /** The health of an object could not be told. */
  | 'health'
  /** Its time has not come. */
  | 'closed'
  /** It stays at an earlier revision on purpose. */
  | 'held'
  /** An object is there more than once. */
  | 'repeated'
  /** Objects of its namespace that nobody owns. */
  | 'orphans'
  /** An object that the settings leave out. */
  | 'excluded'
  /** An option that nobody knows. */
  | 'doubt';

/** Something worth knowing that stops nothing. */
export interface Warning {
  readonly kind: WarningKind;
  /** One sentence, without an end of line. */
  readonly sentence: string;
}
