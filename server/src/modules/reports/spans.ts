/** A stretch of time in milliseconds since 1970, half-open: it begins with `from` and ends before `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The stretches in order, those that overlap or touch made one; empty ones are left out. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: { from: number; to: number }[] = []
  for (const span of spans.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else merged.push({ ...span })
  }
  return merged
}

/** The index of the first of merged stretches that ends after an instant. */
export function firstAfter(merged: readonly Span[], instant: number): number {
  let [low, high] = [0, merged.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((merged[middle]?.to ?? 0) > instant) high = middle
    else low = middle + 1
  }
  return low
}

/** What of merged stretches lies within a window. */
export function clipSpans(merged: readonly Span[], window: Span): Span[] {
  const clipped: Span[] = []
  for (let index = firstAfter(merged, window.from); index < merged.length; index += 1) {
    const span = merged[index]
    if (span === undefined || span.from >= window.to) break
    clipped.push({ from: Math.max(span.from, window.from), to: Math.min(span.to, window.to) })
  }
  return clipped
}

/** What of merged stretches lies in none of other merged stretches. */
export function withoutSpans(merged: readonly Span[], taken: readonly Span[]): Span[] {
  return merged.flatMap((span) => {
    const left: Span[] = []
    let from = span.from
    for (const hole of clipSpans(taken, span)) {
      if (hole.from > from) left.push({ from, to: hole.from })
      from = hole.to
    }
    if (from < span.to) left.push({ from, to: span.to })
    return left
  })
}

/** How long merged stretches are together, in milliseconds. */
export function lengthOf(merged: readonly Span[]): number {
  return merged.reduce((sum, { from, to }) => sum + to - from, 0)
}
