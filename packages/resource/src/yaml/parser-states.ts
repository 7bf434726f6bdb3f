// The states of the YAML parser: what it expects next.

export const IMPLICIT_DOCUMENT_START = 0;
export const DOCUMENT_START = 1;
export const DOCUMENT_CONTENT = 2;
export const DOCUMENT_END = 3;
export const BLOCK_NODE = 4;
export const BLOCK_SEQUENCE_FIRST_ENTRY = 5;
export const BLOCK_SEQUENCE_ENTRY = 6;
export const INDENTLESS_SEQUENCE_ENTRY = 7;
export const BLOCK_MAPPING_FIRST_KEY = 8;
export const BLOCK_MAPPING_KEY = 9;
export const BLOCK_MAPPING_VALUE = 10;
export const FLOW_SEQUENCE_FIRST_ENTRY = 11;
export const FLOW_SEQUENCE_ENTRY = 12;
export const FLOW_SEQUENCE_ENTRY_MAPPING_KEY = 13;
export const FLOW_SEQUENCE_ENTRY_MAPPING_VALUE = 14;
export const FLOW_SEQUENCE_ENTRY_MAPPING_END = 15;
export const FLOW_MAPPING_FIRST_KEY = 16;
export const FLOW_MAPPING_KEY = 17;
export const FLOW_MAPPING_VALUE = 18;
export const FLOW_MAPPING_EMPTY_VALUE = 19;
export const END = 20;
