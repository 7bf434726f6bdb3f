// The one event object that the YAML parser refills, and the kinds of events.

export const EVENT_STREAM_END = 1;
export const EVENT_DOCUMENT_START = 2;
export const EVENT_DOCUMENT_END = 3;
export const EVENT_ALIAS = 4;
export const EVENT_SCALAR = 5;
export const EVENT_SEQUENCE_START = 6;
export const EVENT_SEQUENCE_END = 7;
export const EVENT_MAPPING_START = 8;
export const EVENT_MAPPING_END = 9;

export interface YamlEvent {
  type: number;
  /** 0-based start. */
  line: number;
  column: number;
  anchor: string;
  tag: string;
  value: string;
  /** A plain scalar without a tag, or any scalar with the tag "!". */
  implicit: boolean;
  /** SCALAR_* of a scalar. */
  style: number;
  flow: boolean;
  headComment: string;
  lineComment: string;
  footComment: string;
}

export function blankEvent(): YamlEvent {
  return {
    type: 0,
    line: 0,
    column: 0,
    anchor: '',
    tag: '',
    value: '',
    implicit: false,
    style: 0,
    flow: false,
    headComment: '',
    lineComment: '',
    footComment: '',
  };
}
