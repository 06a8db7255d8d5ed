/** The header field that names a version of a record. */
export const etagOf = (version: number): Record<string, string> => ({ ETag: `"v${version}"` })
