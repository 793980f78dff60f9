export interface FloatFormatExports {
  /** The address of the table of powers of ten that `installFormatPowers` fills. */
  floatFormatPowers(): number;
  /** Writes a double's text at `out`, which has 400 bytes, in a `floatForms`; answers its length. */
  formatFloat(out: number, value: number, form: number): number;
}

/** Go's 'f', the API's (an exponent below 1e-6 and from 1e21 on) and 'g' (below 1e-4 and from 1e6 on). */
export const floatForms = { plain: 0, api: 1, shortest: 2 } as const;
