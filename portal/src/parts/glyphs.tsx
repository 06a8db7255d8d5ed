/** The small signs, in the order in which they stand one below the other in `styles/glyphs.svg`. */
export const glyphNames = [
  'check',
  'hourglass',
  'clock',
  'ended',
  'bar',
  'dash',
  'pencil',
  'eye',
  'cross',
  'triangle',
  'coin',
  'lock',
  'pause',
  'tick',
  'none',
  'up',
  'dot',
] as const

export type GlyphName = (typeof glyphNames)[number]

declare module 'react' {
  interface CSSProperties {
    /** Which of the small signs, counted from zero. */
    '--glyph'?: number
  }
}

/** What shows a sign in an element that the styles give one, so that a sign in a table row costs no element. */
export function glyphStyle(name: GlyphName) {
  return { '--glyph': glyphNames.indexOf(name) }
}

/** One small sign. Always stands beside a word, so it is hidden from screen readers. */
export function Glyph({ name }: { name: GlyphName }) {
  return <i className="glyph" style={glyphStyle(name)} aria-hidden="true" />
}
