/**
 * The credential of a header field `Authorization: Bearer …`; null for another scheme, another form, more than so many
 * characters, and a field that came more than once. The scheme has no case (RFC 9110 section 11.1).
 */
export function readBearer(
  authorization: string | readonly string[] | undefined,
  most: number,
): string | null {
  if (typeof authorization !== 'string') return null
  const text = /^bearer +([!-~]+)$/i.exec(authorization)?.[1]
  return text === undefined || text.length > most ? null : text
}
