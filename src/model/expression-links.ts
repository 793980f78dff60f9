/** Links to an expression on the server's own page, as alerts carry them. Source: util/strutil. */
export function tableLink(expression: string): string {
  return `/graph?g0.expr=${escapeQuery(expression)}&g0.tab=1`;
}

export function graphLink(expression: string): string {
  return `/graph?g0.expr=${escapeQuery(expression)}&g0.tab=0`;
}

/** Go's url.QueryEscape. */
function escapeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
