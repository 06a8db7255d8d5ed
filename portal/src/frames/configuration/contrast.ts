const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i

/** The least contrast of text (WCAG 2.2, 1.4.3). */
export const leastContrast = 4.5

function linear(part: number): number {
  const value = part / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function partsOf(colour: string): number[] | null {
  const [, ...parts] = HEX.exec(colour) ?? []
  return parts.length === 3 ? parts.map((part) => Number.parseInt(part, 16)) : null
}

function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (partsOf(colour) ?? []).map(linear)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** The contrast of two colours, 1 to 21. */
export function contrastOf(left: string, right: string): number {
  const [one, other] = [luminanceOf(left), luminanceOf(right)]
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}

function mixWithWhite(colour: string, share: number): string {
  const parts = (partsOf(colour) ?? [0, 0, 0]).map((part) => Math.round(part + (255 - part) * share))
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

/** The colour, as little lighter as is needed to be read on a dark ground. */
export function readableOnDark(colour: string, ground: string): string {
  const shares = Array.from({ length: 21 }, (_, step) => step / 20)
  const share = shares.find((part) => contrastOf(mixWithWhite(colour, part), ground) >= leastContrast)
  return mixWithWhite(colour, share ?? 1)
}
