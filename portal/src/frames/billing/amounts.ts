/** What somebody typed as minor units: digits with at most so many decimals after a point; null for anything else. */
export function minorOf(typed: string, digits: number): number | null {
  const text = typed.trim().replaceAll(/[\s,](?=\d{3}(\D|$))/g, '')
  const found = /^(\d{1,13})(?:\.(\d*))?$/.exec(text)
  const fraction = found?.[2] ?? ''
  if (found === null || fraction.length > digits) return null
  const minor = Number(`${found[1] ?? ''}${fraction.padEnd(digits, '0')}`)
  return minor > 0 && Number.isSafeInteger(minor) ? minor : null
}
