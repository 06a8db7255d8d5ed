/** A stretch of time in milliseconds since 1970, half-open: it begins with `from` and ends before `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The stretches by their beginning; records mostly come so, and then nothing is copied. */
function inOrder(spans: readonly Span[]): readonly Span[] {
  const isSorted = spans.every((span, index) => index === 0 || (spans[index - 1]?.from ?? 0) <= span.from)
  return isSorted ? spans : spans.toSorted((a, b) => a.from - b.from)
}

/** The stretches in order, those that overlap or touch made one; empty ones are left out. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: { from: number; to: number }[] = []
  for (const span of inOrder(spans)) {
    if (span.from >= span.to) continue
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

/** How long merged stretches are together within a window, in milliseconds. */
export function lengthWithin(merged: readonly Span[], window: Span): number {
  let length = 0
  for (let index = firstAfter(merged, window.from); index < merged.length; index += 1) {
    const span = merged[index]
    if (span === undefined || span.from >= window.to) break
    length += Math.min(span.to, window.to) - Math.max(span.from, window.from)
  }
  return length
}
