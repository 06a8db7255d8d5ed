const shapes = {
  check: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M5.2 8.2l2 2 3.6-4.2',
  hourglass: 'M4 2h8M4 14h8M5 2v2.5L8 8l3-3.5V2M5 14v-2.5L8 8l3 3.5V14',
  clock: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M8 4.6V8l2.4 1.6',
  ended: 'M3.6 3.6a6.2 6.2 0 0 0 8.8 8.8M6 2.1a6.2 6.2 0 0 1 7.9 7.9M2 2l12 12',
  bar: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M3.7 3.7l8.6 8.6',
  dash: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M5.2 8h5.6',
  pencil: 'M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2L3 13z',
  eye: 'M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8zM8 6.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4',
  cross: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M6 6l4 4M10 6l-4 4',
  triangle: 'M8 2.2L14.4 13.4H1.6zM8 6.4v3.2M8 11.6v.1',
  coin: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M10 6c-.4-.8-1.2-1-2-1-1 0-2 .5-2 1.5S7 8 8 8s2 .5 2 1.5S9 11 8 11c-.8 0-1.6-.200-2-1M8 4v1M8 11v1',
  lock: 'M4 7.2h8v6.3H4zM5.6 7.2V5a2.4 2.4 0 0 1 4.8 0v2.2',
  pause: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M6.4 6v4M9.6 6v4',
  tick: 'M2.5 8.5l3.5 3.5 7.5-8',
  none: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  up: 'M8 13V3M4 7l4-4 4 4',
  dot: 'M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
} as const

export type GlyphName = keyof typeof shapes

/** The shapes of all small signs, once on the page, so that a sign in a table row costs two elements. */
export function GlyphSheet() {
  return (
    <svg width="0" height="0" aria-hidden="true" className="unseen">
      {Object.entries(shapes).map(([name, path]) => (
        <path key={name} id={`g-${name}`} d={path} />
      ))}
    </svg>
  )
}

/** One small sign. Always stands beside a word, so it is hidden from screen readers. */
export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg className="glyph" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <use href={`#g-${name}`} />
    </svg>
  )
}
