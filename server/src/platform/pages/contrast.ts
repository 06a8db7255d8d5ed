const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i

/** The least contrast of text that WCAG 2.2 asks for (1.4.3). */
export const LEAST_CONTRAST = 4.5

function linear(part: string): number {
  const value = Number.parseInt(part, 16) / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** Relative luminance of `#rrggbb`, 0 for black to 1 for white (WCAG 2.2). Throws for anything else. */
function luminanceOf(colour: string): number {
  const [, red, green, blue] = HEX.exec(colour) ?? []
  if (red === undefined || green === undefined || blue === undefined)
    throw new Error('A colour is written #rrggbb.')
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** The contrast of two colours, 1 to 21 (WCAG 2.2). */
export function contrastOf(left: string, right: string): number {
  const [one, other] = [luminanceOf(left), luminanceOf(right)]
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}
