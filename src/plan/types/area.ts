// A part of the configuration that one request writes. Types only.

/** Keys down to a value that is changed as a whole or entry by entry: never below a list. */
export type Area = readonly string[];
