import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

const BILLING_PROBLEMS = {
  INVOICE_NOT_FOUND: {
    status: 404,
    title: 'Invoice not found',
    cause: 'No invoice that this caller may see has this id.',
    remedy: 'Open it from the list of invoices.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(BILLING_PROBLEMS)
