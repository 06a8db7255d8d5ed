import { programMatrixMarkdown } from '../../access/src/program.ts'

export const path = 'docs/program-permissions.md'

/** The permission matrix of the partner program, with the names of its source document. */
export function generate(): Promise<string> {
  return Promise.resolve(programMatrixMarkdown())
}
