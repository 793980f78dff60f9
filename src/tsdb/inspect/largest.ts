/** Longer lists are sorted as a whole. */
const mostInserted = 128;

/** The places of the `limit` largest of `count` figures, the largest first, equals in their order. */
export function largest(count: number, limit: number, figureOf: (i: number) => number): readonly number[] {
  if (limit <= 0) return [];
  if (limit > mostInserted) {
    const figures = Float64Array.from({ length: count }, (_, i) => figureOf(i));
    const places = Array.from(figures, (_, i) => i);
    places.sort((a, b) => (figures[b] as number) - (figures[a] as number) || a - b);
    return places.slice(0, limit);
  }
  const places: number[] = [];
  const figures: number[] = [];
  for (let i = 0; i < count; i++) {
    const figure = figureOf(i);
    if (places.length === limit && figure <= (figures[limit - 1] as number)) continue;
    let at = Math.min(places.length, limit - 1);
    for (; at > 0 && figure > (figures[at - 1] as number); at--) {
      places[at] = places[at - 1] as number;
      figures[at] = figures[at - 1] as number;
    }
    places[at] = i;
    figures[at] = figure;
  }
  return places;
}
