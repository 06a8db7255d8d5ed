/**
 * The beginning of a text, of at most so many characters of Unicode. A cut by UTF-16 units would leave half of an emoji, which
 * JSON in PostgreSQL refuses (RFC 8259 section 8.2).
 */
export function firstSigns(text: string, most: number): string {
  return Array.from(text).slice(0, most).join('')
}
