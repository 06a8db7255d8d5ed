import { t } from '../../platform/words.ts'

type FirstApprovalProps = {
  name: string | null
  /** False where whoever gave it does not decide any more; null where none waits. */
  counts: boolean | null
  /** What is said of one that counts. */
  children: string
}

/** The first of two approvals that waits for the second: as it stands, or that it counts no more, and what comes next. */
export function FirstApproval({ name, counts, children }: FirstApprovalProps) {
  if (counts === null) return null
  return <p>{counts ? children : t('void.approved', { name: name ?? t('value.unknown_person') })}</p>
}
