import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

const EXPORT_PROBLEMS = {
  EXPORT_NOT_FOUND: {
    status: 404,
    title: 'Export not found',
    cause:
      'No export that this caller may see has this id: exports are seen by who ordered them and by owners.',
    remedy: 'Open it from the list of exports.',
  },
  EXPORT_NOT_READY: {
    status: 409,
    title: 'Export not ready',
    cause: 'There is no file: it is still being made, or it failed or was cancelled.',
    remedy: 'Look at its status; order it again if it ended without a file.',
  },
  EXPORT_EXPIRED: {
    status: 410,
    title: 'Export expired',
    cause: 'Files are deleted seven days after the order.',
    remedy: 'Order the export again.',
  },
  EXPORT_TOO_LARGE: {
    status: 422,
    title: 'Export too large',
    cause: 'One file holds at most 500,000 rows and 1 GB.',
    remedy:
      'Narrow the filters, for example by date, and order several files. `details.row_estimate` says how many rows there would be, with `is_at_least` that there may be more.',
  },
  EXPORT_OF_NOTHING: {
    status: 422,
    title: 'No customer to export from',
    cause: 'None of the customers asked for is open to this caller with this permission.',
    remedy: '`details.excluded` tells why each was left out.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(EXPORT_PROBLEMS)
