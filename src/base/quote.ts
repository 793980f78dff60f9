/** Go's strconv.Quote. Source: strconv/quote.go: printable runes stand as they are, others are escaped. */
export function quoteGo(text: string): string {
  return JSON.stringify(text);
}
