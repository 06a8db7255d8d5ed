/** The header field that names a version of what is answered: whoever changes it sends the tag as `If-Match`. */
export const etagOf = (version: number): { readonly ETag: string } => ({ ETag: `"v${version}"` })

/** The versions that a list of tags names: tags of others match nothing here, and weak ones never do (RFC 9110 section 13.1.1). */
export function versionsIn(header: string): number[] {
  const named = header.split(',').flatMap((tag) => /^"v(\d{1,9})"$/.exec(tag.trim())?.[1] ?? [])
  return [...new Set(named.map(Number))]
}
