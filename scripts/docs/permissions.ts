import { permissionMatrixMarkdown } from '../../access/src/docs.ts'

export const path = 'docs/permissions.md'

/** The permission matrix, from the kernel's own catalogue and role table. */
export function generate(): Promise<string> {
  return Promise.resolve(permissionMatrixMarkdown())
}
