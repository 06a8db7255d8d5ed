import { listProblems } from '../../server/src/platform/problem.ts'
import { readRoutes } from '../lib/routes.ts'

export const path = 'docs/errors.md'

function section(code: string, lines: readonly string[]): string {
  return [`## ${code}`, '', ...lines, ''].join('\n')
}

/** Every problem code with its status, cause and remedy. */
export function generate(): Promise<string> {
  // Modules register their codes when they are loaded.
  readRoutes()
  const all = listProblems().map(([code, entry]) =>
    section(code, [
      `Status ${entry.status}. ${entry.title}: ${entry.cause}`,
      '',
      `What to do: ${entry.remedy}`,
    ]),
  )
  const head = [
    '# Errors',
    '',
    'For developers who got a refusal and want to know what to do.',
    '',
    'Every refusal and error is `application/problem+json` (RFC 9457). `code` is stable; `type` ends with it and points here. `detail` says what happened, `next_step` what to do, `errors` lists every fault of the input at once, `request_id` finds the request in the log (what cannot be read as a request is only counted), and `explain_id` opens the decision.',
    '',
  ].join('\n')
  return Promise.resolve(`${head}\n${all.join('\n')}`)
}
