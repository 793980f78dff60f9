/** A node under construction: modifiers behind an expression still change it. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };
