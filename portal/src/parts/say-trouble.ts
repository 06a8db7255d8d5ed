import { readTrouble } from '../platform/access-problem.ts'
import { showToast } from '../platform/live.ts'
import { describeTrouble } from './states.tsx'

/**
 * Says in a sentence why an act failed that has no form or question beside which that could stand. What leads away from the
 * page, or was asked of the person and not wanted, says nothing.
 */
export function sayTrouble(error: unknown): void {
  const trouble = readTrouble(error)
  if (!('problem' in trouble)) return
  const { title, text } = describeTrouble(trouble)
  // The words for what the server did not say itself are about a form.
  showToast(trouble.problem.content.detail === '' || text === '' ? title : text)
}
